/** Planted members: k−1 accounts never uncover a lone visitor, more do so only when the secret draw fits. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { GatePolicy } from '../../src/model/policy.ts';
import { HOUR_MS } from '../../src/model/time.ts';
import type { StoreUnit } from '../../src/place/units.ts';
import type { Trial } from '../support/attacks/adversaries/sybil.ts';
import {
  SYBIL,
  drawSeen,
  isSeen,
  lonelyVisits,
  planted,
  probesIn,
  probing,
  rowsOfDay,
  seenHours,
} from '../support/attacks/adversaries/sybil.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { Planting } from '../support/attacks/planting.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Counted, Stand, StandDay } from '../support/attacks/stand.ts';

const TRIALS = 1_000;

let stand: Stand;
let planting: Planting;
let trials: readonly Trial[];
beforeAll(async () => {
  stand = await cityStand();
  introduce(SYBIL);
  planting = new Planting(stand.stores);
  const aDay = Math.ceil(TRIALS / stand.days.length);
  const { graceShortMs } = stand.policy.gate;
  trials = stand.days.flatMap((day) => {
    const lonely = lonelyVisits(day, planting.stores(), graceShortMs).filter(
      ({ hour }) => hour > day.epoch + HOUR_MS,
    );
    const step = Math.max(1, Math.floor(lonely.length / aDay));
    return lonely.filter((_, i) => i % step === 0).slice(0, aDay);
  });
});

type More = (day: StandDay) => readonly Counted[];

/**
 * For each trial whether the hour's row appears with the victim, but not without. Nobody else was in these stores and
 * hours, so the rows of hours are the same when the rest of the city is left out.
 */
const tells = (gate: Partial<GatePolicy>, more: More): readonly boolean[] => {
  const seenWith = (isThere: boolean): ReadonlySet<string> =>
    seenHours(
      stand.release({
        gate,
        edit: (_, day) => [
          ...trials.flatMap((trial) => (isThere && trial.day === day ? [trial.victim] : [])),
          ...more(day),
        ],
      }),
    );
  const [present, absent] = [seenWith(true), seenWith(false)];
  return trials.map((trial) => isSeen(present, trial) && !isSeen(absent, trial));
};

const share = (told: readonly boolean[]): number => told.filter(Boolean).length / told.length;

const withPlanted =
  (count: number): More =>
  (day) =>
    trials.filter((trial) => trial.day === day).flatMap((trial) => planted(trial, planting, count));

const pools = (): ReadonlyMap<string, readonly StoreUnit[]> => {
  const byPool = new Map<string, StoreUnit[]>();
  for (const store of planting.stores()) byPool.set(store.pool, [...(byPool.get(store.pool) ?? []), store]);
  return byPool;
};

/** Learns each r7 cell's draw of the day with probes, then plants exactly as many as it takes with the victim. */
const patient = (gate: Partial<GatePolicy>): number => {
  const { k, drawMax } = { ...stand.policy.gate, ...gate };
  const cells = [...pools()].filter(([, stores]) => stores.length >= drawMax);
  const probes: More = (day) =>
    cells.flatMap(([pool, stores]) => probing(day, pool, probesIn(stores, k, drawMax), planting));
  const seen = seenHours(stand.release({ gate, edit: (all, day) => [...all, ...probes(day)] }));
  const byPool = new Map(cells);
  const told = tells(gate, (day) =>
    trials
      .filter((trial) => trial.day === day)
      .flatMap((trial) => {
        const probed = probesIn(byPool.get(trial.store.pool) ?? [], k, drawMax);
        return planted(trial, planting, k + drawSeen(day, probed, seen, { k, drawMax }) - 1);
      }),
  );
  return share(told);
};

describe('planted members', () => {
  let control: number;
  beforeAll(() => {
    const { k } = stand.policy.gate;
    control = share(tells({ tier: 'threshold', drawMax: 0 }, withPlanted(k - 1)));
    expect(trials.length).toBeGreaterThanOrEqual(stand.days.length > 2 ? TRIALS : 100);
  });

  test.each(['threshold', 'perturbed', 'dp'] as const)('G-10 tier %s: k−1 of them uncover nobody', (tier) => {
    record({
      id: `sybil.${tier}.short-of-k`,
      adversary: SYBIL.name,
      tier,
      measure: `victims uncovered by k−1 accounts, share of ${trials.length} trials`,
      value: share(tells({ tier }, withPlanted(stand.policy.gate.k - 1))),
      control,
      controlBar: 0.99,
      bound: 0,
      better: 'lower',
      tolerance: 0,
    });
  });

  test.each(['threshold', 'perturbed'] as const)('G-10 tier %s: the best number of them', (tier) => {
    const { k, drawMax } = stand.policy.gate;
    const counts = Array.from({ length: drawMax }, (_, i) => k + i);
    const found = counts.map((count) => tells({ tier }, withPlanted(count)));
    // The number is chosen by the days before: the best of the same days would only name the draw that came most often.
    const half = trials.findIndex(({ day }) => day === stand.days[Math.floor(stand.days.length / 2)]);
    const best = found.reduce((a, b) => (share(b.slice(0, half)) > share(a.slice(0, half)) ? b : a));
    const draws = new Set(trials.slice(half).map(({ day, store }) => `${day.epoch}|${store.pool}`)).size;
    record({
      id: `sybil.${tier}.best`,
      adversary: SYBIL.name,
      tier,
      measure: 'victims uncovered by the best number of accounts, share of days',
      value: share(best.slice(half)),
      control,
      controlBar: 0.99,
      // One draw in drawMax fits; few enough are drawn for chance to show.
      bound: 1 / drawMax + 3 * Math.sqrt(0.16 / draws),
      better: 'lower',
      tolerance: 0.03,
    });
  });

  test.each(['threshold', 'perturbed'] as const)('G-10 tier %s: a store of their own all day', (tier) => {
    const { k, drawMax } = stand.policy.gate;
    const alone = trials.filter(
      ({ day, store }, i) => trials.findIndex((one) => one.day === day && one.store === store) === i,
    );
    const told = (count: number): readonly boolean[] => {
      const rowsWith = (isThere: boolean) =>
        rowsOfDay(
          stand.release({
            gate: { tier },
            edit: (_, day) =>
              alone
                .filter((trial) => trial.day === day)
                .flatMap((trial) => [...(isThere ? [trial.victim] : []), ...planted(trial, planting, count)]),
          }),
        );
      const [present, absent] = [rowsWith(true), rowsWith(false)];
      return alone.map((trial) => present(trial) !== absent(trial));
    };
    const found = Array.from({ length: drawMax }, (_, i) => told(k + i));
    record({
      id: `sybil.${tier}.ladder`,
      adversary: SYBIL.name,
      tier,
      measure:
        'victims uncovered in stores that nobody else visits all day, best number of accounts, share of days',
      value: Math.max(...found.map(share)),
      control,
      controlBar: 0.99,
      guess: 1 - (1 - 1 / drawMax) ** 3,
      better: 'lower',
      tolerance: 0.03,
    });
  });

  test.each(['threshold', 'perturbed'] as const)('G-10 tier %s: one who first learns the draw', (tier) => {
    record({
      id: `sybil.${tier}.patient`,
      adversary: SYBIL.name,
      tier,
      measure: 'victims uncovered by one who first learns the draw of the cell, share of days',
      value: patient({ tier }),
      control,
      controlBar: 0.99,
      // What one would get who learns nothing; few enough trials for chance to show.
      bound: 1 / stand.policy.gate.drawMax + 3 * Math.sqrt(0.16 / trials.length),
      better: 'lower',
      tolerance: 0.03,
    });
  });
});
