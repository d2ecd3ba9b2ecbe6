/** Behaviour found in movement: visits to known stores, and fixes outside any stay. */
import type { Who } from './identity.ts';
import type { CellId, StoreId } from './place.ts';
import type { EventTime } from './time.ts';

/** A device's stay at a store. */
export interface Visit {
  readonly kind: 'visit';
  readonly who: Who;
  readonly store: StoreId;
  readonly start: EventTime;
  readonly end: EventTime;
  /** Milliseconds of the stay between fixes that were inside. */
  readonly observedMs: number;
  /** Milliseconds of it that were inferred (bridged gaps, departure after the last fix). */
  readonly inferredMs: number;
  readonly fixes: number;
  /** Event time of the fix or timer that decided it. */
  readonly knownAt: EventTime;
}

/** One fix of a device on the move: outside any stay, in a footfall cell and daypart. */
export interface Outside {
  readonly kind: 'outside';
  readonly who: Who;
  /** H3 r8 by day, r6 in the night daypart. */
  readonly cell: CellId;
  /** Start of the daypart. */
  readonly windowStart: EventTime;
  readonly knownAt: EventTime;
}

export type Movement = Visit | Outside;
