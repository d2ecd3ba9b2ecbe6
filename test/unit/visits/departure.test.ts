/** When a device came and went between two fixes. */
import { describe, expect, it } from 'vitest';
import { arrivalAt, departureAt, travelMs } from '../../../src/visits/departure.ts';
import type { Waiting } from '../../../src/visits/detector-state.ts';
import { aFix } from './builders.ts';

const at = (seconds: number): Waiting => {
  const fix = aFix(seconds, 0, 0);
  return { at: fix.at, due: fix.at, position: fix.position, cell: fix.cell, sigmaM: 10 };
};
const T0 = at(0).at;

describe('departureAt', () => {
  it.each([
    ['half way when the fixes are close in time', 120, 1_000, 60],
    ['as late as travel allows after a gap: 70 m on foot', 600, 70, 550],
    ['a kilometre in town', 600, 1_000, 340],
    ['30 km beyond', 7_200, 30_000, 4_800],
    ['never before the last fix inside', 200, 50_000, 0],
  ] as const)('%s', (_name, gapS, distanceM, expected) => {
    const exit = { fix: at(gapS), distanceM, count: 1 };
    expect((departureAt(T0, exit) - T0) / 1_000).toBeCloseTo(expected, 0);
  });

  it('travel takes longer the farther it goes', () => {
    for (let metres = 0; metres < 20_000; metres += 50) {
      expect(travelMs(metres + 50)).toBeGreaterThan(travelMs(metres));
    }
  });
});

describe('arrivalAt', () => {
  it.each([
    ['half way from a fix two minutes before', at(480), 540],
    ['the fix itself after a longer gap', at(479), 600],
    ['the fix itself when it is the first', null, 600],
  ])('%s', (_name, before, expected) => {
    expect((arrivalAt(before, at(600)) - T0) / 1_000).toBe(expected);
  });
});
