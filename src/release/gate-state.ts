/** What the gate remembers of one statistics epoch until its last window closes. */
import type { TraitsContribution } from '../model/contribution.ts';
import type { Pseudonym } from '../model/identity.ts';
import type { CellId } from '../model/place.ts';
import type { BySubject, FootfallEntry, VisitEntry } from '../model/tally.ts';
import type { EpochStart } from '../model/time.ts';
import { epochStart } from '../model/time.ts';
import type { RegionCount } from './coverage.ts';
import type { ReleasedGroup } from './groups.ts';
import type { Waiting } from './ladder.ts';
import { emptyWaiting } from './ladder.ts';
import type { Parted } from './nesting.ts';
import { nothingParted } from './nesting.ts';
import type { Next } from './partition.ts';
import { FOOTFALL_RUNGS, VISIT_RUNGS } from './rungs.ts';

/** Every breakdown of `visits`: its table, and the dimension where it has several. */
export const BREAKDOWNS = [
  'dwell',
  'transitions.place',
  'transitions.category',
  'terminals.terminal_type',
  'terminals.os',
  'demographics.age_band',
  'demographics.gender',
  'demographics.prefecture',
] as const;
export type Breakdown = (typeof BREAKDOWNS)[number];

/** A subject's traits, and when they became known. */
export type KnownTraits = Pick<TraitsContribution, 'traits' | 'knownAt'>;

/** Plain data, for sealed snapshots. */
export interface GateState {
  readonly epoch: EpochStart;
  readonly visits: Waiting<VisitEntry>;
  readonly footfall: Waiting<FootfallEntry>;
  /** Released rows that wait for their breakdowns. */
  readonly waiting: Readonly<Record<Breakdown, Waiting<ReleasedGroup>>>;
  /** By subject, then by store and end of the visit that they follow. */
  readonly successors: Map<Pseudonym, Map<string, Next>>;
  readonly traits: Map<Pseudonym, KnownTraits>;
  /** Released parts of breakdowns. */
  readonly parted: Parted;
  /** All entries of the epoch that still may be taken back. */
  readonly bySubject: BySubject;
  /** Keys under which a finer row was released, and (`all|…`) keys whose row holds all of them. */
  readonly marks: Set<string>;
  readonly regions: Map<CellId, RegionCount>;
  /** The same epoch under the second parameter set. */
  shadow: GateState | null;
}

export const emptyGateState = (epoch: string): GateState => ({
  epoch: epochStart(Number(epoch)),
  visits: emptyWaiting(VISIT_RUNGS),
  footfall: emptyWaiting(FOOTFALL_RUNGS),
  waiting: {
    dwell: emptyWaiting(VISIT_RUNGS),
    'transitions.place': emptyWaiting(VISIT_RUNGS),
    'transitions.category': emptyWaiting(VISIT_RUNGS),
    'terminals.terminal_type': emptyWaiting(VISIT_RUNGS),
    'terminals.os': emptyWaiting(VISIT_RUNGS),
    'demographics.age_band': emptyWaiting(VISIT_RUNGS),
    'demographics.gender': emptyWaiting(VISIT_RUNGS),
    'demographics.prefecture': emptyWaiting(VISIT_RUNGS),
  },
  successors: new Map(),
  traits: new Map(),
  parted: nothingParted(),
  bySubject: new Map(),
  marks: new Set(),
  regions: new Map(),
  shadow: null,
});

type OneVisit = Pick<VisitEntry, 'subject' | 'store' | 'end'>;

const visitName = ({ store, end }: OneVisit): string => `${store}|${String(end)}`;

export const setSuccessor = (
  { successors }: Pick<GateState, 'successors'>,
  visit: OneVisit,
  next: Next,
): void => {
  const known = successors.get(visit.subject) ?? new Map<string, Next>();
  successors.set(visit.subject, known);
  known.set(visitName(visit), next);
};

/** Where the subject of a visit went next; null when nowhere, or not soon. */
export const successorOf = ({ successors }: Pick<GateState, 'successors'>, visit: OneVisit): Next | null =>
  successors.get(visit.subject)?.get(visitName(visit)) ?? null;
