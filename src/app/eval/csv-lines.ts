/** Reads the plain CSV files of the evaluations line by line, gzipped or not, columns found by their header. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { OboroError } from '../../model/errors.ts';

/** One line's fields, by column name; an absent column or field is empty. */
export type Row = readonly string[];
export type Column = (row: Row) => string;

/** Hands over the lines of a file one by one. Throws INPUT_MISSING or INPUT_INVALID, and what `take` throws. */
export const eachLine = async (path: string, take: (line: string) => void): Promise<void> => {
  let rest = '';
  for await (const chunk of textOf(path)) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(withoutReturn(line));
  }
  if (rest !== '') take(withoutReturn(rest));
};

async function* textOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  // The callback is there so that a failure of the file ends the unzipping; the loop below sees it too.
  const bytes = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
  try {
    for await (const text of bytes.setEncoding('utf8')) yield text as string;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

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
