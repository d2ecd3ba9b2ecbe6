/** Reading released tables with DuckDB: columns, derived views, and what the reader refuses. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cellToLatLng } from 'h3-js';
import { describe, expect, test } from 'vitest';
import { openTables } from '../../../src/adapters/tables/read.ts';
import { TABLES } from '../../../src/model/table.ts';
import type { ReleasedTables } from '../../../src/ports/releases.ts';
import type { TableFile } from './a-table-dir.ts';
import { STORE_CELL, cellDay, storeDay, storeDaypart, storeHour, withTableDir } from './a-table-dir.ts';

const onTables = (
  files: readonly TableFile[],
  check: (tables: ReleasedTables, dir: string) => Promise<void>,
): Promise<void> =>
  withTableDir(files, async (dir) => {
    const tables = await openTables(dir);
    try {
      await check(tables, dir);
    } finally {
      await tables.close();
    }
  });

const day = '2026-03-02';

describe('openTables', () => {
  test('gives every table of the contract, empty, where a run wrote none', () =>
    onTables([], async (tables) => {
      for (const table of [...TABLES, 'store_day', 'week_on_week'])
        expect(await tables.query(`SELECT * FROM ${table}`), table).toEqual([]);
      const columns = await tables.query(
        `SELECT column_name FROM information_schema.columns WHERE table_name = 'footfall' ORDER BY ordinal_position`,
      );
      expect(columns.map(({ column_name }) => column_name)).toEqual([
        ...[
          'unit_kind',
          'unit_id',
          'cell',
          'resolution',
          'window_kind',
          'window_start',
          'window_end',
          'holds',
        ],
        ...['status', 'subjects', 'day', 'hex_id', 'latitude', 'longitude'],
      ]);
    }));

  test('adds the day, the cell as hex_id and the centre of the cell', () =>
    onTables(
      [{ table: 'visits', day, rows: [storeHour('s1', 12, { visitors: 15, visits: 20 })] }],
      async (tables) => {
        const [row] = await tables.query('SELECT * FROM visits');
        const [lat, lng] = cellToLatLng(STORE_CELL);
        expect(row).toMatchObject({ day, unit_id: 's1', visitors: 15, visits: 20, hex_id: STORE_CELL });
        expect(row?.['latitude']).toBeCloseTo(lat, 5);
        expect(row?.['longitude']).toBeCloseTo(lng, 5);
      },
    ));

  test('sums come back as numbers, whatever DuckDB makes of them', () =>
    onTables(
      [{ table: 'visits', day, rows: [storeHour('s1', 12, { visitors: 15, visits: 20 })] }],
      async (tables) => {
        expect(
          await tables.query(`SELECT sum(visits) AS n, 2.5::DOUBLE AS d, true AS t, NULL AS z FROM visits`),
        ).toEqual([{ n: 20, d: 2.5, t: true, z: null }]);
      },
    ));

  test('G-13 a number in a withheld row of a file reads as null', () =>
    onTables(
      [
        {
          table: 'visits',
          day,
          rows: [storeDay('s1', { status: 'WITHHELD', visitors: 7_777, visits: 8_888 })],
        },
      ],
      async (tables) => {
        expect(await tables.query('SELECT status, visitors, visits FROM visits')).toEqual([
          { status: 'WITHHELD', visitors: null, visits: null },
        ]);
      },
    ));

  test('store_day sums the released rows of a store and counts the hours they cover once', () =>
    onTables(
      [
        {
          table: 'visits',
          day,
          rows: [
            storeHour('s1', 11, { visitors: 10, visits: 15 }),
            storeHour('s1', 16, { visitors: 20, visits: 20 }),
            storeDaypart('s1', { visitors: 15, visits: 15 }),
            storeDay('s1', { status: 'WITHHELD' }),
            storeDay('s2', { status: 'WITHHELD' }),
            storeDay('s3', { visitors: 10, visits: 10 }),
            cellDay('882f5aad93fffff', 8, { visitors: 90, visits: 90 }),
          ],
        },
      ],
      async (tables) => {
        const rows = await tables.query(
          'SELECT unit_id, status, visitors, visits, hours_covered FROM store_day ORDER BY unit_id',
        );
        expect(rows).toEqual([
          { unit_id: 's1', status: 'RELEASED', visitors: 45, visits: 50, hours_covered: 5 },
          { unit_id: 's2', status: 'WITHHELD', visitors: null, visits: null, hours_covered: 0 },
          { unit_id: 's3', status: 'RELEASED', visitors: 10, visits: 10, hours_covered: 24 },
        ]);
      },
    ));

  test('week_on_week pairs a day with the same weekday a week before', () =>
    onTables(
      [
        { table: 'visits', day: '2026-03-02', rows: [storeDay('s1', { visitors: 10, visits: 10 })] },
        { table: 'visits', day: '2026-02-23', rows: [storeDay('s1', { visitors: 20, visits: 25 })] },
      ],
      async (tables) => {
        const rows = await tables.query(
          'SELECT unit_id, day, visits, visits_week_before, hours_covered FROM week_on_week',
        );
        expect(rows).toEqual([
          { unit_id: 's1', day: '2026-03-02', visits: 10, visits_week_before: 25, hours_covered: 24 },
        ]);
      },
    ));

  test('answers H3 questions under the names of the community extension', () =>
    onTables([], async (tables) => {
      const [row] = await tables.query(
        `SELECT h3_cell_to_parent('${STORE_CELL}', 8) AS parent, h3_cell_to_parent('${STORE_CELL}', 12) AS child,
         h3_cell_to_lat('no cell') AS lat, h3_cell_to_boundary_wkt('${STORE_CELL}') AS wkt`,
      );
      expect(row).toMatchObject({ parent: '882f5aad93fffff', child: null, lat: null });
      expect(row?.['wkt']).toMatch(/^POLYGON \(\(139\.7\d+ 35\.6\d+, /);
    }));

  test.each([
    ['reads no other file', `SELECT * FROM read_text('/etc/hostname')`],
    ['lists no directory', `SELECT * FROM glob('/*')`],
    ['writes no file', `COPY visits TO '/tmp/oboro-must-not-exist.csv'`],
    ['changes no table', `DELETE FROM visits`],
    ['makes no table', `CREATE TABLE t AS SELECT 1`],
    ['attaches nothing', `ATTACH ':memory:' AS other`],
    ['sets nothing', `SET threads = 1`],
    ['runs one statement only', `SELECT 1; SELECT 2`],
    ['runs no empty statement', ``],
    ['reports what does not parse', `SELEC 1`],
  ])('%s', (_title, sql) =>
    onTables([], async (tables) => {
      await expect(tables.query(sql)).rejects.toMatchObject({ code: 'USAGE' });
    }),
  );

  test('refuses a file that is no released table', () =>
    withTableDir([], async (dir) => {
      const folder = join(dir, 'tables', 'visits', 'day=2026-03-02');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'x.parquet'), 'not Parquet');
      await expect(openTables(dir)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    }));

  test('leaves what is not yet renamed, and folders that are no day', () =>
    withTableDir([], async (dir) => {
      for (const path of ['day=2026-03-02/.x.parquet', 'day=2026-03-02/x.parquet.tmp', 'lost/x.parquet']) {
        await mkdir(join(dir, 'tables', 'visits', path, '..'), { recursive: true });
        await writeFile(join(dir, 'tables', 'visits', path), 'half written');
      }
      const tables = await openTables(dir);
      expect(await tables.query('SELECT * FROM visits')).toEqual([]);
      await tables.close();
    }));
});
