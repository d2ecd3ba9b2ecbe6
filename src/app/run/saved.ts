/** What a run saves at a checkpoint beside the sealed states: where it was, and how much of its files counts. */
import type { Position } from '../../adapters/files/merge.ts';
import type { ScanResult } from '../../adapters/files/order.ts';
import type { CountTable } from '../../runtime/counters.ts';
import type { EngineRecord } from '../../runtime/engine.ts';
import type { Located } from './dead-letter.ts';
import type { Lengths } from './outputs.ts';
import type { ReleaseCounts } from './release-counts.ts';

/** Names nobody: times, counts, hashes and public keys only. */
export interface Saved {
  /** Configuration and inputs this state belongs to. */
  readonly fingerprint: string;
  /** Newest event time believed; fixed at the start, so that a later restart believes the same. */
  readonly latestMs: number;
  /** Null before the first batch. */
  readonly position: Position | null;
  /** Paths of the inputs that the position is of, in its order. */
  readonly sources: readonly string[];
  /** Last line taken of each followed file, by path. */
  readonly tails: ReadonlyMap<string, number>;
  readonly lines: number;
  /** Lines at the last regular commit; fewer than `lines` when the run was stopped between two. */
  readonly committedLines: number;
  readonly lengths: Lengths;
  readonly counters: CountTable;
  readonly faults: readonly Located[];
  readonly released: ReleaseCounts;
  readonly engine: Omit<EngineRecord, 'parts'>;
  /** What the scans found, by path. */
  readonly scans: ReadonlyMap<string, ScanResult>;
}

/** The saved position for the inputs as they are now: one that is new starts at its beginning. */
export const positionOf = ({ position, sources }: Saved, paths: readonly string[]): Position | null =>
  position === null ? null : paths.map((path) => position[sources.indexOf(path)] ?? 0);

/** True for no state, and for the first one: it is saved before anything is written. */
export const isUnwritten = (saved: Saved | undefined): boolean =>
  saved === undefined || saved.lengths.ledger === 0;
