import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitParts, publishedCount, roundTo } from '../../../src/release/published.ts';

describe('G-14 roundTo', () => {
  it.each([
    [0, 5, 0],
    [2, 5, 0],
    [3, 5, 5],
    [7, 5, 5],
    [8, 5, 10],
    [12, 5, 10],
    [13, 5, 15],
    [14, 10, 10],
    [15, 10, 20],
    [7, 1, 7],
    [3, 2, 4],
  ])('rounds %i to a multiple of %i: %i, halves up', (n, step, expected) => {
    expect(roundTo(n, step)).toBe(expected);
  });
});

describe('G-14 publishedCount', () => {
  it.each([
    [11, 10, 5, 10],
    [12, 10, 5, 10],
    [13, 10, 5, 15],
    [10, 10, 5, 10],
    [6, 5, 5, 5],
    // With the threshold met by members alone it cannot happen, but a number below k must never be shown.
    [3, 10, 5, 10],
    [17, 10, 1, 17],
  ])('shows %i people at k %i and rounding %i as %i', (n, k, step, expected) => {
    expect(publishedCount(n, k, step)).toBe(expected);
  });
});

describe('G-14 fitParts', () => {
  it.each<[readonly number[], number, number, readonly number[]]>([
    [[12, 11], 25, 5, [15, 10]],
    [[11, 12], 25, 5, [10, 15]],
    [[10, 10], 20, 5, [10, 10]],
    // Ties go to the earlier part.
    [[12, 12, 12], 35, 5, [15, 10, 10]],
    [[12, 12, 12], 40, 5, [15, 15, 10]],
    [[14, 13, 12], 40, 5, [15, 15, 10]],
    // Less than the floors: taken from the smallest remainder first.
    [[14, 10], 15, 5, [10, 5]],
    // More than one step each: it goes round.
    [[5, 5], 30, 5, [15, 15]],
    // A part that would fall below zero is passed over.
    [[0, 9], 0, 5, [0, 0]],
    // Noise may take a part below zero.
    [[-3, 14], 10, 5, [0, 10]],
    [[7, 6], 13, 1, [7, 6]],
    [[23], 25, 5, [25]],
  ])('fits %j to %i by %i: %j', (parts, whole, step, expected) => {
    expect(fitParts(parts, { whole, step, least: 0 })).toEqual(expected);
  });

  it.each<[readonly number[], number, number, readonly number[] | null]>([
    [[12, 3], 15, 5, [10, 5]],
    [[12, 3], 20, 10, [10, 10]],
    [[31, 3, 12], 45, 10, [25, 10, 10]],
    [[12, 3], 15, 10, null],
    [[], 10, 0, null],
  ])('fits %j to %i with at least %i each: %j', (parts, whole, least, expected) => {
    expect(fitParts(parts, { whole, step: 5, least })).toEqual(expected);
  });

  it('is never negative, adds up, and moves no part by more than a step when the whole is the rounded sum', () => {
    const anyCase = fc.record({
      parts: fc.array(fc.nat(200), { minLength: 1, maxLength: 12 }),
      step: fc.constantFrom(1, 2, 5, 10),
    });
    fc.assert(
      fc.property(anyCase, ({ parts, step }) => {
        const sum = parts.reduce((total, n) => total + n, 0);
        const whole = roundTo(sum, step);
        const fitted = fitParts(parts, { whole, step, least: 0 }) ?? [];
        expect(fitted.reduce((total, n) => total + n, 0)).toBe(whole);
        expect(fitted).toHaveLength(parts.length);
        fitted.forEach((n, i) => {
          expect(n).toBeGreaterThanOrEqual(0);
          expect(n % step).toBe(0);
          expect(Math.abs(n - (parts[i] ?? 0))).toBeLessThan(step);
        });
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('adds up to any multiple of the step, in whatever order the parts come', () => {
    const anyCase = fc.record({
      parts: fc.array(fc.nat(60), { minLength: 1, maxLength: 8 }),
      step: fc.constantFrom(1, 5),
      steps: fc.nat(60),
    });
    fc.assert(
      fc.property(anyCase, ({ parts, step, steps }) => {
        const fitted = fitParts(parts, { whole: steps * step, step, least: 0 }) ?? [];
        expect(fitted.reduce((total, n) => total + n, 0)).toBe(steps * step);
        expect(fitted.every((n) => n >= 0 && n % step === 0)).toBe(true);
      }),
      { seed: 12, numRuns: 500 },
    );
  });

  it('keeps every part at k or more when it was: k is a multiple of the step', () => {
    const anyCase = fc.record({
      k: fc.constantFrom(5, 10, 20),
      above: fc.array(fc.nat(40), { minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(anyCase, ({ k, above }) => {
        const parts = above.map((n) => k + n);
        const whole = publishedCount(
          parts.reduce((total, n) => total + n, 0),
          k,
          5,
        );
        expect(Math.min(...(fitParts(parts, { whole, step: 5, least: 0 }) ?? []))).toBeGreaterThanOrEqual(k);
      }),
      { seed: 13, numRuns: 300 },
    );
  });
});
