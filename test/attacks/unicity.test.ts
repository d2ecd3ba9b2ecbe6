/** Unicity: no released record is about one person; in the stream a known place uncovers an hour at most. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../examples/city/random.ts';
import type { GatePolicy } from '../../src/model/policy.ts';
import type { Trace } from '../support/attacks/adversaries/relinking-traces.ts';
import { byPseudonym, pseudonymIn, tracesOf } from '../support/attacks/adversaries/relinking-traces.ts';
import type { Known } from '../support/attacks/adversaries/unicity.ts';
import {
  TraceIndex,
  UNICITY,
  aboutOne,
  knownPeople,
  pointOf,
  singledOut,
  uncoveredShare,
  unicityOf,
} from '../support/attacks/adversaries/unicity.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import type { HeldSet } from '../support/attacks/released-sets.ts';
import { releasedSets } from '../support/attacks/released-sets.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Releases, Stand, StandDay } from '../support/attacks/stand.ts';

/** Days of which people’s places are known. */
const DAYS = 3;
const TRIALS = 2_000;
const NO_THRESHOLD: Partial<GatePolicy> = {
  tier: 'threshold',
  k: 1,
  kBreakdown: 1,
  drawMax: 0,
  rounding: 1,
};

let stand: Stand;
beforeAll(async () => {
  stand = await cityStand();
  introduce(UNICITY);
});

const setsOf = (releases: Releases, days: readonly StandDay[]): readonly HeldSet[] => {
  const { rows, parts } = releasedSets(releases, days);
  return [...rows, ...parts];
};

/** The contributions of every subject of a day, by name: an epoch's pseudonym is a person's day. */
const contributed = (days: readonly StandDay[]): ReadonlyMap<string, readonly string[]> => {
  const points = new Map<string, string[]>();
  for (const { contributions } of days) {
    for (const message of contributions) {
      if (message.kind !== 'visit' && message.kind !== 'footfall') continue;
      points.set(message.subject, [...(points.get(message.subject) ?? []), pointOf(message)]);
    }
  }
  return points;
};

describe('released tables', () => {
  let points: ReadonlyMap<string, readonly string[]>;
  let weakened: { readonly sets: readonly HeldSet[]; readonly people: readonly Known[] };
  beforeAll(() => {
    const days = stand.days.slice(0, DAYS);
    points = contributed(days);
    const sets = setsOf(stand.release({ gate: NO_THRESHOLD, days }), days);
    weakened = { sets, people: knownPeople(sets, points) };
  });

  describe.each(['threshold', 'perturbed'] as const)('tier %s', (tier) => {
    let sets: readonly HeldSet[];
    beforeAll(() => {
      sets = setsOf(stand.release({ gate: { tier } }), stand.days);
    });

    test('G-10 G-11 no record is about one person', () => {
      expect(sets.length).toBeGreaterThan(100);
      record({
        id: `unicity.${tier}.records`,
        adversary: UNICITY.name,
        tier,
        measure: 'released rows and parts about one person',
        value: aboutOne(sets).length,
        control: aboutOne(weakened.sets).length,
        controlBar: 100,
        bound: 0,
        better: 'lower',
        tolerance: 0,
      });
    });

    test('G-10 G-11 known places and times lead to no record of one', () => {
      const people = knownPeople(sets, points);
      for (const count of [2, 3, 4]) {
        record({
          id: `unicity.${tier}.points-${count}`,
          adversary: UNICITY.name,
          tier,
          measure: `share of people and days singled out by ${count} places and times`,
          value: singledOut(people, count, new Random(41)),
          control: singledOut(weakened.people, count, new Random(41)),
          controlBar: 0.1,
          bound: 0,
          better: 'lower',
          tolerance: 0,
        });
      }
    });
  });
});

describe('location.sanitized', () => {
  let hourly: readonly Trace[];
  let lasting: readonly Trace[];
  let hourlyIndex: TraceIndex;
  let lastingIndex: TraceIndex;
  beforeAll(() => {
    hourly = tracesOf(stand.locations, byPseudonym);
    lasting = tracesOf(stand.locations, (location) => {
      const { requestId, epoch, pseudonym } = location;
      return requestId === null ? stand.whoIsNearby(epoch, pseudonym) : null;
    });
    hourlyIndex = new TraceIndex(hourly);
    lastingIndex = new TraceIndex(lasting);
  });

  test.each([2, 3, 4])('G-05 G-08 traces told apart by %i places and times', (points) => {
    const ask = { points, trials: TRIALS };
    record({
      id: `unicity.stream.points-${points}`,
      adversary: UNICITY.name,
      tier: 'stream',
      measure: `share of hour-long traces that ${points} of their cells and times tell from all others`,
      value: unicityOf(hourlyIndex, { ...ask, random: new Random(43) }),
      control: unicityOf(lastingIndex, { ...ask, random: new Random(43) }),
      controlBar: 0.85,
      better: 'lower',
      tolerance: 0.03,
    });
  });

  test.each([1, 4])('G-05 what %i places and times uncover of two days', (points) => {
    const ask = { points, trials: TRIALS };
    const ownHourly = new Map<string, Trace[]>();
    for (const trace of hourly) {
      const who = stand.whoIsNearby(trace.epoch, pseudonymIn(trace));
      if (who !== null) ownHourly.set(who, [...(ownHourly.get(who) ?? []), trace]);
    }
    const ownLasting = new Map(lasting.map((trace) => [trace.name, [trace]]));
    record({
      id: `unicity.stream.uncovered-${points}`,
      adversary: UNICITY.name,
      tier: 'stream',
      measure: `share of a person’s two days uncovered by ${points} of its cells and times`,
      value: uncoveredShare(hourlyIndex, ownHourly, { ...ask, random: new Random(47) }),
      control: uncoveredShare(lastingIndex, ownLasting, { ...ask, random: new Random(47) }),
      controlBar: points === 1 ? 0.15 : 0.9,
      better: 'lower',
      tolerance: 0.03,
    });
  });
});
