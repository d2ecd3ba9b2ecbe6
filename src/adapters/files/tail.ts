/** Follows a plain file: hands on complete lines as they are appended, also after the file is rotated. */
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { OboroError } from '../../model/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { LineCutter } from './cut.ts';
import type { InputFile } from './discover.ts';
import { LineCollector } from './lines.ts';
import type { LineBatch } from './lines.ts';

const READ_BYTES = 65_536;
const POLL_MS = 500;

/** The start of a line: how many bytes and lines are before it. */
export interface TailPosition {
  readonly byte: number;
  readonly line: number;
}

export interface TailBatch extends LineBatch {
  /** Where to go on after this batch. */
  readonly position: TailPosition;
  /** True when these are the first lines of a new file under the old name, or of the same file after it was emptied. */
  readonly restarted: boolean;
}

export interface TailOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Default: the start of the file. */
  readonly from?: TailPosition | undefined;
  /** Lines up to this number are passed over, for whoever knows lines but no bytes (`Position` of a merge). */
  readonly afterLine?: number | undefined;
  readonly pollMs?: number | undefined;
  readonly maxLineBytes?: number | undefined;
}

/**
 * The lines of a file from a position on, for as long as the signal is not aborted; then it ends quietly. An
 * unfinished line waits for its line end. A name that is away for a moment, as in a rotation, is waited for. Throws
 * INPUT_INVALID for gzip files, which cannot grow by lines.
 */
export async function* tailLines(
  file: InputFile,
  options: TailOptions,
): AsyncGenerator<TailBatch, void, undefined> {
  if (file.gz) throw new OboroError('INPUT_INVALID', `${file.name}: a gzip file cannot be followed`);
  let opening = options;
  let restarted = false;
  while (!options.signal.aborted) {
    const tail = await Tail.open(file, opening);
    if (tail === null) {
      await pause(options);
      continue;
    }
    yield* follow(tail, restarted, options);
    opening = { ...options, from: undefined, afterLine: undefined };
    restarted = true;
  }
}

/** Follows one file until another takes its name. */
async function* follow(
  tail: Tail,
  restarted: boolean,
  options: TailOptions,
): AsyncGenerator<TailBatch, void, undefined> {
  let first = restarted;
  try {
    while (!options.signal.aborted) {
      // Asked before the reading: what was appended to a file until it was replaced is then still read.
      const replaced = await tail.isReplaced();
      for await (const batch of tail.rest(options.signal)) {
        yield { ...batch, restarted: first };
        first = false;
      }
      if (replaced) return;
      await pause(options);
    }
  } finally {
    await tail.close();
  }
}

const pause = async ({ clock, pollMs = POLL_MS, signal }: TailOptions): Promise<void> => {
  try {
    await clock.sleep(pollMs, signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
};

/** One file, open, and how far it was read. */
class Tail {
  readonly #file: InputFile;
  readonly #handle: FileHandle;
  readonly #inode: number;
  readonly #base: number;
  readonly #collector: LineCollector;
  readonly #cutter: LineCutter;
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  #read: number;

  private constructor(file: InputFile, handle: FileHandle, inode: number, options: TailOptions) {
    const { from = { byte: 0, line: 0 }, maxLineBytes, afterLine } = options;
    this.#file = file;
    this.#handle = handle;
    this.#inode = inode;
    this.#base = from.byte;
    this.#read = from.byte;
    this.#collector = new LineCollector(Infinity, afterLine);
    const header = file.format === 'csv' && from.line === 0;
    this.#cutter = new LineCutter(this.#collector, { maxLineBytes, header, linesBefore: from.line });
  }

  /** Null while there is no such file. */
  static async open(file: InputFile, options: TailOptions): Promise<Tail | null> {
    const handle = await open(file.path, 'r').catch(() => null);
    if (handle === null) return null;
    const { ino } = await handle.stat();
    return new Tail(file, handle, ino, options);
  }

  /** True when the name now stands for another file, or the file was cut below what was read. */
  async isReplaced(): Promise<boolean> {
    const now = await stat(this.#file.path).catch(() => null);
    return now !== null && (now.ino !== this.#inode || now.size < this.#read);
  }

  /** Complete lines from where the last reading stopped to the end of the file. */
  async *rest(
    signal: AbortSignal,
  ): AsyncGenerator<LineBatch & { readonly position: TailPosition }, void, undefined> {
    while (!signal.aborted) {
      const { bytesRead } = await this.#handle.read(this.#buffer, 0, READ_BYTES, this.#read);
      if (bytesRead === 0) return;
      this.#read += bytesRead;
      this.#cutter.push(this.#buffer.subarray(0, bytesRead));
      const position = { byte: this.#base + this.#cutter.bytes, line: this.#cutter.lines };
      for (const batch of this.#collector.takeRest()) yield { ...batch, position };
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
