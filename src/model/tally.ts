/** What the gate is handed: windows that have closed, with the contributions whose finest open rung they were. */
import type { Retraction, SuccessorContribution, TraitsContribution } from './contribution.ts';
import type { Pseudonym } from './identity.ts';
import type { CellId, StoreId } from './place.ts';
import type { EpochStart, EventTime, Window, WindowKind } from './time.ts';

/** One counted visit. */
export interface VisitEntry {
  readonly subject: Pseudonym;
  readonly linked: boolean;
  readonly store: StoreId;
  readonly end: EventTime;
  readonly dwellMs: number;
}

/** One subject seen on the move in a cell. */
export interface FootfallEntry {
  readonly subject: Pseudonym;
  readonly linked: boolean;
  /** r8 by day, r6 at night. */
  readonly cell: CellId;
}

/** A window whose end plus grace the watermark has passed. */
export interface ClosedWindow {
  readonly kind: 'closed';
  readonly epoch: EpochStart;
  readonly windowKind: WindowKind;
  readonly window: Window;
  readonly visits: readonly VisitEntry[];
  readonly footfall: readonly FootfallEntry[];
}

/** All that reaches the gate, in order. */
export type GateInput = ClosedWindow | SuccessorContribution | TraitsContribution | Retraction;
