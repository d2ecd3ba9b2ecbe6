/** The doors: a raw event goes in, and what its subject allows to be made of it comes out under pseudonyms. */
import type { Outcome } from '../flow/outcome.ts';
import { drop, keep } from '../flow/outcome.ts';
import type { Stage } from '../flow/station.ts';
import { subjectOf } from '../model/identity.ts';
import type { RawDevice, RawEvent, RawFix } from '../model/raw.ts';
import type { DropReason } from '../model/reasons.ts';
import type { NearFix, Sanitized, SanitizedLocation } from '../model/sanitized.ts';
import type { CellSpot } from '../place/cells.ts';
import { sanitizeAccess } from './access.ts';
import type { SanitizeEnv } from './env.ts';
import type { OpenEpoch } from './epochs.ts';
import { nearbyKey, statisticsKey } from './epochs.ts';
import { implausiblePosition, implausibleTime, outOfRange } from './plausibility.ts';
import { oncePseudonym, requestPseudonym } from './pseudonym.ts';
import type { Need, Standing } from './purposes.ts';
import { mayServe, refusalOf } from './purposes.ts';
import { accuracyOf, isShielded } from './shield.ts';
import { snap } from './snap.ts';

/**
 * Sensitive shield, consent, plausibility, pseudonym, snap, in this order: what is refused early leaves no trace in
 * any later step.
 *
 * @guarantee G-01
 * @guarantee G-08
 */
export const sanitize: Stage<RawEvent, Sanitized, SanitizeEnv> = (event, env) => {
  const unusable = outOfRange(event);
  if (unusable !== null) return unusable;
  switch (event.kind) {
    case 'fix':
      return sanitizeFix(event, env);
    case 'access':
      return sanitizeAccess(event, env);
    case 'device':
      return sanitizeDevice(event, env);
    default:
      return event satisfies never;
  }
};

/** What may be made of a fix: a location under a lasting or a one-time pseudonym, a fix to count by, or both. */
interface Arms {
  readonly showing: 'traced' | 'once' | null;
  readonly isCounted: boolean;
}

const NEEDS_OF_FIX: readonly Need[] = ['shown', 'counted'];

const sanitizeFix = (fix: RawFix, env: SanitizeEnv): Outcome<Sanitized> => {
  const spot = env.cells.spotOf(fix.deviceId, fix.position);
  if (isShielded(fix, spot.cell, env.stores)) return drop('sensitive_place');
  const standing = env.consentOf(subjectOf(fix) ?? fix.deviceId);
  if (standing === null) return drop('unknown_subject');
  const arms = armsOf(fix, standing);
  if (arms.showing === null && !arms.isCounted) return drop(refusalOf(standing, fix, NEEDS_OF_FIX));
  const implausible = implausibleTime(fix.at, env) ?? implausiblePosition(fix, env.policy);
  return implausible === null ? passFix(fix, spot, arms, env) : drop(implausible);
};

/** @guarantee G-02 */
const armsOf = (fix: RawFix, standing: Standing): Arms => {
  const shown = mayServe(standing, fix, 'shown') ? 'once' : null;
  return {
    showing: mayServe(standing, fix, 'traced') ? 'traced' : shown,
    isCounted: mayServe(standing, fix, 'counted'),
  };
};

const passFix = (
  fix: RawFix,
  spot: CellSpot,
  { showing, isCounted }: Arms,
  env: SanitizeEnv,
): Outcome<Sanitized> => {
  const location = showing === null ? null : locationOf(fix, spot, showing, env);
  const near = isCounted ? nearFixOf(fix, spot, env) : null;
  if (location === null && near === null) return drop('epoch_closed');
  if (near !== null || showing === 'traced') env.cells.remember(fix.deviceId, spot, fix.at);
  return keep({ location, near, access: null });
};

const locationOf = (
  fix: RawFix,
  spot: CellSpot,
  showing: 'traced' | 'once',
  env: SanitizeEnv,
): SanitizedLocation | null => {
  const open = nearbyKey(fix.at, env);
  if (open === null) return null;
  return snap(fix, spot.cell, { pseudonym: shownUnder(fix, showing, open, env), epoch: open.epoch }, env);
};

const shownUnder = (fix: RawFix, showing: 'traced' | 'once', { key, epoch }: OpenEpoch, env: SanitizeEnv) => {
  if (fix.requestId !== null) return requestPseudonym(key, fix.requestId);
  return showing === 'once' ? oncePseudonym(key, fix) : env.pseudonyms.nearby(key, epoch, fix.deviceId);
};

const nearFixOf = (fix: RawFix, spot: CellSpot, env: SanitizeEnv): NearFix | null => {
  const open = statisticsKey(fix.at, env);
  if (open === null) return null;
  const who = env.pseudonyms.who(open.key, open.epoch, { terminal: fix.deviceId, member: fix.memberId });
  return { who, position: fix.position, cell: spot.cell, accuracyM: accuracyOf(fix), at: fix.at };
};

const NO_ARM: Sanitized = { location: null, near: null, access: null };

/** Terminal records are checked like any other and kept without an arm: no table is made of them yet. */
const sanitizeDevice = (event: RawDevice, env: SanitizeEnv): Outcome<Sanitized> => {
  const refused = refusedDevice(event, env) ?? implausibleTime(event.at, env);
  return refused === null ? keep(NO_ARM) : drop(refused);
};

const refusedDevice = (event: RawDevice, env: SanitizeEnv): DropReason | null => {
  const standing = env.consentOf(subjectOf(event) ?? event.deviceId);
  if (standing === null) return 'unknown_subject';
  const need = event.idType === 'COOKIE' ? 'byCookie' : 'byTerminal';
  return mayServe(standing, event, need) ? null : refusalOf(standing, event, [need]);
};
