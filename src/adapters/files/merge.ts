/** Merges several inputs by event time into one stream of batches that can be taken up again at any of them. */
import type { LineFault } from './cut.ts';
import type { InputFile } from './discover.ts';
import { CursorHeap } from './heap.ts';
import type { LineBatch } from './lines.ts';
import { BATCH_LINES, readLines } from './lines.ts';
import { EARLIEST_MS, EventKeys } from './order.ts';
import type { ScanResult, TimeOf } from './order.ts';
import { readSpool } from './spool-reader.ts';
import type { SortedSpool } from './spool.ts';

/** One input of a merge: a file in order within the lateness, or its sorted spool. */
export interface MergeSource {
  readonly file: InputFile;
  readonly timeOf: TimeOf;
  readonly spool: SortedSpool | null;
  /** Spares opening the file before its time comes, or when all of it was taken. */
  readonly scan: ScanResult | null;
}

/**
 * How far each source was taken, in the order of the sources; to be stored as JSON. Of a file in order it is the
 * number of the last line taken, of a spool the count of records taken, and 0 is the start.
 */
export type Position = readonly number[];

/** Lines of several sources in the order of event time. */
export interface MergedBatch extends LineBatch {
  /** Which source each line is of. */
  readonly sources: Uint16Array;
  /** Where to go on after this batch. */
  readonly position: Position;
}

export interface MergeOptions {
  /** See `KeyOptions`; the same over all parts of a run. */
  readonly latestMs: number;
  readonly batchLines?: number | undefined;
  readonly maxLineBytes?: number | undefined;
  /** Leaves unfinished last lines of plain files to `tailLines`. */
  readonly openEnd?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Merges the sources: the next line is always that of the source whose head has the smallest event time, ties by the
 * order of the sources. The sequence depends on the sources alone, not on batch sizes or restarts. Pulled, so it
 * buffers one batch a source that is open; a source is opened when its time comes and closed at its end. `from` is
 * the position of an earlier batch, or null for the start.
 *
 * Throws as `byteChunks` and `readSpool` do, and the signal's reason: ending quietly would look like the end of input.
 */
export async function* openMerged(
  sources: readonly MergeSource[],
  from: Position | null,
  options: MergeOptions,
): AsyncGenerator<MergedBatch, void, undefined> {
  const cursors = sources.map((source, at) => new SourceCursor(source, from?.[at] ?? 0, options));
  try {
    const [only] = cursors;
    if (only !== undefined && cursors.length === 1) yield* passThrough(only, options);
    else yield* interleave(cursors, options);
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

/** One source needs no comparing. */
async function* passThrough(
  cursor: SourceCursor,
  { signal }: MergeOptions,
): AsyncGenerator<MergedBatch, void, undefined> {
  while (await cursor.load()) {
    signal?.throwIfAborted();
    const { texts, lines, faults } = cursor.batch;
    cursor.takeAll();
    yield { texts, lines, faults, sources: new Uint16Array(texts.length), position: [cursor.taken] };
  }
}

async function* interleave(
  cursors: readonly SourceCursor[],
  { batchLines = BATCH_LINES, signal }: MergeOptions,
): AsyncGenerator<MergedBatch, void, undefined> {
  const heap = new CursorHeap(cursors.length);
  for (const [id, cursor] of cursors.entries()) {
    heap.push(id, cursor.key, id);
  }
  for (;;) {
    signal?.throwIfAborted();
    const builder = new MergedBuilder(batchLines);
    await fill(builder, heap, cursors);
    if (builder.texts.length === 0) return;
    yield builder.done(cursors);
  }
}

const fill = async (
  builder: MergedBuilder,
  heap: CursorHeap,
  cursors: readonly SourceCursor[],
): Promise<void> => {
  while (heap.size > 0 && builder.texts.length < builder.size) {
    const id = heap.top;
    const cursor = cursors[id];
    if (cursor === undefined) return;
    if (cursor.ready) {
      builder.take(cursor, id);
    } else if (!(await cursor.load())) {
      heap.pop();
      continue;
    }
    // At the end of its batch it stays on top with its old key and is loaded next: no other source may pass it there.
    if (cursor.ready) heap.replaceTop(cursor.key, id);
  }
};

class MergedBuilder {
  readonly texts: string[] = [];
  readonly lines: number[] = [];
  readonly faults = new Map<number, LineFault>();
  readonly size: number;
  readonly #sources: Uint16Array;

  constructor(size: number) {
    this.size = size;
    this.#sources = new Uint16Array(size);
  }

  take(cursor: SourceCursor, id: number): void {
    const { batch, at } = cursor;
    const text = batch.texts[at] ?? '';
    if (text.length === 0) this.#takeFault(batch.faults.get(at));
    this.#sources[this.texts.length] = id;
    this.texts.push(text);
    this.lines.push(batch.lines[at] ?? 0);
    cursor.advance();
  }

  done(cursors: readonly SourceCursor[]): MergedBatch {
    const { texts, lines, faults } = this;
    const sources = this.#sources.subarray(0, texts.length);
    return { texts, lines, faults, sources, position: cursors.map((cursor) => cursor.taken) };
  }

  #takeFault(fault: LineFault | undefined): void {
    if (fault !== undefined) this.faults.set(this.texts.length, fault);
  }
}

const EMPTY: LineBatch = { texts: [], lines: [], faults: new Map() };

/** Walks one source, batch after batch, and knows its position. */
class SourceCursor {
  batch: LineBatch = EMPTY;
  at = 0;
  /** Sort key of the head; while the source is still closed, no head is smaller. */
  key: number;
  /** Its entry in the position. */
  taken: number;
  readonly #source: MergeSource;
  readonly #scan: ScanResult | null;
  readonly #options: MergeOptions;
  readonly #from: number;
  readonly #keys: EventKeys;
  #stream: AsyncGenerator<LineBatch & { readonly keys?: readonly number[] }, void, undefined> | null = null;
  #sortedKeys: readonly number[] | undefined;

  constructor(source: MergeSource, from: number, options: MergeOptions) {
    this.#source = source;
    this.#scan = source.spool?.index.scan ?? source.scan;
    this.#options = options;
    this.#from = from;
    // Starting afresh is right also in the middle: a line without time has its predecessor's key, which was the
    // smallest of all, so it always follows at once.
    this.#keys = new EventKeys({ timeOf: source.timeOf, latestMs: options.latestMs });
    this.taken = from;
    this.key = this.#firstKey();
  }

  get ready(): boolean {
    return this.at < this.batch.texts.length;
  }

  /** Gets the next batch; false at the end of the source. */
  async load(): Promise<boolean> {
    if (this.#stream === null && this.#isTaken()) return false;
    this.#stream ??= this.#open();
    const next = await this.#stream.next();
    this.at = 0;
    if (next.done === true) {
      this.batch = EMPTY;
      return false;
    }
    this.batch = next.value;
    this.#sortedKeys = next.value.keys;
    this.key = this.#headKey();
    return true;
  }

  /** Takes the head. */
  advance(): void {
    this.taken = this.#source.spool === null ? (this.batch.lines[this.at] ?? 0) : this.taken + 1;
    this.at += 1;
    if (this.ready) this.key = this.#headKey();
  }

  /** Takes the whole batch, which needs no keys. */
  takeAll(): void {
    const { lines } = this.batch;
    this.taken = this.#source.spool === null ? (lines.at(-1) ?? 0) : this.taken + lines.length;
    this.at = lines.length;
  }

  /** Lets go of the file before its end. */
  async close(): Promise<void> {
    await this.#stream?.return();
  }

  #firstKey(): number {
    const scan = this.#scan;
    if (scan === null || this.#from > 0) return EARLIEST_MS;
    return this.#source.spool === null
      ? scan.headKeyMs
      : Math.min(scan.headKeyMs, scan.firstMs ?? EARLIEST_MS);
  }

  /** Key of the head; to be asked once for each item, in order. */
  #headKey(): number {
    const text = this.batch.texts[this.at] ?? '';
    return this.#sortedKeys?.[this.at] ?? (text === '' ? this.#keys.last : this.#keys.next(text));
  }

  #isTaken(): boolean {
    const scan = this.#scan;
    if (scan === null || this.#options.openEnd === true) return false;
    return this.taken >= (this.#source.spool === null ? scan.lastLine : scan.lines);
  }

  #open(): AsyncGenerator<LineBatch & { readonly keys?: readonly number[] }, void, undefined> {
    const { file, spool } = this.#source;
    if (spool !== null) return readSpool(spool, { ...this.#options, from: this.#from });
    return readLines(file, { ...this.#options, afterLine: this.#from });
  }
}
