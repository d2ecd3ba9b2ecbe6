/**
 * Membership inference: was this person among those whose days were counted?
 *
 * Knows: every released row; where the person was each day, if counted; and, from the first week, on which days the
 * person was. Does: compares the rows that the person would be in with the same rows of other days, and learns from the
 * first week how to weigh the differences. Without auxiliary data it adds up the differences unweighed. Source:
 * Pyrgelis, Troncoso and De Cristofaro, "Knock knock, who's there?" (2018); Guan et al., "A zero auxiliary knowledge
 * membership inference attack on aggregate location data" (2024). Control: exact hours of a small group, without k.
 */
import type { FootfallContribution, VisitContribution } from '../../../../src/model/contribution.ts';
import type { EventTime } from '../../../../src/model/time.ts';
import { WINDOW_KINDS } from '../../../../src/model/time.ts';
import { FINE_RESOLUTION, POOL_RESOLUTION, ancestor } from '../../../../src/place/units.ts';
import type { UnitList } from '../../../../src/place/units.ts';
import type { Calendar } from '../../../../src/time/calendar.ts';
import { resolutionOf } from '../../../../src/model/place.ts';
import type { Adversary } from '../score.ts';
import type { Releases, StandDay } from '../stand.ts';

export const MEMBERSHIP: Adversary = {
  name: 'membership',
  title: 'Membership inference',
  explanation:
    'Somebody knows where a person was each day and asks whether that person was counted at all, which a coin decides for each of hundreds of people. They compare the released rows that the person would be in with the same rows of other days, weighed as learned from a first week of which they know the answer. The number is the area under the ROC curve in the second week: 0.5 is a guess, 1 is certainty. In the tier dp the advantage is held against what ε allows. The weakened system publishes exact hours of a small group without any threshold.',
};

/** What a person would contribute on a day. */
export type Own = readonly (VisitContribution | FootfallContribution)[];

/** Released numbers by what they count, and on how many days each of these was published. */
export class Series {
  readonly #byDay: readonly ReadonlyMap<string, number>[];
  readonly #units: UnitList;
  readonly #calendar: Calendar;
  readonly #moments = new Map<
    string,
    { readonly mean: number; readonly variance: number; readonly share: number }
  >();

  constructor(
    releases: Releases,
    days: readonly StandDay[],
    { units, calendar }: { readonly units: UnitList; readonly calendar: Calendar },
  ) {
    this.#units = units;
    this.#calendar = calendar;
    const byDay = days.map(() => new Map<string, number>());
    const dayOf = (at: number): number => days.findLastIndex(({ epoch }) => epoch <= at);
    for (const table of ['visits', 'footfall'] as const) {
      for (const row of releases.rows(table)) {
        if (row.status !== 'RELEASED') continue;
        const start = Date.parse(row.window_start);
        const day = dayOf(start);
        const after = start - (days[day]?.epoch ?? 0);
        const number = 'subjects' in row ? row.subjects : row.visitors;
        byDay[day]?.set(`${table}|${row.unit_id}|${row.window_kind}|${after}`, number ?? 0);
      }
    }
    this.#byDay = byDay;
  }

  /** The keys of the rows that may hold a contribution, finest first. */
  #keysOf(one: Own[number]): readonly string[] {
    const key = (table: string, unit: string, kind: (typeof WINDOW_KINDS)[number], at: EventTime): string =>
      `${table}|${unit}|${kind}|${this.#calendar.windowAt(kind, at).start - one.epoch}`;
    if (one.kind === 'footfall') {
      const cells =
        resolutionOf(one.cell) === FINE_RESOLUTION
          ? [one.cell, ancestor(one.cell, POOL_RESOLUTION)]
          : [one.cell];
      return cells.map((cell) => key('footfall', cell, 'daypart', one.windowStart));
    }
    const store = this.#units.of(one.store);
    const cells = store === undefined ? [] : [store.fine, store.pool];
    return [
      ...WINDOW_KINDS.map((kind) => key('visits', one.store, kind, one.end)),
      ...cells.map((cell) => key('visits', cell, 'day', one.end)),
    ];
  }

  /** Mean and variance of a number over all days on which it was published, and the share of these. */
  #momentsOf(key: string): { readonly mean: number; readonly variance: number; readonly share: number } {
    const known = this.#moments.get(key);
    if (known !== undefined) return known;
    const numbers = this.#byDay.flatMap((day) => day.get(key) ?? []);
    const mean = numbers.reduce((a, b) => a + b, 0) / Math.max(numbers.length, 1);
    const squares = numbers.reduce((sum, n) => sum + (n - mean) ** 2, 0);
    const made = {
      mean,
      variance: squares / Math.max(numbers.length - 1, 1) + LEAST_VARIANCE,
      share: numbers.length / this.#byDay.length,
    };
    this.#moments.set(key, made);
    return made;
  }

  /**
   * What a day's rows say of somebody: how far above the other days the rows of their contributions are, in deviations,
   * as a sum, weighed by precision, and at most; and how much more often than on other days these rows are there.
   */
  features(own: Own, day: number): readonly number[] {
    const rows = this.#byDay[day] ?? new Map<string, number>();
    let [sum, weighed, most, presence, finest] = [0, 0, 0, 0, 0];
    for (const one of own) {
      const keys = this.#keysOf(one);
      const [first = ''] = keys;
      presence += Number(rows.has(first)) - this.#momentsOf(first).share;
      finest += rows.get(first) ?? 0;
      const key = keys.find((each) => rows.has(each));
      if (key === undefined) continue;
      const { mean, variance } = this.#momentsOf(key);
      const above = (rows.get(key) ?? 0) - mean;
      sum += above / Math.sqrt(variance);
      weighed += above / variance;
      most = Math.max(most, above / Math.sqrt(variance));
    }
    const missing = own.filter((one) => !this.#keysOf(one).some((key) => rows.has(key))).length;
    const count = Math.max(own.length, 1);
    return [sum / count, weighed, most, presence / count, missing / count, finest / count];
  }
}

const LEAST_VARIANCE = 1;

/** Of the features, those that need no learning: how far above other days, and how much more often there. */
export const unlearned = ([sum = 0, , , presence = 0, missing = 0]: readonly number[]): number =>
  sum + presence - missing;
