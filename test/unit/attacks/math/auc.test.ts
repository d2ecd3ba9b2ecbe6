import { describe, expect, test } from 'vitest';
import { advantage, areaUnder, auc, rocOf } from '../../../support/attacks/math/auc.ts';
import type { Scored } from '../../../support/attacks/math/auc.ts';
import { seeded } from '../../../support/seeded.ts';

const scored = (trues: readonly number[], falses: readonly number[]): readonly Scored[] => [
  ...trues.map((score) => ({ score, isTrue: true })),
  ...falses.map((score) => ({ score, isTrue: false })),
];

/** By its definition, pair by pair. */
const pairwise = (all: readonly Scored[]): number => {
  const [trues, falses] = [true, false].map((kind) => all.filter(({ isTrue }) => isTrue === kind));
  const wins = (trues ?? []).flatMap((t) =>
    (falses ?? []).map((f) => (t.score > f.score ? 1 : t.score === f.score ? 0.5 : 0)),
  );
  return wins.reduce<number>((a, b) => a + b, 0) / wins.length;
};

describe('auc', () => {
  test.each([
    ['tells all apart', [3, 4], [1, 2], 1],
    ['has them the wrong way round', [1, 2], [3, 4], 0],
    ['is the same for all', [5, 5, 5], [5, 5], 0.5],
    ['ties in part', [2, 1], [1, 0], 0.875],
    ['is wrong once', [4, 1], [2, 0], 0.75],
  ])('of a score that %s', (_, trues, falses, expected) => {
    expect(auc(scored(trues, falses))).toBeCloseTo(expected, 12);
  });

  test('is the chance that a true one scores higher', () => {
    const next = seeded(11);
    const some = Array.from({ length: 200 }, () => ({
      score: Math.floor(20 * next()),
      isTrue: next() < 0.3,
    }));
    expect(auc(some)).toBeCloseTo(pairwise(some), 12);
  });

  test('needs both kinds', () => {
    expect(() => auc(scored([1], []))).toThrow(RangeError);
    expect(() => auc(scored([], [1]))).toThrow(RangeError);
  });
});

describe('advantage', () => {
  test.each([
    ['a perfect score', [1], [0], 1],
    ['none', [1], [1], 0],
    ['half of the true above all others', [3, 1], [2, 0], 0.5],
    ['the wrong way round', [0], [1], 0],
  ])('of %s', (_, trues, falses, expected) => {
    expect(advantage(rocOf(scored(trues, falses)))).toBe(expected);
  });

  test('randomized response at ε has the area and advantage of its theory', () => {
    const epsilon = Math.log(3);
    const t = Math.exp(epsilon) / (1 + Math.exp(epsilon));
    const points = [
      { falsePositive: 0, truePositive: 0 },
      { falsePositive: 1 - t, truePositive: t },
      { falsePositive: 1, truePositive: 1 },
    ];
    expect(advantage(points)).toBeCloseTo((Math.exp(epsilon) - 1) / (Math.exp(epsilon) + 1), 12);
    expect(areaUnder(points)).toBeCloseTo((1 + advantage(points)) / 2, 12);
  });
});
