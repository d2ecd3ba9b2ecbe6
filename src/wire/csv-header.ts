/** Reads the header of a CSV file: which column carries which field of the contract, in either form of names. */
import type { Outcome, Quarantine } from '../flow/outcome.ts';
import { keep, quarantine } from '../flow/outcome.ts';
import type { FileTopic } from './decoder.ts';
import type { Field, FieldTable } from './fields.ts';
import { unknownField } from './fields.ts';
import { splitRow } from './csv-row.ts';

/** A column that carries a field; `group` names the object that the field is inside of, if any. */
export interface Column {
  readonly group: string | null;
  readonly field: Field;
}

export interface Header {
  /** One entry a column; null where the column is ignored. */
  readonly columns: readonly (Column | null)[];
  /** False where the columns are named as open data names them. */
  readonly isContract: boolean;
}

/** Column names of open data and the fields they carry; the first one tells the form. */
const OPEN_NAMES: { readonly [T in FileTopic]?: ReadonlyMap<string, string> } = {
  'raw.gps': new Map([
    ['device', 'deviceId'],
    ['ts_ms', 'atMs'],
    ['lat', 'lat'],
    ['lon', 'lng'],
    ['accuracy_m', 'accuracyM'],
  ]),
  'ref.stores': new Map([
    ['place', 'storeId'],
    ['name', 'name'],
    ['brand', 'category'],
    ['lat', 'lat'],
    ['lon', 'lng'],
    ['radius_m', 'radiusM'],
  ]),
};

/** Fields that a CSV may leave out because it has a rule for them. */
const DEFAULTED: { readonly [T in FileTopic]?: readonly string[] } = {
  'raw.gps': ['origin'],
  'raw.device': ['origin'],
  'raw.access-log': ['origin'],
};
const OPEN_DEFAULTED = ['origin', 'name', 'category'];
const MAX_COLUMNS = 1_000;

/** The fields of a table by column name; those inside an object are written `purposes.nearbyShops`. */
const columnsOf = (table: FieldTable): ReadonlyMap<string, Column> => {
  const columns = new Map<string, Column>();
  for (const field of table.fields) {
    if (field.inner === null) columns.set(field.name, { group: null, field });
    for (const inner of field.inner?.fields ?? []) {
      columns.set(`${field.name}.${inner.name}`, { group: field.name, field: inner });
    }
  }
  return columns;
};

const NOT_A_ROW = quarantine('undecodable', null, 'a header line of column names');
const twice = (name: string | null): Quarantine => quarantine('invalid_field', name, 'each column once');

const openForm = (topic: FileTopic, names: readonly string[]): ReadonlyMap<string, string> | null => {
  const open = OPEN_NAMES[topic];
  const [sign] = open?.keys() ?? [];
  return open !== undefined && sign !== undefined && names.includes(sign) ? open : null;
};

/** Reads a header line. Every fault is located by the name of a column that the contract knows, never by content. */
export const readHeader = (topic: FileTopic, table: FieldTable, line: string): Outcome<Header> => {
  const names = splitRow(line);
  if (names === null || names.length > MAX_COLUMNS) return NOT_A_ROW;
  const known = columnsOf(table);
  const open = openForm(topic, names);
  const defaulted = open === null ? (DEFAULTED[topic] ?? []) : OPEN_DEFAULTED;
  const wanted = names.map((name) => (open === null ? name : open.get(name)));
  const missing = [...known].find(
    ([name, { field }]) => field.required && !defaulted.includes(field.name) && !wanted.includes(name),
  );
  if (missing !== undefined) return quarantine('invalid_field', missing[0], 'a header line with this column');
  const repeated = names.findIndex((name, i) => names.indexOf(name) !== i);
  if (repeated >= 0) return twice(wanted[repeated] ?? null);
  const stranger = open === null ? names.find((name) => !known.has(name)) : undefined;
  if (stranger !== undefined) return unknownField(stranger);
  return keep({
    columns: wanted.map((name) => (name === undefined ? null : (known.get(name) ?? null))),
    isContract: open === null,
  });
};
