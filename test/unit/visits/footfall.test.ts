/** Footfall: fixes outside any stay, known or unknown, at most two per cell and daypart. */
import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../src/model/time.ts';
import { cellAt, parentAt } from '../../../src/place/cells.ts';
import { DETECTOR } from '../../../src/visits/parameters.ts';
import { TOKYO, aBox, aCircle, moved } from '../place/builders.ts';
import { Driver, aFix, aTrack, anEnv, detect, secondsOf } from './builders.ts';

const fence = aCircle('fence', TOKYO, 75);
const env = anEnv([fence], { footfall: true });
const HOUR = 3_600;
const cellOf = (east: number): string => parentAt(cellAt(moved(TOKYO, east, 0), 9), 8);

const countByKey = (outside: readonly { cell: string; windowStart: number }[]): readonly number[] => {
  const counts = new Map<string, number>();
  for (const { cell, windowStart } of outside) {
    const key = `${cell}|${String(windowStart)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts.values()];
};

describe('on the move', () => {
  const ride = aTrack([{ east: 20_000, north: 0, seconds: HOUR }], {
    everyS: 10,
    from: { seconds: 0, east: 5_000, north: 0 },
  });

  it('emits every cell twice and no more, however many fixes it has', () => {
    const { outside } = detect(ride, env);
    const passed = new Set(ride.map(({ cell }) => parentAt(cell, 8)));
    expect(new Set(outside.map(({ cell }) => cell)).size).toBeGreaterThanOrEqual(passed.size - 1);
    expect(Math.max(...countByKey(outside))).toBe(DETECTOR.outsidePerCell);
  });

  it('counts again in the next daypart', () => {
    const later = aTrack([{ east: 20_000, north: 0, seconds: HOUR }], {
      everyS: 10,
      from: { seconds: 8 * HOUR, east: 5_000, north: 0 },
    });
    const { outside } = detect([...ride, ...later], env);
    expect(new Set(outside.map(({ windowStart }) => windowStart)).size).toBe(2);
    expect(outside.length).toBeGreaterThan(1.8 * detect(ride, env).outside.length);
  });

  it('remembers a bounded number of cells', () => {
    const afar = Array.from({ length: 600 }, (_, i) => aFix(i * 100, 2_000 * i, 0));
    const { outside } = detect(afar, env);
    expect(new Set(outside.map(({ cell }) => cell)).size).toBeLessThanOrEqual(DETECTOR.emittedCells);
  });

  it('is silent when footfall is off', () => {
    expect(detect(ride, anEnv([fence])).outside).toEqual([]);
  });
});

describe('staying', () => {
  it.each([
    ['at a store', 0],
    ['at an unknown place, such as home', 9_000],
  ])('%s emits nothing of that place', (_name, east) => {
    const legs = [{ east, north: 0, seconds: HOUR }];
    const { outside } = detect(
      aTrack(legs, { everyS: 60, noiseM: 5, from: { seconds: 0, east, north: 0 } }),
      env,
    );
    expect(outside).toEqual([]);
  });

  it('silently, with one fix before and one after, is staying too', () => {
    expect(detect([aFix(0, 9_000, 0), aFix(5 * HOUR, 9_000, 0)], env).outside).toEqual([]);
    const gone = detect([aFix(0, 9_000, 0), aFix(5 * HOUR, 30_000, 0)], env).outside;
    expect(gone.map(({ cell }) => cell)).toEqual([cellOf(30_000)]);
  });

  it('too briefly is passing: the fixes come out when that is decided', () => {
    const driver = new Driver(env);
    const pause = aTrack([{ east: 9_000, north: 0, seconds: 200 }], {
      everyS: 20,
      from: { seconds: 0, east: 9_000, north: 0 },
    });
    for (const fix of pause) driver.event(fix, Number.NEGATIVE_INFINITY);
    driver.event(aFix(220, 10_000, 0), Number.NEGATIVE_INFINITY);
    driver.watermark(pause.at(-1)?.at ?? 0);
    expect(driver.movements).toEqual([]);
    driver.watermark(pause[0] === undefined ? 0 : pause[0].at + 220_000);
    const { outside } = driver.result();
    expect(outside.map(({ cell, knownAt }) => [cell, secondsOf(knownAt)])).toEqual([
      [cellOf(9_000), 220],
      [cellOf(9_000), 220],
    ]);
  });

  it('at a store with a short minimum dwell counts as inside', () => {
    const quick = aBox('quick', TOKYO, [10, 10]);
    const visit = aTrack(
      [
        { east: 0, north: 0, seconds: 230 },
        { east: 3_000, north: 0, seconds: 300 },
      ],
      { everyS: 10 },
    );
    const short = anEnv([{ ...quick, minDwellMs: 3 * MINUTE_MS }], { footfall: true });
    const inside = (m: { readonly cell: string }): boolean => m.cell === cellOf(0);
    expect(detect(visit, short).visits).toHaveLength(1);
    expect(detect(visit, anEnv([quick], { footfall: true })).visits).toEqual([]);
    expect(detect(visit, short).outside.filter(inside).length).toBeLessThanOrEqual(2);
  });

  it('in a wide fence without ever settling is inside all the same', () => {
    const park = aCircle('park', TOKYO, 600);
    const round = Array.from({ length: 40 }, (_, i) => ({
      east: 400 * Math.cos(i),
      north: 400 * Math.sin(i),
      seconds: 60,
    }));
    const walk = aTrack(round, { everyS: 15, from: { seconds: 0, east: 400, north: 0 } });
    const { visits, outside } = detect(walk, anEnv([park], { footfall: true }));
    expect(visits).toHaveLength(1);
    expect(outside).toEqual([]);
  });
});
