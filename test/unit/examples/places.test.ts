/** The store file of the sample, and how the city is laid out on it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Ground, distanceM } from '../../../examples/city/ground.ts';
import { layOut, parseStores } from '../../../examples/city/places.ts';
import { jsonDecoder } from '../../../src/wire/json-lines.ts';
import { csvDecoder } from '../../../src/wire/csv.ts';
import { CITY_FOLDER, STORES } from './small-city.ts';

const HEAD = 'storeId,name,category,lat,lng,radiusM,minDwellS,sensitive,closed';

describe('stores.csv', () => {
  test('holds 150 stores and sensitive.jsonl two simulated places', () => {
    const sensitive = STORES.filter((store) => store.sensitive);
    expect(STORES).toHaveLength(152);
    expect(sensitive).toHaveLength(2);
    for (const { name } of sensitive) expect(name).toContain('SIMULATED');
    expect(new Set(STORES.map(({ storeId }) => storeId)).size).toBe(152);
  });

  test('every line is what the product reads as a store', () => {
    const [header = '', ...lines] = readFileSync(`${CITY_FOLDER}/stores.csv`, 'utf8').trim().split('\n');
    const csv = csvDecoder('ref.stores', header);
    expect(csv.kind).toBe('keep');
    if (csv.kind !== 'keep') return;
    for (const line of lines) expect(csv.value.decode(line).kind).toBe('keep');
    const places = readFileSync(`${CITY_FOLDER}/sensitive.jsonl`, 'utf8').trim().split('\n');
    for (const line of places) {
      const store = jsonDecoder('ref.stores').decode(line);
      expect(store).toMatchObject({
        kind: 'keep',
        value: { sensitive: true, footprint: { kind: 'polygon' } },
      });
    }
  });

  test('catchments are 25 to 40 m and do not overlap', () => {
    const ground = new Ground({ lat: 35.65, lng: 139.7 });
    const circles = STORES.filter((store) => !store.sensitive);
    for (const store of circles) {
      expect(store.radiusM).toBeGreaterThanOrEqual(25);
      expect(store.radiusM).toBeLessThanOrEqual(40);
      expect(store.minDwellS).toBe(180);
    }
    const points = STORES.map((store) => ground.pointOf(store));
    const gaps = points.flatMap((a, i) => points.slice(i + 1).map((b) => distanceM(a, b)));
    expect(Math.min(...gaps)).toBeGreaterThan(80);
  });

  test('has several brands of twenty stores and more, so that category breakdowns have parts', () => {
    const counts = new Map<string, number>();
    for (const { category } of STORES) counts.set(category, (counts.get(category) ?? 0) + 1);
    expect([...counts.values()].filter((count) => count >= 19).length).toBeGreaterThanOrEqual(4);
  });
});

describe('parseStores', () => {
  test.each([
    ['another header', 'id,name\na,b'],
    ['a line of eight columns', `${HEAD}\na,b,c,1,2,3,4,true`],
    ['a line of ten columns', `${HEAD}\na,b,c,1,2,3,4,true,false,more`],
  ])('refuses %s', (_, csv) => {
    expect(() => parseStores(csv)).toThrow(/^stores\.csv/);
  });
});

describe('layOut', () => {
  const places = layOut(7, STORES);

  test('sends nobody shopping to sensitive or closed places', () => {
    const closed = STORES.map((store, i) => (i < 10 ? { ...store, closed: true } : store));
    expect(places.shops).toHaveLength(150);
    expect(layOut(7, closed).shops).toHaveLength(140);
    expect(places.shops.every(({ store }) => !store.sensitive)).toBe(true);
  });

  test('hubs lie apart and the first has the most stores around it', () => {
    const { hubs } = places;
    const gaps = hubs.flatMap((a, i) => hubs.slice(i + 1).map((b) => distanceM(a.at, b.at)));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(600);
    expect(Math.max(...hubs.map(({ weight }) => weight))).toBe(hubs[0].weight);
  });

  test('popularity is heavy-tailed', () => {
    const pulls = places.shops.map(({ pull }) => pull).sort((a, b) => b - a);
    const top = pulls.slice(0, 15).reduce((sum, pull) => sum + pull, 0);
    expect(top / pulls.reduce((sum, pull) => sum + pull, 0)).toBeGreaterThan(0.25);
  });

  test('needs a store', () => {
    expect(() => layOut(7, [])).toThrow(/needs stores/);
  });
});

test('the ground maps positions to metres and back', () => {
  const ground = new Ground({ lat: 35.65, lng: 139.7 });
  const point = ground.pointOf({ lat: 35.66, lng: 139.71 });
  expect(point.y).toBeCloseTo(1_111.95, 1);
  expect(point.x).toBeCloseTo(903.5, 0);
  expect(ground.latOf(point.y)).toBeCloseTo(35.66, 9);
  expect(ground.lngOf(point.x)).toBeCloseTo(139.71, 9);
});
