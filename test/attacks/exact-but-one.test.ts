/** Exact but one: knowing everyone else in a row hardly tells whether one more was there. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../examples/city/random.ts';
import type { GatePolicy, Policy } from '../../src/model/policy.ts';
import type { VisitEntry } from '../../src/model/tally.ts';
import type { Question } from '../support/attacks/adversaries/exact-but-one.ts';
import {
  EXACT_BUT_ONE,
  exampleOf,
  noiseTable,
  questionOf,
} from '../support/attacks/adversaries/exact-but-one.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { DP_MOST } from '../support/attacks/gate-replay.ts';
import { crossAccuracy } from '../support/attacks/logistic.ts';
import {
  BREAKDOWN_TABLES,
  isVisit,
  knownOf,
  listedVisits,
  rowsByKey,
} from '../support/attacks/released-sets.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Stand } from '../support/attacks/stand.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await cityStand();
  introduce(EXACT_BUT_ONE);
});

const visitName = ({ subject, store, end }: Pick<VisitEntry, 'subject' | 'store' | 'end'>): string =>
  `${subject}|${store}|${end}`;

/** Rows of stores that stay whoever is missing: presence is an attack of its own. */
const witnessedQuestions = (gate: Partial<GatePolicy>, random: Random): readonly Question[] => {
  const { k, drawMax } = { ...stand.policy.gate, ...gate };
  return stand.release({ gate }).witnessed.flatMap((row) => {
    const entries = row.entries.filter(isVisit);
    const members = new Set(entries.filter(({ linked }) => linked).map(({ subject }) => subject)).size;
    if (row.series !== 'visits' || row.unitId.startsWith('8') || members <= k + drawMax) return [];
    const key = { unit: row.unitId, kind: row.windowKind, startMs: row.windowStart };
    const question = questionOf(key, entries, random);
    return question === null ? [] : [question];
  });
};

/** In the tier dp every store and day has a row. */
const listedQuestions = (perTable: number, random: Random): readonly Question[] =>
  stand.days.flatMap((day) =>
    [...listedVisits(day, { ...stand.policy.bounds, perTable })].flatMap(([unit, entries]) => {
      const question = questionOf({ unit, kind: 'day', startMs: day.epoch }, entries, random);
      return question === null ? [] : [question];
    }),
  );

/** Accuracy of the attack on a gate: whoever is not there is taken out of the contributions first. */
const accuracyOf = (
  gate: Partial<GatePolicy> & Pick<GatePolicy, 'tier'>,
): { accuracy: number; trials: number } => {
  const random = new Random(17);
  const perTable = gate.tier === 'dp' ? DP_MOST : stand.policy.bounds.perTable;
  const questions = gate.tier === 'dp' ? listedQuestions(perTable, random) : witnessedQuestions(gate, random);
  const missing = new Set(
    questions.filter(({ isThere }) => !isThere).flatMap(({ person }) => person.map(visitName)),
  );
  const released = stand.release({
    gate,
    edit: (contributions) =>
      contributions.filter((one) => one.kind !== 'visit' || !missing.has(visitName(one))),
  });
  const policy: Pick<Policy, 'gate' | 'bounds'> = {
    gate: { ...stand.policy.gate, ...gate },
    bounds: { ...stand.policy.bounds, perTable },
  };
  const { k, rounding } = policy.gate;
  const seen = {
    rows: rowsByKey(released, ['visits', ...BREAKDOWN_TABLES]),
    known: knownOf(stand.days),
    model: { tier: gate.tier, k, rounding, noise: noiseTable(gate.tier, policy) },
  };
  const examples = questions.flatMap((question) => exampleOf(question, seen) ?? []);
  return { accuracy: crossAccuracy(examples), trials: examples.length };
};

/** Three standard deviations of a share of so many trials around a half. */
const slack = (trials: number): number => (3 * 0.5) / Math.sqrt(trials);

describe('exact but one', () => {
  let control: number;
  beforeAll(() => {
    control = accuracyOf({ tier: 'threshold', rounding: 1 }).accuracy;
  });

  test.each(['threshold', 'perturbed', 'dp'] as const)('G-14 tier %s: whether one more was there', (tier) => {
    const { accuracy, trials } = accuracyOf({ tier });
    expect(trials).toBeGreaterThan(50);
    const { shares } = stand.policy.gate.dp;
    // One contribution of as many as the noise is made for.
    const epsilon = (shares.visits + shares.dwell + shares.transitions) / DP_MOST;
    const most = {
      threshold: 0.8,
      perturbed: 0.7,
      dp: Math.exp(epsilon) / (1 + Math.exp(epsilon)) + slack(trials),
    };
    record({
      id: `exact-but-one.${tier}`,
      adversary: EXACT_BUT_ONE.name,
      tier,
      measure: 'share told right',
      value: accuracy,
      control,
      controlBar: 0.97,
      guess: 0.5,
      bound: most[tier],
      better: 'lower',
      tolerance: 0.02,
    });
  });
});
