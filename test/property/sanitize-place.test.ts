/** Laws of the doors about place: the shield has no gap, and remembering cells changes no answer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventTime } from '../../src/model/time.ts';
import { HOUR_MS } from '../../src/model/time.ts';
import { cellAt } from '../../src/place/cells.ts';
import { DeviceCells } from '../../src/sanitize/device-cells.ts';
import { sanitize } from '../../src/sanitize/sanitize.ts';
import {
  NOON,
  TOKYO,
  aConsent,
  aFix,
  aStore,
  anEnv,
  device,
  indexOf,
  moved,
} from '../unit/sanitize/builders.ts';

const SEED = 9;
const RADIUS_M = 40;
const clinics = [aStore('clinic', TOKYO, true), aStore('clinic-2', { lat: -33.87, lng: 151.21 }, true)];
const stores = indexOf([...clinics, aStore('shop', moved(TOKYO, 20, 20))]);

/** Great-circle distance by the haversine formula, on a sphere, in metres. */
const haversineM = (a: typeof TOKYO, b: typeof TOKYO): number => {
  const rad = Math.PI / 180;
  const h =
    Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lng - a.lng) * rad) / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(h));
};

describe('G-09 the shield', () => {
  const near = fc.record({
    clinic: fc.constantFrom(...clinics),
    bearing: fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    accuracyM: fc.option(fc.double({ min: 0.1, max: 5_000, noNaN: true }), { nil: null }),
  });
  const env = anEnv([aConsent(NOON - 1)], { stores });

  it('drops every fix within the buffer of a sensitive place, however inaccurate', () => {
    fc.assert(
      fc.property(near, ({ clinic, bearing, share, accuracyM }) => {
        const bufferM = Math.max(100, (2 * (accuracyM ?? 15)) / 1.5);
        // One part in a thousand inside the edge, for the difference between sphere and plane.
        const metres = share * (RADIUS_M + bufferM) * 0.999;
        const position = moved(clinic.position, metres * Math.cos(bearing), metres * Math.sin(bearing));
        expect(sanitize(aFix({ position, accuracyM }), env)).toEqual({
          kind: 'drop',
          reason: 'sensitive_place',
        });
      }),
      { seed: SEED, numRuns: 1_500 },
    );
  });

  it('lets nothing of a sensitive place through, and takes no more than the buffer', () => {
    const around = fc.record({
      north: fc.double({ min: -1_000, max: 1_000, noNaN: true }),
      east: fc.double({ min: -1_000, max: 1_000, noNaN: true }),
    });
    fc.assert(
      fc.property(around, ({ north, east }) => {
        const position = moved(TOKYO, north, east);
        const metres = haversineM(TOKYO, position) - RADIUS_M;
        const kind = sanitize(aFix({ position }), env).kind;
        if (metres < 99.5) expect(kind).toBe('drop');
        if (metres > 100.5) expect(kind).toBe('keep');
      }),
      { seed: SEED, numRuns: 1_500 },
    );
  });
});

describe('remembered cells', () => {
  it('are those that h3 gives, for any walk of several devices', () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b'),
      north: fc.double({ min: -400, max: 400, noNaN: true }),
      east: fc.double({ min: -400, max: 400, noNaN: true }),
      hour: fc.nat({ max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const cells = new DeviceCells();
        for (const { id, north, east, hour } of steps) {
          const position = moved(TOKYO, north, east);
          const spot = cells.spotOf(device(id), position);
          expect(spot.cell).toBe(cellAt(position, 9));
          cells.remember(device(id), spot, eventTime(NOON + hour * HOUR_MS));
          if (hour === 5) cells.forget(device(id));
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
