/** The columns of every released table as its files hold them, and which of them are published numbers. */
import { columnsOf } from '../../model/columns.ts';
import type { Columns } from '../../model/columns.ts';
import type { TableName } from '../../model/table.ts';

export interface ReadColumn {
  readonly name: string;
  readonly type: 'VARCHAR' | 'INTEGER';
  /** A published number; it is null wherever the row is withheld. */
  readonly count: boolean;
}

const COUNTS: ReadonlySet<string> = new Set(['visitors', 'visits', 'subjects', 'page_views']);

const BREAKDOWN: Columns = [
  ['dimension', 'VARCHAR'],
  ['category', 'VARCHAR'],
  ['visitors', 'INTEGER'],
];
const WEB: Columns = [
  ['visitors', 'INTEGER'],
  ['page_views', 'INTEGER'],
];

/** The nine columns that every table starts with. */
const keyColumns = (): Columns => columnsOf('footfall').slice(0, -1);

/** Columns in file order (CONTRACT §3); the hive partition `day` comes on top. */
export const readColumns = (table: TableName): readonly ReadColumn[] =>
  fileColumns(table).map(([name, type]) => ({ name, type, count: COUNTS.has(name) }));

const fileColumns = (table: TableName): Columns => {
  switch (table) {
    case 'terminals':
    case 'demographics':
      return [...keyColumns(), ...BREAKDOWN];
    case 'web':
      return [...keyColumns(), ...WEB];
    default:
      return columnsOf(table);
  }
};
