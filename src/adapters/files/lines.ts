/** Reads the lines of an input file in batches of strings; also its header, and small files whole. */
import { OboroError } from '../../model/errors.ts';
import type { ByteOptions } from './bytes.ts';
import { byteChunks } from './bytes.ts';
import type { Cut, LineFault, LineSink } from './cut.ts';
import { LineCutter, textOf } from './cut.ts';
import type { InputFile } from './discover.ts';

export const BATCH_LINES = 4_096;

/** Lines in file order. `texts[i]` came from line `lines[i]`; it is empty exactly where `faults` has `i`. */
export interface LineBatch {
  readonly texts: readonly string[];
  /** Physical line numbers, from 1; a header and empty lines are counted but not delivered. */
  readonly lines: readonly number[];
  readonly faults: ReadonlyMap<number, LineFault>;
}

export interface FeedOptions extends ByteOptions {
  readonly maxLineBytes?: number | undefined;
  /** Leaves a last line without line end to whoever follows the file; gzip files are read to their end anyway. */
  readonly openEnd?: boolean | undefined;
}

export interface ReadLinesOptions extends FeedOptions {
  readonly batchLines?: number | undefined;
  /** Lines up to this number were taken before and are passed over. */
  readonly afterLine?: number | undefined;
}

/** Drives a file's lines into a sink and pauses after every chunk. Throws as `byteChunks` does. */
export async function* feedLines(
  file: InputFile,
  sink: LineSink,
  options: FeedOptions = {},
): AsyncGenerator<undefined, void, undefined> {
  const { maxLineBytes, openEnd } = options;
  const cutter = new LineCutter(sink, { maxLineBytes, header: file.format === 'csv' });
  for await (const chunk of byteChunks(file, options)) {
    if (chunk === null) cutter.cutShort();
    else cutter.push(chunk);
    yield;
  }
  if (openEnd !== true || file.gz) cutter.end();
  yield;
}

/** The lines of a file, all batches but the last full. Memory: one chunk and one or two batches. */
export async function* readLines(
  file: InputFile,
  options: ReadLinesOptions = {},
): AsyncGenerator<LineBatch, void, undefined> {
  const collector = new LineCollector(options.batchLines, options.afterLine);
  for await (const _ of feedLines(file, collector, options)) yield* collector.takeFull();
  yield* collector.takeRest();
}

/** A sink that makes batches. */
export class LineCollector implements LineSink {
  readonly #limit: number;
  readonly #after: number;
  readonly #full: LineBatch[] = [];
  #texts: string[] = [];
  #lines: number[] = [];
  #faults = new Map<number, LineFault>();

  constructor(batchLines = BATCH_LINES, afterLine = 0) {
    this.#limit = batchLines;
    this.#after = afterLine;
  }

  line(cut: Cut, start: number, end: number, line: number): void {
    if (line <= this.#after) return;
    this.#texts.push(textOf(cut, start, end));
    this.#lines.push(line);
    if (this.#texts.length >= this.#limit) this.#seal();
  }

  fault(line: number, fault: LineFault): void {
    if (line <= this.#after) return;
    this.#faults.set(this.#texts.length, fault);
    this.#texts.push('');
    this.#lines.push(line);
    if (this.#texts.length >= this.#limit) this.#seal();
  }

  /** The batches that are full. */
  takeFull(): readonly LineBatch[] {
    return this.#full.length === 0 ? NONE : this.#full.splice(0);
  }

  /** All that is left. */
  takeRest(): readonly LineBatch[] {
    if (this.#texts.length > 0) this.#seal();
    return this.takeFull();
  }

  #seal(): void {
    this.#full.push({ texts: this.#texts, lines: this.#lines, faults: this.#faults });
    this.#texts = [];
    this.#lines = [];
    this.#faults = new Map();
  }
}

const NONE: readonly LineBatch[] = [];

/** The first line of a CSV file that is not empty, without its line end; null when the file has none that is readable. */
export const readHeader = async (file: InputFile): Promise<string | null> => {
  const asLines: InputFile = { ...file, format: 'log' };
  for await (const batch of readLines(asLines, { batchLines: 1 })) {
    return batch.faults.size > 0 ? null : (batch.texts[0] ?? null);
  }
  return null;
};

/**
 * A small file as one text, for formats that are not lines (GeoJSON). Throws INPUT_INVALID when it is damaged, not
 * UTF-8 or larger than `maxBytes`.
 */
export const readWhole = async (file: InputFile, maxBytes: number): Promise<string> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of byteChunks(file)) {
    if (chunk === null) throw new OboroError('INPUT_INVALID', `${file.name}: ends or breaks in the middle`);
    size += chunk.length;
    if (size > maxBytes) {
      throw new OboroError('INPUT_INVALID', `${file.name}: larger than ${String(maxBytes)} bytes`);
    }
    parts.push(Buffer.from(chunk));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw new OboroError('INPUT_INVALID', `${file.name}: not valid UTF-8`);
  }
};
