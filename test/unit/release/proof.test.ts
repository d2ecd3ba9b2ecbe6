import { describe, expect, it } from 'vitest';
import type { Tier } from '../../../src/model/policy.ts';
import { ReleaseProof } from '../../../src/release/proof.ts';
import type { Witnessed } from '../../../src/release/witness.ts';
import { aPolicy, aVisit, clock } from '../../support/builders.ts';

const policyOf = (tier: Tier) => aPolicy({ gate: { tier, k: 5 }, bounds: { perTable: 2 } });
const crowd = (n: number, prefix = 'p') =>
  Array.from({ length: n }, (_, i) => aVisit(`${prefix}${String(i)}`));

const row = (entries: Witnessed['entries'], over: Partial<Witnessed> = {}): Witnessed => ({
  series: 'visits',
  unitId: 'bakery',
  windowKind: 'day',
  windowStart: clock('04:00'),
  entries,
  ...over,
});

const problemsOf = (tier: Tier, rows: readonly Witnessed[]): readonly string[] => {
  const proof = new ReleaseProof(policyOf(tier));
  for (const one of rows) proof.witness(one);
  return proof.report().problems;
};

describe('G-10 G-11 the proof with the data at hand', () => {
  const five = crowd(5);

  it('holds of disjoint rows of k members, and of breakdowns of what they hold', () => {
    const proof = new ReleaseProof(policyOf('threshold'));
    for (const one of [row(five), row(crowd(6, 'q'), { unitId: 'cinema' }), row(five, { series: 'dwell' })])
      proof.witness(one);
    expect(proof.report()).toEqual({ rows: 3, contributions: 11, fewest: 5, problems: [] });
  });

  it.each<[string, readonly Witnessed[], RegExp]>([
    ['a row of fewer than k members', [row(crowd(4))], /fewer than k/],
    [
      'one person counted as many',
      [row(five.map((visit) => ({ ...visit, subject: five[0]?.subject ?? visit.subject })))],
      /fewer than k/,
    ],
    [
      'a row of devices that are no members',
      [row(five.map((visit) => ({ ...visit, linked: false })))],
      /fewer than k/,
    ],
    ['a contribution in two rows', [row(five), row([...five], { windowKind: 'hour' })], /another row holds/],
    ['a breakdown of what was never released', [row(five, { series: 'dwell' })], /no released row holds/],
  ])('finds %s', (_, rows, problem) => {
    expect(problemsOf('threshold', rows).join('\n')).toMatch(problem);
  });

  it('G-14 of the tier dp asks for no k, but that nobody is in more rows than the noise is made for', () => {
    const stores = ['a', 'b', 'c'];
    const days = stores.map((unitId) => row(crowd(1), { unitId }));
    expect(problemsOf('dp', days.slice(0, 2))).toEqual([]);
    expect(problemsOf('dp', days).join('\n')).toMatch(/more rows than the noise/);
    const next = row(crowd(1), { unitId: 'c', windowStart: clock('04:00', 1) });
    expect(problemsOf('dp', [...days.slice(0, 2), next])).toEqual([]);
  });
});
