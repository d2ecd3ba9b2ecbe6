/** A log in memory that never fails: for tests of what the stream computes, not of how it survives. */
import { OboroError } from '../../../src/model/errors.ts';
import type {
  GroupHandlers,
  GroupReader,
  Log,
  LogBatch,
  LogRecord,
  Outgoing,
  Place,
  Position,
  Tail,
  TaskWriter,
} from '../../../src/ports/log.ts';

const nameOf = ({ topic, partition }: Place): string => `${topic}|${String(partition)}`;

class Partition {
  readonly records: LogRecord[] = [];
  start = 0;
  end = 0;

  append({ key, value }: Outgoing): void {
    this.records.push({ offset: this.end, key, value });
    this.end += 1;
  }
}

export class MemoryLog implements Log {
  readonly #topics = new Map<string, number>();
  readonly #partitions = new Map<string, Partition>();
  readonly #listeners = new Set<() => void>();
  readonly #epochs = new Map<string, number>();

  constructor(topics: Readonly<Record<string, number>>) {
    for (const [topic, partitions] of Object.entries(topics)) this.#topics.set(topic, partitions);
  }

  partition(place: Place): Partition {
    const partitions = this.#topics.get(place.topic);
    if (partitions === undefined || place.partition >= partitions) {
      throw new OboroError('TOPIC_MISSING', `there is no ${nameOf(place)}`);
    }
    const found = this.#partitions.get(nameOf(place)) ?? new Partition();
    this.#partitions.set(nameOf(place), found);
    return found;
  }

  /** All records of a topic, partition after partition. */
  records(topic: string): readonly (LogRecord & Place)[] {
    return Array.from({ length: this.#topics.get(topic) ?? 0 }, (_, partition) => ({
      topic,
      partition,
    })).flatMap((place) => this.partition(place).records.map((record) => ({ ...record, ...place })));
  }

  append(records: readonly Outgoing[]): void {
    const touched = new Set<Partition>();
    for (const record of records) {
      const partition = this.partition(record);
      partition.append(record);
      touched.add(partition);
    }
    for (const listener of this.#listeners) listener();
  }

  /** A transaction: its markers take an offset in every partition. */
  commit(records: readonly Outgoing[]): void {
    for (const record of records) this.partition(record).append(record);
    for (const partition of new Set(records.map((record) => this.partition(record)))) partition.end += 1;
    for (const listener of this.#listeners) listener();
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  openWriter(id: string): Promise<TaskWriter> {
    const epoch = (this.#epochs.get(id) ?? 0) + 1;
    this.#epochs.set(id, epoch);
    return Promise.resolve({
      commit: (records) => {
        if (this.#epochs.get(id) !== epoch)
          return Promise.reject(new OboroError('FENCED', 'another writer has the task'));
        this.commit(records);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    });
  }

  readToEnd(place: Place, from: number | null, take: (batch: LogBatch) => void): Promise<number> {
    const { end } = this.partition(place);
    take(this.batch(place, from ?? 0));
    return Promise.resolve(end);
  }

  batch(place: Place, from: number, max = Number.POSITIVE_INFINITY): LogBatch {
    const { records, end } = this.partition(place);
    const first = firstFrom(records, from);
    const wanted = records.slice(first, first + Math.min(max, records.length));
    const last = wanted.at(-1);
    const next = wanted.length < max || last === undefined ? end : last.offset + 1;
    return { ...place, from, records: wanted, next, end };
  }

  bounds(place: Place): Promise<{ start: number; end: number }> {
    const { start, end } = this.partition(place);
    return Promise.resolve({ start, end });
  }

  partitionsOf(topic: string): Promise<number | null> {
    return Promise.resolve(this.#topics.get(topic) ?? null);
  }

  deleteBefore(place: Place, offset: number): Promise<void> {
    const partition = this.partition(place);
    partition.records.splice(
      0,
      partition.records.findIndex((record) => record.offset >= offset),
    );
    partition.start = offset;
    return Promise.resolve();
  }

  tail(topic: string, take: (batch: LogBatch) => void): Promise<Tail> {
    const positions = new Map<number, number>();
    const turn = (): void => {
      for (let partition = 0; partition < (this.#topics.get(topic) ?? 0); partition++) {
        const batch = this.batch({ topic, partition }, positions.get(partition) ?? 0);
        if (batch.next === batch.from) continue;
        positions.set(partition, batch.next);
        take(batch);
      }
    };
    turn();
    const stop = this.listen(turn);
    return Promise.resolve({
      caughtUp: () => Promise.resolve(),
      close: () => {
        stop();
        return Promise.resolve();
      },
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Where in a list in order of offsets the records from an offset on begin. */
const firstFrom = (records: readonly LogRecord[], from: number): number => {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle]?.offset ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** A group's only member: gets every partition at once. */
export class MemoryReader implements GroupReader {
  readonly #log: MemoryLog;
  readonly #topics: readonly string[];
  readonly #partitions: number;
  readonly #positions = new Map<string, Position>();
  readonly #flowing = new Set<string>();
  readonly #maxRecords: number;
  #handlers: GroupHandlers | null = null;
  #isTurning = false;
  #stop: () => void = () => undefined;

  constructor(log: MemoryLog, topics: readonly string[], partitions: number, maxRecords = 500) {
    this.#log = log;
    this.#topics = topics;
    this.#partitions = partitions;
    this.#maxRecords = maxRecords;
  }

  join(handlers: GroupHandlers): Promise<void> {
    this.#handlers = handlers;
    this.#stop = this.#log.listen(() => this.#schedule());
    handlers.assigned(Array.from({ length: this.#partitions }, (_, i) => i));
    return Promise.resolve();
  }

  resumeAt(position: Position): void {
    this.#positions.set(nameOf(position), position);
    this.#flowing.add(nameOf(position));
    this.#schedule();
  }

  pause(places: readonly Place[]): void {
    for (const place of places) this.#flowing.delete(nameOf(place));
  }

  resume(places: readonly Place[]): void {
    for (const place of places) this.#flowing.add(nameOf(place));
    this.#schedule();
  }

  note(): Promise<void> {
    return Promise.resolve();
  }

  leave(): Promise<void> {
    this.#stop();
    this.#handlers = null;
    return Promise.resolve();
  }

  #schedule(): void {
    if (this.#isTurning) return;
    this.#isTurning = true;
    setImmediate(() => {
      this.#isTurning = false;
      this.#turn();
    });
  }

  #turn(): void {
    let more = false;
    for (const topic of this.#topics) {
      for (let partition = 0; partition < this.#partitions; partition++) {
        const position = this.#positions.get(nameOf({ topic, partition }));
        if (position === undefined || !this.#flowing.has(nameOf(position))) continue;
        const batch = this.#log.batch(position, position.offset, this.#maxRecords);
        if (batch.next === batch.from) continue;
        this.#positions.set(nameOf(position), { ...position, offset: batch.next });
        more = true;
        this.#handlers?.batch({ ...batch, topic, partition });
      }
    }
    if (more) this.#schedule();
  }
}
