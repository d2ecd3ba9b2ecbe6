import { describe, expect, test } from 'vitest';
import { cheapestAssignment, greedyAssignment } from '../../../support/attacks/math/assignment.ts';
import { seeded } from '../../../support/seeded.ts';

const costOf = (costs: readonly (readonly number[])[], columnOf: readonly number[]): number =>
  columnOf.reduce((sum, column, row) => sum + (costs[row]?.[column] ?? Number.NaN), 0);

/** Tries all. */
const least = (costs: readonly (readonly number[])[], used: readonly number[] = []): number => {
  const row = costs[used.length];
  if (row === undefined) return 0;
  return Math.min(
    ...row.flatMap((cost, column) => (used.includes(column) ? [] : [cost + least(costs, [...used, column])])),
  );
};

describe('cheapestAssignment', () => {
  test.each([
    ['one of one', [[7]], 1, [0]],
    ['the cheaper of two', [[3, 1]], 2, [1]],
    [
      'not the nearest for each alone',
      [
        [1, 2],
        [1, 9],
      ],
      2,
      [1, 0],
    ],
    [
      'a known three',
      [
        [4, 1, 3],
        [2, 0, 5],
        [3, 2, 2],
      ],
      3,
      [1, 0, 2],
    ],
    [
      'costs below zero',
      [
        [-5, 0],
        [-6, -3],
      ],
      2,
      [0, 1],
    ],
    ['no rows', [], 3, []],
  ])('%s', (_, costs, columns, expected) => {
    expect(cheapestAssignment(costs, columns)).toEqual(expected);
  });

  test('costs no more than any other', () => {
    const next = seeded(3);
    for (let round = 0; round < 60; round++) {
      const rows = 1 + Math.floor(5 * next());
      const columns = rows + Math.floor(3 * next());
      const costs = Array.from({ length: rows }, () =>
        Array.from({ length: columns }, () => Math.floor(12 * next())),
      );
      const columnOf = cheapestAssignment(costs, columns);
      expect(new Set(columnOf).size).toBe(rows);
      expect(costOf(costs, columnOf)).toBe(least(costs));
    }
  });

  test('refuses more rows than columns', () => {
    expect(() => cheapestAssignment([[1], [2]], 1)).toThrow(RangeError);
  });
});

describe('greedyAssignment', () => {
  test('takes the cheapest first and nobody twice', () => {
    const pairs = [
      { from: 0, to: 0, cost: 2 },
      { from: 0, to: 1, cost: 3 },
      { from: 1, to: 0, cost: 1 },
      { from: 2, to: 1, cost: 5 },
    ];
    expect([...greedyAssignment(pairs)].sort()).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  test('equal costs go in the order given', () => {
    const pairs = [
      { from: 1, to: 0, cost: 1 },
      { from: 0, to: 0, cost: 1 },
    ];
    expect([...greedyAssignment(pairs)]).toEqual([[1, 0]]);
  });
});
