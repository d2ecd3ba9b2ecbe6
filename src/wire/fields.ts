/** Checks the fields of a record against a table of what each may hold; names the field at fault, never its value. */
import type { Quarantine } from '../flow/outcome.ts';
import { quarantine } from '../flow/outcome.ts';
import { isIdText } from './raw-ids.ts';

/** A parsed object whose values nobody has looked at yet. */
export type Unchecked = Readonly<Record<string, unknown>>;

/** How a CSV column of the field is read before the check. */
export type ColumnType = 'text' | 'number' | 'flag';

/** One field of a record: what it may hold, and the outcome when it holds something else. */
export interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly column: ColumnType;
  readonly accepts: (value: unknown) => boolean;
  readonly wrong: Quarantine;
  /** The fields of a nested object. */
  readonly inner: FieldTable | null;
}

export interface FieldTable {
  readonly fields: readonly Field[];
  readonly byName: ReadonlyMap<string, Field>;
}

interface FieldOptions {
  readonly expected: string;
  readonly column: ColumnType;
  readonly accepts: (value: unknown) => boolean;
  readonly inner?: FieldTable;
}

/** A field before it is known whether it must be there. */
export type FieldKind = (name: string, required: boolean) => Field;

const kind =
  ({ expected, column, accepts, inner }: FieldOptions): FieldKind =>
  (name, required) => ({
    name,
    required,
    column,
    accepts,
    inner: inner ?? null,
    wrong: quarantine('invalid_field', name, expected),
  });

export const fieldTable = (
  required: Readonly<Record<string, FieldKind>>,
  optional: Readonly<Record<string, FieldKind>> = {},
): FieldTable => {
  const fields = [
    ...Object.entries(required).map(([name, make]) => make(name, true)),
    ...Object.entries(optional).map(([name, make]) => make(name, false)),
  ];
  return { fields, byName: new Map(fields.map((field) => [field.name, field])) };
};

export const identifier = kind({
  expected: '1 to 256 characters, no control characters',
  column: 'text',
  accepts: (value) => typeof value === 'string' && isIdText(value),
});

/** Text of at most `max` UTF-16 units; empty text is allowed. */
export const text = (max: number): FieldKind =>
  kind({
    expected: `text of at most ${String(max)} characters`,
    column: 'text',
    accepts: (value) => typeof value === 'string' && value.length <= max,
  });

export const flag = kind({
  expected: 'true or false',
  column: 'flag',
  accepts: (value) => typeof value === 'boolean',
});

/** A finite number between two bounds, both included. */
export const number = (from: number, to: number, expected: string): FieldKind =>
  kind({
    expected,
    column: 'number',
    accepts: (value) => typeof value === 'number' && value >= from && value <= to,
  });

/** A whole number between two bounds, both included. */
export const whole = (from: number, to: number, expected: string): FieldKind =>
  kind({
    expected,
    column: 'number',
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= from && Number(value) <= to,
  });

export const oneOf = (values: readonly string[]): FieldKind => {
  const known: ReadonlySet<unknown> = new Set(values);
  return kind({
    expected: `one of ${values.join(', ')}`,
    column: 'text',
    accepts: (value) => known.has(value),
  });
};

/** Absent and null are the same everywhere. */
export const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined;

export const isObject = (value: unknown): value is Unchecked =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A nested object with fields of its own. */
export const object = (inner: FieldTable): FieldKind =>
  kind({ expected: 'an object', column: 'text', accepts: isObject, inner });

/** Text, or an object whose inside is checked elsewhere. */
export const textOrObject = (max: number): FieldKind =>
  kind({
    expected: `an object, or JSON text of at most ${String(max)} characters`,
    column: 'text',
    accepts: (value) => isObject(value) || (typeof value === 'string' && value.length <= max),
  });

/**
 * Farthest time from 1970 that is read, in ms: the year 144,683. Dates can hold it (ECMA-262 §21.4.1.1), and the
 * zig-zag longs of Avro still are exact in doubles.
 */
export const MAX_TIME_MS = 2 ** 52 - 1;
export const time = whole(-MAX_TIME_MS, MAX_TIME_MS, 'epoch milliseconds');

export const LAT_RANGE = 90;
export const LNG_RANGE = 180;
export const latitude = number(-LAT_RANGE, LAT_RANGE, 'lat −90…90');
export const longitude = number(-LNG_RANGE, LNG_RANGE, 'lng −180…180');
export const metres = number(0, Number.MAX_VALUE, 'metres, 0 or more');

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/;

/** The outcome of a name that the contract does not know. Only a plain short identifier is repeated. */
export const unknownField = (name: string): Quarantine =>
  quarantine('unknown_field', PLAIN_NAME.test(name) ? name : '(unprintable)', 'a field of the contract');

/** Refuses names that the table does not hold, nested ones too. */
export const checkNames = (table: FieldTable, record: Unchecked): Quarantine | null => {
  for (const name in record) {
    const field = table.byName.get(name);
    if (field === undefined) return unknownField(name);
    if (field.inner !== null) {
      const value = record[name];
      const wrong = isObject(value) ? checkNames(field.inner, value) : null;
      if (wrong !== null) return wrong;
    }
  }
  return null;
};

/** Refuses missing required fields and values that a field does not accept; null and absent are the same. */
export const checkValues = (table: FieldTable, record: Unchecked): Quarantine | null => {
  for (const field of table.fields) {
    const value = record[field.name];
    if (isAbsent(value)) {
      if (field.required) return field.wrong;
      continue;
    }
    if (!field.accepts(value)) return field.wrong;
    if (field.inner !== null && isObject(value)) {
      const wrong = checkValues(field.inner, value);
      if (wrong !== null) return wrong;
    }
  }
  return null;
};
