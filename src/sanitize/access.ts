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
  const standing = env.consentOf(subject);
  if (standing === null) return drop('unknown_subject');
  const need = needOf(event);
  if (!mayServe(standing, event, need)) return drop(refusalOf(standing, event, [need]));
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
  if (deviceId !== null) return cookieId === null ? 'byTerminal' : 'byTerminalAndCookie';
  return cookieId === null ? 'byMember' : 'byCookie';
};

/** A line that names a sensitive store tells as much as a fix inside it. */
const isSensitiveStore = (event: RawAccess, { stores }: SanitizeEnv): boolean =>
  event.storeId !== null && stores.get(storeId(event.storeId))?.sensitive === true;

/** Queries and fragments carry search words, tokens and addresses; sections need none of them. */
const pathOnly = (path: string): string => {
  const end = path.search(/[?#]/u);
  return end < 0 ? path : path.slice(0, end);
};
