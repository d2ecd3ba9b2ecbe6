import { describe, expect, it } from 'vitest';
import { pseudonym } from '../../../src/model/identity.ts';
import type { GatePolicy } from '../../../src/model/policy.ts';
import { TOLD_AT, accuracyOf } from '../../../src/release/accuracy.ts';
import { discreteLaplace } from '../../../src/release/discrete-laplace.ts';
import { rowNoise } from '../../../src/release/noise.ts';
import { PrfStream } from '../../../src/release/prf-stream.ts';
import { publishedCount, roundTo } from '../../../src/release/published.ts';
import { aPolicy } from '../../support/builders.ts';

const gateOf = (over: Partial<GatePolicy>): GatePolicy => aPolicy({ gate: over }).gate;
const BOUNDS = { perTable: 4 };

describe('G-14 the error of published numbers', () => {
  it.each<[string, Partial<GatePolicy>, number, number]>([
    // Rounding to five alone: the mean square of −2…2 is 2.
    ['threshold', { tier: 'threshold' }, 0, Math.sqrt(2) / 100],
    ['threshold without rounding', { tier: 'threshold', rounding: 1 }, 0, 0],
    // Sixteen coins have variance 4, and rounding adds its own.
    ['perturbed', { tier: 'perturbed' }, 2, Math.sqrt(4 + 2) / 100],
    ['perturbed without rounding', { tier: 'perturbed', rounding: 1 }, 2, 2 / 100],
    // Discrete Laplace of scale 4: variance 2q / (1 − q)², q = e^(−1/4).
    ['dp', { tier: 'dp', rounding: 1 }, 5.6421, 5.6421 / 100],
  ])('of the tier %s is what its noise and rounding make it', (_, over, noiseSd, at100) => {
    const accuracy = accuracyOf(gateOf(over), BOUNDS);
    expect(accuracy.noiseSd).toBeCloseTo(noiseSd, 3);
    expect(accuracy.relativeError[100]).toBeCloseTo(at100, 3);
  });

  it('grows with what one subject may contribute and with a smaller share of ε', () => {
    const sd = (perTable: number, visits: number): number => {
      const { dp } = gateOf({});
      const gate = gateOf({ tier: 'dp', dp: { ...dp, shares: { ...dp.shares, visits } } });
      return accuracyOf(gate, { perTable }).noiseSd;
    };
    expect(sd(4, 1)).toBeGreaterThan(sd(2, 1));
    expect(sd(4, 0.5)).toBeGreaterThan(sd(4, 1));
  });

  it('near k is smaller, since no number is published below it', () => {
    const at20 = (k: number): number =>
      accuracyOf(gateOf({ tier: 'perturbed', k, kBreakdown: 20 }), BOUNDS).relativeError[20];
    expect(at20(20)).toBeLessThan(at20(10));
  });

  /** Root mean square of many published numbers as the gate makes them. */
  const measured = (gate: GatePolicy, n: number): number => {
    const key = Buffer.alloc(32, 5);
    const noise = rowNoise(key);
    const squares = Array.from({ length: 4_000 }, (_, i) => {
      const at = n - 2 + (i % 5);
      const draw =
        gate.tier === 'dp'
          ? Number(discreteLaplace({ scale: 4_000n, per: 1_000n }, new PrfStream(key, String(i))))
          : noise('visits.visitors', [pseudonym(String(i))]);
      const shown =
        gate.tier === 'dp'
          ? Math.max(0, roundTo(at + draw, gate.rounding))
          : publishedCount(at + draw, gate.k, gate.rounding);
      return (shown - at) ** 2;
    });
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length) / n;
  };

  it.each(['perturbed', 'dp'] as const)(
    'of the tier %s is the error that the gate’s own noise has',
    (tier) => {
      const gate = gateOf({ tier });
      for (const n of TOLD_AT) {
        const told = accuracyOf(gate, BOUNDS).relativeError[n];
        expect(measured(gate, n) / told).toBeGreaterThan(0.93);
        expect(measured(gate, n) / told).toBeLessThan(1.07);
      }
    },
  );
});
