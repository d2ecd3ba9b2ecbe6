/** What the report gathers from released tables, and that withheld rows never reach it. */
import { cellToParent, gridDisk, latLngToCell } from 'h3-js';
import { describe, expect, test } from 'vitest';
import { openTables } from '../../../src/adapters/tables/read.ts';
import { renderReport } from '../../../src/dashboard/report.ts';
import { gatherReport } from '../../../src/query/gather-report.ts';
import type { ListedStore, ReportData, RunFacts } from '../../../src/query/report-data.ts';
import { aRun } from '../dashboard/a-report.ts';
import type { Row, TableFile } from './a-table-dir.ts';
import { STORE_CELL, cellDay, storeDay, storeDaypart, storeHour, withTableDir } from './a-table-dir.ts';

const day = '2026-03-02';
const CELL_8 = cellToParent(STORE_CELL, 8);
const CELL_7 = cellToParent(STORE_CELL, 7);

const store = (id: string, category: string): ListedStore => ({
  id,
  name: `Store ${id}`,
  category,
  lat: 35.6595,
  lng: 139.7005,
});

const gather = async (files: readonly TableFile[], facts: Partial<RunFacts> = {}): Promise<ReportData> => {
  let data: ReportData | null = null;
  await withTableDir(files, async (dir) => {
    const tables = await openTables(dir);
    try {
      data = await gatherReport(tables, aRun(facts));
    } finally {
      await tables.close();
    }
  });
  if (data === null) throw new Error('nothing was gathered');
  return data;
};

const visits = (rows: readonly Row[]): TableFile => ({ table: 'visits', day, rows });

describe('gatherReport', () => {
  test('of nothing is nothing', async () => {
    const data = await gather([]);
    expect(data.days).toEqual([]);
    expect(data.totals).toEqual({ visits: 0, visitorWindows: 0, passing: 0 });
    expect(data.storeDays).toEqual({ listed: 0, shown: 0, storesShown: 0 });
    expect(data.hours.map(({ hour }) => hour).slice(0, 3)).toEqual([4, 5, 6]);
    expect(data.hours.every(({ visitors }) => visitors === null)).toBe(true);
    expect(data.map.cells).toEqual([]);
  });

  test('sums visits over all rungs, and hours over store × hour rows only', async () => {
    const data = await gather(
      [
        visits([
          storeHour('s1', 12, { visitors: 15, visits: 20 }),
          storeHour('s2', 12, { visitors: 10, visits: 10 }),
          storeDaypart('s1', { visitors: 25, visits: 30 }),
          cellDay(CELL_8, 8, { visitors: 35, visits: 40 }),
          cellDay(CELL_7, 7, { visitors: 45, visits: 50 }),
          storeDay('s3', { status: 'WITHHELD' }),
        ]),
      ],
      { stores: [store('s1', 'cafe'), store('s2', 'books'), store('s3', 'books')] },
    );
    expect(data.totals).toEqual({ visits: 150, visitorWindows: 130, passing: 0 });
    expect(data.storeDays).toEqual({ listed: 3, shown: 2, storesShown: 2 });
    expect(data.hours.filter(({ visitors }) => visitors !== null)).toEqual([
      { hour: 12, visitors: 25, rows: 2 },
    ]);
    expect(
      data.rungs.map(({ unitKind, resolution, windowKind, visits: n }) => [
        unitKind,
        resolution,
        windowKind,
        n,
      ]),
    ).toEqual([
      ['store', 9, 'hour', 30],
      ['store', 9, 'daypart', 30],
      ['cell', 8, 'day', 40],
      ['cell', 7, 'day', 50],
    ]);
    expect(data.topStores).toEqual([
      { id: 's1', name: 'Store s1', category: 'cafe', visits: 50, visitors: 40, hoursCovered: 4 },
      { id: 's2', name: 'Store s2', category: 'books', visits: 10, visitors: 10, hoursCovered: 1 },
    ]);
  });

  test('keeps dwell bins of different width apart, the open one last', async () => {
    const bin = (from: number, to: number | null, visitors: number): Row =>
      storeHour('s1', 12, { bin_from_s: from, bin_to_s: to, visitors });
    const rows = [bin(300, null, 40), bin(300, 600, 10), bin(600, 1200, 20), bin(300, 600, 15)];
    const data = await gather([{ table: 'dwell', day, rows }]);
    expect(data.dwell).toEqual([
      { fromS: 300, toS: 600, visitors: 25 },
      { fromS: 300, toS: null, visitors: 40 },
      { fromS: 600, toS: 1200, visitors: 20 },
    ]);
  });

  test('takes one dimension of the transitions, from category to category', async () => {
    const to = (unit: string, dimension: string, [toKind, toId]: readonly [string, string], n: number): Row =>
      storeHour(unit, 12, { dimension, to_kind: toKind, to_id: toId, visitors: n });
    const rows = [
      to('s1', 'category', ['category', 'books'], 20),
      to('s2', 'category', ['category', 'books'], 25),
      to('s1', 'category', ['elsewhere', ''], 60),
      to('s1', 'place', ['cell', CELL_7], 80),
      cellDay(CELL_8, 8, { dimension: 'category', to_kind: 'category', to_id: 'cafe', visitors: 30 }),
    ];
    const data = await gather([{ table: 'transitions', day, rows }], {
      stores: [store('s1', 'cafe'), store('s2', 'cafe')],
    });
    expect(data.transitions).toEqual([
      { from: 'cafe', to: null, visitors: 60 },
      { from: 'cafe', to: 'books', visitors: 45 },
      { from: null, to: 'cafe', visitors: 30 },
    ]);
  });

  test('puts finer rows into their parent cell and rows of wider areas beyond the map', async () => {
    const data = await gather(
      [
        visits([
          storeHour('s1', 12, { visitors: 15, visits: 20 }),
          cellDay(CELL_8, 8, { visitors: 35, visits: 40 }),
          cellDay(CELL_7, 7, { visitors: 45, visits: 50 }),
        ]),
        { table: 'footfall', day, rows: [cellDay(CELL_8, 8, { subjects: 70 })] },
      ],
      { stores: [store('s1', 'cafe'), { ...store('s9', 'cafe'), lat: 35.64, lng: 139.7 }] },
    );
    expect(data.map).toMatchObject({ resolution: 8, widerVisits: 50, widerPassing: 0 });
    const other = latLngToCell(35.64, 139.7, 8);
    expect(data.map.cells).toHaveLength(2);
    expect(data.map.cells).toContainEqual({ cell: CELL_8, visits: 60, passing: 70, stores: 1 });
    expect(data.map.cells).toContainEqual({ cell: other, visits: null, passing: null, stores: 1 });
  });

  test('draws the cells that were released, however coarse, when no finer one was', async () => {
    const data = await gather([visits([cellDay(CELL_7, 7, { visitors: 45, visits: 50 })])], {
      stores: [store('s1', 'cafe')],
    });
    expect(data.map).toMatchObject({ resolution: 7, widerVisits: 0 });
    expect(data.map.cells).toEqual([{ cell: CELL_7, visits: 50, passing: null, stores: 1 }]);
  });

  test('coarsens the map until it can be read, and loses no visit on the way', async () => {
    const rows = gridDisk(CELL_8, 20).map((cell) => cellDay(cell, 8, { visitors: 10, visits: 10 }));
    const { map } = await gather([visits(rows)]);
    expect(map.resolution).toBe(7);
    expect(map.cells.reduce((sum, cell) => sum + (cell.visits ?? 0), 0)).toBe(10 * rows.length);
  });

  test('fills pinholes between cells, as withheld', async () => {
    const ring = gridDisk(CELL_8, 1).filter((cell) => cell !== CELL_8);
    const { map } = await gather([
      visits(ring.map((cell) => cellDay(cell, 8, { visitors: 10, visits: 10 }))),
    ]);
    expect(map.cells).toContainEqual({ cell: CELL_8, visits: null, passing: null, stores: 0 });
  });

  test('G-13 no number of a withheld row reaches the page, from any table', async () => {
    const withheld = { status: 'WITHHELD' };
    const hidden = [70_013, 70_019, 70_031, 70_037, 70_043, 70_051, 70_061];
    const [a, b, c, d, e, f, g] = hidden;
    const data = await gather(
      [
        visits([
          storeHour('s1', 12, { visitors: 15, visits: 20 }),
          storeDay('s2', { ...withheld, visitors: a ?? 0, visits: b ?? 0 }),
          cellDay(CELL_8, 8, { ...withheld, visitors: c ?? 0, visits: d ?? 0 }),
        ]),
        {
          table: 'dwell',
          day,
          rows: [storeHour('s1', 12, { ...withheld, bin_from_s: 300, bin_to_s: 600, visitors: e ?? 0 })],
        },
        {
          table: 'transitions',
          day,
          rows: [
            storeHour('s1', 12, {
              ...withheld,
              dimension: 'category',
              to_kind: 'category',
              to_id: 'x',
              visitors: f ?? 0,
            }),
          ],
        },
        { table: 'footfall', day, rows: [cellDay(CELL_8, 8, { ...withheld, subjects: g ?? 0 })] },
      ],
      { stores: [store('s1', 'cafe'), store('s2', 'cafe')] },
    );
    const html = renderReport(data);
    expect(html).toContain('Store s1');
    for (const number of hidden) {
      expect(html).not.toContain(String(number));
      expect(html).not.toContain(number.toLocaleString('en-US'));
    }
    expect(data.totals).toEqual({ visits: 20, visitorWindows: 15, passing: 0 });
  });
});
