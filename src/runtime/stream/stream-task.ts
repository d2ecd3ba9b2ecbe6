/** One task as its runner drives it: taken over, fed with batches, committed, thrown away at the first doubt. */
import type { WallTime } from '../../model/time.ts';
import type { LogBatch, Position } from '../../ports/log.ts';

export interface Pending {
  readonly records: number;
  readonly bytes: number;
  /** True when somebody waits for this commit: a salt that was asked for. */
  readonly urgent: boolean;
}

/**
 * An attempt at one task. It is used once: after any rejection it is closed, and a new attempt takes the task over
 * (rule R). Calls come one after the other, but `commit` only has to hand its records over synchronously; the next
 * batch may be taken while it is under way.
 */
export interface StreamTask {
  /** Fences whoever had the task, restores its state; resolves with where each input goes on. */
  takeOver(): Promise<readonly Position[]>;
  /** Takes a batch. Rejects with a retriable SERVICE_AWAY before anything was changed, so that it can be given again. */
  take(batch: LogBatch): Promise<void>;
  /** Lets wall time do what it does to a task: inputs fall idle. */
  turn(now: WallTime): void;
  readonly pending: Pending;
  /** Commits what was done since the last commit; nothing to do is done at once. */
  commit(): Promise<void>;
  /** Where reading stands, for lag tools. */
  positions(): readonly Position[];
  close(): Promise<void>;
}

/** The part of a batch that is new to a task which stands at `position`; null when the batch starts after it or brings nothing. */
export const newIn = (batch: LogBatch, position: number): LogBatch | null => {
  if (batch.from > position || batch.next <= position) return null;
  if (batch.from === position) return batch;
  return { ...batch, from: position, records: batch.records.filter(({ offset }) => offset >= position) };
};
