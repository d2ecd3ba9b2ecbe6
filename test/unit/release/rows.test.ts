import { describe, expect, it } from 'vitest';
import { cellId } from '../../../src/model/place.ts';
import { columnsOf } from '../../../src/model/columns.ts';
import type { AnyRow, PlaceTable } from '../../../src/model/table.ts';
import { MINUTE_MS } from '../../../src/model/time.ts';
import type { Subject } from '../../../src/release/rows.ts';
import {
  dwellRows,
  footfallRow,
  transitionsRows,
  visitsRow,
  withheldVisitsRow,
  demographicsRows,
  terminalsRows,
} from '../../../src/release/rows.ts';
import { Zone } from '../../../src/time/zone.ts';
import { clock } from '../../support/builders.ts';

const zone = new Zone('Asia/Tokyo');
const about: Subject = {
  unit: {
    kind: 'cell',
    id: '872f5aac3ffffff',
    cell: cellId('872f5aac3ffffff'),
    resolution: 7,
  },
  windowKind: 'daypart',
  window: { start: clock('22:00'), end: clock('04:00', 1) },
  holds: 'rest',
};
const KEY = {
  unit_kind: 'cell',
  unit_id: '872f5aac3ffffff',
  cell: '872f5aac3ffffff',
  resolution: 7,
  window_kind: 'daypart',
  window_start: '2024-03-05T22:00:00+09:00',
  window_end: '2024-03-06T04:00:00+09:00',
  holds: 'rest',
};
const bins = [
  { label: { fromMs: 3 * MINUTE_MS, toMs: 10 * MINUTE_MS }, visitors: 15 },
  { label: { fromMs: 10 * MINUTE_MS, toMs: null }, visitors: 10 },
];

describe('rows', () => {
  it('say what they are about', () => {
    expect(visitsRow(about, { visitors: 10, visits: 15 }, zone)).toEqual({
      ...KEY,
      status: 'RELEASED',
      visitors: 10,
      visits: 15,
    });
    expect(footfallRow(about, 20, zone)).toEqual({ ...KEY, status: 'RELEASED', subjects: 20 });
  });

  it('G-13 withheld have no numbers', () => {
    expect(withheldVisitsRow(about, zone)).toEqual({
      ...KEY,
      status: 'WITHHELD',
      visitors: null,
      visits: null,
    });
  });

  it('of a breakdown say which part they are', () => {
    expect(dwellRows(about, bins, zone)).toEqual([
      { ...KEY, status: 'RELEASED', bin_from_s: 180, bin_to_s: 600, visitors: 15 },
      { ...KEY, status: 'RELEASED', bin_from_s: 600, bin_to_s: null, visitors: 10 },
    ]);
    const parts = [
      { label: { kind: 'category', id: 'food' } as const, visitors: 10 },
      { label: { kind: 'elsewhere', id: 'elsewhere' } as const, visitors: 15 },
    ];
    expect(transitionsRows({ ...about, dimension: 'category' }, parts, zone)).toEqual([
      { ...KEY, status: 'RELEASED', dimension: 'category', to_kind: 'category', to_id: 'food', visitors: 10 },
      {
        ...KEY,
        status: 'RELEASED',
        dimension: 'category',
        to_kind: 'elsewhere',
        to_id: 'elsewhere',
        visitors: 15,
      },
    ]);
  });

  it('have the columns of their table in the published order, and no other', () => {
    const rows: Readonly<Record<PlaceTable, AnyRow | undefined>> = {
      visits: visitsRow(about, { visitors: 10, visits: 15 }, zone),
      dwell: dwellRows(about, bins, zone)[0],
      transitions: transitionsRows(
        { ...about, dimension: 'place' },
        [{ label: { kind: 'elsewhere', id: 'elsewhere' }, visitors: 10 }],
        zone,
      )[0],
      terminals: terminalsRows({ ...about, dimension: 'os' }, [{ label: 'ios', visitors: 10 }], zone)[0],
      demographics: demographicsRows(
        { ...about, dimension: 'gender' },
        [{ label: 'FEMALE', visitors: 10 }],
        zone,
      )[0],
      footfall: footfallRow(about, 20, zone),
    };
    for (const [table, row] of Object.entries(rows)) {
      expect(Object.keys(row ?? {})).toEqual(columnsOf(table as PlaceTable).map(([name]) => name));
    }
  });
});
