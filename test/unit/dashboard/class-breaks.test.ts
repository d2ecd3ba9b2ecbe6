/** Classes of the map's colours, and the round top of a column chart. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classesOf, classOf, rampStep } from '../../../src/dashboard/class-breaks.ts';
import { niceTop } from '../../../src/dashboard/hour-columns.ts';

describe('classesOf', () => {
  test.each([
    ['no value', [], []],
    ['one value', [15], [[15, 15]]],
    ['equal values', [10, 10, 10, 10], [[10, 10]]],
    ['two values', [10, 20], [[10, 10], [20, 20]]], // prettier-ignore
    ['ten values', [5, 10, 15, 20, 25, 30, 35, 40, 45, 50], [[5, 10], [15, 20], [25, 30], [35, 40], [45, 50]]], // prettier-ignore
    ['one value far out', [10, 10, 10, 10, 10, 10, 10, 10, 10, 900], [[10, 900]]],
  ])('%s', (_title, values, expected) => {
    expect(classesOf(values, 5).map(({ from, to }) => [from, to])).toEqual(expected);
  });

  test('every value lies in exactly one class, whose ends occur', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({ min: 1, max: 60 }).map((n) => n * 5),
          { minLength: 1 },
        ),
        (values) => {
          const classes = classesOf(values, 5);
          expect(classes.length).toBeLessThanOrEqual(5);
          for (const value of values) {
            expect(classes.filter(({ from, to }) => value >= from && value <= to)).toHaveLength(1);
            const { from, to } = classes[classOf(classes, value)] ?? { from: NaN, to: NaN };
            expect(value >= from && value <= to).toBe(true);
          }
          for (const { from, to } of classes) expect(values).toEqual(expect.arrayContaining([from, to]));
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  test('fewer classes than colours still take the lowest and the highest colour', () => {
    expect([0, 1].map((index) => rampStep(index, 2, 5))).toEqual([0, 4]);
    expect([0, 1, 2].map((index) => rampStep(index, 3, 5))).toEqual([0, 2, 4]);
    expect(rampStep(0, 1, 5)).toBe(4);
  });
});

describe('niceTop', () => {
  test.each([
    [0, 4],
    [4, 4],
    [5, 8],
    [95, 100],
    [1_261, 1_600],
    [10_000, 10_000],
  ])('holds %d under %d', (most, top) => {
    expect(niceTop(most)).toBe(top);
  });
});
