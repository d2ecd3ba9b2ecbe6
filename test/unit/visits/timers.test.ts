/** When a visit becomes known: by a fix, by a timer in event time, and never behind a watermark that has passed. */
import { describe, expect, it } from 'vitest';
import type { NearFix } from '../../../src/model/sanitized.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/model/time.ts';
import { TOKYO, aBox, aCircle } from '../place/builders.ts';
import { Driver, aFix, aTrack, anEnv, detect, inWords, secondsOf, timeAt } from './builders.ts';

const fence = aCircle('fence', TOKYO, 75);
const kiosk = aBox('kiosk', TOKYO, [8, 8]);
const NEVER = Number.NEGATIVE_INFINITY;

const stay = (minutes: number): NearFix[] =>
  aTrack([{ east: 0, north: 0, seconds: minutes * 60 }], { everyS: 60 });

describe('a device that falls silent inside', () => {
  it.each([
    ['fence', fence],
    ['kiosk', kiosk],
  ])('is closed by the watermark, not by its next fix (%s)', (_name, store) => {
    const driver = new Driver(anEnv([store], { bridgeMs: HOUR_MS }));
    for (const fix of stay(20)) driver.event(fix, NEVER);
    const lastIn = timeAt(19 * 60);
    driver.watermark(lastIn + HOUR_MS - 1);
    expect(driver.movements).toEqual([]);
    expect(driver.wakesAt()).toBe(lastIn + HOUR_MS);
    driver.watermark(lastIn + HOUR_MS);
    expect(driver.result().visits).toMatchObject([{ end: lastIn, knownAt: lastIn + HOUR_MS }]);
  });

  it.each([
    ['noticed by a timer', true],
    ['noticed by the next fix', false],
  ])('is known at the same moment, %s', (_name, ticks) => {
    const driver = new Driver(anEnv([fence], { bridgeMs: HOUR_MS }));
    for (const fix of stay(20)) driver.event(fix, NEVER);
    if (ticks) driver.watermark(timeAt(2 * 3_600));
    driver.event(aFix(5 * 3_600, 4_000, 0), NEVER);
    driver.watermark(Number.POSITIVE_INFINITY);
    const visit = driver.result().visits[0];
    expect(secondsOf(visit?.knownAt ?? 0)).toBe(19 * 60 + 3_600);
  });

  it('a fix exactly a bridge later is still the same visit', () => {
    const at = [...stay(10), ...[0, 1].map((m) => aFix(9 * 60 + 3_600 + m * 60, 0, 0))];
    expect(inWords(detect(at, anEnv([fence], { bridgeMs: HOUR_MS })).visits)).toEqual(['fence 0-4200']);
  });
});

describe('a device that leaves', () => {
  const leaving = [...stay(20), aFix(20 * 60 + 30, 400, 0), aFix(21 * 60, 800, 0)];

  it('is known after the time for a return', () => {
    const driver = new Driver(anEnv([fence]));
    for (const fix of leaving) driver.event(fix, NEVER);
    driver.watermark(timeAt(21 * 60));
    expect(driver.movements).toEqual([]);
    const wake = driver.wakesAt() ?? 0;
    driver.watermark(wake - 1);
    expect(driver.movements).toEqual([]);
    driver.watermark(wake);
    // Half way between 19:00 and 20:30, then two minutes to come back and one to be half way.
    expect(driver.result().visits).toMatchObject([{ end: timeAt(19 * 60 + 45), knownAt: wake }]);
    expect(secondsOf(wake)).toBe(22 * 60 + 45);
  });

  it('is known at the fix that showed it, when that is later', () => {
    const [visit] = detect([...stay(20), aFix(4 * 3_600, 4_000, 0)], anEnv([fence])).visits;
    expect(secondsOf(visit?.knownAt ?? 0)).toBe(4 * 3_600);
  });

  it('from a small shop is known once it has settled elsewhere', () => {
    const driver = new Driver(anEnv([kiosk]));
    for (const fix of leaving) driver.event(fix, NEVER);
    driver.watermark(timeAt(26 * 60));
    expect(driver.result().visits).toMatchObject([{ store: 'kiosk' }]);
  });
});

describe('what a visit tells of itself', () => {
  it('observed and inferred time add up to its length', () => {
    const fixes = [...stay(20), aFix(2 * 3_600, 0, 0), aFix(2 * 3_600 + 60, 0, 0), aFix(4 * 3_600, 3_000, 0)];
    for (const store of [fence, kiosk]) {
      const [visit] = detect(fixes, anEnv([store])).visits;
      expect(visit).toMatchObject({ fixes: 22, observedMs: 20 * MINUTE_MS });
      expect((visit?.observedMs ?? 0) + (visit?.inferredMs ?? 0)).toBe(
        (visit?.end ?? 0) - (visit?.start ?? 0),
      );
    }
  });

  it('walking in from the border of a wide fence and out again is no dwell', () => {
    const wide = aCircle('wide', TOKYO, 150);
    const legs = [
      { east: 0, north: 0, seconds: 220 },
      { east: 0, north: 0, seconds: 1_200 },
      { east: 300, north: 0, seconds: 220 },
    ];
    const walk = aTrack(legs, { everyS: 5, from: { seconds: 0, east: -300, north: 0 }, noiseM: 2 });
    const [visit] = detect(walk, anEnv([wide])).visits;
    // 110 s from the border to the middle, less the last 30 m, which cannot be told from standing.
    expect(Math.abs(secondsOf(visit?.start ?? 0) - 200)).toBeLessThan(25);
    expect(Math.abs(secondsOf(visit?.end ?? 0) - 1_440)).toBeLessThan(25);
  });
});

describe('G-09 a store that turns sensitive while a device is inside', () => {
  it.each([fence, kiosk])('gives no visit', (store) => {
    const driver = new Driver(anEnv([store]));
    for (const fix of stay(20)) driver.event(fix, NEVER);
    const turned = new Driver(anEnv([{ ...store, sensitive: true }]));
    turned.state = driver.state;
    turned.event(aFix(30 * 60, 0, 0), NEVER);
    turned.watermark(Number.POSITIVE_INFINITY);
    expect(turned.movements).toEqual([]);
  });
});
