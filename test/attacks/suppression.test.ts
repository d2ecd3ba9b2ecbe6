/** Suppression: which rows are there tells little of one person; in the tier dp they are always there. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../examples/city/random.ts';
import type { VisitContribution } from '../../src/model/contribution.ts';
import type { GatePolicy } from '../../src/model/policy.ts';
import { calendarOf } from '../../src/topology/parts.ts';
import type { LadderRules, PresenceQuestion } from '../support/attacks/adversaries/suppression.ts';
import {
  SUPPRESSION,
  criticalVisit,
  posterior,
  storeDayKey,
  storeRows,
} from '../support/attacks/adversaries/suppression.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Counted, Stand } from '../support/attacks/stand.ts';

/** Beyond this the attacker is certain. */
const CERTAIN = 0.99;

let stand: Stand;
beforeAll(async () => {
  stand = await cityStand();
  introduce(SUPPRESSION);
});

interface Asked extends PresenceQuestion {
  readonly epoch: number;
  readonly message: VisitContribution;
  readonly isThere: boolean;
}

const questions = (rules: LadderRules): readonly Asked[] => {
  const random = new Random(23);
  return stand.days.flatMap(({ epoch, contributions }) => {
    const gone = new Set(
      contributions.filter(({ kind }) => kind === 'retract').map(({ subject }) => subject),
    );
    const byStore = new Map<string, VisitContribution[]>();
    for (const message of contributions) {
      if (message.kind !== 'visit') continue;
      byStore.set(message.store, [...(byStore.get(message.store) ?? []), message]);
    }
    return [...byStore].flatMap(([store, visits]) => {
      // Whoever withdrew makes rows that no fixed set of visits explains.
      if (visits.some(({ subject }) => gone.has(subject))) return [];
      const message = criticalVisit(visits, rules);
      if (message === null) return [];
      const others = visits.filter((visit) => visit !== message);
      return [{ store, epoch, message, visit: message, others, isThere: random.chance(0.5) }];
    });
  });
};

interface Told {
  readonly trials: number;
  readonly accuracy: number;
  readonly certain: number;
}

const attack = (change: Partial<GatePolicy>): Told => {
  const gate = { ...stand.policy.gate, ...change };
  const rules: LadderRules = { calendar: calendarOf(stand.policy), gate };
  const asked = questions(rules);
  const missing = new Set<Counted>(asked.filter(({ isThere }) => !isThere).map(({ message }) => message));
  const released = stand.release({
    gate: change,
    edit: (all) => all.filter((message) => !missing.has(message)),
  });
  const dayOf = (at: number): number => stand.days.findLast(({ epoch }) => epoch <= at)?.epoch ?? 0;
  const rows = storeRows(released, dayOf);
  const told = asked.map((question) => {
    const seen = rows.get(storeDayKey(question.store, question.epoch)) ?? new Set<string>();
    const p = posterior(question, seen, rules);
    return { p, isRight: p === 0.5 ? 0.5 : Number(p > 0.5 === question.isThere) };
  });
  const isCertain = (p: number): boolean => p > CERTAIN || p < 1 - CERTAIN;
  return {
    trials: told.length,
    accuracy: told.reduce((sum, { isRight }) => sum + isRight, 0) / told.length,
    certain: told.filter(({ p, isRight }) => isCertain(p) && isRight === 1).length / told.length,
  };
};

describe('row presence', () => {
  let control: Told;
  beforeAll(() => {
    control = attack({ tier: 'threshold', drawMax: 0 });
  });

  test.each(['threshold', 'perturbed'] as const)(
    'G-10 G-13 tier %s: what rows that are there tell',
    (tier) => {
      const told = attack({ tier });
      expect(told.trials).toBeGreaterThan(10);
      record({
        id: `suppression.${tier}.told`,
        adversary: SUPPRESSION.name,
        tier,
        measure: `share told right, ${told.trials} hours near the threshold`,
        value: told.accuracy,
        control: control.accuracy,
        controlBar: 0.55,
        guess: 0.5,
        bound: 0.7,
        better: 'lower',
        tolerance: 0.02,
      });
      record({
        id: `suppression.${tier}.certain`,
        adversary: SUPPRESSION.name,
        tier,
        measure: 'share told right with certainty',
        value: told.certain,
        control: control.certain,
        controlBar: 0.05,
        bound: 0.4,
        better: 'lower',
        tolerance: 0.02,
      });
    },
  );

  test('G-14 tier dp: every listed row is there, whoever came', () => {
    const keys = (drop: (message: Counted) => boolean): readonly string[] =>
      stand
        .release({ gate: { tier: 'dp' }, edit: (all) => all.filter((message) => !drop(message)) })
        .rows('visits')
        .map(
          ({ unit_id, window_kind, window_start, status }) =>
            `${unit_id}|${window_kind}|${window_start}|${status}`,
        );
    const random = new Random(29);
    const all = keys(() => false);
    expect(all.length).toBeGreaterThan(0);
    expect(keys(() => random.chance(0.5))).toEqual(all);
    expect(keys(() => true)).toEqual(all);
  });
});
