/** Follows all partitions of a topic from its first record on, for as long as the process lives. */
import { setTimeout as sleep } from 'node:timers/promises';
import { OboroError } from '../../model/errors.ts';
import type { LogBatch, Tail } from '../../ports/log.ts';
import { faultOf } from './faults.ts';
import type { Fetcher } from './fetcher.ts';
import { firstAfter } from './read-to-end.ts';

const MAX_BYTES = 1_024 * 1_024;
const MAX_WAIT_MS = 250;

/** Pause after a fault that did not pass by itself, milliseconds. */
const REST_MS = 2_000;

interface Waiting {
  readonly ends: ReadonlyMap<number, number>;
  readonly resolve: () => void;
  readonly reject: (fault: OboroError) => void;
}

export class KafkaTail implements Tail {
  readonly #fetcher: Fetcher;
  readonly #topic: string;
  readonly #take: (batch: LogBatch) => void;
  readonly #positions: Map<number, number>;
  #waiting: Waiting[] = [];
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;

  private constructor(fetcher: Fetcher, topic: string, begin: Begin) {
    this.#fetcher = fetcher;
    this.#topic = topic;
    this.#take = begin.take;
    this.#positions = new Map(begin.positions);
    this.#done = this.#run();
  }

  /** Owns the fetcher from now on. Throws TOPIC_MISSING when there is no such topic. */
  static async open(fetcher: Fetcher, topic: string, take: (batch: LogBatch) => void): Promise<KafkaTail> {
    try {
      const count = await fetcher.partitionsOf(topic);
      if (count === null) throw new OboroError('TOPIC_MISSING', `there is no topic ${topic}`);
      const starts = await Promise.all(
        Array.from({ length: count }, (_, partition) => fetcher.bounds({ topic, partition })),
      );
      return new KafkaTail(fetcher, topic, { take, positions: starts.map(({ start }, p) => [p, start]) });
    } catch (cause) {
      await fetcher.close();
      throw cause;
    }
  }

  async caughtUp(): Promise<void> {
    const partitions = [...this.#positions.keys()];
    const bounds = await Promise.all(
      partitions.map((partition) => this.#fetcher.bounds({ topic: this.#topic, partition })),
    );
    const ends = new Map(partitions.map((partition, i) => [partition, bounds[i]?.end ?? 0]));
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ ends, resolve, reject });
      this.#tell();
      if (this.#closing.signal.aborted) this.#fail(closed(this.#topic));
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#fail(closed(this.#topic));
    await this.#fetcher.close();
    await this.#done;
  }

  /** Reads until it is closed. A fault that does not pass fails those who wait, and is tried again after a rest. */
  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#round();
      } catch (cause) {
        this.#fail(faultOf(cause, `${this.#topic} could not be read`));
        await sleep(REST_MS, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
      }
    }
  }

  async #round(): Promise<void> {
    const wants = [...this.#positions].map(([partition, offset]) => ({ partition, offset }));
    const round = { topic: this.#topic, wants, maxBytes: MAX_BYTES, maxWaitMs: MAX_WAIT_MS };
    const batches = await this.#fetcher.fetch(round);
    if (this.#closing.signal.aborted) return;
    if (batches === null) return this.#catchUpWithRetention();
    for (const batch of batches) {
      if (batch.next === this.#positions.get(batch.partition)) continue;
      // What was not taken is read again, and nobody is told that it was.
      this.#take(batch);
      this.#positions.set(batch.partition, batch.next);
    }
    this.#tell();
  }

  async #catchUpWithRetention(): Promise<void> {
    for (const [partition, offset] of this.#positions) {
      const place = { topic: this.#topic, partition };
      this.#positions.set(partition, await firstAfter(this.#fetcher, place, offset));
    }
    this.#tell();
  }

  #tell(): void {
    const isReached = ({ ends }: Waiting): boolean =>
      [...ends].every(([partition, end]) => (this.#positions.get(partition) ?? 0) >= end);
    const reached = this.#waiting.filter(isReached);
    this.#waiting = this.#waiting.filter((waiting) => !reached.includes(waiting));
    for (const { resolve } of reached) resolve();
  }

  #fail(fault: OboroError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(fault);
  }
}

interface Begin {
  readonly take: (batch: LogBatch) => void;
  readonly positions: readonly (readonly [partition: number, offset: number])[];
}

const closed = (topic: string): OboroError =>
  new OboroError('KAFKA_AWAY', `the reader of ${topic} was closed`);
