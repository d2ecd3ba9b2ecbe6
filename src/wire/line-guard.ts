/** What every text line must pass before its format is looked at: its size and its encoding. */
import type { Quarantine } from '../flow/outcome.ts';
import { quarantine } from '../flow/outcome.ts';

/** Longest line of an event, in UTF-16 units. */
export const MAX_LINE_LENGTH = 65_536;
/** Longest line of a store, which may hold a polygon. */
export const MAX_STORE_LINE_LENGTH = 1_048_576;

/** Readers decode bytes as UTF-8 with U+FFFD for what is none; no record of ours has a use for that character. */
const REPLACEMENT = '\uFFFD';
const BOM = 0xfeff;

const BAD_ENCODING = quarantine('bad_encoding', null, 'UTF-8');
const TOO_LARGE = quarantine('too_large');

export const checkLine = (line: string, maxLength: number): Quarantine | null => {
  if (line.length > maxLength) return TOO_LARGE;
  return line.includes(REPLACEMENT) ? BAD_ENCODING : null;
};

/** Takes a byte order mark and the carriage return of a CRLF line end away. */
export const trimLine = (line: string): string => {
  const from = line.charCodeAt(0) === BOM ? 1 : 0;
  const to = line.charCodeAt(line.length - 1) === 13 ? line.length - 1 : line.length;
  return from === 0 && to === line.length ? line : line.slice(from, to);
};
