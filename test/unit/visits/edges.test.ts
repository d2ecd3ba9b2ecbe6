/** The hard cases that other stop detectors are reproached for, each with the issue it comes from. */
import { describe, expect, it } from 'vitest';
import { getPentagons } from 'h3-js';
import type { Store } from '../../../src/model/place.ts';
import { cellId } from '../../../src/model/place.ts';
import type { NearFix } from '../../../src/model/sanitized.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/model/time.ts';
import { cellAt, centreOf } from '../../../src/place/cells.ts';
import { TOKYO, aBox, aCircle, aRing, moved } from '../place/builders.ts';
import { aFix, aTrack, anEnv, detect, inWords, secondsOf } from './builders.ts';

const fence = aCircle('fence', TOKYO, 75);
const kiosk = aBox('kiosk', TOKYO, [8, 8]);
const MINUTE = 60;
const HOUR = 3_600;

const visitsTo = (stores: readonly Store[], fixes: readonly NearFix[]): readonly string[] =>
  inWords(detect(fixes, anEnv(stores)).visits);
const placesOf = (stores: readonly Store[], fixes: readonly NearFix[]): readonly string[] =>
  detect(fixes, anEnv(stores)).visits.map(({ store }) => store);

describe('at the border', () => {
  it('a fix exactly on the border is neither in nor out', () => {
    const onBorder = aTrack([{ east: 75, north: 0, seconds: 20 * MINUTE }], {
      everyS: 60,
      from: { seconds: 0, east: 75, north: 0 },
    });
    expect(visitsTo([fence], onBorder)).toEqual([]);
    const first = aFix(0, 0, 0);
    expect(placesOf([fence], [first, ...onBorder.slice(1)])).toEqual(['fence']);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    '1 Hz jitter of 15 m for 10 minutes is one visit at most (seed %d)',
    (seed) => {
      const jitter = aTrack([{ east: 75, north: 0, seconds: 10 * MINUTE }], {
        everyS: 1,
        noiseM: 15,
        accuracyM: 22,
        seed,
        from: { seconds: 0, east: 75, north: 0 },
      });
      expect(placesOf([fence], jitter).length).toBeLessThanOrEqual(1);
    },
  );
});

describe('passing by is no visit', () => {
  it.each([1, 5, 15, 60, 120])('50 km/h through the fence, a fix every %d s', (everyS) => {
    const seconds = 600;
    const legs = [{ east: seconds * 13.9, north: 0, seconds: seconds * 2 }];
    const from = { seconds: 0, east: -seconds * 13.9, north: 0 };
    expect(visitsTo([fence, kiosk], aTrack(legs, { everyS, from, noiseM: 5 }))).toEqual([]);
  });

  it.each([5, 20, 60])('a slow walk round a loop of 2 km, a fix every %d s (Dawarich #2970)', (everyS) => {
    const radius = 2_000 / (2 * Math.PI);
    const legs = Array.from({ length: 72 }, (_, i) => {
      const angle = ((i + 1) * 2 * Math.PI) / 72;
      return { east: radius * Math.cos(angle), north: radius * Math.sin(angle), seconds: 2_000 / 72 / 0.8 };
    });
    const walk = aTrack(legs, { everyS, noiseM: 5, from: { seconds: 0, east: radius, north: 0 } });
    const onTheWay = aCircle('on-the-way', moved(TOKYO, 0, radius), 75);
    const shop = aBox('shop', moved(TOKYO, -radius, 0), [8, 8]);
    expect(visitsTo([fence, kiosk, onTheWay, shop], walk)).toEqual([]);
  });
});

describe('few fixes', () => {
  it.each([
    [fence, 15],
    [aBox('home', TOKYO, [12, 12]), 8],
  ])('a heartbeat every 15 minutes all night is one visit (Dawarich #2966)', (store, noiseM) => {
    const night = aTrack([{ east: 0, north: 0, seconds: 9 * HOUR }], { everyS: 15 * MINUTE, noiseM });
    expect(detect(night, anEnv([store])).visits).toMatchObject([{ store: store.id, fixes: night.length }]);
  });

  it('one fix, 3 hours of silence, a fix 5 km away: a visit whose time is inferred', () => {
    const [visit] = detect([aFix(0, 0, 0), aFix(3 * HOUR, 5_000, 0)], anEnv([fence])).visits;
    expect(visit).toMatchObject({ store: 'fence', fixes: 1, observedMs: 0 });
    // 4,925 m from the border at 15 m/s, and 400 s to set off.
    expect(secondsOf(visit?.end ?? 0)).toBeCloseTo(3 * HOUR - 728.3, 0);
    expect(visit?.inferredMs).toBe((visit?.end ?? 0) - (visit?.start ?? 0));
  });

  it('one fix that is hardly inside carries no inferred visit', () => {
    expect(visitsTo([fence], [aFix(0, 66, 0), aFix(3 * HOUR, 5_000, 0)])).toEqual([]);
  });

  it('two fixes years apart are no long stay (trackintel #308)', () => {
    const years = 3 * 365 * 24 * HOUR;
    const env = anEnv([fence, kiosk], { end: Number.POSITIVE_INFINITY });
    expect(detect([aFix(0, 0, 0), aFix(years, 0, 0)], env).visits).toEqual([]);
  });

  it('a stream that ends inside keeps its visit (scikit-mobility #190)', () => {
    const stay = aTrack([{ east: 0, north: 0, seconds: 40 * MINUTE }], { everyS: 60 });
    expect(visitsTo([fence], stay)).toEqual(['fence 0-2340']);
    expect(visitsTo([kiosk], stay)).toEqual(['kiosk 0-2340']);
  });

  it('the gap rule is the bridge: a longer silence ends the visit', () => {
    const parts = [0, 30].flatMap((minute) =>
      aTrack([{ east: 0, north: 0, seconds: 10 * MINUTE }], {
        everyS: 60,
        from: { seconds: minute * MINUTE, east: 0, north: 0 },
      }),
    );
    expect(inWords(detect(parts, anEnv([fence], { bridgeMs: HOUR_MS })).visits)).toEqual(['fence 0-2340']);
    expect(inWords(detect(parts, anEnv([fence], { bridgeMs: 15 * MINUTE_MS })).visits)).toEqual([
      'fence 0-540',
      'fence 1800-2340',
    ]);
  });
});

describe('several stores', () => {
  const stay = (east: number, north: number, from: number, minutes: number): NearFix[] =>
    aTrack([{ east, north, seconds: minutes * MINUTE }], {
      everyS: 30,
      noiseM: 4,
      from: { seconds: from * MINUTE, east, north },
    });

  it('overlapping fences: the one the device is deepest in', () => {
    const east = aCircle('east', moved(TOKYO, 100, 0), 75);
    expect(placesOf([fence, east], stay(15, 0, 0, 20))).toEqual(['fence']);
    expect(placesOf([fence, east], stay(85, 0, 0, 20))).toEqual(['east']);
  });

  it('nested fences: the narrower one, and the wider one for the time around', () => {
    const mall = aCircle('mall', TOKYO, 300);
    const market = aCircle('market', moved(TOKYO, 150, 0), 60);
    const day = [...stay(-150, 0, 0, 20), ...stay(150, 0, 22, 30), ...stay(-150, 0, 54, 20)];
    const { visits } = detect(day, anEnv([mall, market]));
    expect(visits.map(({ store }) => store)).toEqual(['mall', 'market', 'mall']);
    for (const [i, visit] of visits.entries()) {
      expect(visit.start).toBeGreaterThanOrEqual(visits[i - 1]?.end ?? 0);
    }
  });

  it('a small shop inside a wide store takes its own time', () => {
    const mall = aCircle('mall', TOKYO, 300);
    const shop = aBox('shop', moved(TOKYO, 150, 0), [10, 10]);
    const day = [
      ...stay(-150, 0, 0, 20),
      ...stay(150, 0, 24, 30),
      ...stay(-150, 0, 58, 20),
      ...stay(3_000, 0, 90, 5),
    ];
    const { visits } = detect(day, anEnv([mall, shop]));
    expect(visits.map(({ store }) => store)).toEqual(['mall', 'shop', 'mall']);
    expect(visits[1]).toMatchObject({ store: 'shop' });
    for (const [i, visit] of visits.entries()) {
      expect(visit.start).toBeGreaterThanOrEqual(visits[i - 1]?.end ?? 0);
    }
  });

  it('small neighbours 40 m apart are told apart by the mean, in noise as wide as they are', () => {
    const shops = [-40, 0, 40].map((east) => aBox(`shop${String(east)}`, moved(TOKYO, east, 0), [12, 12]));
    const at = (east: number, from: number): NearFix[] =>
      aTrack([{ east, north: 0, seconds: 20 * MINUTE }], {
        everyS: 30,
        noiseM: 8,
        seed: from,
        from: { seconds: from * MINUTE, east, north: 0 },
      });
    expect(placesOf(shops, [...at(-40, 0), ...at(40, 22), ...at(0, 44)])).toEqual([
      'shop-40',
      'shop40',
      'shop0',
    ]);
  });

  it('a short visit to a hall next door is not lost while the shop is waited for', () => {
    const shop = aBox('shop', TOKYO, [10, 10]);
    const hall = aCircle('hall', moved(TOKYO, 400, 0), 75, { minDwellMs: 2 * MINUTE_MS });
    const day = [...stay(0, 0, 0, 10), ...stay(400, 0, 10.5, 3), ...stay(1_000, 0, 14, 10)];
    expect(placesOf([shop, hall], day)).toEqual(['shop', 'hall']);
  });

  it("a store's own minimum dwell overrides the policy's", () => {
    const quick = aCircle('quick', TOKYO, 75, { minDwellMs: 3 * MINUTE_MS });
    const slow = aCircle('slow', moved(TOKYO, 1_000, 0), 75, { minDwellMs: 10 * MINUTE_MS });
    const day = [...stay(0, 0, 0, 4), ...stay(1_000, 0, 15, 8), ...stay(3_000, 0, 30, 5)];
    expect(placesOf([quick, slow], day)).toEqual(['quick']);
  });

  it('going out for a minute and a half is one visit, and the pause does not make up the minimum', () => {
    const twice = (minutes: number): NearFix[] => [
      ...stay(0, 0, 0, minutes),
      ...stay(160, 0, minutes + 0.5, 1),
      ...stay(0, 0, minutes + 2, minutes),
      ...stay(160, 0, 2 * minutes + 2.5, 2),
    ];
    expect(detect(twice(8), anEnv([fence])).visits).toHaveLength(1);
    expect(detect(twice(2), anEnv([fence])).visits).toEqual([]);
  });
});

describe('hard places', () => {
  const quarter = (east: number, north: number, origin = TOKYO): NearFix[] =>
    aTrack([{ east, north, seconds: 15 * MINUTE }], {
      everyS: 30,
      noiseM: 3,
      origin,
      from: { seconds: 0, east, north },
    });

  it('a hole is not inside', () => {
    const ring = aBox('ring', TOKYO, [200, 200], [aRing(TOKYO, 70, 70)]);
    expect(placesOf([ring], quarter(0, 0))).toEqual([]);
    expect(placesOf([ring], quarter(135, 0))).toEqual(['ring']);
  });

  it.each([
    ['across the antimeridian', { lat: -16.8, lng: 180 }],
    ['at an H3 pentagon', centreOf(cellId(getPentagons(9)[3] ?? ''))],
    ['at the edge of its H3 cell', moved(centreOf(cellAt(TOKYO, 9)), 0, 180)],
    ['far north', { lat: 78.22, lng: 15.65 }],
  ])('%s', (_name, origin) => {
    for (const store of [aCircle('here', origin, 75), aBox('here', origin, [10, 10])]) {
      for (const east of [-4, 0, 4]) expect(placesOf([store], quarter(east, 0, origin))).toEqual(['here']);
      expect(placesOf([store], quarter(150, 0, origin))).toEqual([]);
    }
  });
});

describe('hard fixes', () => {
  it.each([
    ['unknown', null],
    ['zero', 0],
    ['negative', -5],
    ['not a number', Number.NaN],
  ])('an accuracy that is %s counts as the default', (_name, accuracyM) => {
    const stay = (a: number | null): NearFix[] =>
      aTrack([{ east: 0, north: 0, seconds: 15 * MINUTE }], { everyS: 30, noiseM: 6, accuracyM: a });
    expect(visitsTo([fence], stay(accuracyM))).toEqual(visitsTo([fence], stay(15)));
  });

  it('a fix of 5 km accuracy that got through moves nobody', () => {
    const stay = aTrack([{ east: 0, north: 0, seconds: 20 * MINUTE }], { everyS: 30, noiseM: 4 });
    const wild = aFix(10 * MINUTE + 1, 3_000, 0, { accuracyM: 5_000 });
    const fixes = [...stay.slice(0, 21), wild, ...stay.slice(21)];
    for (const store of [fence, kiosk]) expect(placesOf([store], fixes)).toEqual([store.id]);
  });

  it('one jump is held back, a second one is believed', () => {
    const stay = aTrack([{ east: 0, north: 0, seconds: 20 * MINUTE }], { everyS: 30, noiseM: 4 });
    const jump = [aFix(305, 9_000, 0), aFix(320, 9_000, 0)];
    const once = [...stay.slice(0, 11), ...jump.slice(0, 1), ...stay.slice(11)];
    expect(detect(once, anEnv([fence])).visits).toHaveLength(1);
    const gone = [...stay.slice(0, 11), ...jump];
    expect(inWords(detect(gone, anEnv([fence])).visits)).toEqual(['fence 0-310']);
  });
});
