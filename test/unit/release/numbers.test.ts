import { describe, expect, it } from 'vitest';
import { pseudonym } from '../../../src/model/identity.ts';
import type { GatePolicy } from '../../../src/model/policy.ts';
import type { VisitEntry } from '../../../src/model/tally.ts';
import type { RowNoise } from '../../../src/release/noise.ts';
import { noNoise, rowNoise } from '../../../src/release/noise.ts';
import { Numbers } from '../../../src/release/numbers.ts';
import { aPolicy, aVisit } from '../../support/builders.ts';

const gateOf = (over: Partial<GatePolicy>): GatePolicy =>
  aPolicy({ gate: { k: 10, rounding: 5, ...over } }).gate;
const numbers = (tier: GatePolicy['tier'], noise: RowNoise): Numbers =>
  new Numbers(gateOf({ tier }), 3, noise);
const always =
  (n: number): RowNoise =>
  () =>
    n;

/** So many people with so many visits each. */
const visits = (...groups: readonly (readonly [people: number, each: number])[]): VisitEntry[] =>
  groups.flatMap(([people, each], g) =>
    Array.from({ length: people * each }, (_, i) => ({
      ...aVisit(`p${String(g)}-${String(i % people)}`),
      subject: pseudonym(`p${String(g)}-${String(i % people)}`),
    })),
  );

describe('G-14 published numbers', () => {
  it.each<[string, GatePolicy['tier'], RowNoise, VisitEntry[], { visitors: number; visits: number }]>([
    ['are rounded', 'threshold', noNoise, visits([12, 1]), { visitors: 10, visits: 10 }],
    [
      'count visits, each subject’s clipped',
      'threshold',
      noNoise,
      visits([11, 1], [2, 9]),
      { visitors: 15, visits: 20 },
    ],
    [
      'are noised before they are rounded',
      'perturbed',
      always(3),
      visits([12, 1]),
      { visitors: 15, visits: 20 },
    ],
    ['are never below k', 'perturbed', always(-8), visits([12, 1]), { visitors: 10, visits: 10 }],
    [
      'have no fewer visits than visitors',
      'perturbed',
      always(-8),
      visits([20, 1]),
      { visitors: 10, visits: 10 },
    ],
    [
      'put visits beyond the first on top of the published visitors',
      'perturbed',
      (column) => (column === 'visits.visitors' ? -4 : 2),
      visits([12, 2]),
      { visitors: 10, visits: 25 },
    ],
  ])('%s', (_, ...[tier, noise, entries, expected]) => {
    const made = numbers(tier, noise);
    const visitors = made.people('visits.visitors', entries);
    expect({ visitors, visits: made.visits(entries, visitors) }).toEqual(expected);
  });

  it('tell nothing more of a row whose people came once each: both columns move apart by their own chance', () => {
    const made = numbers('perturbed', rowNoise(Buffer.alloc(32, 3)));
    const apart = Array.from({ length: 300 }, (_, row) => {
      const entries = visits([10 + (row % 20), 1]).map((entry) => ({
        ...entry,
        subject: pseudonym(`${entry.subject} of ${String(row)}`),
      }));
      const visitors = made.people('visits.visitors', entries);
      return made.visits(entries, visitors) - visitors;
    });
    // 0 or one step, whatever the number of people: the difference says nothing of it.
    expect([...new Set(apart)].sort((a, b) => a - b)).toEqual([0, 5]);
  });

  it('of parts add up to what the rows published, none below its least', () => {
    const made = numbers('perturbed', rowNoise(Buffer.alloc(32, 3)));
    const parts = [visits([14, 1]), visits([31, 1]), visits([10, 1])];
    const fitted = made.parts('dwell', parts, { whole: 45, least: 10 }) ?? [];
    expect(fitted.reduce((sum, n) => sum + n, 0)).toBe(45);
    expect(Math.min(...fitted)).toBeGreaterThanOrEqual(10);
    expect(made.parts('dwell', parts, { whole: 25, least: 10 })).toBe(null);
  });
});
