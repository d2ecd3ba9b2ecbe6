/** Sees which contributions each released row holds. For proofs where the data is at hand, never in service. */
import type { FootfallEntry, VisitEntry } from '../model/tally.ts';
import type { EventTime, WindowKind } from '../model/time.ts';

/** One released row, or one set of breakdown parts, with what it holds. */
export interface Witnessed {
  /** The table; for transitions with the dimension: `transitions.place`. */
  readonly series: string;
  readonly unitId: string;
  readonly windowKind: WindowKind;
  readonly windowStart: EventTime;
  readonly entries: readonly (VisitEntry | FootfallEntry)[];
}

export type Witness = (row: Witnessed) => void;
