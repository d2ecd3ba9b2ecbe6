/** One cheap pass over a file: how many lines, from when to when, in order or not, and the digest of its bytes. */
import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { OboroError } from '../../model/errors.ts';
import { textOf } from './cut.ts';
import type { LineSink } from './cut.ts';
import type { InputFile } from './discover.ts';
import { feedLines } from './lines.ts';
import type { KeyOptions, ScanResult } from './order.ts';
import { OrderTally } from './order.ts';

export interface ScanOptions extends KeyOptions {
  readonly latenessMs: number;
  readonly maxLineBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the file to its end. Throws as `byteChunks` does. */
export const scanFile = async (file: InputFile, options: ScanOptions): Promise<ScanResult> => {
  const pass = await Pass.of(file, options);
  for await (const _ of feedLines(file, tallySink(pass.tally), { ...options, onRaw: pass.onRaw }));
  return pass.result();
};

/** As `scanFile`, but gives up with null at the first sign of disorder: the sort's own pass then does the counting. */
export const scanUntilDisorder = async (
  file: InputFile,
  options: ScanOptions,
): Promise<ScanResult | null> => {
  const pass = await Pass.of(file, options);
  for await (const _ of feedLines(file, tallySink(pass.tally), { ...options, onRaw: pass.onRaw })) {
    if (!pass.tally.inOrder) return null;
  }
  return pass.result();
};

const tallySink = (tally: OrderTally): LineSink => ({
  line: (cut, start, end, line) => {
    tally.note(textOf(cut, start, end), line);
  },
  fault: (line) => {
    tally.note(null, line);
  },
});

/** What a pass over a whole file gathers beside its lines. */
export class Pass {
  readonly tally: OrderTally;
  readonly #modifiedMs: number;
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;

  private constructor(tally: OrderTally, modifiedMs: number) {
    this.tally = tally;
    this.#modifiedMs = modifiedMs;
  }

  static async of(file: InputFile, options: ScanOptions): Promise<Pass> {
    return new Pass(new OrderTally(options), (await stampOf(file)).modifiedMs);
  }

  readonly onRaw = (chunk: Buffer): void => {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
  };

  /** To be asked once, after the end. */
  result(): ScanResult {
    const { lines, timed, headKeyMs, lastLine, inOrder, firstMs, lastMs } = this.tally;
    return {
      lines,
      timed,
      firstMs: timed === 0 ? null : firstMs,
      lastMs: timed === 0 ? null : lastMs,
      headKeyMs,
      lastLine,
      inOrder,
      digest: this.#hash.digest('hex'),
      bytes: this.#bytes,
      modifiedMs: this.#modifiedMs,
    };
  }
}

/** Size and modification time of a file: equal stamps are taken for an unchanged file. Throws INPUT_MISSING. */
export const stampOf = async (
  file: InputFile,
): Promise<{ readonly bytes: number; readonly modifiedMs: number }> => {
  try {
    const { size, mtimeMs } = await stat(file.path);
    return { bytes: size, modifiedMs: mtimeMs };
  } catch (cause) {
    throw new OboroError('INPUT_MISSING', `${file.name}: no such file`, { cause });
  }
};
