/** What the wire knows of one kind of record: its fields, how to build the event from them, and the way back. */
import type { Outcome, Quarantine } from '../flow/outcome.ts';
import { quarantine } from '../flow/outcome.ts';
import type { FieldTable, Unchecked } from './fields.ts';
import { LAT_RANGE, LNG_RANGE, checkValues } from './fields.ts';
import type { RawIds } from './raw-ids.ts';

/** A record whose values were checked; optional fields may also be missing. */
export type Checked<R> = {
  readonly [K in keyof R]: null extends R[K] ? R[K] | undefined : R[K];
};

/** T is the event, R its record as Avro carries it. */
export interface RecordKind<T, R> {
  readonly table: FieldTable;
  /** Takes records that passed `checkValues` of the table. */
  readonly build: (record: Checked<R>, ids: RawIds) => Outcome<T>;
  readonly toRecord: (value: T) => R;
}

const SWAPPED = quarantine('invalid_field', 'lat', 'lat −90…90 (lat and lng may be swapped)');

const within = (value: unknown, range: number): boolean =>
  typeof value === 'number' && Math.abs(value) <= range;

/** A latitude that would be a longitude, beside a longitude that would be a latitude. */
const looksSwapped = (wrong: Quarantine, record: Unchecked): boolean =>
  wrong.field === 'lat' && within(record['lat'], LNG_RANGE) && within(record['lng'], LAT_RANGE);

/** Checks the values of a record and builds its event. */
export const readRecord = <T, R>(kind: RecordKind<T, R>, record: Unchecked, ids: RawIds): Outcome<T> => {
  const wrong = checkValues(kind.table, record);
  if (wrong !== null) return looksSwapped(wrong, record) ? SWAPPED : wrong;
  return kind.build(record as Checked<R>, ids);
};
