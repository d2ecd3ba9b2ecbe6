/** Rules between keys: each is broken by some configuration, and spares its neighbour. */
import { describe, expect, it } from 'vitest';
import { CONNECTION_RULES } from '../../../src/config/connection-rules.ts';
import { parseSettings } from '../../../src/config/parse.ts';
import { RULES } from '../../../src/config/rules.ts';

const broken = (text: string): readonly string[] => {
  const parsed = parseSettings({ name: 'c.yaml', text, overrides: [] });
  return parsed.ok ? [] : parsed.problems.map(({ key, what }) => `${key}: ${what}`);
};

const CASES: readonly (readonly [bad: string, rule: string, good: string])[] = [
  ['gate: { dpEpsilon: 1.7 }', 'gate.dpEpsilon: expected at least the sum', 'gate: { dpEpsilon: 1.8 }'],
  [
    'gate: { tier: dp }\nbounds: { perTable: 5 }',
    'bounds.perTable: expected at most 4',
    'gate: { tier: dp }\nbounds: { perTable: 4 }',
  ],
  ['gate: { k: 12 }', 'gate.k: expected a multiple', 'gate: { k: 12, kBreakdown: 20, rounding: 4 }'],
  ['gate: { k: 7 }', 'gate.k: expected a multiple', 'gate: { k: 7, rounding: 1 }'],
  ['gate: { kBreakdown: 22 }', 'gate.kBreakdown: expected a multiple', 'gate: { kBreakdown: 25 }'],
  ['gate: { k: 30 }', 'gate.kBreakdown: expected at least gate.k', 'gate: { k: 20 }'],
  ['gate: { graceShort: PT2H }', 'gate.graceShort: expected shorter', 'gate: { graceShort: PT119M }'],
  [
    'gate: { dwellEdges: [PT20M, PT10M] }',
    'gate.dwellEdges: expected edges in ascending',
    'gate: { dwellEdges: [PT10M, PT20M] }',
  ],
  [
    'gate: { dwellEdges: [PT20M, PT20M] }',
    'gate.dwellEdges: expected edges in ascending',
    'gate: { dwellEdges: [PT20M] }',
  ],
  [
    'gate: { dwellEdges: [PT5M, PT20M] }',
    'gate.dwellEdges: expected a first edge',
    'gate: { dwellEdges: [PT6M, PT20M] }',
  ],
  [
    'gate: { dwellEdges: [PT241M] }',
    'gate.dwellEdges: expected a last edge',
    'gate: { dwellEdges: [PT240M] }',
  ],
  ['snap: { resolution: 7 }', 'snap.sparseResolution: expected snap.resolution', 'snap: { resolution: 8 }'],
  [
    'snap: { sparseResolution: 6 }',
    'snap.nightResolution: expected snap.sparseResolution',
    'snap: { sparseResolution: 6, nightResolution: 6 }',
  ],
  [
    'snap: { expires: PT5M, bucketS: 600 }',
    'snap.expires: expected at least',
    'snap: { expires: PT10M, bucketS: 600 }',
  ],
  ['snap: { bucketS: 700 }', 'snap.bucketS: expected a divisor', 'snap: { bucketS: 720 }'],
  [
    'policy: { daypartHours: [10, 4] }',
    'policy.daypartHours: expected hours',
    'policy: { daypartHours: [10, 3] }',
  ],
  [
    'policy: { daypartHours: [10, 10] }',
    'policy.daypartHours: expected hours',
    'policy: { daypartHours: [10] }',
  ],
  ['policy: { daypartHours: [4] }', 'policy.daypartHours: expected hours', 'policy: { daypartHours: [5] }'],
  [
    'policy: { daypartHours: [18, 10] }',
    'policy.daypartHours: expected hours',
    'policy: { dayStartHour: 12, daypartHours: [18, 10] }',
  ],
];

describe('the rules between keys', () => {
  it.each(CASES)('G-06 G-10 %s breaks %s', (bad, rule, good) => {
    expect(broken(bad)).toEqual([expect.stringContaining(rule)]);
    expect(broken(good)).toEqual([]);
  });

  it('have a case each', () => {
    const untested = RULES.filter((rule) => !CONNECTION_RULES.includes(rule)).filter(
      ({ key, expected }) => !CASES.some(([, rule]) => `${key}: expected ${expected}`.startsWith(rule)),
    );
    expect(untested.map(({ expected }) => expected)).toEqual([]);
  });
});
