/** Local time in an IANA zone by `Intl`, with offsets cached per UTC day where they do not change in it. */
import type { EventTime } from '../model/time.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../model/time.ts';

const QUARTER_MS = 15 * MINUTE_MS;
const CACHE_LIMIT = 100_000;

/** A calendar date as YYYY-MM-DD. */
type LocalDate = string;

/** Conversions between instants and local time of one zone. Offsets change on quarter hours only (tz database since 1972). */
export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();
  /** Offset of each UTC day that has only one. */
  readonly #days = new Map<number, number>();
  #lastDay = Number.NaN;
  #lastOffset = 0;

  /** Throws RangeError when the runtime does not know the zone. */
  constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Milliseconds to add to UTC to get local time. */
  offsetAt(at: EventTime): number {
    const day = Math.floor(at / DAY_MS);
    if (day === this.#lastDay) return this.#lastOffset;
    const offset = this.#dayOffset(day);
    if (offset === null) return this.#quarterOffset(at);
    this.#lastDay = day;
    this.#lastOffset = offset;
    return offset;
  }

  /** Null when the offset changes inside the day; no zone changes it twice in one day to what it was. */
  #dayOffset(day: number): number | null {
    const found = this.#days.get(day);
    if (found !== undefined) return found;
    const offset = this.#quarterOffset(day * DAY_MS);
    if (this.#quarterOffset((day + 1) * DAY_MS) !== offset) return null;
    if (this.#days.size >= CACHE_LIMIT) this.#days.clear();
    this.#days.set(day, offset);
    return offset;
  }

  #quarterOffset(at: number): number {
    const quarter = Math.floor(at / QUARTER_MS);
    const found = this.#offsets.get(quarter);
    if (found !== undefined) return found;
    const offset = this.#computeOffset(quarter * QUARTER_MS);
    if (this.#offsets.size >= CACHE_LIMIT) this.#offsets.clear();
    this.#offsets.set(quarter, offset);
    return offset;
  }

  localDate(at: EventTime): LocalDate {
    return dateOf(at + this.offsetAt(at));
  }

  /** Hour of the local day, 0–23. */
  localHour(at: EventTime): number {
    return new Date(at + this.offsetAt(at)).getUTCHours();
  }

  addDays(date: LocalDate, days: number): LocalDate {
    return dateOf(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS);
  }

  /**
   * The instant at which a local wall clock shows `hour`:00 on `date`. In a gap of daylight saving the clock jumps
   * over it: then the first instant after; in an overlap: the earlier one.
   */
  instant(date: LocalDate, hour: number): number {
    const local = Date.parse(`${date}T00:00:00Z`) + hour * HOUR_MS;
    const early = local - this.offsetAt((local - DAY_MS) as EventTime);
    const late = local - this.offsetAt((local + DAY_MS) as EventTime);
    const fits = [early, late]
      .filter((t) => t + this.offsetAt(t as EventTime) === local)
      .sort((a, b) => a - b);
    return fits[0] ?? Math.max(early, late);
  }

  /** ISO 8601 with this zone's offset, to the second, e.g. `2024-01-01T04:00:00+09:00`. */
  iso(at: EventTime): string {
    const offset = this.offsetAt(at);
    const minutes = Math.round(Math.abs(offset) / MINUTE_MS);
    const two = (n: number): string => String(n).padStart(2, '0');
    const sign = offset < 0 ? '-' : '+';
    const local = new Date(at + offset).toISOString().slice(0, 19);
    return `${local}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  }

  #computeOffset(at: number): number {
    const part: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(new Date(at))) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
  }
}

const dateOf = (local: number): LocalDate => new Date(local).toISOString().slice(0, 10);
