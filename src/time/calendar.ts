/** Cuts event time into statistics epochs, dayparts and hours in the policy's zone; every window lies in one epoch (G-06). */
import type { Epoch, EpochStart, EventTime, Window, WindowKind } from '../model/time.ts';
import { DAY_MS, HOUR_MS, epochStart, eventTime } from '../model/time.ts';
import type { Zone } from './zone.ts';

export interface CalendarOptions {
  readonly zone: Zone;
  /** Hour of the zone at which an epoch starts. */
  readonly dayStartHour: number;
  /** Inner edges of the dayparts, hours of the zone, in order from the day start. */
  readonly daypartHours: readonly number[];
}

/** Epochs and windows by event time. Holds only a cache: equal calls give equal answers. */
export class Calendar {
  readonly zone: Zone;
  readonly #options: CalendarOptions;
  readonly #byStart = new Map<number, Epoch>();
  #last: Epoch | null = null;

  constructor(options: CalendarOptions) {
    this.zone = options.zone;
    this.#options = options;
  }

  /** The epoch in which an event time lies. */
  epochAt(at: EventTime): Epoch {
    const last = this.#last;
    if (last !== null && at >= last.start && at < last.end) return last;
    const { dayStartHour } = this.#options;
    const local = this.zone.localDate(eventTime(at));
    let start = this.zone.instant(local, dayStartHour);
    if (start > at) start = this.zone.instant(this.zone.addDays(local, -1), dayStartHour);
    const epoch = this.#known(start);
    this.#last = epoch;
    return epoch;
  }

  /** The epoch that starts at `start`. */
  epochOf(start: EpochStart): Epoch {
    return this.#known(start);
  }

  /** Start of the epoch before the one that starts at `start`. */
  epochBefore(start: EpochStart): EpochStart {
    return this.epochAt(eventTime(start - 1)).start;
  }

  /** The window of a kind in which an event time lies. */
  windowAt(kind: WindowKind, at: EventTime): Window {
    const epoch = this.epochAt(at);
    if (kind === 'day') return { start: eventTime(epoch.start), end: epoch.end };
    if (kind === 'daypart') return daypartAt(epoch, at);
    const start = epoch.start + Math.floor((at - epoch.start) / HOUR_MS) * HOUR_MS;
    return { start: eventTime(start), end: eventTime(Math.min(start + HOUR_MS, epoch.end)) };
  }

  /** All windows of a kind inside an epoch, in order. */
  windowsOf(kind: WindowKind, epoch: Epoch): readonly Window[] {
    if (kind === 'day') return [{ start: eventTime(epoch.start), end: epoch.end }];
    if (kind === 'daypart') return epoch.dayparts;
    const windows: Window[] = [];
    for (let start: number = epoch.start; start < epoch.end; start += HOUR_MS) {
      windows.push({ start: eventTime(start), end: eventTime(Math.min(start + HOUR_MS, epoch.end)) });
    }
    return windows;
  }

  /** True when the event time lies in the last daypart, the night. */
  isNight(at: EventTime): boolean {
    const night = this.epochAt(at).dayparts.at(-1);
    return night !== undefined && at >= night.start;
  }

  #known(start: number): Epoch {
    const found = this.#byStart.get(start);
    if (found !== undefined) return found;
    const epoch = this.#cut(start);
    if (this.#byStart.size > 4_096) this.#byStart.clear();
    this.#byStart.set(start, epoch);
    return epoch;
  }

  #cut(start: number): Epoch {
    const { dayStartHour, daypartHours } = this.#options;
    const date = this.zone.localDate(eventTime(start));
    const next = this.zone.addDays(date, 1);
    const end = this.zone.instant(next, dayStartHour);
    const edges = daypartHours.map((hour) => this.zone.instant(hour > dayStartHour ? date : next, hour));
    const bounds = [start, ...edges, end];
    const dayparts = bounds
      .slice(0, -1)
      .map((from, i) => ({ start: eventTime(from), end: eventTime(bounds[i + 1] ?? end) }));
    return { start: epochStart(start), end: eventTime(end), date: date, dayparts };
  }
}

const daypartAt = (epoch: Epoch, at: EventTime): Window => {
  for (const part of epoch.dayparts) if (at >= part.start && at < part.end) return part;
  return { start: eventTime(epoch.start), end: epoch.end };
};

/** Start of the one-hour epoch of the `nearby` audience (whole hours UTC). */
export const nearbyEpochAt = (at: EventTime): EpochStart => epochStart(Math.floor(at / HOUR_MS) * HOUR_MS);

export const NEARBY_EPOCH_MS = HOUR_MS;
/** Longest possible statistics epoch: a day of 25 hours. */
export const LONGEST_EPOCH_MS = DAY_MS + HOUR_MS;
