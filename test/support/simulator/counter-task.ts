/** A task of a few lines on the runtime's runner: counts records by key and writes every count; exact only if each is done once. */
import type { LogBatch, Log, Outgoing, Position, TaskWriter } from '../../../src/ports/log.ts';
import type { Pending, StreamTask } from '../../../src/runtime/stream/stream-task.ts';
import { newIn } from '../../../src/runtime/stream/stream-task.ts';

export const COUNTER_TOPICS = { input: 'letters', state: 'letters.state', output: 'letters.counts' } as const;

interface Saved {
  readonly next: number;
  readonly counts: Readonly<Record<string, number>>;
}

export class CounterTask implements StreamTask {
  readonly #log: Log;
  readonly #partition: number;
  readonly #counts = new Map<string, number>();
  #position = 0;
  #records: Outgoing[] = [];
  #writer: TaskWriter | null = null;

  constructor(log: Log, partition: number) {
    this.#log = log;
    this.#partition = partition;
  }

  async takeOver(): Promise<readonly Position[]> {
    this.#writer = await this.#log.openWriter(`counter.${this.#partition}`);
    const place = { topic: COUNTER_TOPICS.state, partition: this.#partition };
    await this.#log.readToEnd(place, null, ({ records }) => {
      for (const { value } of records) {
        const { next, counts } = JSON.parse(String(value)) as Saved;
        this.#position = next;
        for (const [key, count] of Object.entries(counts)) this.#counts.set(key, count);
      }
    });
    return this.positions();
  }

  take(batch: LogBatch): Promise<void> {
    const fresh = newIn(batch, this.#position);
    if (fresh === null) return Promise.resolve();
    for (const { key } of fresh.records) {
      const letter = String(key);
      const count = (this.#counts.get(letter) ?? 0) + 1;
      this.#counts.set(letter, count);
      this.#write(COUNTER_TOPICS.output, `${letter}${count}`);
    }
    this.#position = fresh.next;
    return Promise.resolve();
  }

  turn(): void {
    // It has no time.
  }

  get pending(): Pending {
    return { records: this.#records.length, bytes: 0, urgent: false };
  }

  async commit(): Promise<void> {
    if (this.#records.length === 0) return;
    this.#write(COUNTER_TOPICS.state, JSON.stringify(this.#saved()));
    const records = this.#records;
    this.#records = [];
    await this.#writer?.commit(records);
  }

  positions(): readonly Position[] {
    return [{ topic: COUNTER_TOPICS.input, partition: this.#partition, offset: this.#position }];
  }

  async close(): Promise<void> {
    await this.#writer?.close();
  }

  #saved(): Saved {
    return { next: this.#position, counts: Object.fromEntries(this.#counts) };
  }

  #write(topic: string, text: string): void {
    this.#records.push({ topic, partition: this.#partition, key: null, value: Buffer.from(text) });
  }
}
