/** Laws of the visit detector on random days of random devices. */
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NearFix } from '../../src/model/sanitized.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import type { Movement, Visit } from '../../src/model/visit.ts';
import type { DetectorState, VisitsEnv } from '../../src/visits/detector-state.ts';
import { DETECTOR } from '../../src/visits/parameters.ts';
import { seeded } from '../support/seeded.ts';
import { TOKYO, aBox, aCircle, moved } from '../unit/place/builders.ts';
import type { Leg } from '../unit/visits/builders.ts';
import { Driver, aTrack, anEnv, detect } from '../unit/visits/builders.ts';

const SEED = 31;
const RUNS = { seed: SEED, numRuns: 60 };
const LATENESS_MS = 5 * MINUTE_MS;
const BRIDGE_MS = HOUR_MS;

const SPOTS = [
  [0, 0],
  [170, 40],
  [1_500, 0],
  [1_520, 35],
  [1_500, 900],
  [-4_000, 2_000],
] as const;
const stores = [
  aCircle('hall', TOKYO, 75),
  aCircle('yard', moved(TOKYO, 120, 40), 90),
  aCircle('mall', moved(TOKYO, 1_500, 30), 200),
  aBox('book', moved(TOKYO, 1_500, 0), [10, 8]),
  aBox('cake', moved(TOKYO, 1_520, 35), [7, 7]),
  aBox('deli', moved(TOKYO, 1_500, 900), [12, 12]),
];
const env = anEnv(stores, { bridgeMs: BRIDGE_MS, footfall: true });

/** A day: stays at and around a few spots, rides between them, gaps. */
const anyDay = fc
  .record({
    legs: fc.array(
      fc.record({
        spot: fc.nat(SPOTS.length - 1),
        rideS: fc.integer({ min: 30, max: 1_500 }),
        stayS: fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 9_000 })),
      }),
      { minLength: 1, maxLength: 7 },
    ),
    everyS: fc.constantFrom(3, 15, 30, 60, 180, 600),
    noiseM: fc.constantFrom(0, 4, 10, 20),
    accuracyM: fc.constantFrom(null, 8, 30, 150),
    gap: fc.record({ from: fc.nat(20_000), seconds: fc.constantFrom(0, 0, 1_200, 3_600, 8_000) }),
    seed: fc.nat(1_000),
  })
  .map(({ legs, gap, everyS, ...options }) => {
    const path: Leg[] = legs.flatMap(({ spot, rideS, stayS }) => {
      const [east = 0, north = 0] = SPOTS[spot] ?? [];
      return [
        { east, north, seconds: rideS },
        { east, north, seconds: stayS },
      ];
    });
    const long = path.reduce((sum, { seconds }) => sum + seconds, 0) > 15_000;
    const fixes = aTrack(path, { ...options, everyS: long ? Math.max(everyS, 30) : everyS });
    const start = fixes[0]?.at ?? 0;
    return fixes.filter(({ at }) => {
      const seconds = (at - start) / 1_000;
      return seconds < gap.from || seconds >= gap.from + gap.seconds;
    });
  })
  .filter((fixes) => fixes.length > 0);

/** The same fixes as they might arrive: none later than the lateness behind its device's newest. */
const delayed = (fixes: readonly NearFix[], seed: number): NearFix[] => {
  const chance = seeded(seed);
  const arrivals = fixes.map((fix) => ({ fix, at: fix.at + chance() * LATENESS_MS }));
  return arrivals.sort((a, b) => a.at - b.at).map(({ fix }) => fix);
};

const sorted = (movements: readonly Movement[]): readonly string[] =>
  movements.map((movement) => JSON.stringify(movement)).sort();

const visitsOf = (fixes: readonly NearFix[], world: VisitsEnv): readonly Visit[] =>
  detect(fixes, world).visits;

describe('order of arrival and cadence of the watermark', () => {
  it('do not matter: the same movements, known at the same moments', () => {
    fc.assert(
      fc.property(anyDay, fc.nat(), fc.constantFrom(1, 7, 40, 1e9), (fixes, seed, every) => {
        const expected = sorted(detect(fixes, env).movements);
        const arrivals = delayed(fixes, seed);
        const driver = new Driver(env);
        // The best watermark there is: just before the earliest fix still to come.
        const bounds: number[] = [];
        let earliest = Number.POSITIVE_INFINITY;
        for (const fix of arrivals.toReversed()) bounds.push((earliest = Math.min(earliest, fix.at)) - 1);
        bounds.reverse();
        let now = Number.NEGATIVE_INFINITY;
        for (const [i, fix] of arrivals.entries()) {
          if (i % every === every - 1) driver.watermark((now = bounds[i] ?? now));
          driver.event(fix, now);
        }
        driver.watermark(Number.POSITIVE_INFINITY);
        expect(driver.dropped).toEqual([]);
        expect(sorted(driver.movements)).toEqual(expected);
      }),
      RUNS,
    );
  });

  it('a movement is never known at or before a watermark that has passed', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 1, max: 30 }), (fixes, minutes) => {
        const driver = new Driver(env);
        let passed = Number.NEGATIVE_INFINITY;
        const check = (found: readonly Movement[]): void => {
          for (const { knownAt } of found) expect(knownAt).toBeGreaterThan(passed);
        };
        for (const fix of fixes) {
          const tick = Math.floor((fix.at - 1) / (minutes * MINUTE_MS)) * minutes * MINUTE_MS;
          if (tick > passed) {
            check(driver.watermark(tick));
            passed = tick;
          }
          check(driver.event(fix, passed));
        }
        check(driver.watermark(Number.POSITIVE_INFINITY));
      }),
      RUNS,
    );
  });

  it('wakesAt names every watermark at which something happens', () => {
    fc.assert(
      fc.property(anyDay, (fixes) => {
        const driver = new Driver(env);
        for (const fix of fixes) driver.event(fix, Number.NEGATIVE_INFINITY);
        for (
          let wake = driver.wakesAt(), i = 0;
          wake !== null && i < 2_000;
          wake = driver.wakesAt(), i += 1
        ) {
          expect(driver.watermark(wake - 1)).toEqual([]);
          driver.watermark(wake);
          expect(driver.wakesAt() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(wake);
        }
        expect(sorted(driver.movements)).toEqual(sorted(detect(fixes, env).movements));
      }),
      { ...RUNS, numRuns: 15 },
    );
  });
});

describe('what comes out', () => {
  it('visits never overlap, last at least the minimum and at most the track and a bridge', () => {
    fc.assert(
      fc.property(anyDay, (fixes) => {
        const visits = visitsOf(fixes, env).toSorted((a, b) => a.start - b.start);
        const span = (fixes.at(-1)?.at ?? 0) - (fixes[0]?.at ?? 0);
        for (const [i, visit] of visits.entries()) {
          expect(visit.start).toBeGreaterThanOrEqual(visits[i - 1]?.end ?? Number.NEGATIVE_INFINITY);
          expect(visit.end - visit.start).toBeGreaterThanOrEqual(env.policy.visits.minDwellMs);
          expect(visit.end - visit.start).toBeLessThanOrEqual(span + BRIDGE_MS);
          expect(visit.observedMs).toBeGreaterThanOrEqual(0);
          expect(visit.inferredMs).toBeGreaterThanOrEqual(0);
          expect(visit.observedMs + visit.inferredMs).toBe(visit.end - visit.start);
          expect(visit.knownAt).toBeGreaterThanOrEqual(visit.end);
          expect(Number.isSafeInteger(visit.start) && Number.isSafeInteger(visit.end)).toBe(true);
        }
      }),
      { ...RUNS, numRuns: 150 },
    );
  });

  it('every fix is processed or dropped for one reason', () => {
    fc.assert(
      fc.property(anyDay, fc.nat(), (fixes, seed) => {
        const chance = seeded(seed);
        const twice = fixes.flatMap((fix) => (chance() < 0.3 ? [fix, fix] : [fix]));
        const driver = new Driver(env);
        for (const fix of twice) driver.event(fix, Number.NEGATIVE_INFINITY);
        expect(driver.dropped).toHaveLength(twice.length - fixes.length);
        expect(new Set(driver.dropped).size).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });

  it('no footfall comes from inside a visit', () => {
    const far = anEnv(stores.slice(0, 1), { bridgeMs: BRIDGE_MS, footfall: true });
    const walk = fc.record({
      stayS: fc.integer({ min: 360, max: 7_200 }),
      everyS: fc.constantFrom(5, 60, 300),
    });
    fc.assert(
      fc.property(walk, ({ stayS, everyS }) => {
        const { visits, outside } = detect(
          aTrack([{ east: 0, north: 0, seconds: stayS }], { everyS, noiseM: 5 }),
          far,
        );
        expect(visits).toHaveLength(1);
        expect(outside).toEqual([]);
      }),
      RUNS,
    );
  });

  it.each([2, 5, 10, 20])('thinned to every %dth fix, days never have more than twice the visits', (nth) => {
    const days = fc.sample(anyDay, { seed: SEED, numRuns: 60 });
    const total = (step: number): number =>
      days
        .filter(([first, second]) => (second?.at ?? 0) - (first?.at ?? 0) <= 30_000)
        .reduce(
          (sum, fixes) =>
            sum +
            visitsOf(
              fixes.filter((_, i) => i % step === 0),
              env,
            ).length,
          0,
        );
    expect(total(1)).toBeGreaterThan(40);
    expect(total(nth)).toBeLessThanOrEqual(2 * total(1));
  });
});

describe('state', () => {
  it('can be sealed and restored after any fix', () => {
    fc.assert(
      fc.property(anyDay, fc.nat(), (fixes, cut) => {
        const driver = new Driver(env);
        for (const [i, fix] of fixes.entries()) {
          driver.event(fix, Number.NEGATIVE_INFINITY);
          if (i === cut % fixes.length) driver.state = deserialize(serialize(driver.state)) as DetectorState;
        }
        driver.watermark(Number.POSITIVE_INFINITY);
        expect(sorted(driver.movements)).toEqual(sorted(detect(fixes, env).movements));
      }),
      RUNS,
    );
  });

  it('does not grow with the number of fixes', () => {
    const legs = Array.from({ length: 400 }, (_, i) => {
      const [east = 0, north = 0] = SPOTS[i % SPOTS.length] ?? [];
      return { east, north, seconds: 200 };
    });
    const sizes: number[] = [];
    const driver = new Driver(env);
    for (const [i, fix] of aTrack(legs, { everyS: 2, noiseM: 5 }).entries()) {
      driver.event(fix, Number.NEGATIVE_INFINITY);
      if (i % 4_000 === 3_999)
        sizes.push(serialize({ ...driver.state, waiting: [], emitted: null }).byteLength);
    }
    expect(sizes.length).toBe(10);
    expect(Math.max(...sizes.slice(5))).toBeLessThan(1.3 * Math.max(...sizes.slice(0, 5)));
    expect(driver.state?.emitted.size).toBeLessThanOrEqual(DETECTOR.emittedCells);
    expect(driver.state?.waiting.length).toBeLessThanOrEqual(LATENESS_MS / 2_000 + 1);
  });
});
