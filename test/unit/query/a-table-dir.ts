/** Writes released tables as the writer would, into a directory that is removed afterwards. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { readColumns } from '../../../src/adapters/tables/read-columns.ts';
import type { TableName } from '../../../src/model/table.ts';

export type Row = Readonly<Record<string, string | number | null>>;

export interface TableFile {
  readonly table: TableName;
  readonly day: string;
  readonly rows: readonly Row[];
}

const literal = (value: string | number | null | undefined): string =>
  typeof value === 'string'
    ? `'${value.replaceAll("'", "''")}'`
    : value === undefined
      ? 'NULL'
      : String(value);

const selectOf = (table: TableName, row: Row): string =>
  `SELECT ${readColumns(table)
    .map(({ name, type }) => `${literal(row[name])}::${type} AS ${name}`)
    .join(', ')}`;

/** Runs the test on a directory that holds these files; its name has characters that SQL and globs take specially. */
export const withTableDir = async (
  files: readonly TableFile[],
  test: (dir: string) => Promise<void>,
): Promise<void> => {
  const root = await mkdtemp(join(tmpdir(), 'oboro-tables-'));
  const dir = join(root, "it's [one]");
  try {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    for (const [index, { table, day, rows }] of files.entries()) {
      const folder = join(dir, 'tables', table, `day=${day}`);
      await mkdir(folder, { recursive: true });
      const path = join(folder, `${String(index)}.parquet`);
      const select = rows.map((row) => selectOf(table, row)).join(' UNION ALL ');
      await connection.run(`COPY (${select}) TO ${literal(path)} (FORMAT parquet)`);
    }
    connection.closeSync();
    instance.closeSync();
    await test(dir);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};

/** r9 cell at Shibuya station. */
export const STORE_CELL = '892f5aad923ffff';

const hh = (hour: number): string => String(hour).padStart(2, '0');

/** A released row of one store and one hour of 2 March 2026, Tokyo time. */
export const storeHour = (unitId: string, hour: number, numbers: Row): Row => ({
  unit_kind: 'store',
  unit_id: unitId,
  cell: STORE_CELL,
  resolution: 9,
  window_kind: 'hour',
  window_start: `2026-03-02T${hh(hour)}:00:00+09:00`,
  window_end: `2026-03-02T${hh(hour + 1)}:00:00+09:00`,
  holds: 'all',
  status: 'RELEASED',
  ...numbers,
});

/** The daypart 10–14 of the same day. */
export const storeDaypart = (unitId: string, numbers: Row): Row => ({
  ...storeHour(unitId, 10, numbers),
  window_kind: 'daypart',
  window_end: '2026-03-02T14:00:00+09:00',
  holds: 'rest',
});

/** The whole day from 04:00. */
export const storeDay = (unitId: string, numbers: Row): Row => ({
  ...storeHour(unitId, 4, {}),
  window_kind: 'day',
  window_end: '2026-03-03T04:00:00+09:00',
  holds: 'rest',
  ...numbers,
});

export const cellDay = (cell: string, resolution: number, numbers: Row): Row => ({
  ...storeDay('', {}),
  unit_kind: 'cell',
  unit_id: cell,
  cell,
  resolution,
  ...numbers,
});
