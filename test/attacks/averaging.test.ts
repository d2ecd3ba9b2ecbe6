/** Averaging: many numbers about the same people tell no more than one. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Looks, Repeated } from '../support/attacks/adversaries/averaging.ts';
import {
  AVERAGING,
  gainOf,
  gainOfRepeats,
  looksOf,
  truthsOf,
  withOwnNoise,
} from '../support/attacks/adversaries/averaging.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { Planting } from '../support/attacks/planting.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Releases, Stand } from '../support/attacks/stand.ts';
import type { EventTime } from '../../src/model/time.ts';
import { HOUR_MS, eventTime } from '../../src/model/time.ts';

let stand: Stand;
let truths: ReadonlyMap<string, number>;
beforeAll(async () => {
  stand = await cityStand();
  introduce(AVERAGING);
});

/** What a combination may gain by chance. */
const NOTHING = 0.05;
/** Without noise, visits are a number of their own, rounded once more: two roundings tell a little more than one. */
const MOST = { threshold: 0.15, perturbed: NOTHING, dp: NOTHING };

/** In the tier dp no row is witnessed: the judge counts people by store and day. */
const peopleOfDays = (): ReadonlyMap<string, number> => {
  const people = new Map<string, Set<string>>();
  for (const { epoch, contributions } of stand.days) {
    const gone = new Set(
      contributions.filter(({ kind }) => kind === 'retract').map(({ subject }) => subject),
    );
    for (const message of contributions) {
      if (message.kind !== 'visit' || gone.has(message.subject)) continue;
      const key = `visits|${message.store}|day|${epoch}`;
      people.set(key, (people.get(key) ?? new Set()).add(message.subject));
    }
  }
  return new Map([...people].map(([key, subjects]) => [key, subjects.size]));
};

describe.each(['threshold', 'perturbed', 'dp'] as const)('tier %s', (tier) => {
  let releases: Releases;
  let looks: readonly Looks[];
  beforeAll(() => {
    releases = stand.release({ gate: { tier } });
    truths = tier === 'dp' ? peopleOfDays() : truthsOf(releases);
    looks = looksOf(releases, truths);
  });

  test('G-14 the columns of a row together tell its true count no better than visitors alone', () => {
    const { rounding } = stand.policy.gate;
    expect(looks.length).toBeGreaterThan(20);
    record({
      id: `averaging.${tier}.columns`,
      adversary: AVERAGING.name,
      tier,
      measure: 'gain of all columns over visitors alone, share of the error',
      value: gainOf(looks),
      control: gainOf(withOwnNoise(looks, rounding, 3)),
      controlBar: 0.2,
      bound: MOST[tier],
      better: 'lower',
      tolerance: 0.01,
    });
  });
});

/** Hours of the afternoon in which a planted group comes again and again. */
const HOURS = [6, 7, 8, 9, 10, 11].map((hour) => hour * HOUR_MS);
const SIZES = [26, 27, 28, 29, 30, 31, 32, 33, 34];

describe.each(['threshold', 'perturbed'] as const)('tier %s', (tier) => {
  test('G-14 a group that comes hour after hour gets the same number every time', () => {
    const planting = new Planting(stand.stores);
    const stores = planting.stores();
    const groups = stand.days.flatMap((day, d) =>
      stores.slice(0, 40).map((store, s) => ({ day, store, size: SIZES[(d + s) % SIZES.length] ?? 30 })),
    );
    const released = stand.release({
      gate: { tier },
      edit: (_, day) =>
        groups
          .filter((group) => group.day === day)
          .flatMap(({ store, size }) =>
            HOURS.flatMap((after) =>
              Array.from({ length: size }, (_unused, i) =>
                planting.visit(day, `${store.id} ${i}`, store, eventTime(day.epoch + after)),
              ),
            ),
          ),
    });
    const published = new Map<string, number[]>();
    for (const row of released.rows('visits')) {
      if (row.status !== 'RELEASED' || row.window_kind !== 'hour') continue;
      const at = Date.parse(row.window_start) as EventTime;
      const day = stand.days.findLast(({ epoch }) => epoch <= at);
      const key = `${row.unit_id}|${day?.epoch}`;
      published.set(key, [...(published.get(key) ?? []), row.visitors ?? 0]);
    }
    const repeats = groups.map(({ day, store, size }): Repeated => ({
      truth: size,
      published: published.get(`${store.id}|${day.epoch}`) ?? [],
    }));
    expect(repeats.every(({ published: numbers }) => numbers.length === HOURS.length)).toBe(true);
    const own = withOwnNoise(
      repeats.map(({ truth, published: numbers }) => ({ truth, visitors: 0, others: numbers })),
      stand.policy.gate.rounding,
      5,
    );
    record({
      id: `averaging.${tier}.hours`,
      adversary: AVERAGING.name,
      tier,
      measure: `gain of ${HOURS.length} hours with the same people over one, share of the error`,
      value: gainOfRepeats(repeats),
      control: gainOfRepeats(own.map(({ truth, others }) => ({ truth, published: others }))),
      controlBar: 0.2,
      bound: NOTHING,
      better: 'lower',
    });
  });
});
