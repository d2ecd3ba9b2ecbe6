/** Store lists in their three formats, and the geometry of polygons. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/flow/outcome.ts';
import { storeId } from '../../../src/model/place.ts';
import type { Store } from '../../../src/model/place.ts';
import { centroidOf, geometryOf, polygonsOf } from '../../../src/wire/geometry.ts';
import { jsonDecoder, jsonLine } from '../../../src/wire/json-lines.ts';
import { readStoreList, storesOfGeoJson } from '../../../src/wire/stores.ts';

type Ring = readonly (readonly number[])[];

const square = (lng: number, lat: number, size: number): Ring => [
  [lng, lat],
  [lng + size, lat],
  [lng + size, lat + size],
  [lng, lat + size],
  [lng, lat],
];

const feature = (geometry: unknown, properties: object | null, id?: unknown): object => ({
  type: 'Feature',
  id,
  properties,
  geometry,
});
const polygon = (...rings: readonly Ring[]): object => ({ type: 'Polygon', coordinates: rings });
const point = (lng: unknown, lat: unknown): object => ({ type: 'Point', coordinates: [lng, lat] });
const collection = (...features: readonly unknown[]): string =>
  JSON.stringify({ type: 'FeatureCollection', features });

const verdict = (outcome: Outcome<Store> | undefined): string =>
  outcome?.kind === 'quarantine' ? `${outcome.reason} ${outcome.field ?? '-'}` : (outcome?.kind ?? 'none');

describe('GeoJSON', () => {
  it.each<[what: string, feature: unknown, store: object]>([
    [
      'a polygon with its centroid',
      feature(polygon(square(10, 20, 2)), {
        storeId: 's',
        name: 'N',
        category: 'c',
        sensitive: true,
        extra: [1],
      }),
      {
        id: 's',
        name: 'N',
        category: 'c',
        sensitive: true,
        position: { lat: 21, lng: 11 },
        footprint: { kind: 'polygon' },
      },
    ],
    [
      'open names',
      feature(polygon(square(0, 0, 1)), { place: 'p', type: 'park' }),
      { id: 'p', name: 'p', category: 'park' },
    ],
    ['numbers as ids', feature(point(2, 1), { place: 17 }), { id: '17', name: '17', category: 'store' }],
    ['the id of the feature', feature(point(2, 1), null, 'f-1'), { id: 'f-1' }],
    [
      'a point',
      feature(point(2, 1), { place: 'p', radius_m: 40, minDwellS: 240, closed: true }),
      {
        position: { lat: 1, lng: 2 },
        footprint: { kind: 'circle', radiusM: 40 },
        minDwellMs: 240_000,
        closed: true,
      },
    ],
    [
      'the default radius',
      feature(point(2, 1), { place: 'p' }),
      { footprint: { kind: 'circle', radiusM: 30 } },
    ],
    [
      'a height',
      feature({ type: 'Point', coordinates: [2, 1, 300] }, { place: 'p' }),
      { position: { lat: 1, lng: 2 } },
    ],
    [
      'several polygons',
      feature({ type: 'MultiPolygon', coordinates: [[square(0, 0, 1)], [square(2, 0, 1)]] }, { place: 'p' }),
      { position: { lat: 0.5, lng: 1.5 } },
    ],
  ])('gives %s', (_what, item, store) => {
    expect(storesOfGeoJson(collection(item))).toMatchObject([{ kind: 'keep', value: store }]);
  });

  it.each<[what: string, feature: unknown, verdict: string]>([
    ['no feature', {}, 'undecodable -'],
    ['null', null, 'undecodable -'],
    ['no geometry', feature(null, { place: 'p' }), 'undecodable -'],
    ['no id', feature(point(2, 1), {}), 'invalid_field storeId'],
    ['an inherited id', feature(point(2, 1), { name: 'x' }), 'invalid_field storeId'],
    [
      'a line',
      feature({ type: 'LineString', coordinates: square(0, 0, 1) }, { place: 'p' }),
      'invalid_field polygon',
    ],
    ['an open ring', feature(polygon(square(0, 0, 1).slice(0, 4)), { place: 'p' }), 'invalid_field polygon'],
    [
      'too few corners',
      feature(polygon(square(0, 0, 1).slice(0, 3)), { place: 'p' }),
      'invalid_field polygon',
    ],
    ['no area', feature(polygon(square(0, 0, 0)), { place: 'p' }), 'invalid_field polygon'],
    ['no rings', feature(polygon(), { place: 'p' }), 'invalid_field polygon'],
    [
      'metres for degrees',
      feature(polygon(square(954_219, 4_442_967, 9)), { place: 'p' }),
      'invalid_field polygon',
    ],
    ['text for numbers', feature(point('2', '1'), { place: 'p' }), 'invalid_field geometry'],
    ['a point off the earth', feature(point(200, 1), { place: 'p' }), 'invalid_field geometry'],
    [
      'radius and polygon',
      feature(polygon(square(0, 0, 1)), { place: 'p', radiusM: 5 }),
      'invalid_field polygon',
    ],
    ['a bad radius', feature(point(2, 1), { place: 'p', radius_m: '75' }), 'invalid_field radiusM'],
  ])('refuses %s', (_what, item, expected) => {
    const good = feature(point(2, 1), { place: 'good' });
    const outcomes = storesOfGeoJson(collection(item, good));
    expect(outcomes.map(verdict)).toEqual([expected, 'keep']);
  });

  it.each([
    ['', 'undecodable -'],
    ['[]', 'undecodable -'],
    ['{"type":"Feature"}', 'undecodable -'],
    ['{"type":"FeatureCollection","features":{}}', 'undecodable -'],
    ['['.repeat(200_000), 'undecodable -'],
    ['{"type":"FeatureCollection","features":["\uFFFD"]}', 'bad_encoding -'],
  ])('refuses a text that is no collection: %#', (text, expected) => {
    expect(storesOfGeoJson(text).map(verdict)).toEqual([expected]);
  });

  it('takes an empty collection and a byte order mark', () => {
    expect(storesOfGeoJson(`\uFEFF${collection()}`)).toEqual([]);
  });
});

describe('a store list', () => {
  const one = '{"storeId":"a","name":"A","category":"c","lat":1,"lng":2}';

  it('keeps the last good record of each store and locates every record', () => {
    const newer = one.replace('"A"', '"B"');
    const bad = one.replace('"lat":1', '"lat":91');
    const list = readStoreList(`${one}\n\n${newer}\r\n${bad}\n`, 'jsonl');
    expect(list.stores.get(storeId('a'))?.name).toBe('B');
    expect(list.records.map(({ at, outcome }) => `${String(at)} ${verdict(outcome)}`)).toEqual([
      '1 keep',
      '3 keep',
      '4 invalid_field lat',
    ]);
  });

  it('reads CSV under its header', () => {
    const list = readStoreList('\uFEFFplace,lat,lon,radius_m\r\np1,1,2,75\r\np2,x,2,75\r\n', 'csv');
    expect([...list.stores.keys()]).toEqual(['p1']);
    expect(list.records.map(({ at }) => at)).toEqual([2, 3]);
  });

  it('locates a refused header', () => {
    expect(readStoreList('\na,b\n1,2\n', 'csv').records).toMatchObject([
      { at: 2, outcome: { field: 'storeId' } },
    ]);
    expect(readStoreList('', 'csv').records).toEqual([]);
  });

  it('numbers features', () => {
    const text = collection(feature(point(1, 1), { place: 'a' }), {});
    expect(readStoreList(text, 'geojson').records.map(({ at }) => at)).toEqual([1, 2]);
  });
});

describe('polygons', () => {
  it('are written as they were read', () => {
    const shape = {
      type: 'MultiPolygon',
      coordinates: [[square(0, 0, 3), square(1, 1, 1)], [square(5, 5, 1)]],
    };
    const text = JSON.stringify({ storeId: 's', name: 'n', category: 'c', polygon: shape });
    const decoder = jsonDecoder('ref.stores');
    const store = decoder.decode(text);
    if (store.kind !== 'keep') throw new Error('not kept');
    expect(store.value.footprint).toEqual({ kind: 'polygon', polygons: shape.coordinates });
    expect(decoder.decode(jsonLine('ref.stores', store.value))).toEqual(store);
    expect(geometryOf(polygonsOf(polygon(square(0, 0, 1))) ?? [])).toEqual(polygon(square(0, 0, 1)));
  });

  it.each<[what: string, polygons: readonly (readonly Ring[])[], centroid: object | null]>([
    ['a square', [[square(0, 0, 2)]], { lng: 1, lat: 1 }],
    ['the same, the other way round', [[[...square(0, 0, 2)].reverse()]], { lng: 1, lat: 1 }],
    [
      'a hole in the right half',
      [
        [
          square(0, 0, 4),
          [
            [2, 0],
            [4, 0],
            [4, 4],
            [2, 4],
            [2, 0],
          ],
        ],
      ],
      { lng: 1, lat: 2 },
    ],
    [
      'the same hole, the other way round',
      [
        [
          square(0, 0, 4),
          [
            [2, 0],
            [2, 4],
            [4, 4],
            [4, 0],
            [2, 0],
          ],
        ],
      ],
      { lng: 1, lat: 2 },
    ],
    ['a hole that leaves nothing', [[square(0, 0, 4), square(0, 0, 4)]], null],
  ])('have a centroid: %s', (_what, polygons, centroid) => {
    const shape = polygonsOf({ type: 'MultiPolygon', coordinates: polygons });
    expect(centroidOf(shape ?? [])).toEqual(centroid);
  });

  it('keep their digits in a small building', () => {
    const found = centroidOf(polygonsOf(polygon(square(139.7671, 35.6812, 0.0002))) ?? []);
    expect(found?.lng).toBeCloseTo(139.7672, 9);
    expect(found?.lat).toBeCloseTo(35.6813, 9);
  });
});
