/** One partition of the model broker: records and markers by offset, what of it readers of committed records may see, and what is gone. */
import type { Bounds, LogRecord } from '../../../src/ports/log.ts';

/** A transaction as its coordinator has decided it; a partition hears of that by a marker. */
export interface Transaction {
  readonly writer: string;
  readonly epoch: number;
  outcome: 'open' | 'committed' | 'aborted';
}

export interface Entry extends LogRecord {
  /** Null when it was written without one. */
  readonly transaction: Transaction | null;
  readonly isMarker: boolean;
}

export interface Written {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

export interface Read extends Bounds {
  readonly records: readonly LogRecord[];
  readonly next: number;
  /** First offset that readers of committed records may not look at yet. */
  readonly stable: number;
}

interface Waiting {
  readonly test: () => boolean;
  readonly wake: () => void;
}

export class PartitionLog {
  readonly topic: string;
  readonly partition: number;
  /** Everything that ever was here, also what is gone by now. */
  readonly history: Entry[] = [];
  #entries: Entry[] = [];
  #start = 0;
  #end = 0;
  /** First offset of each transaction that has no marker here yet. */
  readonly #open = new Map<Transaction, number>();
  #waiting: Waiting[] = [];

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get start(): number {
    return this.#start;
  }

  /** Offset after the last record of whatever kind. */
  get end(): number {
    return this.#end;
  }

  /** Last stable offset: where the oldest open transaction begins. */
  get stable(): number {
    let stable = this.#end;
    for (const first of this.#open.values()) stable = Math.min(stable, first);
    return stable;
  }

  append(records: readonly Written[], transaction: Transaction | null): void {
    if (transaction !== null && !this.#open.has(transaction)) this.#open.set(transaction, this.#end);
    for (const { key, value } of records) this.#put({ key, value, transaction, isMarker: false });
    this.#wake();
  }

  /** Writes a transaction's end; from here on its records are seen, or never. */
  mark(transaction: Transaction): void {
    this.#open.delete(transaction);
    this.#put({ key: null, value: null, transaction, isMarker: true });
    this.#wake();
  }

  /**
   * Looks at so many entries from an offset on, but not past the last stable one. A leaky reader shows aborted records
   * too. Null when the offset is not there.
   */
  read(from: number, looks: number, isLeaky = false): Read | null {
    if (from < this.#start || from > this.#end) return null;
    const { stable } = this;
    const records: LogRecord[] = [];
    let next = from;
    let looked = 0;
    for (let i = this.#indexOf(from); i < this.#entries.length && looked < looks; i++) {
      const entry = this.#entries[i];
      if (entry === undefined || entry.offset >= stable) break;
      looked += 1;
      next = entry.offset + 1;
      if (isShown(entry, isLeaky)) records.push({ offset: entry.offset, key: entry.key, value: entry.value });
    }
    // What compaction took away is passed over.
    if (looked < looks) next = Math.max(next, stable);
    return { records, next, stable, start: this.#start, end: this.#end };
  }

  /** Records that readers of committed records see, all at once. */
  committed(): readonly LogRecord[] {
    return this.read(this.#start, Number.POSITIVE_INFINITY)?.records ?? [];
  }

  /** What is written after this call, or a transaction's end, wakes it as soon as the test holds. */
  whenever(test: () => boolean, wake: () => void): void {
    this.#waiting.push({ test, wake });
  }

  deleteBefore(offset: number): void {
    this.#start = Math.max(this.#start, Math.min(offset, this.stable));
    this.#entries = this.#entries.filter((entry) => entry.offset >= this.#start);
  }

  /** Keeps of every key the newest committed record alone, below an offset; markers and aborted records go. */
  compact(below: number): void {
    const bound = Math.min(below, this.stable);
    const newest = new Map<string, number>();
    for (const entry of this.#entries) {
      if (entry.offset < this.stable && entry.key !== null && isShown(entry, false)) {
        newest.set(entry.key.toString('hex'), entry.offset);
      }
    }
    this.#entries = this.#entries.filter(
      ({ offset, key }) => offset >= bound || (key !== null && newest.get(key.toString('hex')) === offset),
    );
  }

  #put(entry: Omit<Entry, 'offset'>): void {
    const placed = { ...entry, offset: this.#end };
    this.#end += 1;
    this.#entries.push(placed);
    this.history.push(placed);
  }

  #wake(): void {
    const ready = this.#waiting.filter(({ test }) => test());
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { wake } of ready) wake();
  }

  /** Index of the first entry at or after an offset. */
  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.offset ?? offset) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const isShown = ({ transaction, isMarker }: Entry, isLeaky: boolean): boolean =>
  !isMarker && (transaction === null || isLeaky || transaction.outcome === 'committed');
