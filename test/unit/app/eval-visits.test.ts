/** `eval visits` on small files: columns by name, every line survives, and the arrival order within the lateness changes nothing. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evalVisits } from '../../../src/app/eval-visits.ts';
import type { EvalVisitsResult } from '../../../src/app/eval-visits.ts';
import { seeded } from '../../support/seeded.ts';
import { TOKYO, aRing, moved } from '../place/builders.ts';

const T0 = Date.UTC(2024, 2, 5, 3);
let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'oboro-eval-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

const PLACES = `place,lat,lon,radius_m\nhall,${String(TOKYO.lat)},${String(TOKYO.lng)},75\n`;

/** One fix a minute at the place, then one 5 km away. */
const dayOf = (device: string, minutes: number): readonly string[] => {
  const rows = Array.from({ length: minutes }, (_, i) => [device, T0 + i * 60_000, TOKYO.lat, TOKYO.lng]);
  const away = moved(TOKYO, 5_000, 0);
  return [...rows, [device, T0 + (minutes + 20) * 60_000, away.lat, away.lng]].map((row) => row.join(','));
};

interface Files {
  readonly fixes: string | Buffer;
  readonly places?: string;
  readonly names?: { readonly fixes: string; readonly places: string };
}

const run = async (files: Files, options: { bridge?: string; lateness?: string } = {}) => {
  const names = files.names ?? { fixes: 'fixes.csv', places: 'places.csv' };
  await writeFile(join(dir, names.fixes), files.fixes);
  await writeFile(join(dir, names.places), files.places ?? PLACES);
  const out = join(dir, 'visits.csv');
  const paths = { fixes: join(dir, names.fixes), places: join(dir, names.places), out };
  const result: EvalVisitsResult = await evalVisits({ ...paths, ...options });
  return { result, csv: await readFile(out, 'utf8') };
};

const HEADER = 'device,ts_ms,lat,lon';

describe('eval visits', () => {
  it('writes device, place, start and end in order of device and time', async () => {
    const fixes = [HEADER, ...dayOf('b', 30), ...dayOf('a', 10)].join('\n');
    const { csv, result } = await run({ fixes });
    const end = (minutes: number): string => String(T0 + (minutes + 20) * 60_000 - 728_300);
    const lines = csv.trimEnd().split('\n');
    expect(lines[0]).toBe('device,place,start,end');
    expect(lines.slice(1).map((line) => line.split(',').slice(0, 3))).toEqual([
      ['a', 'hall', String(T0)],
      ['b', 'hall', String(T0)],
    ]);
    expect(Math.abs(Number(lines[2]?.split(',')[3]) - Number(end(30)))).toBeLessThan(1_000);
    expect(result).toEqual({ visits: 2, fixes: 42, dropped: {} });
  });

  it('finds columns by name, reads gzip, carriage returns, a byte order mark and quotes', async () => {
    const rows = dayOf('a', 30).map((line) => {
      const [device = '', at = '', lat = '', lng = ''] = line.split(',');
      return `"x,${device}",${lng},9.5,${lat},${at},y`;
    });
    const text = `\uFEFFdevice,lon,accuracy_m,lat,ts_ms,extra\r\n${rows.join('\r\n')}\r\n`;
    const names = { fixes: 'fixes.csv.gz', places: 'places.csv' };
    const { csv } = await run({ fixes: gzipSync(text), names });
    expect(csv).toMatch(/^device,place,start,end\n"x,a",hall,\d+,\d+\n$/);
  });

  it('takes polygons with a place property', async () => {
    const feature = {
      type: 'Feature',
      properties: { place: 'box' },
      geometry: { type: 'Polygon', coordinates: [aRing(TOKYO, 10, 10)] },
    };
    const places = JSON.stringify({ type: 'FeatureCollection', features: [feature] });
    const names = { fixes: 'fixes.csv', places: 'places.geojson' };
    const { csv } = await run({ fixes: [HEADER, ...dayOf('a', 30)].join('\n'), places, names });
    expect(csv).toMatch(/\na,box,\d+,\d+\n$/);
  });

  it('drops and counts what no door would let through, and never stops at a line', async () => {
    const at = String(T0);
    const lines = [
      `a,${at},95,139,${at},10`,
      `a,${at},35,181,${at},10`,
      `a,${at},,139,${at},10`,
      `a,soon,35,139,${at},10`,
      `,${at},35,139,${at},10`,
      `a,${at}`,
      `a,,,,,`,
      `\u0000\uFFFD"`,
      `a,86400000,35,139,${at},10`,
      `a,${String(T0 + 301_000)},35,139,${at},10`,
      `a,9e15,35,139,,10`,
      `a,${at},35,139,${at},201`,
      `a,${at},35,139,${at},10`,
      `a,${at},35,139,${at},10`,
      `a,${String(T0 + 300_000)},35,139,${at},10`,
      `a,${String(T0 - 1)},35,139,${at},10`,
    ];
    const { result } = await run({
      fixes: ['device,ts_ms,lat,lon,arrival_ms,accuracy_m', ...lines].join('\n'),
    });
    expect(result).toEqual({
      visits: 0,
      fixes: lines.length,
      dropped: { invalid_field: 8, implausible_time: 3, too_inaccurate: 1, duplicate: 1, late: 1 },
    });
  });

  it('gives byte-identical visits for any arrival order within the lateness', async () => {
    const chance = seeded(5);
    const rows = ['a', 'b', 'c'].flatMap((device) => dayOf(device, 60));
    const keyed = rows.map((row) => ({ row, key: Number(row.split(',')[1]) + chance() * 300_000 }));
    const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ row }) => row);
    const sorted = await run({ fixes: [HEADER, ...rows].join('\n') });
    const other = await run({ fixes: [HEADER, ...shuffled].join('\n') });
    expect(shuffled).not.toEqual(rows);
    expect(other.csv).toBe(sorted.csv);
    expect(other.result).toEqual(sorted.result);
  });

  it('takes bridge and lateness from its arguments', async () => {
    const parts = [...dayOf('a', 10).slice(0, 10), ...dayOf('a', 60).slice(40)];
    const fixes = [HEADER, ...parts].join('\n');
    expect((await run({ fixes }, { bridge: 'PT12H' })).result.visits).toBe(1);
    expect((await run({ fixes }, { bridge: 'PT15M' })).result.visits).toBe(2);
    const late = [HEADER, ...dayOf('a', 10), ...dayOf('a', 9)].join('\n');
    expect((await run({ fixes: late }, { lateness: 'PT1H' })).result.dropped).toEqual({ duplicate: 9 });
  });

  it.each([
    ['a missing column', { fixes: 'device,lat,lon\n' }, 'INPUT_INVALID', 'ts_ms'],
    [
      'a place without a radius',
      { fixes: `${HEADER}\n`, places: 'place,lat,lon,radius_m\nx,1,1,\n' },
      'INPUT_INVALID',
      'radius_m',
    ],
    [
      'polygons that are no GeoJSON',
      { fixes: `${HEADER}\n`, places: '{', names: { fixes: 'f.csv', places: 'p.geojson' } },
      'INPUT_INVALID',
      'GeoJSON',
    ],
    [
      'a file that is not gzip',
      { fixes: 'device', names: { fixes: 'f.csv.gz', places: 'p.csv' } },
      'INPUT_INVALID',
      'f.csv.gz',
    ],
  ] as const)('says what is wrong with %s', async (_name, files, code, word) => {
    await expect(run(files)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(word) as string,
    });
  });

  it('says when a file is missing or a duration is none', async () => {
    const paths = { fixes: join(dir, 'none.csv'), places: join(dir, 'none.csv'), out: join(dir, 'v.csv') };
    await expect(evalVisits(paths)).rejects.toMatchObject({ code: 'INPUT_MISSING' });
    await expect(run({ fixes: HEADER }, { bridge: '12 hours' })).rejects.toMatchObject({ code: 'USAGE' });
  });
});
