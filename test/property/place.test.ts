/** Laws of place: distances are a metric, an index misses nothing near, and inside means negative. */
import booleanPointInPolygon from '@turf/boolean-point-in-polygon';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Position, Store } from '../../src/model/place.ts';
import { cellAt } from '../../src/place/cells.ts';
import { distanceM, signedDistanceM } from '../../src/place/geometry.ts';
import { inradiusM } from '../../src/place/inradius.ts';
import { REACH_M, StoreIndex } from '../../src/place/store-index.ts';
import { aCircle, aStore, moved } from '../unit/place/builders.ts';

const RUNS = { seed: 17, numRuns: 300 };

const anywhere = fc.record({
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
  lng: fc.double({ min: -180, max: 180, noNaN: true }),
});
const settled = fc.record({
  lat: fc.double({ min: -70, max: 75, noNaN: true }),
  lng: fc.oneof(
    fc.double({ min: -180, max: 180, noNaN: true }),
    fc.double({ min: 179.99, max: 180, noNaN: true }),
  ),
});

/** A star around a centre: any simple polygon will do, with as many corners as there are radii. */
const starOf = (centre: Position, radii: readonly number[]): Store => {
  const corners = radii.map((radius, i) => {
    const angle = (i * 2 * Math.PI) / radii.length;
    const { lat, lng } = moved(centre, radius * Math.cos(angle), radius * Math.sin(angle));
    return [lng, lat] as const;
  });
  return aStore('star', centre, { kind: 'polygon', polygons: [[[...corners, ...corners.slice(0, 1)]]] });
};
const radii = fc.array(fc.double({ min: 20, max: 600, noNaN: true }), { minLength: 3, maxLength: 12 });
const offset = fc.double({ min: -1_000, max: 1_000, noNaN: true });

describe('distance', () => {
  it('is symmetric, zero to itself, and keeps the triangle inequality', () => {
    fc.assert(
      fc.property(anywhere, anywhere, anywhere, (a, b, c) => {
        expect(distanceM(a, a)).toBe(0);
        expect(distanceM(a, b)).toBeCloseTo(distanceM(b, a), 4);
        expect(distanceM(a, c)).toBeLessThanOrEqual((distanceM(a, b) + distanceM(b, c)) * 1.001 + 0.01);
      }),
      RUNS,
    );
  });
});

describe('signed distance', () => {
  it('is negative exactly inside, as another library sees it', () => {
    fc.assert(
      fc.property(settled, radii, offset, offset, (centre, lengths, east, north) => {
        fc.pre(Math.abs(centre.lng) < 179.9);
        const star = starOf(centre, lengths);
        const p = moved(centre, east, north);
        const metres = signedDistanceM(star, p);
        fc.pre(Math.abs(metres) > 0.01);
        const { footprint } = star;
        const rings = footprint.kind === 'polygon' ? footprint.polygons : [];
        const coordinates = rings.map((polygon) => polygon.map((ring) => ring.map(([x, y]) => [x, y])));
        const inside = booleanPointInPolygon([p.lng, p.lat], { type: 'MultiPolygon', coordinates });
        expect(metres < 0).toBe(inside);
      }),
      RUNS,
    );
  });

  it('changes no faster than the position moves', () => {
    fc.assert(
      fc.property(settled, radii, offset, offset, (centre, lengths, east, north) => {
        const star = starOf(centre, lengths);
        const p = moved(centre, east, north);
        const q = moved(p, 7, -5);
        expect(Math.abs(signedDistanceM(star, p) - signedDistanceM(star, q))).toBeLessThan(
          1.01 * distanceM(p, q) + 0.1,
        );
      }),
      RUNS,
    );
  });

  it('is nowhere deeper than the inradius', () => {
    fc.assert(
      fc.property(settled, radii, offset, offset, (centre, lengths, east, north) => {
        const star = starOf(centre, lengths);
        const deepest = -signedDistanceM(star, moved(centre, east / 2, north / 2));
        expect(deepest).toBeLessThanOrEqual(inradiusM(star) * 1.06 + 1);
      }),
      { ...RUNS, numRuns: 150 },
    );
  });
});

describe('the store index', () => {
  it('names every store within its reach of any position', () => {
    fc.assert(
      fc.property(settled, radii, offset, offset, (centre, lengths, east, north) => {
        const stores = [starOf(centre, lengths), aCircle('circle', moved(centre, 300, 0), 40)];
        const index = new StoreIndex(stores);
        const p = moved(centre, east, north);
        const near = index.near(cellAt(p, 9)).map(({ store }) => store.id);
        for (const store of stores) {
          if (signedDistanceM(store, p) <= REACH_M) expect(near).toContain(store.id);
        }
      }),
      RUNS,
    );
  });
});
