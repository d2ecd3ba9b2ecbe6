/** A log in memory for tests of what reads and writes it once: whole transactions, no groups, no faults. */
import type { Log, LogRecord, Outgoing } from '../../src/ports/log.ts';

export class SmallLog implements Pick<Log, 'partitionsOf' | 'readToEnd' | 'openWriter'> {
  /** By topic and partition. */
  readonly #partitions = new Map<string, LogRecord[][]>();
  readonly commits: (readonly Outgoing[])[] = [];
  readonly writers: string[] = [];

  constructor(topics: Readonly<Record<string, number>>) {
    for (const [topic, count] of Object.entries(topics)) {
      this.#partitions.set(
        topic,
        Array.from({ length: count }, () => []),
      );
    }
  }

  append({ topic, partition, key, value }: Outgoing): void {
    const records = this.#of(topic, partition);
    records.push({ offset: records.length, key, value });
  }

  partitionsOf(topic: string): Promise<number | null> {
    return Promise.resolve(this.#partitions.get(topic)?.length ?? null);
  }

  readToEnd: Log['readToEnd'] = ({ topic, partition }, from, take) => {
    const records = this.#of(topic, partition).slice(from ?? 0);
    const end = this.#of(topic, partition).length;
    // Two batches, so that nobody counts on one.
    const half = Math.ceil(records.length / 2);
    for (const part of [records.slice(0, half), records.slice(half)]) {
      take({ topic, partition, from: part[0]?.offset ?? end, records: part, next: end, end });
    }
    return Promise.resolve(end);
  };

  openWriter: Log['openWriter'] = (id) => {
    this.writers.push(id);
    return Promise.resolve({
      commit: (records) => {
        this.commits.push(records);
        for (const record of records) this.append(record);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    });
  };

  #of(topic: string, partition: number): LogRecord[] {
    const records = this.#partitions.get(topic)?.[partition];
    if (records === undefined) throw new Error(`no partition ${topic}-${String(partition)}`);
    return records;
  }
}
