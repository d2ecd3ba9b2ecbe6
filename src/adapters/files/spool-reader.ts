/** Reads a spool back in order: a k-way merge of its runs, one open block a run. */
import type { FileHandle } from 'node:fs/promises';
import { isAscii } from 'node:buffer';
import { open } from 'node:fs/promises';
import { OboroError } from '../../model/errors.ts';
import type { LineFault } from './cut.ts';
import { CursorHeap } from './heap.ts';
import type { LineBatch } from './lines.ts';
import { BATCH_LINES } from './lines.ts';
import { FAULT_BIT } from './run-buffer.ts';
import type { Run, SortedSpool } from './spool.ts';

/** Lines by ascending (key, line). */
export interface SortedBatch extends LineBatch {
  /** Sort keys (epoch ms), see `EventKeys`. */
  readonly keys: readonly number[];
}

export interface ReadSpoolOptions {
  /** Records that were taken before and are passed over without becoming text. */
  readonly from?: number | undefined;
  readonly batchLines?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Memory: one block (64 KiB) a run, 1/128 of the input with runs of 8 MiB. Throws STATE_CORRUPT when the spool is
 * gone or was changed, and the signal's reason.
 */
export async function* readSpool(
  spool: SortedSpool,
  options: ReadSpoolOptions = {},
): AsyncGenerator<SortedBatch, void, undefined> {
  const { from = 0, batchLines = BATCH_LINES, signal } = options;
  const handle = await open(spool.path, 'r').catch((cause: unknown) => {
    throw corrupt(cause);
  });
  try {
    const merge = await RunMerge.of(spool, handle);
    for (let left = from; left > 0 && merge.head !== undefined; left -= 1) {
      if (!merge.advance()) await merge.reload();
    }
    for (;;) {
      signal?.throwIfAborted();
      const batch = new BatchBuilder();
      await fill(batch, merge, batchLines);
      if (batch.texts.length === 0) return;
      yield batch;
    }
  } finally {
    await handle.close();
  }
}

const fill = async (batch: BatchBuilder, merge: RunMerge, limit: number): Promise<void> => {
  while (batch.texts.length < limit) {
    const { head } = merge;
    if (head === undefined) return;
    head.copyTo(batch);
    if (!merge.advance()) await merge.reload();
  }
};

/** The runs of a spool, the one with the smallest head first. Waits only where a block ends. */
class RunMerge {
  readonly #cursors: readonly RunCursor[];
  readonly #heap: CursorHeap;

  private constructor(cursors: readonly RunCursor[]) {
    this.#cursors = cursors;
    this.#heap = new CursorHeap(cursors.length);
  }

  static async of(spool: SortedSpool, handle: FileHandle): Promise<RunMerge> {
    const merge = new RunMerge(spool.index.runs.map((run) => new RunCursor(run, handle, spool)));
    for (const [id, cursor] of merge.#cursors.entries()) {
      if (await cursor.load()) merge.#heap.push(id, cursor.key, cursor.line);
    }
    return merge;
  }

  /** Undefined when all is read. */
  get head(): RunCursor | undefined {
    return this.#heap.size === 0 ? undefined : this.#cursors[this.#heap.top];
  }

  /** Goes to the next record; false when the head's block is over and `reload` is due. */
  advance(): boolean {
    const { head } = this;
    if (head?.advance() !== true) return false;
    this.#heap.replaceTop(head.key, head.line);
    return true;
  }

  async reload(): Promise<void> {
    const { head } = this;
    if (head !== undefined && (await head.load())) this.#heap.replaceTop(head.key, head.line);
    else this.#heap.pop();
  }
}

class BatchBuilder implements SortedBatch {
  readonly texts: string[] = [];
  readonly lines: number[] = [];
  readonly keys: number[] = [];
  readonly faults = new Map<number, LineFault>();
}

/** Walks one run, block after block. */
class RunCursor {
  key = 0;
  line = 0;
  readonly #run: Run;
  readonly #handle: FileHandle;
  readonly #spool: SortedSpool;
  #block = 0;
  #offset: number;
  #count = 0;
  #at = 0;
  #keys = new Float64Array(0);
  #lines = new Uint32Array(0);
  #lengths = new Uint32Array(0);
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  #encoding: 'latin1' | 'utf8' = 'utf8';

  constructor(run: Run, handle: FileHandle, spool: SortedSpool) {
    this.#run = run;
    this.#handle = handle;
    this.#spool = spool;
    this.#offset = run.offset;
  }

  /** Goes to the first record of the next block; false when the run is over. */
  async load(): Promise<boolean> {
    const length = this.#run.lengths[this.#block];
    if (length === undefined) return false;
    const sealed = Buffer.allocUnsafeSlow(length);
    const { bytesRead } = await this.#handle.read(sealed, 0, length, this.#offset);
    const plain =
      bytesRead === length ? this.#spool.sealer.open(this.#run.firstBlock + this.#block, sealed) : null;
    if (plain === null) throw corrupt();
    this.#block += 1;
    this.#offset += length;
    this.#unpack(plain);
    return true;
  }

  /** Goes to the next record of the block; false when the block is over. */
  advance(): boolean {
    this.#start += (this.#lengths[this.#at] ?? 0) & ~FAULT_BIT;
    this.#at += 1;
    if (this.#at >= this.#count) return false;
    this.#look();
    return true;
  }

  copyTo(batch: BatchBuilder): void {
    const length = this.#lengths[this.#at] ?? 0;
    const end = this.#start + (length & ~FAULT_BIT);
    const text = this.#bytes.toString(this.#encoding, this.#start, end);
    if (length >= FAULT_BIT) {
      batch.faults.set(batch.texts.length, JSON.parse(text) as LineFault);
      batch.texts.push('');
    } else {
      batch.texts.push(text);
    }
    batch.lines.push(this.line);
    batch.keys.push(this.key);
  }

  #unpack(plain: Buffer): void {
    const count = plain.readUInt32LE(0);
    this.#keys = new Float64Array(aligned(plain, 8, 8 * count));
    this.#lines = new Uint32Array(aligned(plain, 8 + 8 * count, 4 * count));
    this.#lengths = new Uint32Array(aligned(plain, 8 + 12 * count, 4 * count));
    this.#bytes = plain.subarray(8 + 16 * count);
    this.#encoding = isAscii(this.#bytes) ? 'latin1' : 'utf8';
    this.#count = count;
    this.#at = 0;
    this.#start = 0;
    this.#look();
  }

  #look(): void {
    this.key = this.#keys[this.#at] ?? 0;
    this.line = this.#lines[this.#at] ?? 0;
  }
}

/** A copy of its own, for a view of 8-byte numbers needs an aligned start. */
const aligned = (bytes: Buffer, start: number, length: number): ArrayBuffer =>
  new Uint8Array(bytes.subarray(start, start + length)).buffer;

const corrupt = (cause?: unknown): OboroError =>
  new OboroError('STATE_CORRUPT', 'a spool of sorted input is gone or was changed', {
    cause,
    hint: 'Remove the spool folder and start again: the input is then sorted anew.',
  });
