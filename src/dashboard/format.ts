/** Numbers, spans and times as the report writes them. */

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const ONE_DIGIT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const MINUTE_S = 60;
const HOUR_S = 3_600;
const PER_CENT = 100;

/** How a number that is withheld is written, everywhere. */
export const WITHHELD = 'withheld';

export const count = (n: number): string => WHOLE.format(n);

export const countOrWithheld = (n: number | null): string => (n === null ? WITHHELD : count(n));

/** `1 row`, `2 rows`. */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

/** A share in whole per cent; a share that is neither nothing nor all is never written as 0 % or 100 %. */
export const share = (part: number, whole: number): string => {
  if (whole <= 0) return '–';
  const percent = (part / whole) * PER_CENT;
  if (part > 0 && percent < 1) return '<1\u00a0%';
  if (part < whole && percent > PER_CENT - 1) return '>99\u00a0%';
  return `${WHOLE.format(percent)}\u00a0%`;
};

/** A duration in the largest unit that divides it: `90 s`, `5 min`, `24 h`. */
export const duration = (seconds: number): string => {
  if (seconds >= HOUR_S && seconds % HOUR_S === 0) return `${count(seconds / HOUR_S)} h`;
  if (seconds >= MINUTE_S && seconds % MINUTE_S === 0) return `${count(seconds / MINUTE_S)} min`;
  return `${count(seconds)} s`;
};

/** A dwell bin in minutes: `5–10 min`, `240 min and more`. */
export const dwellBin = (fromS: number, toS: number | null): string => {
  const from = ONE_DIGIT.format(fromS / MINUTE_S);
  return toS === null ? `${from} min and more` : `${from}–${ONE_DIGIT.format(toS / MINUTE_S)} min`;
};

export const hourOfDay = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** ISO 8601 with offset as `2026-03-02 04:00 +09:00`; what is not in that form stays as it is. */
export const timeText = (iso: string): string => {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.exec(iso);
  if (match === null) return iso;
  const [, day = '', time = '', offset = ''] = match;
  return `${day} ${time} ${offset === 'Z' ? 'UTC' : offset}`;
};

/** The first and last of the days, in ISO form because it sorts and copies well. */
export const daySpan = (days: readonly string[]): string => {
  const [first] = days;
  const last = days.at(-1);
  if (first === undefined || last === undefined) return 'no day';
  return first === last ? first : `${first} to ${last}`;
};

/** Metres for a scale bar: `500 m`, `2 km`. */
export const distance = (metres: number): string =>
  metres >= 1_000 ? `${count(metres / 1_000)} km` : `${count(metres)} m`;
