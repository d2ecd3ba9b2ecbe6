import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pseudonym } from '../../../src/model/identity.ts';
import { noNoise, rowNoise } from '../../../src/release/noise.ts';

const KEY = Buffer.alloc(32, 7);
const people = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => pseudonym(`subject ${String(from + i)}`));

/** The noise of so many rows that have nobody in common. */
const ofRows = (count: number, key = KEY): readonly number[] =>
  Array.from({ length: count }, (_, row) => rowNoise(key)('visits.visitors', people(3, row * 3)));

describe('G-14 noise', () => {
  it('is the same for the same people, in whatever order and table row they stand', () => {
    const noise = rowNoise(KEY);
    fc.assert(
      fc.property(fc.shuffledSubarray([...people(12)], { minLength: 12 }), (order) => {
        expect(noise('visits.visitors', order)).toBe(noise('visits.visitors', people(12)));
      }),
      { seed: 21, numRuns: 50 },
    );
  });

  it('changes with one more person, with the column and with the epoch', () => {
    const rows = Array.from({ length: 200 }, (_, row) => people(10, row * 10));
    const differs = (other: (row: (typeof rows)[number]) => number): number =>
      rows.filter((row) => rowNoise(KEY)('visits.visitors', row) !== other(row)).length;
    expect(
      differs((row) => rowNoise(KEY)('visits.visitors', [...row, pseudonym('one more')])),
    ).toBeGreaterThan(150);
    expect(differs((row) => rowNoise(KEY)('visits.visits', row))).toBeGreaterThan(150);
    expect(differs((row) => rowNoise(Buffer.alloc(32, 8))('visits.visitors', row))).toBeGreaterThan(150);
  });

  it('counts a person as often as given', () => {
    const [one = pseudonym('')] = people(1);
    const rows = Array.from({ length: 100 }, (_, row) => people(10, row * 10));
    const noise = rowNoise(KEY);
    expect(
      rows.filter(
        (row) => noise('visits.visits', [...row, one]) !== noise('visits.visits', [...row, one, one]),
      ),
    ).not.toHaveLength(0);
  });

  it('has the distribution that it says: chi-square of 20,000 rows against sixteen coins', () => {
    const rows = 20_000;
    const counts = new Map<number, number>();
    for (const n of ofRows(rows)) counts.set(n, (counts.get(n) ?? 0) + 1);
    const ways = (k: number): number => {
      let product = 1;
      for (let i = 0; i < k; i += 1) product = (product * (16 - i)) / (i + 1);
      return product;
    };
    let chiSquare = 0;
    let tails = { seen: 0, expected: 0 };
    for (let n = -8; n <= 8; n += 1) {
      const expected = (rows * ways(n + 8)) / 2 ** 16;
      const seen = counts.get(n) ?? 0;
      // Too rare for a class of their own.
      if (expected < 10) tails = { seen: tails.seen + seen, expected: tails.expected + expected };
      else chiSquare += (seen - expected) ** 2 / expected;
    }
    chiSquare += (tails.seen - tails.expected) ** 2 / tails.expected;
    // 13 degrees of freedom: 34.5 is exceeded once in a thousand.
    expect(chiSquare).toBeLessThan(34.5);
    const mean = ofRows(rows).reduce((sum, n) => sum + n, 0) / rows;
    const variance = ofRows(rows).reduce((sum, n) => sum + (n - mean) ** 2, 0) / rows;
    expect(Math.abs(mean)).toBeLessThan(0.06);
    expect(Math.abs(variance - 4)).toBeLessThan(0.2);
  });

  it('is nothing in the tier threshold', () => {
    expect(noNoise('visits.visitors', people(10))).toBe(0);
  });
});
