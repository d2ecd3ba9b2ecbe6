/** Reads typed fields out of a query's record. */
import { OboroError } from '../model/errors.ts';
import type { ReleasedRecord } from '../ports/releases.ts';

/** @throws OboroError `BUG` when the column is no text; the statement and this reader then disagree. */
export const textOf = (row: ReleasedRecord, column: string): string => {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw new OboroError('BUG', `column ${column} was expected to be text`);
};

/** @throws OboroError `BUG` when the column is no number. */
export const numberOf = (row: ReleasedRecord, column: string): number => {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw new OboroError('BUG', `column ${column} was expected to be a number`);
};

export const numberOrNull = (row: ReleasedRecord, column: string): number | null =>
  row[column] === null ? null : numberOf(row, column);

/** The text as one of a closed list of words. */
export const wordOf = <W extends string>(row: ReleasedRecord, column: string, words: readonly W[]): W => {
  const text = textOf(row, column);
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  throw new OboroError('BUG', `column ${column} was expected to be one of ${words.join(', ')}`);
};
