/** Durations as they are written in the configuration: ISO 8601 `PnDTnHnMnS`, nothing longer than days, fractions of seconds only. */
import { OboroError } from '../model/errors.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/time.ts';

/** The accepted form; months and years are left out because their length varies, and seconds have milliseconds at most. */
export const DURATION_PATTERN =
  /^P(?=\d|T\d)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;

const UNITS_MS = [DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS] as const;

/** Milliseconds of an ISO 8601 duration, or null when the text is none (ISO 8601-1:2019, 5.5.2, days to seconds). */
export const parseDuration = (text: string): number | null => {
  const match = DURATION_PATTERN.exec(text);
  if (match === null) return null;
  const ms = UNITS_MS.reduce((sum, unit, i) => sum + Math.round(Number(match[i + 1] ?? 0) * unit), 0);
  return Number.isSafeInteger(ms) ? ms : null;
};

/** Milliseconds of a duration that the schema has already accepted. Throws a BUG otherwise. */
export const durationMs = (text: string): number => {
  const ms = parseDuration(text);
  if (ms === null) throw new OboroError('BUG', 'a duration reached the policy without passing the schema');
  return ms;
};
