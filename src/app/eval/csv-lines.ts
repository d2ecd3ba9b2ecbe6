/** Reads the plain CSV files of the evaluations line by line, gzipped or not, columns found by their header. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { OboroError } from '../../model/errors.ts';

/** One line's fields, by column name; an absent column or field is empty. */
export type Row = readonly string[];
export type Column = (row: Row) => string;

/** Lines of a file, one by one. Throws INPUT_MISSING or INPUT_INVALID. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  let failure: unknown = null;
  const unzipped = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  for (const stream of new Set([file, unzipped])) {
    stream.on('error', (cause: unknown) => {
      failure ??= cause;
      unzipped.destroy();
    });
  }
  yield* createInterface({ input: unzipped, crlfDelay: Number.POSITIVE_INFINITY });
  if (failure !== null) throw unreadable(path, failure);
}

const unreadable = (path: string, cause: unknown): OboroError => {
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  return missing
    ? new OboroError('INPUT_MISSING', `no such file: ${path}`)
    : new OboroError('INPUT_INVALID', `cannot read ${path}`);
};

/** The fields of a line (RFC 4180, a record on one line). */
export const fieldsOf = (line: string): Row => {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    fields.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
  }
  return fields;
};

/** Finds columns in a header line. */
export class Header {
  readonly #path: string;
  readonly #names: readonly string[];

  constructor(path: string, line: string) {
    this.#path = path;
    this.#names = fieldsOf(line.replace(/^\uFEFF/, '')).map((name) => name.trim().toLowerCase());
  }

  /** The column of the first of these names. Throws INPUT_INVALID when there is none. */
  column(...names: readonly string[]): Column {
    const column = this.optional(...names);
    if (column === null)
      throw new OboroError('INPUT_INVALID', `${this.#path}: the header has no column ${names[0] ?? ''}`);
    return column;
  }

  optional(...names: readonly string[]): Column | null {
    const index = names.map((name) => this.#names.indexOf(name)).find((i) => i >= 0);
    return index === undefined ? null : (row) => row[index]?.trim() ?? '';
  }
}

/** A finite number, or null. */
export const numberOf = (text: string): number | null => {
  if (text === '') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
};
