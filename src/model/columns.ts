/** The columns of the released tables in their published order, with their SQL types. */
import type { PlaceTable } from './table.ts';

export type ColumnType = 'VARCHAR' | 'INTEGER';
export type Columns = readonly (readonly [name: string, type: ColumnType])[];

const KEY_COLUMNS: Columns = [
  ['unit_kind', 'VARCHAR'],
  ['unit_id', 'VARCHAR'],
  ['cell', 'VARCHAR'],
  ['resolution', 'INTEGER'],
  ['window_kind', 'VARCHAR'],
  ['window_start', 'VARCHAR'],
  ['window_end', 'VARCHAR'],
  ['holds', 'VARCHAR'],
  ['status', 'VARCHAR'],
];

const OWN_COLUMNS: Readonly<Record<PlaceTable, Columns>> = {
  visits: [
    ['visitors', 'INTEGER'],
    ['visits', 'INTEGER'],
  ],
  dwell: [
    ['bin_from_s', 'INTEGER'],
    ['bin_to_s', 'INTEGER'],
    ['visitors', 'INTEGER'],
  ],
  transitions: [
    ['dimension', 'VARCHAR'],
    ['to_kind', 'VARCHAR'],
    ['to_id', 'VARCHAR'],
    ['visitors', 'INTEGER'],
  ],
  terminals: [
    ['dimension', 'VARCHAR'],
    ['category', 'VARCHAR'],
    ['visitors', 'INTEGER'],
  ],
  demographics: [
    ['dimension', 'VARCHAR'],
    ['category', 'VARCHAR'],
    ['visitors', 'INTEGER'],
  ],
  footfall: [['subjects', 'INTEGER']],
};

/** The key columns, then the table's own. */
export const columnsOf = (table: PlaceTable): Columns => [...KEY_COLUMNS, ...OWN_COLUMNS[table]];
