import { describe, expect, it } from 'vitest';
import {
  ALL_TOPICS,
  INPUT_TOPICS,
  OUTCOMES,
  STAGES,
  SUBJECT_FOLDS,
  isPartition,
  labelText,
} from '../../../../src/adapters/telemetry/label-values.ts';
import type { CountTable } from '../../../../src/runtime/counters.ts';
import { TOWN, clock } from '../../../support/builders.ts';
import { drive } from '../../../support/drive.ts';
import { PEOPLE, aTownDay } from '../../../topology/town-day.ts';

describe('labelText', () => {
  it.each([
    [['a', 'b'], 'a', 'a'],
    [['a', 'b'], 'c', null],
    [['a', 'b'], 'A', null],
    [['1'], 1, null],
    [['a'], undefined, null],
    [['toString'], 'constructor', null],
    ['partition', 0, '0'],
    ['partition', 63, '63'],
    ['partition', 10_000, null],
    ['partition', -1, null],
    ['partition', 1.5, null],
    ['partition', '3', null],
    ['partition', Number.NaN, null],
    ['partition', null, null],
  ] as const)('under the rule %j, %j is %j', (rule, value, text) => {
    expect(labelText(rule, value)).toBe(text);
  });
});

describe('isPartition', () => {
  it('takes whole numbers of a cluster only', () => {
    expect([0, 9_999].every(isPartition)).toBe(true);
    expect([10_000, -1, 0.5, Infinity, '0', true].some(isPartition)).toBe(false);
  });
});

describe('the lists hold what the flow says', () => {
  const unlisted = (counts: CountTable): readonly string[] =>
    Object.entries(counts).flatMap(([stage, outcomes]) =>
      Object.keys(outcomes)
        .filter((outcome) => !(STAGES as readonly string[]).includes(stage) || !OUTCOMES.includes(outcome))
        .map((outcome) => `${stage} ${outcome}`),
    );

  it('of a day with withdrawals, erasures and strangers', async () => {
    const run = await drive();
    run.consents(PEOPLE.slice(0, -1));
    await run.batches(aTownDay(), 200);
    run.consent({ ...PEOPLE[0], purposes: [], at: clock('13:00') });
    run.erase({ ...PEOPLE[1] });
    await run.batches(aTownDay(1), 200);
    await run.finish();
    expect(Object.keys(run.counts).length).toBeGreaterThan(5);
    expect(unlisted(run.counts)).toEqual([]);
  });

  it('and would show what they lack', () => {
    expect(unlisted({ doors: { keep: 1, 'device-1': 1 }, elsewhere: { keep: 1 } })).toEqual([
      'doors device-1',
      'elsewhere keep',
    ]);
  });

  it('of the folds of a subject', async () => {
    const { flow } = await drive({ stores: TOWN });
    const { once, visits, bounds } = flow.sanitize;
    expect([once, visits, bounds].map(({ name }) => name)).toEqual([...SUBJECT_FOLDS]);
  });
});

describe('G-15 topics', () => {
  it('whose partition is a region are no inputs', () => {
    expect(ALL_TOPICS).toContain('oboro.contributions');
    expect(INPUT_TOPICS).not.toContain('oboro.contributions');
    expect(INPUT_TOPICS.filter((topic) => !ALL_TOPICS.includes(topic))).toEqual([]);
  });
});
