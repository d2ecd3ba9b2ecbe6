/** Makes stores.csv from its sources: the convenience stores of two wards, thinned evenly along a space-filling curve. */
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Ground, distanceM } from './ground.ts';
import type { Point } from './ground.ts';

const WARDS = new Set(['渋谷区', '目黒区']);
const COUNT = 150;
/** Closer stores cannot be told apart by a phone, and their catchments would overlap. */
const APART_M = 80;
const BOX = { south: 35.59, north: 35.7, west: 139.65, east: 139.73 };
const RADII_M = [25, 30, 35, 40];
const MIN_DWELL_S = 180;

/** Brand in the source → category, and the name written before the branch. */
const BRANDS: Readonly<Record<string, readonly [string, string]>> = {
  '7-11': ['seven-eleven', '7-Eleven'],
  ファミリーマート: ['familymart', 'FamilyMart'],
  'ファミマ！！': ['familymart', 'famima!!'],
  ローソン: ['lawson', 'Lawson'],
  ナチュラルローソン: ['natural-lawson', 'Natural Lawson'],
  ローソンストア100: ['lawson-store-100', 'Lawson Store 100'],
  サンクス: ['circle-k-sunkus', 'Sunkus'],
  サークルK: ['circle-k-sunkus', 'Circle K'],
  ministop: ['ministop', 'Ministop'],
};
const OTHER: readonly [string, string] = ['other-convenience', 'Convenience store'];

interface Row {
  readonly id: string;
  readonly brand: string;
  readonly name: string;
  readonly lat: number;
  readonly lng: number;
}

const linesOf = (path: string): readonly string[] =>
  gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n').slice(1);

const readStores = (path: string): readonly Row[] =>
  linesOf(path).map((line) => {
    const [id = '', brand = '', name = '', lat = '', lng = ''] = line.split(',');
    return { id, brand, name, lat: Number(lat), lng: Number(lng) };
  });

const inBox = ({ lat, lng }: Row): boolean =>
  lat > BOX.south && lat < BOX.north && lng > BOX.west && lng < BOX.east;

/** Morton order: the bits of both coordinates in turn, so that neighbours on the line are neighbours on the ground. */
const morton = (point: Point): number => {
  const [x, y] = [Math.round(point.x / 20) + 512, Math.round(point.y / 20) + 512];
  let code = 0;
  for (let bit = 9; bit >= 0; bit--) code = code * 4 + ((y >> bit) & 1) * 2 + ((x >> bit) & 1);
  return code;
};

const wardOf = (towns: readonly (readonly [Point, string])[], at: Point): string => {
  let best = { distance: Infinity, ward: '' };
  for (const [point, ward] of towns) {
    const distance = distanceM(point, at);
    if (distance < best.distance) best = { distance, ward };
  }
  return best.ward;
};

const main = (storesPath: string, townsPath: string, out: string): void => {
  const ground = new Ground({ lat: 35.648, lng: 139.695 });
  const towns = linesOf(townsPath).map((line) => {
    const [, ward = '', , , lat = '', lng = ''] = line.split(',');
    return [ground.pointOf({ lat: Number(lat), lng: Number(lng) }), ward] as const;
  });
  const kept: { readonly row: Row; readonly point: Point }[] = [];
  for (const row of readStores(storesPath).filter(inBox)) {
    const point = ground.pointOf(row);
    if (!WARDS.has(wardOf(towns, point))) continue;
    if (kept.some((other) => distanceM(other.point, point) < APART_M)) continue;
    kept.push({ row, point });
  }
  kept.sort((a, b) => morton(a.point) - morton(b.point));
  const step = kept.length / COUNT;
  const chosen = kept.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  const lines = chosen.map(({ row }, i) => {
    const [category, brand] = BRANDS[row.brand] ?? OTHER;
    const name = `${brand} ${row.name}`.replaceAll(/["\s]+/g, ' ').trim();
    const place = `${row.lat.toFixed(6)},${row.lng.toFixed(6)}`;
    return `${row.id},${name},${category},${place},${String(RADII_M[i % 4])},${String(MIN_DWELL_S)},false,false`;
  });
  const head = 'storeId,name,category,lat,lng,radiusM,minDwellS,sensitive,closed';
  writeFileSync(out, [head, ...lines.sort(), ''].join('\n'));
};

const [stores, townCentroids, out] = process.argv.slice(2);
if (stores === undefined || townCentroids === undefined || out === undefined) {
  process.stderr.write('usage: sample-stores KONBINI.csv.gz TOWNS.csv.gz OUT.csv\n');
  process.exitCode = 64;
} else {
  main(stores, townCentroids, out);
}
