/** The widest circle inside a footprint. */
import { describe, expect, it } from 'vitest';
import { extentOf, inradiusM } from '../../../src/place/inradius.ts';
import { TOKYO, aBox, aCircle, aRing, aStore, moved } from './builders.ts';

describe('inradiusM', () => {
  it.each([
    ['a circle', aCircle('a', TOKYO, 75), 75],
    ['a square', aBox('b', TOKYO, [40, 40]), 40],
    ['a corridor', aBox('c', TOKYO, [200, 10]), 10],
    ['a square with a hole in the middle', aBox('d', TOKYO, [60, 60], [aRing(TOKYO, 20, 20)]), 23.43],
    ['at the antimeridian', aBox('e', { lat: -16.8, lng: 180 }, [30, 60]), 30],
    ['far north', aBox('f', { lat: 78.2, lng: 15.6 }, [50, 25]), 25],
  ])('%s', (_name, store, expected) => {
    expect(inradiusM(store)).toBeGreaterThan(expected * 0.94 - 0.5);
    expect(inradiusM(store)).toBeLessThan(expected * 1.06 + 0.5);
  });

  it('takes the wider of two pieces, though the point of the store lies in neither', () => {
    const small = aRing(moved(TOKYO, -200, 0), 20, 20);
    const wide = aRing(moved(TOKYO, 200, 0), 50, 50);
    const pieces = aStore('two', TOKYO, { kind: 'polygon', polygons: [[small], [wide]] });
    expect(inradiusM(pieces)).toBeGreaterThan(46);
    expect(inradiusM(pieces)).toBeLessThan(51);
  });

  it('is zero for a polygon without area', () => {
    const line = [TOKYO, moved(TOKYO, 100, 0), TOKYO, TOKYO].map(({ lat, lng }) => [lng, lat] as const);
    expect(inradiusM(aStore('line', TOKYO, { kind: 'polygon', polygons: [[line]] }))).toBeCloseTo(0, 0);
  });
});

describe('extentOf', () => {
  it('reaches the farthest corner', () => {
    expect(extentOf(TOKYO, aBox('b', TOKYO, [30, 40]).footprint)).toBeCloseTo(50, 0);
    expect(extentOf(TOKYO, { kind: 'circle', radiusM: 12 })).toBe(12);
  });
});
