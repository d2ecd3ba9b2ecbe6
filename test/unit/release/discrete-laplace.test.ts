import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scale } from '../../../src/release/discrete-laplace.ts';
import { discreteLaplace } from '../../../src/release/discrete-laplace.ts';
import { PrfStream } from '../../../src/release/prf-stream.ts';

const KEY = Buffer.alloc(32, 5);

const draws = (scale: Scale, count: number, name = 'test'): readonly number[] => {
  const stream = new PrfStream(KEY, name);
  return Array.from({ length: count }, () => Number(discreteLaplace(scale, stream)));
};

/** P(x) of the discrete Laplace distribution: (1 − q)/(1 + q) · q^|x| with q = exp(−per/scale). */
const probability = ({ scale, per }: Scale, x: number): number => {
  const q = Math.exp(-Number(per) / Number(scale));
  return ((1 - q) / (1 + q)) * q ** Math.abs(x);
};

/** Chi-square of what was drawn against the definition; rare values share a class. Gives it with its degrees of freedom. */
const chiSquare = (
  scale: Scale,
  seen: readonly number[],
): { readonly value: number; readonly freedom: number } => {
  const counts = new Map<number, number>();
  for (const x of seen) counts.set(x, (counts.get(x) ?? 0) + 1);
  let [value, classes, commonSeen, commonExpected] = [0, 0, 0, 0];
  for (let x = -400; x <= 400; x += 1) {
    const expected = probability(scale, x) * seen.length;
    if (expected < 20) continue;
    value += ((counts.get(x) ?? 0) - expected) ** 2 / expected;
    classes += 1;
    commonSeen += counts.get(x) ?? 0;
    commonExpected += expected;
  }
  const rare = seen.length - commonExpected;
  if (rare > 1) value += (seen.length - commonSeen - rare) ** 2 / rare;
  return { value, freedom: classes };
};

describe('G-14 discrete Laplace', () => {
  it.each<[string, Scale]>([
    ['1', { scale: 1n, per: 1n }],
    ['4', { scale: 4n, per: 1n }],
    ['8/3', { scale: 8n, per: 3n }],
    ['1/2', { scale: 1n, per: 2n }],
    ['4000/1000', { scale: 4_000n, per: 1_000n }],
  ])('of scale %s has the distribution of the definition: chi-square of 40,000 draws', (_, scale) => {
    const { value, freedom } = chiSquare(scale, draws(scale, 40_000));
    // Mean and six standard deviations of chi-square.
    expect(value).toBeLessThan(freedom + 6 * Math.sqrt(2 * freedom));
  });

  it('the control: the test sees a scale that is a tenth too small', () => {
    const { value, freedom } = chiSquare({ scale: 40n, per: 10n }, draws({ scale: 36n, per: 10n }, 40_000));
    expect(value).toBeGreaterThan(freedom + 6 * Math.sqrt(2 * freedom));
  });

  it('is the same for the same key and name, and another for another', () => {
    const scale = { scale: 4n, per: 1n };
    expect(draws(scale, 50)).toEqual(draws(scale, 50));
    expect(draws(scale, 50)).not.toEqual(draws(scale, 50, 'another'));
    const other = new PrfStream(Buffer.alloc(32, 6), 'test');
    expect(Array.from({ length: 50 }, () => Number(discreteLaplace(scale, other)))).not.toEqual(
      draws(scale, 50),
    );
  });
});

describe('G-14 uniform integers of a PRF', () => {
  it('are below their bound, whatever it is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 1n << 70n }), fc.string(), (bound, name) => {
        const stream = new PrfStream(KEY, name);
        for (let i = 0; i < 20; i += 1) {
          const drawn = stream.below(bound);
          expect(drawn >= 0n && drawn < bound).toBe(true);
        }
      }),
      { seed: 31, numRuns: 100 },
    );
  });

  it('come equally often: chi-square of 60,000 draws below 6', () => {
    const stream = new PrfStream(KEY, 'dice');
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i += 1) {
      const face = Number(stream.below(6n));
      counts[face] = (counts[face] ?? 0) + 1;
    }
    const value = counts.reduce((sum, seen) => sum + (seen - 10_000) ** 2 / 10_000, 0);
    // 5 degrees of freedom: 20.5 is exceeded once in a thousand.
    expect(value).toBeLessThan(20.5);
  });
});
