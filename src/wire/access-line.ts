/** Reads Combined Log Format lines with a scanner: one pass, no backtracking, quotes with `\"` and `\x` escapes. */
import type { Outcome, Quarantine } from '../flow/outcome.ts';
import { keep, quarantine } from '../flow/outcome.ts';
import type { RawAccess } from '../model/raw.ts';
import type { EventTime } from '../model/time.ts';
import { eventTime } from '../model/time.ts';
import { DATE_LENGTH, dateAt, digitsAt, findDate } from './access-date.ts';
import type { LineDecoder } from './decoder.ts';
import { MAX_LINE_LENGTH, checkLine, trimLine } from './line-guard.ts';
import { unescapeQuoted } from './quoted.ts';
import { RawIds, isIdText } from './raw-ids.ts';

/** Longest texts accepted, in UTF-16 units. */
export const ACCESS_LIMITS = { method: 32, path: 8_192, referer: 8_192, userAgent: 2_048, ip: 256 } as const;

/** What one line says. */
export interface AccessLine {
  readonly at: EventTime;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly bytes: number | null;
  readonly referer: string | null;
  readonly userAgent: string | null;
  readonly ip: string | null;
  readonly cookieId: string | null;
}

const NOT_A_LINE = quarantine('undecodable', 'line', 'Combined Log Format');
const NO_DATE = quarantine('undecodable', 'atMs', '[dd/Mon/yyyy:hh:mm:ss ±hhmm]');
const NO_STATUS = quarantine('undecodable', 'status', 'three digits');
const NO_BYTES = quarantine('undecodable', 'bytes', 'digits or -');
const BAD_COOKIE = quarantine('invalid_field', 'cookieId', '1 to 256 characters, no control characters');
const TOO_LONG = Object.fromEntries(
  Object.entries(ACCESS_LIMITS).map(([name, max]) => [
    name,
    quarantine('invalid_field', name, `at most ${String(max)} characters`),
  ]),
) as Readonly<Record<keyof typeof ACCESS_LIMITS, Quarantine>>;

/** Position of the quote that closes a quoted field whose content starts at `from`, or −1. */
const closingQuote = (line: string, from: number): number => {
  for (let i = from; i < line.length; i += 1) {
    const code = line.charCodeAt(i);
    if (code === 92) i += 1;
    else if (code === 34) return i;
  }
  return -1;
};

/**
 * The quoted fields from `from` on, one space before each; null when the rest is anything else. Log shippers cut long
 * lines, so the user agent may lack its closing quote; a cookie may not, because half of it is somebody else's.
 */
const quotedFields = (line: string, from: number): readonly string[] | null => {
  const fields: string[] = [];
  let at = from;
  while (at < line.length) {
    if (line.charCodeAt(at) !== 32 || line.charCodeAt(at + 1) !== 34 || fields.length === 3) return null;
    const closing = closingQuote(line, at + 2);
    if (closing < 0 && fields.length !== 1) return null;
    const end = closing < 0 ? line.length : closing;
    fields.push(unescapeQuoted(line, at + 2, end));
    at = end + 1;
  }
  return fields;
};

/** True when `host ident user` stands before the date. A user name may hold spaces. */
const hasThreeNames = (line: string, dateStart: number): boolean => {
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  return first > 0 && second > first + 1 && second < dateStart - 2;
};

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Method and target of a request line. What is no HTTP request at all (a TLS greeting on the plain port, `-`) is a
 * hit all the same, with both unknown.
 */
const requestOf = (request: string): { readonly method: string; readonly path: string } => {
  const first = request.indexOf(' ');
  const last = request.lastIndexOf(' ');
  const method = request.slice(0, Math.max(first, 0));
  if (method.length > ACCESS_LIMITS.method || !TOKEN.test(method)) return { method: '-', path: '-' };
  const end = last > first && request.startsWith('HTTP/', last + 1) ? last : request.length;
  const path = request.slice(first + 1, end);
  return path.length === 0 ? { method: '-', path: '-' } : { method, path };
};

interface Numbers {
  readonly status: number;
  readonly bytes: number | null;
  /** Position after them. */
  readonly end: number;
}

/** ` 200 1234` or ` 200 -` from `at` on. */
const numbersAt = (line: string, at: number): Numbers | Quarantine => {
  const status = digitsAt(line, at + 1, 3);
  if (!(status >= 100) || line.charCodeAt(at) !== 32 || line.charCodeAt(at + 4) !== 32) return NO_STATUS;
  const space = line.indexOf(' ', at + 5);
  const end = space < 0 ? line.length : space;
  if (end === at + 6 && line.charCodeAt(at + 5) === 45) return { status, bytes: null, end };
  const bytes = digitsAt(line, at + 5, end - at - 5);
  return end > at + 5 && Number.isSafeInteger(bytes) ? { status, bytes, end } : NO_BYTES;
};

const dashIsNull = (text: string): string | null => (text === '-' || text === '' ? null : text);

const lengthOf = (text: string | null): number => text?.length ?? 0;

const tooLong = (line: AccessLine): Quarantine | null => {
  if (line.path.length > ACCESS_LIMITS.path) return TOO_LONG.path;
  if (lengthOf(line.referer) > ACCESS_LIMITS.referer) return TOO_LONG.referer;
  if (lengthOf(line.userAgent) > ACCESS_LIMITS.userAgent) return TOO_LONG.userAgent;
  if (lengthOf(line.ip) > ACCESS_LIMITS.ip) return TOO_LONG.ip;
  return line.cookieId === null || isIdText(line.cookieId) ? null : BAD_COOKIE;
};

/** Everything after the date. */
const afterDate = (line: string, dateStart: number): Outcome<AccessLine> => {
  const requestStart = dateStart + DATE_LENGTH + 2;
  const requestEnd = closingQuote(line, requestStart);
  if (!line.startsWith(' "', requestStart - 2) || requestEnd < 0) return NOT_A_LINE;
  const numbers = numbersAt(line, requestEnd + 1);
  if ('kind' in numbers) return numbers;
  const quoted = quotedFields(line, numbers.end);
  if (quoted === null || quoted.length < 2) return NOT_A_LINE;
  const [referer = '', userAgent = '', cookie = ''] = quoted;
  const parsed: AccessLine = {
    at: eventTime(dateAt(line, dateStart)),
    ...requestOf(unescapeQuoted(line, requestStart, requestEnd)),
    status: numbers.status,
    bytes: numbers.bytes,
    referer: dashIsNull(referer),
    userAgent: dashIsNull(userAgent),
    ip: dashIsNull(line.slice(0, line.indexOf(' '))),
    cookieId: dashIsNull(cookie),
  };
  return tooLong(parsed) ?? keep(parsed);
};

/**
 * Reads one Combined Log Format line (Apache HTTP Server, mod_log_config), with the cookie id as an optional tenth
 * quoted field. `-` is null.
 */
export const parseAccessLine = (line: string): Outcome<AccessLine> => {
  const dateStart = findDate(line, 0);
  if (dateStart < 0) return line.includes(' [') ? NO_DATE : NOT_A_LINE;
  return hasThreeNames(line, dateStart) ? afterDate(line, dateStart) : NOT_A_LINE;
};

/** Event time of a line, or null. */
export const timeOfAccessLine = (line: string): number | null => {
  const dateStart = findDate(line, 0);
  return dateStart < 0 ? null : dateAt(line, dateStart);
};

/** Decoder of raw `.log` files: every line is a page view of the own site; its subject is the cookie, if any. */
export const accessLogDecoder = (ids: RawIds = new RawIds()): LineDecoder<RawAccess> => ({
  decode: (raw) => {
    const bad = checkLine(raw, MAX_LINE_LENGTH);
    if (bad !== null) return bad;
    const parsed = parseAccessLine(trimLine(raw));
    if (parsed.kind !== 'keep') return parsed;
    const { cookieId, ...said } = parsed.value;
    return keep({
      kind: 'access',
      deviceId: null,
      memberId: null,
      cookieId: ids.takeOptional('cookie', cookieId),
      origin: 'APP',
      thirdPartyId: null,
      storeId: null,
      access: 'PAGE',
      ...said,
    });
  },
  timeOf: timeOfAccessLine,
});
