/** The doors for access-log lines: a line is counted only if its subject allows every identifier that the line carries. */
import type { Outcome } from '../flow/outcome.ts';
import { drop, keep } from '../flow/outcome.ts';
import { subjectOf } from '../model/identity.ts';
import { storeId } from '../model/place.ts';
import type { RawAccess } from '../model/raw.ts';
import type { Sanitized } from '../model/sanitized.ts';
import type { SanitizeEnv } from './env.ts';
import { statisticsKey } from './epochs.ts';
import { implausibleTime } from './plausibility.ts';
import type { Need } from './purposes.ts';
import { mayServe, refusalOf } from './purposes.ts';

const BY_MEMBER: Need = [{ purpose: 'usageStatistics', source: null }];
const BY_DEVICE: Need = [{ purpose: 'usageStatistics', source: 'terminalId' }];
const BY_COOKIE: Need = [{ purpose: 'usageStatistics', source: 'cookies' }];
const BY_BOTH: Need = [...BY_DEVICE, ...BY_COOKIE];

/**
 * A refused cookie or terminal id refuses the whole line, also where a member is known: such a line joins no session
 * and no distinct count.
 *
 * @guarantee G-02
 */
export const sanitizeAccess = (event: RawAccess, env: SanitizeEnv): Outcome<Sanitized> => {
  const { deviceId, cookieId, memberId } = event;
  const subject = subjectOf(event);
  if (subject === null) return drop('no_subject');
  if (isSensitiveStore(event, env)) return drop('sensitive_place');
  const consent = env.consentOf(subject);
  if (consent === null) return drop('unknown_subject');
  const need = needOf(event);
  if (!mayServe(consent, event, need, env.policy.consent)) return drop(refusalOf(consent, event, [need]));
  const implausible = implausibleTime(event.at, env);
  if (implausible !== null) return drop(implausible);
  const open = statisticsKey(event.at, env);
  if (open === null) return drop('epoch_closed');
  const who = env.pseudonyms.who(open.key, open.epoch, {
    terminal: deviceId ?? cookieId ?? subject,
    member: memberId,
  });
  const access = { who, at: event.at, path: pathOnly(event.path), storeId: event.storeId };
  return keep({ location: null, near: null, access });
};

const needOf = ({ deviceId, cookieId }: RawAccess): Need => {
  if (deviceId !== null) return cookieId === null ? BY_DEVICE : BY_BOTH;
  return cookieId === null ? BY_MEMBER : BY_COOKIE;
};

/** A line that names a sensitive store tells as much as a fix inside it. */
const isSensitiveStore = (event: RawAccess, { stores }: SanitizeEnv): boolean =>
  event.storeId !== null && stores.get(storeId(event.storeId))?.sensitive === true;

/** Queries and fragments carry search words, tokens and addresses; sections need none of them. */
const pathOnly = (path: string): string => {
  const end = path.search(/[?#]/u);
  return end < 0 ? path : path.slice(0, end);
};
