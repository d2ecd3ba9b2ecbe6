/** Trajectory recovery: released footfall hardly gives single people's ways. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { CellId, Position } from '../../src/model/place.ts';
import { FINE_RESOLUTION, UnitList, ancestor } from '../../src/place/units.ts';
import { calendarOf } from '../../src/topology/parts.ts';
import type { Crowd, TrueWay, Way } from '../support/attacks/adversaries/trajectory.ts';
import {
  TRAJECTORY,
  crowdsOf,
  guessedWays,
  recover,
  rightPlaces,
} from '../support/attacks/adversaries/trajectory.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Stand, StandDay } from '../support/attacks/stand.ts';

const DAYS = 2;

let stand: Stand;
let origin: Position;
let storeCells: readonly CellId[];
beforeAll(async () => {
  stand = await cityStand();
  introduce(TRAJECTORY);
  const units = [...new UnitList(stand.stores).all()];
  storeCells = units.map(({ fine }) => fine);
  origin = stand.stores[0]?.position ?? { lat: 0, lng: 0 };
});

/** The dayparts but the night, whose cells are another size, and the night's start. */
const startsOf = ({ epoch }: StandDay): readonly number[] =>
  calendarOf(stand.policy)
    .epochOf(epoch)
    .dayparts.map(({ start }) => start);

/** Judge only: the cell in which each person was seen most at each step; the last step ends with the last start. */
const truthOf = (starts: readonly number[]): readonly TrueWay[] => {
  const cells = new Map<string, Map<CellId, number>[]>();
  const [first = 0, end = 0] = [starts[0], starts.at(-1)];
  for (const { epoch, bucketStart, cell, requestId, pseudonym, resolution } of stand.locations) {
    if (bucketStart < first || bucketStart >= end || requestId !== null || resolution < FINE_RESOLUTION)
      continue;
    const who = stand.whoIsNearby(epoch, pseudonym);
    if (who === null) continue;
    const way = cells.get(who) ?? starts.slice(1).map(() => new Map<CellId, number>());
    cells.set(who, way);
    const counts = way[starts.findLastIndex((start) => start <= bucketStart)];
    const fine = ancestor(cell, FINE_RESOLUTION);
    counts?.set(fine, (counts.get(fine) ?? 0) + 1);
  }
  const most = (counts: ReadonlyMap<CellId, number>): CellId | null =>
    [...counts].reduce<readonly [CellId | null, number]>((a, b) => (b[1] > a[1] ? b : a), [null, 0])[0];
  return [...cells.values()].map((way) => way.map(most));
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** As many ways as there are people, drawn evenly: more would only be more tries. */
const thinned = (ways: readonly Way[], count: number): readonly Way[] =>
  ways.length <= count
    ? ways
    : Array.from({ length: count }, (_, i) => ways[Math.floor((i * ways.length) / count)] ?? []);

/** What recovered ways and the guess get right of one day. */
interface Told {
  readonly recovered: number;
  readonly guess: number;
}

const told = (crowds: readonly Crowd[], truth: readonly TrueWay[]): Told => {
  const guess = rightPlaces(guessedWays(storeCells, truth.length, crowds.length), truth);
  const ways = thinned(recover(crowds, origin), truth.length);
  return { guess, recovered: ways.length === 0 ? guess : rightPlaces(ways, truth) };
};

/** Exact numbers of every cell and daypart, from where the stream shows people. */
const exactCrowds = (truth: readonly TrueWay[], steps: number): readonly Crowd[] =>
  Array.from({ length: steps }, (_, step): Crowd => {
    const crowd = new Map<CellId, number>();
    for (const way of truth) {
      const cell = way[step] ?? null;
      if (cell !== null) crowd.set(cell, (crowd.get(cell) ?? 0) + 1);
    }
    return crowd;
  });

const gain = (some: readonly Told[]): number =>
  Math.max(0, mean(some.map(({ recovered, guess }) => recovered - guess)));

describe('ways out of numbers', () => {
  let days: readonly { readonly starts: readonly number[]; readonly truth: readonly TrueWay[] }[];
  let control: number;
  beforeAll(() => {
    days = stand.days.slice(0, DAYS).map((day) => {
      const starts = startsOf(day);
      return { starts: starts.slice(0, -1), truth: truthOf(starts) };
    });
    control = gain(days.map(({ starts, truth }) => told(exactCrowds(truth, starts.length), truth)));
  });

  test.each(['threshold', 'perturbed', 'dp'] as const)('G-10 G-14 tier %s', (tier) => {
    const rows = stand.release({ gate: { tier } }).rows('footfall');
    const each = days.map(({ starts, truth }) => told(crowdsOf(rows, starts), truth));
    const [recovered, guess] = [mean(each.map((one) => one.recovered)), mean(each.map((one) => one.guess))];
    expect(rows.length > 0).toBe(tier !== 'dp');
    record({
      id: `trajectory.${tier}`,
      adversary: TRAJECTORY.name,
      tier,
      measure: `places of recovered ways that are right, ${percent(recovered)}, beyond the guess, ${percent(guess)}`,
      value: gain(each),
      control,
      better: 'lower',
      tolerance: 0.02,
    });
  });
});
