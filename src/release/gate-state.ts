/** What the gate remembers of one statistics epoch until its last window closes. */
import type { FootfallEntry, VisitEntry } from '../model/tally.ts';
import type { EpochStart } from '../model/time.ts';
import { epochStart } from '../model/time.ts';
import type { Waiting } from './ladder.ts';
import { emptyWaiting } from './ladder.ts';
import type { ReleasedGroup } from './groups.ts';
import type { Next } from './partition.ts';
import { FOOTFALL_RUNGS, VISIT_RUNGS } from './rungs.ts';

/** Plain data, for sealed snapshots. */
export interface GateState {
  readonly epoch: EpochStart;
  readonly visits: Waiting<VisitEntry>;
  readonly footfall: Waiting<FootfallEntry>;
  /** Released rows that wait for a dwell or transitions row. */
  readonly dwell: Waiting<ReleasedGroup>;
  readonly place: Waiting<ReleasedGroup>;
  readonly category: Waiting<ReleasedGroup>;
  readonly successors: Map<string, Next>;
  /** Keys under which a finer row was released, and (`all|…`) keys whose row holds all of them. */
  readonly marks: Set<string>;
}

export const emptyGateState = (epoch: string): GateState => ({
  epoch: epochStart(Number(epoch)),
  visits: emptyWaiting(VISIT_RUNGS),
  footfall: emptyWaiting(FOOTFALL_RUNGS),
  dwell: emptyWaiting(VISIT_RUNGS),
  place: emptyWaiting(VISIT_RUNGS),
  category: emptyWaiting(VISIT_RUNGS),
  successors: new Map(),
  marks: new Set(),
});

/** Names one visit inside an epoch. */
export const successorKey = (entry: Pick<VisitEntry, 'subject' | 'store' | 'end'>): string =>
  `${entry.subject}|${entry.store}|${String(entry.end)}`;
