/** The fixes of an evaluation file, with the checks that the doors of the product would make. */
import type { DropReason, QuarantineReason } from '../../model/reasons.ts';
import type { Position } from '../../model/place.ts';
import { MINUTE_MS, eventTime, type EventTime } from '../../model/time.ts';
import { Header, eachLine, fieldsOf, numberOf, type Column } from './csv-lines.ts';

/** One usable line. */
export interface Fix {
  readonly device: string;
  readonly at: EventTime;
  readonly position: Position;
  readonly accuracyM: number | null;
}

const ACCURACY_MAX_M = 200;
const SKEW_MS = 5 * MINUTE_MS;
const YEAR_2000 = Date.UTC(2000, 0, 1);
/** Without an arrival time, a clock beyond this is broken; one such fix would make all later ones late. */
const YEAR_2100 = Date.UTC(2100, 0, 1);

/** Hands over every usable fix in file order, counts the others by reason, and tells how many lines there were. */
export const readFixes = async (
  path: string,
  take: (fix: Fix) => void,
  drop: (reason: DropReason | QuarantineReason) => void,
): Promise<number> => {
  let parse: ((line: string) => Fix | DropReason | QuarantineReason) | null = null;
  let lines = 0;
  await eachLine(path, (line) => {
    if (parse === null) {
      parse = parserOf(new Header(path, line));
    } else if (line !== '') {
      lines += 1;
      const fix = parse(line);
      if (typeof fix === 'string') drop(fix);
      else take(fix);
    }
  });
  return lines;
};

const parserOf = (header: Header): ((line: string) => Fix | DropReason | QuarantineReason) => {
  const device = header.column('device');
  const time = header.column('ts_ms');
  const lat = header.column('lat');
  const lng = header.column('lon', 'lng');
  const arrival = header.optional('arrival_ms');
  const accuracy = header.optional('accuracy_m');
  const number = (column: Column | null, row: readonly string[]): number | null =>
    column === null ? null : numberOf(column(row));
  return (line) => {
    const row = fieldsOf(line);
    const fix = {
      device: device(row),
      at: number(time, row),
      lat: number(lat, row),
      lng: number(lng, row),
      arrival: number(arrival, row),
      accuracyM: number(accuracy, row),
    };
    return checked(fix);
  };
};

interface Parsed {
  readonly device: string;
  readonly at: number | null;
  readonly lat: number | null;
  readonly lng: number | null;
  readonly arrival: number | null;
  readonly accuracyM: number | null;
}

const checked = (line: Parsed): Fix | DropReason | QuarantineReason => {
  const { device, at, lat, lng, arrival, accuracyM } = line;
  if (device === '' || at === null || lat === null || lng === null) return 'invalid_field';
  if (Math.abs(lat) > 90 || Math.abs(lng) > 180) return 'invalid_field';
  if (!isPlausible(at, arrival)) return 'implausible_time';
  if (accuracyM !== null && accuracyM > ACCURACY_MAX_M) return 'too_inaccurate';
  return { device, at: eventTime(Math.trunc(at)), position: { lat, lng }, accuracyM };
};

const isPlausible = (at: number, arrival: number | null): boolean =>
  at >= YEAR_2000 && at <= YEAR_2100 && (arrival === null || at <= arrival + SKEW_MS);
