/** Which store a fix or a stay belongs to, and how each store is judged. */
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/model/place.ts';
import { cellAt } from '../../../src/place/cells.ts';
import type { NearStore } from '../../../src/place/store-index.ts';
import { StoreIndex } from '../../../src/place/store-index.ts';
import { enteredFence, hasFence, storeOfStay } from '../../../src/visits/attribution.ts';
import { learnNoise, sigmaOf } from '../../../src/visits/noise.ts';
import { visitsFold } from '../../../src/visits/detector.ts';
import { TOKYO, aBox, aCircle, moved } from '../place/builders.ts';

const nearOf = (stores: readonly Store[]): readonly NearStore[] =>
  new StoreIndex(stores).near(cellAt(TOKYO, 9));

describe('hasFence', () => {
  it.each([
    ['wide, good accuracy', 75, 10, true],
    ['just wide enough', 50, 16, true],
    ['too narrow', 49, 3, false],
    ['wide, but the device is too vague', 75, 26, false],
    ['very wide, vague device', 300, 90, true],
  ] as const)('%s', (_name, radiusM, sigmaM, expected) => {
    const [near] = nearOf([aCircle('a', TOKYO, radiusM)]);
    expect(near !== undefined && hasFence(near, sigmaM)).toBe(expected);
  });
});

describe('enteredFence', () => {
  const stores = nearOf([
    aCircle('mall', TOKYO, 250),
    aCircle('hall', moved(TOKYO, 100, 0), 60),
    aCircle('gate', moved(TOKYO, 180, 0), 60),
    aBox('shop', TOKYO, [8, 8]),
  ]);
  it.each([
    ['the only one around', -100, 'mall'],
    ['the narrower of nested ones', 90, 'hall'],
    ['of alike ones the one it is deeper in', 145, 'gate'],
    ['never a small store', 0, 'mall'],
    ['none where it is not surely inside', 246, null],
    ['none outside', 300, null],
  ])('%s', (_name, east, expected) => {
    const fix = { position: moved(TOKYO, east, 0), sigmaM: 10 };
    expect(enteredFence(stores, fix, 10)?.store.id ?? null).toBe(expected);
  });
});

describe('storeOfStay', () => {
  const stores = nearOf([
    aBox('arcade', TOKYO, [60, 30]),
    aBox('left', moved(TOKYO, -20, 0), [8, 8]),
    aBox('right', moved(TOKYO, 20, 0), [8, 8]),
    aCircle('stand', moved(TOKYO, 0, 60), 10),
  ]);
  it.each([
    ['the containing one, the most specific of several', -20, 0, 'left'],
    ['the wider one between', 0, 0, 'arcade'],
    ['a containing one before a nearer neighbour', -11, 0, 'arcade'],
    ['the nearest within the snap', 0, 33, 'arcade'],
    ['none beyond the snap', 0, 36, null],
    ['a circle has no snap', 0, 49, null],
    ['inside the circle', 0, 52, 'stand'],
  ])('%s', (_name, east, north, expected) => {
    expect(storeOfStay(stores, moved(TOKYO, east, north))?.store.id ?? null).toBe(expected);
  });
});

describe('noise', () => {
  it.each([
    [15, 10],
    [1, 3],
    [null, 10],
    [0, 10],
    [-3, 10],
    [Number.NaN, 10],
    [150, 100],
  ])('an accuracy of %s m is a sigma of %d m', (accuracyM, sigmaM) => {
    expect(sigmaOf(accuracyM)).toBe(sigmaM);
  });

  it('the running median finds the middle and shrugs at outliers', () => {
    const state = visitsFold.empty('device');
    for (let i = 0; i < 400; i += 1) learnNoise(state, i % 10 === 0 ? 2_000 : 15 + (i % 5));
    expect(state.sigmaM).toBeGreaterThan(14);
    expect(state.sigmaM).toBeLessThan(20);
  });
});
