/** Which arms of an event its subject's consent allows, and why none where it allows none. */
import type { Purpose, Source } from '../model/consent.ts';
import type { ConsentPolicy } from '../model/policy.ts';
import type { RawEvent } from '../model/raw.ts';
import type { DropReason } from '../model/reasons.ts';
import type { SubjectConsent } from './consent.ts';
import { grantedSince, isErased, servedSince } from './consent.ts';

/** One purpose by way of one source; null when it uses an identifier that is no source, such as the member's. */
interface Use {
  readonly purpose: Purpose;
  readonly source: Source | null;
}

const countedBy = (...sources: readonly (Source | null)[]): readonly Use[] =>
  sources.map((source) => ({ purpose: 'usageStatistics', source }));

/** The uses that each arm of an event needs together. */
const USES = {
  /** A sanitized location, */
  shown: [{ purpose: 'nearbyShops', source: 'location' }],
  /** and that under a pseudonym which lasts for its epoch. */
  traced: [
    { purpose: 'nearbyShops', source: 'location' },
    { purpose: 'nearbyShops', source: 'terminalId' },
  ],
  /** A fix to count by: without the terminal id there is nothing to count by (G-02). */
  counted: countedBy('location', 'terminalId'),
  /** An access or a terminal record, by the identifiers it carries. */
  byMember: countedBy(null),
  byTerminal: countedBy('terminalId'),
  byCookie: countedBy('cookies'),
  byTerminalAndCookie: countedBy('terminalId', 'cookies'),
} as const satisfies Readonly<Record<string, readonly Use[]>>;

export type Need = keyof typeof USES;

/** Event time from which each need is served; Infinity when it is refused now. */
type ServedTimes = Readonly<Record<Need, number>>;

/** A subject's consent, read under one policy: looked at for every event, so it is worked out once. */
export interface Standing {
  readonly consent: SubjectConsent;
  readonly app: ServedTimes;
  /** Events of origin THIRD_PARTY need thirdPartyTracking by the same source as well. */
  readonly thirdParty: ServedTimes;
}

export const standingOf = (consent: SubjectConsent, policy: ConsentPolicy): Standing => {
  const own = (use: Use): number => servedSince(consent, use.purpose, use.source, policy);
  const passedOn = (use: Use): number => own({ purpose: 'thirdPartyTracking', source: use.source });
  return {
    consent,
    app: timesOf(own),
    thirdParty: timesOf((use) => Math.max(own(use), passedOn(use))),
  };
};

const timesOf = (since: (use: Use) => number): ServedTimes => {
  const from = (need: Need): number => Math.max(...USES[need].map(since));
  return {
    shown: from('shown'),
    traced: from('traced'),
    counted: from('counted'),
    byMember: from('byMember'),
    byTerminal: from('byTerminal'),
    byCookie: from('byCookie'),
    byTerminalAndCookie: from('byTerminalAndCookie'),
  };
};

/**
 * True when every use of the need is allowed: purpose and source granted without a break since a time not after the
 * event's own, under accepted policy versions.
 *
 * @guarantee G-01
 */
export const mayServe = (standing: Standing, event: RawEvent, need: Need): boolean =>
  (event.origin === 'APP' ? standing.app : standing.thirdParty)[need] <= event.at;

/**
 * The most telling reason for which an event serves none of its possible needs: erased before all, then a policy
 * version that is not accepted where the switches would do, else simply no consent. Call it only when `mayServe`
 * refused every one.
 */
export const refusalOf = ({ consent }: Standing, event: RawEvent, needs: readonly Need[]): DropReason => {
  if (isErased(consent, event.at)) return 'erased';
  if (consent.versions.length === 0) return 'unknown_subject';
  return needs.some((need) => isSwitchedOn(consent, event, need)) ? 'policy_version' : 'no_consent';
};

const isSwitchedOn = (consent: SubjectConsent, event: RawEvent, need: Need): boolean =>
  USES[need].every(
    ({ purpose, source }) =>
      grantedSince(consent, purpose, source) <= event.at &&
      (event.origin === 'APP' || grantedSince(consent, 'thirdPartyTracking', source) <= event.at),
  );
