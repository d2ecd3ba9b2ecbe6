/** Membership: released rows hardly tell whether somebody was counted; in the tier dp no more than ε allows. */
import { beforeAll, expect, test } from 'vitest';
import { Random } from '../../examples/city/random.ts';
import type { GatePolicy } from '../../src/model/policy.ts';
import { UnitList } from '../../src/place/units.ts';
import { calendarOf } from '../../src/topology/parts.ts';
import type { Own } from '../support/attacks/adversaries/membership.ts';
import { MEMBERSHIP, Series, unlearned } from '../support/attacks/adversaries/membership.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { DP_MOST } from '../support/attacks/gate-replay.ts';
import { learn } from '../support/attacks/logistic.ts';
import type { Scored } from '../support/attacks/math/auc.ts';
import { advantage, areaUnder, auc, rocOf } from '../support/attacks/math/auc.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Counted, Stand, StandDay } from '../support/attacks/stand.ts';

const TARGETS = 400;
/** Of the weakened system: so many people in all, half of them targets. */
const SMALL_GROUP = 200;

let stand: Stand;
/** Members who contribute on nearly every day. */
let targets: readonly string[];
/** Of each day, what each target would contribute. */
let ownOf: readonly ReadonlyMap<string, Own>[];

const isOwn = (message: Counted): message is Own[number] =>
  message.kind === 'visit' || message.kind === 'footfall';

beforeAll(async () => {
  stand = await cityStand();
  introduce(MEMBERSHIP);
  const all = stand.days.map(({ contributions, whoIs }) => {
    const own = new Map<string, Own[number][]>();
    const gone = new Set(
      contributions.filter(({ kind }) => kind === 'retract').map(({ subject }) => subject),
    );
    for (const message of contributions) {
      if (!isOwn(message) || !message.linked || gone.has(message.subject)) continue;
      const who = whoIs(message.subject);
      if (who !== null) own.set(who, [...(own.get(who) ?? []), message]);
    }
    return own;
  });
  const most = stand.days.length - Math.floor(stand.days.length / 4);
  const steady = stand.people
    .map(({ subject }) => subject.id)
    .filter(
      (id) => all.filter((day) => day.get(id)?.some(({ kind }) => kind === 'visit') === true).length >= most,
    );
  const random = new Random(53);
  targets = steady
    .filter(() => random.chance(Math.min(1, (1.2 * TARGETS) / steady.length)))
    .slice(0, TARGETS);
  ownOf = all;
  expect(targets.length).toBeGreaterThanOrEqual(200);
});

/** Days of the first half have a coin each, the days of the second half one together. */
const coins = (random: Random): ReadonlyMap<string, readonly boolean[]> =>
  new Map(
    targets.map((id) => {
      const later = random.chance(0.5);
      return [id, stand.days.map((_, day) => (isTraining(day) ? random.chance(0.5) : later))];
    }),
  );

const isTraining = (day: number): boolean => day < stand.days.length / 2;

interface Told {
  readonly day: readonly Scored[];
  readonly week: readonly Scored[];
  readonly unaided: readonly Scored[];
}

interface Game {
  readonly gate: Partial<GatePolicy>;
  readonly players: readonly string[];
  /** Whether others are counted as well. */
  readonly withOthers: boolean;
}

const play = ({ gate, players, withOthers }: Game): Told => {
  const thrown = coins(new Random(59));
  const playing = new Set(players);
  const numberOf = new Map(stand.days.map((day, i) => [day, i]));
  const stays = (message: Counted, day: StandDay): boolean => {
    const who = day.whoIs(message.subject);
    if (who === null || !playing.has(who)) return withOthers || bystanders.has(who ?? '');
    return thrown.get(who)?.[numberOf.get(day) ?? 0] === true;
  };
  const bystanders = new Set(stand.people.slice(0, SMALL_GROUP / 2).map(({ subject }) => subject.id));
  const released = stand.release({
    gate,
    edit: (contributions, day) => contributions.filter((message) => stays(message, day)),
  });
  const series = new Series(released, stand.days, {
    units: new UnitList(stand.stores),
    calendar: calendarOf(stand.policy),
  });
  const seen = players.flatMap((id) =>
    stand.days.flatMap((_, day) => {
      const own = ownOf[day]?.get(id);
      const isTrue = thrown.get(id)?.[day] === true;
      return own === undefined ? [] : [{ id, day, isTrue, features: series.features(own, day) }];
    }),
  );
  const probability = learn(seen.filter(({ day }) => isTraining(day)));
  const asked = seen.filter(({ day }) => !isTraining(day));
  const scored = asked.map(({ id, isTrue, features }) => ({ id, isTrue, score: probability(features) }));
  const weeks = new Map<string, Scored>();
  for (const { id, isTrue, score } of scored) {
    const logit = Math.log(score / (1 - score));
    weeks.set(id, { isTrue, score: (weeks.get(id)?.score ?? 0) + logit });
  }
  return {
    day: scored,
    week: [...weeks.values()],
    unaided: asked.map(({ isTrue, features }) => ({ isTrue, score: unlearned(features) })),
  };
};

let weakened: Told | null = null;
const control = (): Told =>
  (weakened ??= play({
    gate: { tier: 'threshold', k: 1, kBreakdown: 1, drawMax: 0, rounding: 1 },
    players: targets.slice(0, SMALL_GROUP / 2),
    withOthers: false,
  }));

const MEASURES = {
  day: 'AUC, was the person counted on a day',
  week: 'AUC, was the person counted in a week',
  unaided: 'AUC on a day, without auxiliary data',
} as const;

test.each(['threshold', 'perturbed', 'dp'] as const)('G-10 G-14 tier %s: membership', (tier) => {
  const told = play({ gate: { tier }, players: targets, withOthers: true });
  expect(told.week.length).toBeGreaterThanOrEqual(200);
  const { epsilon } = stand.policy.gate.dp;
  const most = (Math.exp(epsilon) - 1) / (Math.exp(epsilon) + 1);
  for (const game of ['day', 'week', 'unaided'] as const) {
    record({
      id: `membership.${tier}.${game}`,
      adversary: MEMBERSHIP.name,
      tier,
      measure: MEASURES[game],
      value: auc(told[game]),
      control: auc(control()[game]),
      controlBar: 0.9,
      guess: 0.5,
      // Of one day ε allows this area; a week adds up to more.
      ...(tier === 'dp' && game !== 'week' ? { bound: (1 + most) / 2 } : {}),
      better: 'lower',
      tolerance: 0.03,
    });
  }
  if (tier !== 'dp') return;
  const roc = rocOf(told.day);
  const slack = 3 * Math.sqrt(0.25 / targets.length);
  for (const { truePositive, falsePositive } of roc)
    expect(truePositive).toBeLessThanOrEqual(Math.exp(epsilon) * falsePositive + slack);
  expect(areaUnder(roc)).toBeLessThanOrEqual((1 + most) / 2);
  record({
    id: 'membership.dp.advantage',
    adversary: MEMBERSHIP.name,
    tier,
    measure: `true less false positives at best, a day, ε ${epsilon}, ${DP_MOST} contributions`,
    value: advantage(roc),
    control: advantage(rocOf(control().day)),
    controlBar: most,
    bound: most,
    better: 'lower',
    tolerance: 0.04,
  });
});
