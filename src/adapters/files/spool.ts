/** The sealed file that sorted runs are spooled to: its blocks, its index, and the removal of both. */
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OboroError } from '../../model/errors.ts';
import type { Randomness } from '../../ports/clock.ts';
import type { ScanResult } from './order.ts';
import type { RunBuffer } from './run-buffer.ts';
import { FAULT_BIT } from './run-buffer.ts';
import { BlockSealer, INDEX_COUNTER, PREFIX_BYTES } from './seal.ts';

const BLOCK_BYTES = 65_536;
const BLOCK_RECORDS = 4_096;
const WRITE_BYTES = 1_048_576;
const MAGIC = Buffer.from('oborosp1');
const HEADER_BYTES = MAGIC.length + PREFIX_BYTES;
const SUFFIXES = ['.spool', '.spool-index', '.spool-index.tmp'] as const;

/** Where one input is spooled, and what seals it. */
export interface SpoolPlace {
  readonly dir: string;
  /** Names the spool inside `dir`: letters, digits, dot, dash; one per input. */
  readonly slot: string;
  /** 32 bytes. A spool left by a stopped run can be used again only under the same key. */
  readonly key: Uint8Array;
  readonly randomness: Randomness;
}

/** One sorted run: consecutive blocks of the spool file. */
export interface Run {
  readonly offset: number;
  readonly firstBlock: number;
  /** Sealed length of each block. */
  readonly lengths: readonly number[];
}

export interface SpoolIndex {
  /** Tells which input, read with which settings, the spool was made from. */
  readonly stamp: string;
  readonly scan: ScanResult;
  readonly runs: readonly Run[];
}

/** A complete spool. */
export interface SortedSpool {
  readonly path: string;
  readonly sealer: BlockSealer;
  readonly index: SpoolIndex;
}

const pathOf = (place: SpoolPlace, suffix: (typeof SUFFIXES)[number]): string =>
  join(place.dir, place.slot + suffix);

/** Writes sorted runs block by block. Throws OUTPUT_DENIED when the disk refuses. */
export class SpoolWriter {
  readonly #place: SpoolPlace;
  readonly #handle: FileHandle;
  readonly #header: Buffer;
  readonly #sealer: BlockSealer;
  readonly #keys = new Float64Array(BLOCK_RECORDS);
  readonly #lines = new Uint32Array(BLOCK_RECORDS);
  readonly #lengths = new Uint32Array(BLOCK_RECORDS);
  readonly #runs: Run[] = [];
  #bytes = Buffer.allocUnsafeSlow(2 * BLOCK_BYTES);
  #records = 0;
  #used = 0;
  #blocks = 0;
  #offset = HEADER_BYTES;
  #queue: Buffer[] = [];
  #queued = 0;

  private constructor(place: SpoolPlace, handle: FileHandle, header: Buffer) {
    this.#place = place;
    this.#handle = handle;
    this.#header = header;
    this.#sealer = new BlockSealer(place.key, header.subarray(MAGIC.length));
  }

  /** Starts a spool anew; whatever lay at its place is gone. */
  static async create(place: SpoolPlace): Promise<SpoolWriter> {
    return writing(async () => {
      await mkdir(place.dir, { recursive: true, mode: 0o700 });
      await removeSpool(place);
      const header = Buffer.concat([MAGIC, place.randomness.bytes(PREFIX_BYTES)]);
      const handle = await open(pathOf(place, '.spool'), 'w', 0o600);
      await handle.write(header);
      return new SpoolWriter(place, handle, header);
    });
  }

  /** Writes the records of a run in order; the buffer can be cleared afterwards. */
  async writeRun(run: RunBuffer): Promise<void> {
    const firstBlock = this.#blocks;
    const offset = this.#offset + this.#queued;
    const lengths: number[] = [];
    for (const place of run.order()) {
      const length = (run.lengths[place] ?? 0) & ~FAULT_BIT;
      if (this.#records > 0 && (this.#records === BLOCK_RECORDS || this.#used + length > BLOCK_BYTES)) {
        lengths.push(this.#sealBlock());
        if (this.#queued >= WRITE_BYTES) await this.#flush();
      }
      this.#put(run, place, length);
    }
    if (this.#records > 0) lengths.push(this.#sealBlock());
    await this.#flush();
    this.#runs.push({ offset, firstBlock, lengths });
  }

  /** Makes the spool complete: blocks on disk first, then the index by an atomic rename. */
  async finish(stamp: string, scan: ScanResult): Promise<SortedSpool> {
    const index: SpoolIndex = { stamp, scan, runs: this.#runs };
    const sealed = this.#sealer.seal(INDEX_COUNTER, [Buffer.from(JSON.stringify(index))]);
    await writing(async () => {
      await this.#handle.datasync();
      const draft = pathOf(this.#place, '.spool-index.tmp');
      await writeFile(draft, Buffer.concat([this.#header, sealed]), { mode: 0o600, flush: true });
      await rename(draft, pathOf(this.#place, '.spool-index'));
    });
    return { path: pathOf(this.#place, '.spool'), sealer: this.#sealer, index };
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #put(run: RunBuffer, place: number, length: number): void {
    if (this.#used + length > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(this.#used + length);
      this.#bytes.copy(grown, 0, 0, this.#used);
      this.#bytes = grown;
    }
    const at = this.#records;
    const start = run.starts[place] ?? 0;
    this.#keys[at] = run.keys[place] ?? 0;
    this.#lines[at] = run.lines[place] ?? 0;
    this.#lengths[at] = run.lengths[place] ?? 0;
    run.bytes.copy(this.#bytes, this.#used, start, start + length);
    this.#used += length;
    this.#records = at + 1;
  }

  /** Returns the sealed length. */
  #sealBlock(): number {
    const count = this.#records;
    const block = this.#sealer.seal(this.#blocks, [
      new Uint8Array(Uint32Array.of(count, 0).buffer),
      bytesOf(this.#keys.subarray(0, count)),
      bytesOf(this.#lines.subarray(0, count)),
      bytesOf(this.#lengths.subarray(0, count)),
      this.#bytes.subarray(0, this.#used),
    ]);
    this.#queue.push(block);
    this.#queued += block.length;
    this.#blocks += 1;
    this.#records = 0;
    this.#used = 0;
    return block.length;
  }

  async #flush(): Promise<void> {
    const block = Buffer.concat(this.#queue);
    this.#queue = [];
    this.#queued = 0;
    await writing(() => this.#handle.write(block, 0, block.length, this.#offset));
    this.#offset += block.length;
  }
}

const bytesOf = (view: Float64Array | Uint32Array): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

const writing = async <T>(act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (cause) {
    throw new OboroError('OUTPUT_DENIED', 'the spool folder cannot be written', { cause });
  }
};

/** The complete spool that a stopped run left at this place for the same input and settings; null when there is none. */
export const openSpool = async (place: SpoolPlace, stamp: string): Promise<SortedSpool | null> => {
  const sealed = await readFile(pathOf(place, '.spool-index')).catch(() => null);
  if (sealed === null || !sealed.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  if (sealed.length <= HEADER_BYTES) return null;
  const sealer = new BlockSealer(place.key, sealed.subarray(MAGIC.length, HEADER_BYTES));
  const plain = sealer.open(INDEX_COUNTER, sealed.subarray(HEADER_BYTES));
  if (plain === null) return null;
  const index = JSON.parse(plain.toString()) as SpoolIndex;
  const path = pathOf(place, '.spool');
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  return index.stamp === stamp && size === sizeOf(index) ? { path, sealer, index } : null;
};

const sizeOf = (index: SpoolIndex): number =>
  index.runs.reduce((sum, run) => run.lengths.reduce((a, b) => a + b, sum), HEADER_BYTES);

/** Removes the spool at a place, complete or not. */
export const removeSpool = async (place: Pick<SpoolPlace, 'dir' | 'slot'>): Promise<void> => {
  for (const suffix of [...SUFFIXES].reverse()) {
    await rm(join(place.dir, place.slot + suffix), { force: true });
  }
};

/**
 * Removes all spools in a folder but those of the given slots: what a killed run, or one with other inputs, left.
 *
 * @guarantee G-04
 */
export const sweepSpools = async (dir: string, keepSlots: readonly string[] = []): Promise<void> => {
  for (const name of await readdir(dir).catch(() => [])) {
    const suffix = SUFFIXES.find((known) => name.endsWith(known));
    if (suffix !== undefined && !keepSlots.includes(name.slice(0, -suffix.length))) {
      await rm(join(dir, name), { force: true });
    }
  }
};
