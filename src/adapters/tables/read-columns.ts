/** The columns of the released tables as Parquet files hold them, in file order (CONTRACT §3). */
import type { TableName } from '../../model/table.ts';

export interface ReadColumn {
  readonly name: string;
  readonly type: 'VARCHAR' | 'INTEGER';
  /** A published number; it is null wherever the row is withheld. */
  readonly count: boolean;
}

const text = (name: string): ReadColumn => ({ name, type: 'VARCHAR', count: false });
const whole = (name: string): ReadColumn => ({ name, type: 'INTEGER', count: false });
const count = (name: string): ReadColumn => ({ name, type: 'INTEGER', count: true });

const KEY: readonly ReadColumn[] = [
  text('unit_kind'),
  text('unit_id'),
  text('cell'),
  whole('resolution'),
  text('window_kind'),
  text('window_start'),
  text('window_end'),
  text('holds'),
  text('status'),
];

/** Columns of each table; the hive partition `day` comes on top. */
export const READ_COLUMNS: Readonly<Record<TableName, readonly ReadColumn[]>> = {
  visits: [...KEY, count('visitors'), count('visits')],
  dwell: [...KEY, whole('bin_from_s'), whole('bin_to_s'), count('visitors')],
  transitions: [...KEY, text('dimension'), text('to_kind'), text('to_id'), count('visitors')],
  terminals: [...KEY, text('dimension'), text('category'), count('visitors')],
  demographics: [...KEY, text('dimension'), text('category'), count('visitors')],
  footfall: [...KEY, count('subjects')],
  web: [...KEY, count('visitors'), count('page_views')],
};
