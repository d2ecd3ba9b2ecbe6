/** The reorder buffer through the detector: what is late, what is a duplicate, and when a fix is taken. */
import { describe, expect, it } from 'vitest';
import type { NearFix } from '../../../src/model/sanitized.ts';
import { MINUTE_MS } from '../../../src/model/time.ts';
import { DETECTOR } from '../../../src/visits/parameters.ts';
import { TOKYO, aCircle } from '../place/builders.ts';
import { Driver, EPOCH_END, aFix, aTrack, anEnv, detect, inWords, timeAt } from './builders.ts';

const fence = aCircle('fence', TOKYO, 75);
const env = anEnv([fence]);
const NEVER = Number.NEGATIVE_INFINITY;
const here = (seconds: number): NearFix => aFix(seconds, 0, 0);
const waiting = (driver: Driver): readonly number[] =>
  (driver.state?.waiting ?? []).map(({ at }) => (at - timeAt(0)) / 1_000);

describe('late', () => {
  it.each([
    ['as late as is accepted', 300, []],
    ['later than accepted behind its own newest', 300.001, ['late']],
  ])('%s', (_name, behindS, dropped) => {
    const driver = new Driver(env);
    driver.event(here(1_000), NEVER);
    driver.event(here(1_000 - behindS), NEVER);
    expect(driver.dropped).toEqual(dropped);
  });

  it('is also what happened before a fix that was already taken', () => {
    const driver = new Driver(env);
    driver.event(here(1_000), NEVER);
    driver.watermark(timeAt(1_000));
    driver.event(here(999), timeAt(1_000));
    expect(driver.dropped).toEqual(['late']);
  });

  it('does not follow from the watermark alone: a phone that comes back late is heard', () => {
    const driver = new Driver(env);
    for (let s = 0; s <= 600; s += 60) driver.event(here(s), timeAt(7_200));
    expect(driver.dropped).toEqual([]);
    driver.watermark(Number.POSITIVE_INFINITY);
    expect(inWords(driver.result().visits)).toEqual(['fence 0-600']);
  });
});

describe('duplicate', () => {
  const near = aFix(600, 0, 0, { accuracyM: 10 });
  it.each([
    ['the more accurate stays', aFix(600, 5_000, 0, { accuracyM: 40 })],
    ['then the more southern', aFix(600, 0, 5_000, { accuracyM: 10 })],
    ['then the more western', aFix(600, 5_000, 0, { accuracyM: 10 })],
    ['an unknown accuracy counts as the default', aFix(600, 5_000, 0)],
  ])('%s, in whatever order they come', (_name, other) => {
    const around = aTrack([{ east: 0, north: 0, seconds: 1_200 }], { everyS: 60 }).filter(
      ({ at }) => at !== timeAt(600),
    );
    for (const pair of [
      [near, other],
      [other, near],
    ]) {
      const driver = new Driver(env);
      for (const fix of around.slice(0, 10)) driver.event(fix, NEVER);
      for (const fix of pair) driver.event(fix, NEVER);
      expect(driver.state?.waiting.at(-1)?.position).toEqual(near.position);
      for (const fix of around.slice(10)) driver.event(fix, NEVER);
      driver.watermark(Number.POSITIVE_INFINITY);
      expect(driver.dropped).toEqual(['duplicate']);
      expect(inWords(driver.result().visits)).toEqual(['fence 0-1140']);
    }
  });

  it('is told from late after the first was taken', () => {
    const driver = new Driver(env);
    driver.event(here(600), NEVER);
    driver.watermark(timeAt(600));
    driver.event(here(600), timeAt(600));
    expect(driver.dropped).toEqual(['duplicate']);
  });
});

describe('when a fix is taken', () => {
  it('at the watermark of its time', () => {
    const driver = new Driver(env);
    driver.event(here(600), timeAt(500));
    expect(driver.wakesAt()).toBe(timeAt(600));
    driver.watermark(timeAt(599));
    expect(waiting(driver)).toEqual([600]);
    driver.watermark(timeAt(600));
    expect(waiting(driver)).toEqual([]);
  });

  it('or when its device has moved on by more than the lateness', () => {
    const driver = new Driver(env);
    for (const s of [0, 100, 300]) driver.event(here(s), NEVER);
    expect(waiting(driver)).toEqual([0, 100, 300]);
    driver.event(here(301), NEVER);
    expect(waiting(driver)).toEqual([100, 300, 301]);
  });

  it('behind the watermark: a lateness after it came, so that its neighbours can be put before it', () => {
    const driver = new Driver(env);
    driver.event(here(700), timeAt(5_000));
    expect(driver.wakesAt()).toBe(timeAt(5_300));
    driver.event(here(500), timeAt(5_100));
    driver.watermark(timeAt(5_299));
    expect(waiting(driver)).toEqual([500, 700]);
    driver.watermark(timeAt(5_300));
    expect(waiting(driver)).toEqual([]);
    expect(driver.dropped).toEqual([]);
  });

  it('a fix on time takes the ones held before it along', () => {
    const driver = new Driver(env);
    driver.event(here(4_990), timeAt(5_000));
    driver.event(here(5_010), timeAt(5_000));
    driver.watermark(timeAt(5_010));
    expect(waiting(driver)).toEqual([]);
    expect(driver.dropped).toEqual([]);
  });

  it('when the buffer is full, oldest first', () => {
    const driver = new Driver(anEnv([fence], { latenessMs: 60 * MINUTE_MS }));
    for (let i = 0; i < DETECTOR.bufferLimit + 50; i += 1) driver.event(here(i), NEVER);
    expect(driver.state?.waiting).toHaveLength(DETECTOR.bufferLimit);
    expect(waiting(driver)[0]).toBe(50);
  });
});

/** No position is left; what was taken in stays known until the salt dies. */
const CLOSED = {
  closed: true,
  waiting: [],
  last: null,
  fence: null,
  left: null,
  stay: null,
  stayed: null,
  held: [],
};

describe('G-06 the edge of the epoch', () => {
  const last = 24 * 3_600;
  const evening = aTrack([{ east: 0, north: 0, seconds: 1_200 }], {
    everyS: 60,
    from: { seconds: last - 1_200, east: 0, north: 0 },
  });

  it('cuts a visit at its last fix inside and forgets where the device was', () => {
    const driver = new Driver(env);
    for (const fix of evening) driver.event(fix, NEVER);
    driver.watermark(EPOCH_END - 1);
    expect(driver.movements).toEqual([]);
    expect(driver.wakesAt()).toBe(EPOCH_END);
    driver.watermark(EPOCH_END);
    expect(driver.state).toMatchObject(CLOSED);
    expect(driver.wakesAt()).toBeNull();
    expect(driver.result().visits).toMatchObject([
      { start: timeAt(last - 1_200), end: timeAt(last - 60), knownAt: EPOCH_END },
    ]);
  });

  it('takes what was held for the lateness along', () => {
    const driver = new Driver(env);
    const now = timeAt(last - 1);
    for (const fix of evening) driver.event(fix, now);
    expect(driver.wakesAt()).toBeLessThanOrEqual(EPOCH_END);
    driver.watermark(EPOCH_END);
    expect(driver.state).toMatchObject(CLOSED);
    expect(driver.result().visits).toHaveLength(1);
  });

  it('still hears a phone that comes back after it', () => {
    const driver = new Driver(env);
    const now = EPOCH_END + 60 * MINUTE_MS;
    for (const fix of evening.toReversed().slice(0, 5).toReversed()) driver.event(fix, now);
    driver.event(here(last - 600), now + 1_000);
    expect(driver.dropped).toEqual(['late']);
    for (const wake of [driver.wakesAt(), driver.wakesAt()]) expect(wake).toBe(now + 5 * MINUTE_MS);
    driver.watermark(now + 5 * MINUTE_MS - 1);
    expect(driver.movements).toEqual([]);
    driver.watermark(now + 5 * MINUTE_MS);
    expect(driver.state).toMatchObject(CLOSED);
    expect(driver.result().visits).toEqual([]);
  });

  it('knows after it what was taken in before', () => {
    const driver = new Driver(env);
    for (const fix of evening) driver.event(fix, NEVER);
    driver.watermark(EPOCH_END);
    for (const fix of evening.slice(-2)) driver.event(fix, EPOCH_END);
    driver.watermark(EPOCH_END + 60 * MINUTE_MS);
    expect(driver.dropped).toEqual(['late', 'duplicate']);
    expect(driver.result().visits).toHaveLength(1);
  });

  it('gives nothing to the next epoch: each side stands for itself', () => {
    const before = evening.slice(0, 4);
    const env2 = anEnv([fence], { end: EPOCH_END + 86_400_000 });
    const after = aTrack([{ east: 0, north: 0, seconds: 240 }], {
      everyS: 60,
      from: { seconds: last, east: 0, north: 0 },
    });
    expect(detect(before, env).visits).toEqual([]);
    expect(detect(after, env2).visits).toEqual([]);
    expect(detect([...evening, ...after], env2).visits).toHaveLength(1);
  });
});
