/**
 * Averaging: an analyst combines all numbers in which the same people are counted, so that the noise goes away.
 *
 * Knows: every released row; how noise is made, not its key; and, to be generous, the truth of half of the rows to fit
 * the best linear estimate with. Does: estimates the true number of people of the other half from all columns of a row
 * and the sums of its parts. Source: Dinur and Nissim, "Revealing information while preserving privacy" (2003).
 * Control: the same numbers with noise of its own in each column.
 */
import { Random } from '../../../../examples/city/random.ts';
import type { AnyRow } from '../../../../src/model/table.ts';
import { peopleOf, keyOfRow, keyOfWitnessed, numberOf, rowKey, rowsByKey } from '../released-sets.ts';
import type { Adversary } from '../score.ts';
import type { Releases } from '../stand.ts';

export const AVERAGING: Adversary = {
  name: 'averaging',
  title: 'Averaging over columns and rows',
  explanation:
    'An analyst averages every number in which the same people are counted: visitors, visits, and the sums of the dwell, transition, terminal and demographic parts of one row, or rows of many hours with the same people in them. The number is by how much the best such estimate of the true count is better than one look at visitors, as a share of the error; 0 means that nothing is gained. The weakened system draws the noise of every number anew.',
};

/** The looks that an analyst has at one row's people. */
export interface Looks {
  /** Judge only. */
  readonly truth: number;
  readonly visitors: number;
  /** Visits and sums of parts, one after another. */
  readonly others: readonly number[];
}

const BREAKDOWNS = [
  ['dwell', 'dwell'],
  ['transitions', 'transitions.place'],
  ['transitions', 'transitions.category'],
  ['terminals', 'terminals.terminal_type'],
  ['terminals', 'terminals.os'],
  ['demographics', 'demographics.age_band'],
  ['demographics', 'demographics.gender'],
  ['demographics', 'demographics.prefecture'],
] as const;

const sumOf = (rows: readonly AnyRow[]): number => rows.reduce((sum, row) => sum + numberOf(row), 0);

/** The looks at every released row of visits that has a dwell breakdown of its own. */
export const looksOf = (releases: Releases, truthOf: ReadonlyMap<string, number>): readonly Looks[] => {
  const byKey = rowsByKey(releases, ['visits', 'dwell', 'transitions', 'terminals', 'demographics']);
  return releases.rows('visits').flatMap((row) => {
    const truth = truthOf.get(keyOfRow('visits', row));
    if (row.status !== 'RELEASED' || truth === undefined) return [];
    const startMs = Date.parse(row.window_start);
    const sums = BREAKDOWNS.map(([, series]) => {
      const parts = byKey.get(rowKey(series, row.unit_id, row.window_kind, startMs));
      return parts === undefined ? null : sumOf(parts);
    });
    const [dwell] = sums;
    if (dwell === null || dwell === undefined) return [];
    const visitors = row.visitors ?? 0;
    // A breakdown that is missing, or that covers other rows too, is no look at these people.
    const own = sums.map((sum) => (sum === null || sum > 1.5 * visitors ? visitors : sum));
    return [{ truth, visitors, others: [row.visits ?? 0, ...own] }];
  });
};

/** Judge only: distinct people behind each row. */
export const truthsOf = (releases: Releases): ReadonlyMap<string, number> =>
  new Map(
    releases.witnessed
      .filter(({ series }) => series === 'visits')
      .map((row) => [keyOfWitnessed(row), peopleOf(row.entries).length]),
  );

/** Published numbers as they would be with noise of its own in each: for the control. */
export const withOwnNoise = (looks: readonly Looks[], step: number, seed: number): readonly Looks[] => {
  const random = new Random(seed);
  const noise = (): number => {
    let heads = 0;
    for (let flip = 0; flip < 16; flip++) heads += random.chance(0.5) ? 1 : 0;
    return heads - 8;
  };
  const look = (truth: number): number => Math.floor((truth + noise()) / step + 0.5) * step;
  return looks.map(({ truth, others }) => ({
    truth,
    visitors: look(truth),
    others: others.map(() => look(truth)),
  }));
};

/** Solves a small symmetric system by Gaussian elimination; a vanishing pivot gives 0 there. */
const solve = (matrix: readonly (readonly number[])[], right: readonly number[]): readonly number[] => {
  const n = right.length;
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  const pivots: number[] = [];
  for (let column = 0; column < n; column++) {
    const free = rows.map((_, i) => i).filter((i) => !pivots.includes(i));
    const best = free.reduce(
      (a, b) => (Math.abs(at(b, column)) > Math.abs(at(a, column)) ? b : a),
      free[0] ?? 0,
    );
    pivots.push(best);
    if (Math.abs(at(best, column)) < 1e-9) continue;
    for (let i = 0; i < n; i++) {
      if (i === best) continue;
      const factor = at(i, column) / at(best, column);
      rows[i] = (rows[i] ?? []).map((value, j) => value - factor * at(best, j));
    }
  }
  return pivots.map((row, column) => (Math.abs(at(row, column)) < 1e-9 ? 0 : at(row, n) / at(row, column)));
};

type Features = (looks: Looks) => readonly number[];

/** Least squares on one half, root mean squared error on the other. */
const errorOf = (looks: readonly Looks[], features: Features): number => {
  const [known, asked] = [looks.filter((_, i) => i % 2 === 0), looks.filter((_, i) => i % 2 === 1)];
  const width = features(known[0] ?? { truth: 0, visitors: 0, others: [] }).length;
  const indexes = Array.from({ length: width }, (_, i) => i);
  const vectors = known.map((one) => ({ x: features(one), y: one.truth }));
  const matrix = indexes.map((i) =>
    indexes.map((j) => vectors.reduce((sum, { x }) => sum + (x[i] ?? 0) * (x[j] ?? 0), i === j ? 1e-6 : 0)),
  );
  const weights = solve(
    matrix,
    indexes.map((i) => vectors.reduce((sum, { x, y }) => sum + (x[i] ?? 0) * y, 0)),
  );
  const squared = asked.reduce((sum, one) => {
    const guess = features(one).reduce((total, value, i) => total + value * (weights[i] ?? 0), 0);
    return sum + (guess - one.truth) ** 2;
  }, 0);
  return Math.sqrt(squared / Math.max(asked.length, 1));
};

/** By how much of the error all looks together beat visitors alone. */
export const gainOf = (looks: readonly Looks[]): number => {
  const alone = errorOf(looks, ({ visitors }) => [1, visitors]);
  const together = errorOf(looks, ({ visitors, others }) => [1, visitors, ...others]);
  return 1 - together / alone;
};

/** Looks at one group of people in row after row: the best one can do is their mean. */
export interface Repeated {
  readonly truth: number;
  readonly published: readonly number[];
}

/** By how much of the error the mean of all rows beats the first of them. */
export const gainOfRepeats = (groups: readonly Repeated[]): number => {
  const rmse = (guess: (published: readonly number[]) => number): number =>
    Math.sqrt(
      groups.reduce((sum, { truth, published }) => sum + (guess(published) - truth) ** 2, 0) /
        Math.max(groups.length, 1),
    );
  const mean = (published: readonly number[]): number =>
    published.reduce((a, b) => a + b, 0) / published.length;
  return 1 - rmse(mean) / rmse(([first]) => first ?? 0);
};
