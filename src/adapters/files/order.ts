/** Event time as an order over lines: what key a line has, and whether a file keeps that order within the lateness. */
import type { LineDecoder } from '../../wire/decoder.ts';

/** The fast look at a line's event time (epoch ms), null when it has none. */
export type TimeOf = LineDecoder<unknown>['timeOf'];

/** 2000-01-01 UTC: no event is older (`implausible_time`), and lines before the first readable time sort here. */
export const EARLIEST_MS = 946_684_800_000;

/** Keys span 42 bits above `EARLIEST_MS`: up to the year 2139. */
const LATEST_KEY_MS = EARLIEST_MS + 2 ** 42 - 1;

export interface KeyOptions {
  readonly timeOf: TimeOf;
  /**
   * Newest time believed (epoch ms). Later ones decide no order, so that one line of the year 2099 neither makes a
   * file unordered nor holds a merge back. Keep it the same over the resumed parts of one run.
   */
  readonly latestMs: number;
}

/**
 * The sort key of each line of one file in turn: its event time, or the key of the line before it when it has none
 * that can be believed. Such a line thus stays beside its predecessor.
 */
export class EventKeys {
  /** Key of the line seen last. */
  last = EARLIEST_MS;
  readonly #timeOf: TimeOf;
  readonly #latest: number;

  constructor(options: KeyOptions) {
    this.#timeOf = options.timeOf;
    this.#latest = Math.min(options.latestMs, LATEST_KEY_MS);
  }

  /** The key of the next line. */
  next(text: string): number {
    return this.#read(text) ?? this.last;
  }

  /** True when the line had a time that can be believed; it then is `last`. */
  move(text: string): boolean {
    return this.#read(text) !== null;
  }

  #read(text: string): number | null {
    const at = this.#timeOf(text);
    if (at === null || !(at >= EARLIEST_MS && at <= this.#latest)) return null;
    return (this.last = Math.floor(at));
  }
}

/** What is known of a file after one pass. */
export interface ScanResult {
  /** Lines delivered: records and faults, without header and empty lines. */
  readonly lines: number;
  /** Lines with an event time that can be believed. */
  readonly timed: number;
  /** Oldest and newest of these times, null when there is none. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** Sort key of the first line. */
  readonly headKeyMs: number;
  /** Physical number of the last line delivered, 0 when there is none. */
  readonly lastLine: number;
  /** No line is behind the newest before it by more than the lateness. */
  readonly inOrder: boolean;
  /** SHA-256 of the file as it lies on disk, hex. */
  readonly digest: string;
  readonly bytes: number;
  /** Modification time by the file system (epoch ms). */
  readonly modifiedMs: number;
}

/** Takes note of lines in file order. */
export class OrderTally {
  lines = 0;
  timed = 0;
  firstMs = Infinity;
  lastMs = -Infinity;
  headKeyMs = EARLIEST_MS;
  lastLine = 0;
  inOrder = true;
  readonly #keys: EventKeys;
  readonly #lateness: number;

  constructor(options: KeyOptions & { readonly latenessMs: number }) {
    this.#keys = new EventKeys(options);
    this.#lateness = options.latenessMs;
  }

  /** Counts a line and gives its key; null stands for a line that cannot be read. */
  note(text: string | null, line: number): number {
    const keys = this.#keys;
    if (text !== null && keys.move(text)) this.#time(keys.last);
    if (this.lines === 0) this.headKeyMs = keys.last;
    this.lines += 1;
    this.lastLine = line;
    return keys.last;
  }

  #time(at: number): void {
    this.timed += 1;
    if (at < this.firstMs) this.firstMs = at;
    if (at > this.lastMs) this.lastMs = at;
    else if (at < this.lastMs - this.#lateness) this.inOrder = false;
  }
}
