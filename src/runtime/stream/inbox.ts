/** Batches that wait for their task: rights before events, and of the events those of the input that is furthest behind. */
import type { EventTime } from '../../model/time.ts';
import type { LogBatch } from '../../ports/log.ts';

export interface InboxOptions {
  /** Topics that go before all others, in order. */
  readonly first: readonly string[];
  /** Bytes of one topic that may wait; beyond it the topic should pause. */
  readonly maxBytes: number;
}

interface Queue {
  readonly batches: LogBatch[];
  bytes: number;
}

export class Inbox {
  readonly #o: InboxOptions;
  readonly #queues = new Map<string, Queue>();

  constructor(options: InboxOptions) {
    this.#o = options;
  }

  put(batch: LogBatch): void {
    const queue = this.#queues.get(batch.topic) ?? { batches: [], bytes: 0 };
    this.#queues.set(batch.topic, queue);
    for (const slice of slicesOf(batch)) queue.batches.push(slice);
    queue.bytes += bytesOf(batch);
  }

  /** True when the topic's batches wait in numbers. */
  isFull(topic: string): boolean {
    return (this.#queues.get(topic)?.bytes ?? 0) > this.#o.maxBytes;
  }

  /** The next batch, still in its place; null when nothing waits. */
  peek(clockOf: (topic: string) => EventTime): LogBatch | null {
    for (const topic of this.#o.first) {
      const batch = this.#queues.get(topic)?.batches[0];
      if (batch !== undefined) return batch;
    }
    let next: LogBatch | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const [topic, { batches }] of this.#queues) {
      const clock = clockOf(topic);
      const [batch] = batches;
      if (batch === undefined || clock >= least) continue;
      next = batch;
      least = clock;
    }
    return next;
  }

  /** Takes the batch that was peeked at out. */
  drop(batch: LogBatch): void {
    const queue = this.#queues.get(batch.topic);
    if (queue?.batches[0] !== batch) return;
    queue.batches.shift();
    queue.bytes -= bytesOf(batch);
  }

  clear(): void {
    this.#queues.clear();
  }
}

/** Records taken at once: a commit may fall due between any two slices, and nothing else runs during one. */
const SLICE = 1_000;

/** The batch in pieces that follow each other without a gap. */
const slicesOf = (batch: LogBatch): readonly LogBatch[] => {
  const { records } = batch;
  if (records.length <= SLICE) return [batch];
  const slices: LogBatch[] = [];
  let { from } = batch;
  for (let i = 0; i < records.length; i += SLICE) {
    const some = records.slice(i, i + SLICE);
    const isLast = i + SLICE >= records.length;
    const next = isLast ? batch.next : (some.at(-1)?.offset ?? from) + 1;
    slices.push({ ...batch, from, next, records: some });
    from = next;
  }
  return slices;
};

const bytesOf = ({ records }: LogBatch): number => {
  let bytes = 0;
  for (const { key, value } of records) bytes += (key?.length ?? 0) + (value?.length ?? 0) + RECORD_BYTES;
  return bytes;
};

/** About what a record takes beside its bytes. */
const RECORD_BYTES = 100;
