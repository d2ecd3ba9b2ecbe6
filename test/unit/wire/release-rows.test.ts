/** Rows of released tables, there and back between columns and fields. */
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../../src/model/columns.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { Zone } from '../../../src/time/zone.ts';
import { avroCodec } from '../../../src/wire/avro.ts';
import type { ReleaseRows } from '../../../src/wire/release-rows.ts';
import { releaseRowCodec } from '../../../src/wire/release-rows.ts';
import { SAMPLES } from './samples.ts';

const zone = new Zone('Asia/Tokyo');
const iso = (at: EventTime): string => zone.iso(at);

const key = {
  unit_kind: 'store',
  unit_id: 's-1',
  cell: '892f5aad367ffff',
  resolution: 9,
  window_kind: 'hour',
  window_start: '2024-01-01T09:00:00+09:00',
  window_end: '2024-01-01T10:00:00+09:00',
  holds: 'all',
  status: 'RELEASED',
} as const;

const ROWS: ReleaseRows = {
  visits: { ...key, visitors: 15, visits: 20 },
  dwell: { ...key, bin_from_s: 300, bin_to_s: null, visitors: 15 },
  transitions: { ...key, dimension: 'place', to_kind: 'elsewhere', to_id: '', visitors: 20 },
  terminals: { ...key, dimension: 'os', category: 'android', visitors: 20 },
  demographics: { ...key, dimension: 'age_band', category: '30s', visitors: 20 },
  footfall: { ...key, subjects: null, status: 'WITHHELD' },
  web: { ...key, unit_kind: 'site', visitors: 25, page_views: 100 },
};

describe.each(Object.keys(ROWS) as (keyof ReleaseRows)[])('release.%s', (table) => {
  it('comes back as a row', () => {
    const codec = releaseRowCodec(table, iso);
    expect(codec.decode(codec.encode(ROWS[table]))).toEqual({ kind: 'keep', value: ROWS[table] });
  });

  it('carries times as epoch milliseconds', () => {
    const bytes = releaseRowCodec(table, iso).encode(ROWS[table]);
    expect(avroCodec(`release.${table}`).decode(bytes)).toEqual({
      kind: 'keep',
      value: SAMPLES[`release.${table}`],
    });
  });
});

describe('the columns', () => {
  it.each(['visits', 'dwell', 'transitions', 'footfall'] as const)(
    'of %s are those of its files',
    (table) => {
      expect(Object.keys(ROWS[table]).sort()).toEqual(
        columnsOf(table)
          .map(([name]) => name)
          .sort(),
      );
    },
  );
});

describe('a row', () => {
  it.each([2 ** 52 - 1, 253_402_300_800_000, -62_135_596_800_001])(
    'that ends at %i is refused',
    (windowEndMs) => {
      const bytes = avroCodec('release.visits').encode({ ...SAMPLES['release.visits'], windowEndMs });
      expect(releaseRowCodec('visits', iso).decode(bytes)).toMatchObject({
        reason: 'invalid_field',
        field: 'windowEndMs',
      });
    },
  );

  it('that is none is refused', () => {
    expect(releaseRowCodec('visits', iso).decode(Buffer.of(1))).toMatchObject({ reason: 'undecodable' });
  });
});
