/** The rows of released tables on their topics: snake_case columns with ISO times here, camelCase fields with ms there. */
import type { Outcome } from '../flow/outcome.ts';
import { keep, quarantine } from '../flow/outcome.ts';
import type { RowKey, RowOf, TableName } from '../model/table.ts';
import type { EventTime } from '../model/time.ts';
import { eventTime } from '../model/time.ts';
import { avroCodec } from './avro.ts';
import type { AvroCodec } from './avro.ts';
import type { AvroRecords } from './records.gen.ts';
import { SCHEMAS } from './schemas.gen.ts';

interface CategoryRow<Dimension extends string> extends RowKey {
  readonly dimension: Dimension;
  readonly category: string;
  readonly visitors: number | null;
}

interface WebRow extends RowKey {
  readonly visitors: number | null;
  readonly page_views: number | null;
}

/** The row of every released table. */
export interface ReleaseRows extends RowOf {
  readonly terminals: CategoryRow<'terminal_type' | 'os'>;
  readonly demographics: CategoryRow<'age_band' | 'gender' | 'prefecture'>;
  readonly web: WebRow;
}

type Cells = Readonly<Record<string, unknown>>;

/** `windowStartMs` is `window_start`: the unit of a time is in the value of its column. */
const columnOf = (field: string): string =>
  field.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const isTime = (field: string): boolean => field.endsWith('Ms');

/** Years 1 to 9999, a day inside either end: what ISO 8601 writes with four digits in every zone. */
const FIRST_WRITABLE = Date.parse('0001-01-02T00:00:00Z');
const LAST_WRITABLE = Date.parse('9999-12-30T00:00:00Z');

const isWritable = (time: unknown): boolean =>
  typeof time === 'number' && time >= FIRST_WRITABLE && time <= LAST_WRITABLE;

/** Names of a table's fields and of their columns, in order. */
const namesOf = (table: TableName): readonly { readonly field: string; readonly column: string }[] =>
  SCHEMAS[`release.${table}`].fields.map(({ name }) => ({ field: name, column: columnOf(name) }));

/**
 * Codec of one table's rows. `iso` writes a time as rows carry it, ISO 8601 with the offset of the policy's zone
 * (`Zone.iso`).
 */
export const releaseRowCodec = <T extends TableName>(
  table: T,
  iso: (at: EventTime) => string,
): AvroCodec<ReleaseRows[T]> => {
  const names = namesOf(table);
  const codec: AvroCodec<AvroRecords[`release.${T}`]> = avroCodec(`release.${table}`) as never;
  const toRecord = (row: Cells): Cells =>
    Object.fromEntries(
      names.map(({ field, column }) => {
        const cell = row[column];
        return [field, isTime(field) ? Date.parse(String(cell)) : cell];
      }),
    );
  const toRow = (record: Cells): Cells =>
    Object.fromEntries(
      names.map(({ field, column }) => {
        const value = record[field];
        return [column, isTime(field) ? iso(eventTime(Number(value))) : value];
      }),
    );
  return {
    encode: (row) => codec.encode(toRecord(row as unknown as Cells) as never),
    decode: (value): Outcome<ReleaseRows[T]> => {
      const record = codec.decode(value);
      if (record.kind !== 'keep') return record;
      const cells = record.value as unknown as Cells;
      const wrong = names.find(({ field }) => isTime(field) && !isWritable(cells[field]));
      if (wrong !== undefined)
        return quarantine('invalid_field', wrong.field, 'epoch milliseconds of the years 1 to 9999');
      return keep(toRow(cells) as unknown as ReleaseRows[T]);
    },
  };
};
