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

type Entry = VisitEntry | FootfallEntry;

/** The subject of an entry whose subject withdrew. */
const NOBODY = '' as Pseudonym;

/** What each subject has among waiting entries, so that taking it away costs no more than it has. */
export type BySubject = Map<Pseudonym, Entry[]>;

export const noteEntry = (index: BySubject, entry: Entry): void => {
  const entries = index.get(entry.subject);
  if (entries === undefined) index.set(entry.subject, [entry]);
  else entries.push(entry);
};

/** Takes an entry off the index: somebody else keeps it now. */
export const passEntry = (index: BySubject, entry: Entry): void => {
  const left = index.get(entry.subject)?.filter((other) => other !== entry) ?? [];
  if (left.length === 0) index.delete(entry.subject);
  else index.set(entry.subject, left);
};

/**
 * Blanks all that a subject has, wherever it waits: what is left is a place without anybody, which is passed over
 * when its turn comes.
 *
 * @guarantee G-03
 */
export const blankEntries = (index: BySubject, subject: Pseudonym): void => {
  for (const entry of index.get(subject) ?? [])
    Object.assign(entry, 'store' in entry ? NO_VISIT : NO_FOOTFALL);
  index.delete(subject);
};

const NO_VISIT: VisitEntry = {
  subject: NOBODY,
  linked: false,
  store: '' as StoreId,
  end: 0 as EventTime,
  dwellMs: 0,
};
const NO_FOOTFALL: FootfallEntry = { subject: NOBODY, linked: false, cell: '' as CellId };

export const isSomebody = ({ subject }: Entry): boolean => subject !== NOBODY;
