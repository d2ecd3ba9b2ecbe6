/** Purposes, sources and the choice a subject made about each of them. */
import type { EventTime } from './time.ts';

export const PURPOSES = [
  'nearbyShops',
  'usageStatistics',
  'fraudPrevention',
  'serviceImprovement',
  'thirdPartyTracking',
] as const;
export type Purpose = (typeof PURPOSES)[number];

export const SOURCES = ['location', 'terminalId', 'cookies'] as const;
export type Source = (typeof SOURCES)[number];

/** One switch of a subject: since when it has been on without a break, and when it was last seen off. */
export interface Grant {
  /** Null when it is off now. */
  readonly since: EventTime | null;
  /** Newest record that had it off; null when none had. */
  readonly lastOffAt: EventTime | null;
}

/** All we keep of a subject's consent records. */
export interface Consent {
  /** Event time of the newest record. */
  readonly at: EventTime;
  readonly policyVersion: number;
  readonly purposes: Readonly<Record<Purpose, Grant>>;
  readonly sources: Readonly<Record<Source, Grant>>;
  /** Event time of the newest erasure; events up to it are gone for good. */
  readonly erasedAt: EventTime | null;
}
