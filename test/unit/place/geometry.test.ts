/** Distances: against known lengths, at the antimeridian and the poles, and signed to every kind of footprint. */
import { describe, expect, it } from 'vitest';
import { distanceM, lngDelta, signedDistanceM } from '../../../src/place/geometry.ts';
import { TOKYO, aBox, aCircle, aRing, aStore, moved } from './builders.ts';

/** One degree of a great circle on the mean sphere. */
const DEGREE_M = 111_195.08;

describe('distanceM', () => {
  it.each([
    ['along a meridian', [35, 139], [36, 139], DEGREE_M],
    ['along the equator', [0, 0], [0, 1], DEGREE_M],
    ['across the antimeridian', [0, 179.999], [0, -179.999], 0.002 * DEGREE_M],
    ['afar across the antimeridian', [0, 179], [0, -179], 2 * DEGREE_M],
    ['over the pole', [89.9, 0], [89.9, 180], 0.2 * DEGREE_M],
    ['at the pole all longitudes are one', [90, 0], [90, 77], 0],
    ['around half the world', [0, 0], [0, 180], 180 * DEGREE_M],
    ['the same point', [35, 139], [35, 139], 0],
  ] as const)('%s', (_name, [aLat, aLng], [bLat, bLng], expected) => {
    const a = { lat: aLat, lng: aLng };
    const b = { lat: bLat, lng: bLng };
    expect(distanceM(a, b)).toBeCloseTo(expected, expected > 1_000 ? -2 : 1);
    expect(distanceM(b, a)).toBeCloseTo(distanceM(a, b), 6);
  });

  it('is the great-circle distance of Tokyo station and Shin-Osaka, 402 km', () => {
    expect(distanceM(TOKYO, { lat: 34.733481, lng: 135.500192 }) / 402_000).toBeCloseTo(1, 2);
  });

  it('is right to 0.1 % nearby, at any latitude', () => {
    for (const lat of [-85, -60, -10, 0, 35, 60, 79.9, 80.1, 89]) {
      const from = { lat, lng: 10 };
      expect(distanceM(from, moved(from, 300, 0)) / 300).toBeCloseTo(1, 2);
      expect(distanceM(from, moved(from, 0, 300)) / 300).toBeCloseTo(1, 3);
    }
  });
});

describe('lngDelta', () => {
  it.each([
    [179, -179, 2],
    [-179, 179, -2],
    [10, 20, 10],
    [-180, 180, 0],
  ])('from %d to %d the short way is %d', (from, to, delta) => {
    expect(lngDelta(from, to)).toBe(delta);
  });
});

describe('signedDistanceM', () => {
  const circle = aCircle('c', TOKYO, 50);
  it.each([
    ['the centre of a circle', 0, 0, -50],
    ['inside', 30, 0, -20],
    ['on the border', 0, 50, 0],
    ['outside', -80, 0, 30],
  ])('%s', (_name, east, north, expected) => {
    expect(signedDistanceM(circle, moved(TOKYO, east, north))).toBeCloseTo(expected, 1);
  });

  const box = aBox('b', TOKYO, [100, 50], [aRing(TOKYO, 20, 20)]);
  it.each([
    ['in the middle of the hole is outside', 0, 0, 20],
    ['between hole and border', 60, 0, -40],
    ['nearer to the hole', 25, 0, -5],
    ['nearer to the long border', 60, 45, -5],
    ['on the border', 100, 0, 0],
    ['outside, beside an edge', 130, 0, 30],
    ['outside, at a corner', 130, 90, 50],
  ])('box with a hole: %s', (_name, east, north, expected) => {
    expect(signedDistanceM(box, moved(TOKYO, east, north))).toBeCloseTo(expected, 1);
  });

  const fiji = { lat: -16.8, lng: 179.9999 };
  const cut = aStore('cut', fiji, {
    kind: 'polygon',
    polygons: [
      [
        [
          [179.99, -16.81],
          [180, -16.81],
          [180, -16.79],
          [179.99, -16.79],
          [179.99, -16.81],
        ],
      ],
      [
        [
          [-180, -16.81],
          [-179.99, -16.81],
          [-179.99, -16.79],
          [-180, -16.79],
          [-180, -16.81],
        ],
      ],
    ],
  });
  const whole = aBox('whole', { lat: -16.8, lng: 180 }, [1_064.5, 1_112]);

  it.each([
    ['west of the antimeridian', 179.9995],
    ['on it', 180],
    ['on it, written the other way', -180],
    ['east of it', -179.9995],
  ])('a polygon across the antimeridian, %s: the cut is no border', (_name, lng) => {
    const at = { lat: -16.8, lng };
    expect(signedDistanceM(cut, at)).toBeLessThan(-1_000);
    expect(signedDistanceM(cut, at)).toBeCloseTo(signedDistanceM(whole, at), -1);
  });

  it('measures outside of a cut polygon from its real border', () => {
    expect(signedDistanceM(cut, { lat: -16.8, lng: -179.98 })).toBeCloseTo(1_064, -1);
    expect(signedDistanceM(cut, { lat: -16.8, lng: 179.98 })).toBeCloseTo(1_064, -1);
  });

  it('holds for a polygon around the pole', () => {
    const ring = [0, 90, 180, -90, 0].map((lng) => [lng, 89.99] as const);
    const pole = aStore('pole', { lat: 90, lng: 0 }, { kind: 'polygon', polygons: [[ring]] });
    expect(signedDistanceM(pole, { lat: 90, lng: 12 })).toBeCloseTo(-0.01 * DEGREE_M * Math.SQRT1_2, 0);
    expect(signedDistanceM(pole, { lat: 89.98, lng: 90 })).toBeCloseTo(0.01 * DEGREE_M, 0);
  });
});
