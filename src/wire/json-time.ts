/** Reads the event time of a JSON line without parsing it, as far as that is safe. */
import { dateAt, digitsAt, findDate } from './access-date.ts';
import { timeOfAccessLine } from './access-line.ts';
import { MAX_TIME_MS, isAbsent, isObject } from './fields.ts';
import { trimLine } from './line-guard.ts';

const NAME = '"atMs"';
const QUOTE = 34;

const isSpace = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13;

const skipSpace = (text: string, from: number): number => {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
};

/** Where the value of a name starts that is found at `nameAt`; −1 when what stands there is a string, not a name. */
const valueAfter = (text: string, nameEnd: number): number => {
  const colon = skipSpace(text, nameEnd);
  return text.charCodeAt(colon) === 58 ? skipSpace(text, colon + 1) : -1;
};

const MAX_DIGITS = 16;

/** Position after the digits from `from` on. */
const skipDigits = (text: string, from: number): number => {
  let at = from;
  while (text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at += 1;
  return at;
};

/** A whole number that ends where a JSON value may end; null for anything else. */
const wholeAt = (text: string, from: number): number | null => {
  const negative = text.charCodeAt(from) === 45;
  const start = negative ? from + 1 : from;
  const end = skipDigits(text, start);
  if (end === start || end - start > MAX_DIGITS) return null;
  const next = text.charCodeAt(end);
  if (next !== 44 && next !== 125 && !isSpace(next)) return null;
  const value = digitsAt(text, start, end - start);
  return negative ? -value : value;
};

const inRange = (value: unknown): number | null =>
  Number.isSafeInteger(value) && Math.abs(Number(value)) <= MAX_TIME_MS ? Number(value) : null;

/** The slow way, for spellings that the fast way does not read: escaped names, exponents, escaped lines. */
const parsedTime = (text: string): number | null => {
  try {
    const record: unknown = JSON.parse(trimLine(text));
    if (!isObject(record)) return null;
    const { atMs, line } = record;
    if (!isAbsent(atMs)) return inRange(atMs);
    return typeof line === 'string' ? timeOfAccessLine(trimLine(line)) : null;
  } catch {
    return null;
  }
};

/**
 * The time of `"line":"…"`. JSON escapes nothing in its date. No quote may come before it: past the first date of
 * a readable line stands the quote of the request, so a date behind a quote is not the line's.
 */
const timeInLine = (text: string): number | null => {
  const name = text.indexOf('"line"');
  const value = name < 0 ? -1 : valueAfter(text, name + 6);
  if (value < 0 || text.charCodeAt(value) !== QUOTE) return null;
  const date = findDate(text, value);
  return date >= 0 && text.lastIndexOf('"', date) === value ? dateAt(text, date) : null;
};

/** Event time of a JSON line in epoch ms: its `atMs`, or the date of its `line`. Null when neither can be read. */
export const timeOfJson = (text: string): number | null => {
  for (let at = text.indexOf(NAME); at >= 0; at = text.indexOf(NAME, at + NAME.length)) {
    const value = valueAfter(text, at + NAME.length);
    if (value >= 0) return inRange(wholeAt(text, value)) ?? parsedTime(text);
  }
  return timeInLine(text) ?? parsedTime(text);
};
