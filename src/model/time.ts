/** The words of time: event time, watermark, epochs and the windows that nest in them. All are epoch milliseconds UTC. */
import type { Brand } from './brand.ts';

/** When something happened, by the event itself (epoch ms UTC). */
export type EventTime = Brand<number, 'EventTime'>;

/** No event at or before this time is still expected (epoch ms UTC). */
export type Watermark = Brand<number, 'Watermark'>;

/** A point of wall-clock time, only ever read through the Clock port (epoch ms UTC). */
export type WallTime = Brand<number, 'WallTime'>;

/** The start of a salt epoch (epoch ms UTC); with an audience it names one salt. */
export type EpochStart = Brand<number, 'EpochStart'>;

/** Half open: start included, end not. */
export interface Window {
  readonly start: EventTime;
  readonly end: EventTime;
}

export const WINDOW_KINDS = ['hour', 'daypart', 'day'] as const;
export type WindowKind = (typeof WINDOW_KINDS)[number];

/** One statistics epoch: a day from the policy's day start to the next, with the windows inside it. */
export interface Epoch {
  readonly start: EpochStart;
  readonly end: EventTime;
  /** Calendar date (YYYY-MM-DD) in the policy's zone on which the epoch starts; the `day=` of the tables. */
  readonly date: string;
  readonly dayparts: readonly Window[];
}

export const eventTime = (ms: number): EventTime => ms as EventTime;
export const watermark = (ms: number): Watermark => ms as Watermark;
export const wallTime = (ms: number): WallTime => ms as WallTime;
export const epochStart = (ms: number): EpochStart => ms as EpochStart;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
