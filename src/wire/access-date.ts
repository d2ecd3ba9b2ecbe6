/** Reads the bracketed date of a Common Log Format line by fixed positions. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/time.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Length of `[17/May/2015:10:05:03 +0000]`. */
export const DATE_LENGTH = 28;
/** The offsets in use reach from −12:00 to +14:00. */
const MAX_ZONE_MINUTES = 14 * 60;

/** The number that the `length` digits from `from` on write, or NaN. */
export const digitsAt = (text: string, from: number, length: number): number => {
  let value = 0;
  for (let i = from; i < from + length; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
};

/**
 * Days from 1970-01-01 to a date of the proleptic Gregorian calendar, month 1–12 (H. Hinnant, "chrono-compatible
 * low-level date algorithms", days_from_civil).
 */
const daysFromCivil = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468
  );
};

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const isDate = (year: number, month: number, day: number): boolean =>
  year >= 0 && day >= 1 && day <= (MONTH_DAYS[month - 1] ?? 0) && (month !== 2 || day < 29 || isLeap(year));

/** Milliseconds of the day at `hh:mm:ss`, or NaN. A leap second counts as the second after it. */
const timeOfDayAt = (text: string, at: number): number => {
  const hour = digitsAt(text, at, 2);
  const minute = digitsAt(text, at + 3, 2);
  const second = digitsAt(text, at + 6, 2);
  if (text.charCodeAt(at + 2) !== 58 || text.charCodeAt(at + 5) !== 58) return NaN;
  if (!(hour < 24 && minute < 60 && second <= 60)) return NaN;
  return hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
};

/** Offset at `±hhmm` in milliseconds, or NaN. */
const zoneAt = (text: string, at: number): number => {
  const sign = text.charCodeAt(at);
  const minutes = digitsAt(text, at + 1, 2) * 60 + digitsAt(text, at + 3, 2);
  if (!(minutes <= MAX_ZONE_MINUTES) || digitsAt(text, at + 3, 2) > 59) return NaN;
  return sign === 43 ? minutes * MINUTE_MS : sign === 45 ? -minutes * MINUTE_MS : NaN;
};

const SLASHES: readonly (readonly [offset: number, code: number])[] = [
  [0, 91],
  [3, 47],
  [7, 47],
  [12, 58],
  [21, 32],
  [27, 93],
];

/** Epoch ms of the `[dd/Mon/yyyy:hh:mm:ss ±hhmm]` that starts at `at`, or NaN when none does. */
export const dateAt = (text: string, at: number): number => {
  for (const [offset, code] of SLASHES) if (text.charCodeAt(at + offset) !== code) return NaN;
  const day = digitsAt(text, at + 1, 2);
  const month = MONTHS.indexOf(text.slice(at + 4, at + 7)) + 1;
  const year = digitsAt(text, at + 8, 4);
  if (!isDate(year, month, day)) return NaN;
  return daysFromCivil(year, month, day) * DAY_MS + timeOfDayAt(text, at + 13) - zoneAt(text, at + 22);
};

/** Where the first readable date after a space starts, from `from` on; −1 when there is none. */
export const findDate = (text: string, from: number): number => {
  for (let at = text.indexOf(' [', from); at >= 0; at = text.indexOf(' [', at + 1)) {
    if (!Number.isNaN(dateAt(text, at + 1))) return at + 1;
  }
  return -1;
};
