/** What a log must bring to be held to the contract, and what the tests of the contract share. */
import type { Log, LogBatch, LogRecord, Outgoing, Place, TaskWriter } from '../../src/ports/log.ts';

export interface LogSubject {
  /** Another client of the same log. */
  open(): Promise<Log>;
  createTopic(
    topic: string,
    shape: { readonly partitions: number; readonly compacted?: boolean },
  ): Promise<void>;
  /** Writes without a transaction. */
  append(records: readonly Outgoing[]): Promise<void>;
  /** Writes in a transaction under an identifier and leaves it open; the answer aborts it. */
  hang(id: string, records: readonly Outgoing[]): Promise<() => Promise<void>>;
  /** Lets the log drop what a newer record of the same key has replaced, as far as it ever does. */
  compact(place: Place): Promise<void>;
  cleanUp(): Promise<void>;
}

/** What the tests of the contract share. */
export interface LogStage {
  readonly subject: () => LogSubject;
  readonly log: () => Log;
  /** A topic of its own for one test. */
  readonly topic: (shape?: { readonly partitions?: number; readonly compacted?: boolean }) => Promise<string>;
  /** An identifier of its own. */
  readonly id: () => string;
  readonly writer: (id?: string) => Promise<TaskWriter>;
  readonly read: (place: Place, from?: number) => Promise<Read>;
  /** Waits until a partition ends there: a commit is through before its markers are written. */
  readonly settled: (place: Place, end: number) => Promise<void>;
}

export interface Read {
  readonly batches: readonly LogBatch[];
  readonly records: readonly LogRecord[];
  readonly end: number;
}
