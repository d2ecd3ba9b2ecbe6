/** The store index: near means near, everywhere on Earth; closed and sensitive stores are told apart. */
import { getPentagons } from 'h3-js';
import { describe, expect, it } from 'vitest';
import type { Position, Store } from '../../../src/model/place.ts';
import { cellId, storeId } from '../../../src/model/place.ts';
import { cellAt, centreOf, parentAt } from '../../../src/place/cells.ts';
import { signedDistanceM } from '../../../src/place/geometry.ts';
import { REACH_M, StoreIndex } from '../../../src/place/store-index.ts';
import { TOKYO, aBox, aCircle, aRing, moved } from './builders.ts';

const pentagon = centreOf(cellId(getPentagons(9)[4] ?? ''));
const idsNear = (index: StoreIndex, position: Position): readonly string[] =>
  index.near(cellAt(position, 9)).map(({ store }) => store.id);

/** Every position of a grid around the store that lies within the reach must find it. */
const missed = (store: Store, halfM: number): number => {
  const index = new StoreIndex([store]);
  let count = 0;
  for (let east = -halfM; east <= halfM; east += halfM / 20) {
    for (let north = -halfM; north <= halfM; north += halfM / 20) {
      const position = moved(store.position, east, north);
      if (signedDistanceM(store, position) <= REACH_M && !idsNear(index, position).includes(store.id))
        count += 1;
    }
  }
  return count;
};

describe('near', () => {
  it.each([
    ['a small circle', aCircle('a', TOKYO, 15), 400],
    ['a wide circle', aCircle('b', TOKYO, 2_000), 2_500],
    ['a large polygon with a hole', aBox('c', TOKYO, [3_000, 500], [aRing(TOKYO, 1_000, 400)]), 3_600],
    ['across the antimeridian', aBox('d', { lat: -16.8, lng: 180 }, [500, 500]), 900],
    ['at a pentagon', aCircle('e', pentagon, 75), 500],
    ['far north', aCircle('f', { lat: 78.22, lng: 15.65 }, 75), 500],
    ['at the pole', aCircle('g', { lat: 89.999, lng: 0 }, 75), 100],
  ])('misses nothing within the reach: %s', (_name, store, halfM) => {
    expect(missed(store, halfM)).toBe(0);
  });

  it('forgets stores that are far, and lists stores in id order', () => {
    const index = new StoreIndex([aCircle('z', TOKYO, 20), aCircle('a', moved(TOKYO, 100, 0), 20)]);
    expect(idsNear(index, TOKYO)).toEqual(['a', 'z']);
    expect(idsNear(index, moved(TOKYO, 2_000, 0))).toEqual([]);
  });

  it('leaves closed and sensitive stores out, but knows them by id', () => {
    const closed = aCircle('closed', TOKYO, 20, { closed: true });
    const clinic = aCircle('clinic', TOKYO, 20, { sensitive: true });
    const index = new StoreIndex([closed, clinic, aCircle('open', TOKYO, 20)]);
    expect(idsNear(index, TOKYO)).toEqual(['open']);
    expect(index.get(storeId('closed'))?.closed).toBe(true);
    expect(index.get(storeId('nowhere'))).toBeUndefined();
    expect(index.all().map(({ id }) => id)).toEqual(['clinic', 'closed', 'open']);
    expect(index.size).toBe(3);
  });

  it('takes the last of several stores with one id', () => {
    const index = new StoreIndex([aCircle('a', TOKYO, 20), aCircle('a', moved(TOKYO, 5_000, 0), 20)]);
    expect(index.size).toBe(1);
    expect(idsNear(index, TOKYO)).toEqual([]);
  });

  it('gives the inradius along', () => {
    const index = new StoreIndex([aBox('b', TOKYO, [40, 12])]);
    expect(index.near(cellAt(TOKYO, 9))[0]?.inradiusM).toBeCloseTo(12, 0);
  });
});

describe('G-09 sensitiveWithin', () => {
  const clinic = aCircle('clinic', TOKYO, 30, { sensitive: true });
  const shut = aCircle('shut', moved(TOKYO, 5_000, 0), 30, { sensitive: true, closed: true });
  const index = new StoreIndex([clinic, shut, aCircle('shop', moved(TOKYO, 0, 3_000), 30)]);
  it.each([
    ['inside', 0, 0, 100, true],
    ['within the buffer', 0, 129, 100, true],
    ['beyond the buffer', 0, 131, 100, false],
    ['within a wide buffer', 0, 320, 300, true],
    ['a buffer beyond the reach of the cells still holds', 0, 2_000, 2_000, true],
    ['beyond a very wide buffer', 0, 2_100, 2_000, false],
    ['a closed place stays sensitive', 5_000, 0, 100, true],
    ['an ordinary shop is not', 0, 3_000, 100, false],
  ])('%s', (_name, ...[east, north, bufferM, expected]) => {
    const position = moved(TOKYO, east, north);
    expect(index.sensitiveWithin(position, cellAt(position, 9), bufferM)).toBe(expected);
  });
});

describe('countInR7 and inCatchment', () => {
  const shops = ['a', 'b', 'c'].map((id, i) => aCircle(id, moved(TOKYO, i * 10, 0), 20));
  const hidden = [
    aCircle('closed', TOKYO, 20, { closed: true }),
    aCircle('clinic', TOKYO, 20, { sensitive: true }),
  ];
  const index = new StoreIndex([...shops, ...hidden], { catchmentM: 500 });

  it('counts open stores of an r7 cell', () => {
    expect(index.countInR7(parentAt(cellAt(TOKYO, 9), 7))).toBe(3);
    expect(index.countInR7(cellAt(moved(TOKYO, 20_000, 0), 7))).toBe(0);
  });

  it('a cell is in the catchment when its centre is', () => {
    for (let east = -1_200; east <= 1_200; east += 60) {
      const cell = cellAt(moved(TOKYO, east, 0), 9);
      const nearest = Math.min(...shops.map((shop) => signedDistanceM(shop, centreOf(cell))));
      expect(index.inCatchment(cell)).toBe(nearest <= 500);
    }
  });
});
