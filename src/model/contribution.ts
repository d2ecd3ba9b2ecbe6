/** What one subject adds to the tables: bounded contributions, their successors, and the notes that take them back. */
import type { Pseudonym } from './identity.ts';
import type { CellId, StoreId } from './place.ts';
import type { EpochStart, EventTime, Watermark } from './time.ts';

interface OfSubject {
  readonly epoch: EpochStart;
  /** H3 r5 parent; the key of `oboro.contributions`, so that one task sees a whole pooling hierarchy. */
  readonly region: CellId;
  readonly subject: Pseudonym;
}

/** One visit of one subject, ended in the window that `end` falls in. */
export interface VisitContribution extends OfSubject {
  readonly kind: 'visit';
  readonly linked: boolean;
  readonly store: StoreId;
  readonly end: EventTime;
  /** Clipped at the policy's maximum. */
  readonly dwellMs: number;
  readonly knownAt: EventTime;
}

/** Where the subject went after the visit that ended at `end`, within the session gap. */
export interface SuccessorContribution extends OfSubject {
  readonly kind: 'successor';
  readonly store: StoreId;
  readonly end: EventTime;
  /** H3 r7 cell of the next store. */
  readonly toCell: CellId;
  readonly toCategory: string;
  readonly knownAt: EventTime;
}

/** One subject seen outside any stay in a footfall cell and daypart. */
export interface FootfallContribution extends OfSubject {
  readonly kind: 'footfall';
  readonly linked: boolean;
  /** r8 by day, r6 at night. */
  readonly cell: CellId;
  readonly windowStart: EventTime;
  readonly knownAt: EventTime;
}

/** What is known of a subject beside its movement, each from a closed vocabulary; null where unknown or refused. */
export interface Traits {
  readonly terminalType: string | null;
  readonly os: string | null;
  readonly ageBand: string | null;
  readonly gender: string | null;
  readonly prefecture: string | null;
}

/** The subject's traits, for the breakdowns of the rows it is in. The one known last is taken. */
export interface TraitsContribution extends OfSubject {
  readonly kind: 'traits';
  readonly traits: Traits;
  readonly knownAt: EventTime;
}

/** The subject withdrew or was erased: take it out of every window not yet released (G-03). */
export interface Retraction extends OfSubject {
  readonly kind: 'retract';
}

/** A task will write nothing more that was known at or before the watermark. */
export interface Mark {
  readonly kind: 'mark';
  readonly task: string;
  readonly watermark: Watermark;
}

export type Contribution =
  VisitContribution | SuccessorContribution | FootfallContribution | TraitsContribution;
export type ContributionMessage = Contribution | Retraction | Mark;
