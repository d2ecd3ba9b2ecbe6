/** What the runtime asks of a partitioned log: fenced transactions, reads to the end, and a share of a group's partitions. Kafka implements it, and the model broker of the tests. */

import type { QuarantineReason } from '../model/reasons.ts';

/** One partition of one topic. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

export interface LogRecord {
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Set where a batch stood that nobody can read: its first offset, and why. Key and value are null then. */
  readonly unreadable?: Unreadable;
}

export interface Unreadable {
  readonly reason: QuarantineReason;
  /** Size of the batch as it was sent. */
  readonly byteCount: number;
}

/** Committed records of one partition, in offset order; headers never pass (G-15). */
export interface LogBatch extends Place {
  /** The position that was asked for; records before it may have been there and are not shown. */
  readonly from: number;
  readonly records: readonly LogRecord[];
  /** Where reading goes on: after everything looked at, markers and aborted records included. */
  readonly next: number;
  /** End of the partition when it was last seen; `next === end` says that nothing more was there. */
  readonly end: number;
}

export interface Outgoing extends Place {
  readonly key: Buffer | null;
  /** Null is a tombstone. */
  readonly value: Buffer | null;
}

/** Writes for one task. Nobody else can write under its identifier while it is the newest. */
export interface TaskWriter {
  /**
   * Writes the records in one transaction and commits it. Any rejection leaves the outcome unknown: close the writer,
   * forget what was in memory and take the task over again (rule R); never call `commit` again.
   */
  commit(records: readonly Outgoing[]): Promise<void>;
  /** Lets go of connections; never waits for a transaction and never rejects. */
  close(): Promise<void>;
}

export interface Bounds {
  /** First offset that is still there. */
  readonly start: number;
  /** Offset after the last. */
  readonly end: number;
}

/** Follows all partitions of a topic from its first record on. */
export interface Tail {
  /** Resolves when everything that was there at the call has been handed over. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

export interface Log {
  /** A writer under a transactional id; ends the transaction of whoever wrote under it before, and fences that one. */
  openWriter(id: string): Promise<TaskWriter>;
  /**
   * Hands over the committed records from an offset (or the first that is still there) to the end that the partition
   * has after the call; resolves with that end.
   */
  readToEnd(place: Place, from: number | null, take: (batch: LogBatch) => void): Promise<number>;
  bounds(place: Place): Promise<Bounds>;
  /** Null when there is no such topic. */
  partitionsOf(topic: string): Promise<number | null>;
  /** Lets the log drop what lies before an offset, for size only. */
  deleteBefore(place: Place, offset: number): Promise<void>;
  tail(topic: string, take: (batch: LogBatch) => void): Promise<Tail>;
  close(): Promise<void>;
}

/** A position of one input. */
export interface Position extends Place {
  readonly offset: number;
}

export interface GroupHandlers {
  /**
   * The partitions that are this member's from now on; everything is paused until it is resumed, and no batch of an
   * earlier assignment comes after the call. Synchronous.
   */
  assigned(partitions: readonly number[]): void;
  /** May come twice or start before the position after a seek; compare `from` and the offsets with your own position. */
  batch(batch: LogBatch): void;
  /** The reader has given up; the process should end and be started again. */
  crashed(fault: Error): void;
}

/** Membership in a group that shares the partitions of its topics: partition p of all of them goes to one member. */
export interface GroupReader {
  join(handlers: GroupHandlers): Promise<void>;
  /** Sets where the reading of a partition goes on, and lets it flow. */
  resumeAt(position: Position): void;
  pause(places: readonly Place[]): void;
  resume(places: readonly Place[]): void;
  /** Tells the group how far reading got: for lag tools only, never read back. */
  note(positions: readonly Position[]): Promise<void>;
  leave(): Promise<void>;
}
