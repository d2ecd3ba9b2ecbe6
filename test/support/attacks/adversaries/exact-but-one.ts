/**
 * Exact but one: somebody who knows everyone in a row, except whether one person was there too.
 *
 * Knows: all other people of the row and their visits, dwell times, next places and traits, what the person would have
 * done, and how numbers are made (noise, rounding; not the keys). Does: weighs visitors, visits and each part the person
 * would be in, as learned from many such rows. Source: the strong adversary of differential privacy (Dwork et al. 2006).
 * Control: exact counts.
 */
import type { Random } from '../../../../examples/city/random.ts';
import type { Policy, Tier } from '../../../../src/model/policy.ts';
import type { AnyRow, VisitsRow } from '../../../../src/model/table.ts';
import type { VisitEntry } from '../../../../src/model/tally.ts';
import { longestStays } from '../../../../src/release/partition.ts';
import type { Example } from '../logistic.ts';
import type { Known } from '../released-sets.ts';
import { numberOf, partNamer, partOf, rowKey } from '../released-sets.ts';
import type { Adversary } from '../score.ts';

export const EXACT_BUT_ONE: Adversary = {
  name: 'exact-but-one',
  title: 'Exact but one',
  explanation:
    'Somebody knows all people of a released row and what each of them did, except whether one person was there as well. They compare visitors, visits and the parts that this person would be in with what they would be without, weighed as learned from other rows. The number is how often they are right when it is a coin’s throw whether the person was there; the weakened system publishes exact counts.',
};

/** A row with one person of it in question. */
export interface Question {
  /** Key of the row of `visits`. */
  readonly key: { readonly unit: string; readonly kind: string; readonly startMs: number };
  /** All contributions but the person's. */
  readonly others: readonly VisitEntry[];
  /** What the person did, if there. */
  readonly person: readonly VisitEntry[];
  readonly isThere: boolean;
}

/** Probability of each noise, by tier. */
export type NoiseTable = ReadonlyMap<number, number>;

const COINS = 16;

const binomial = (n: number, m: number): number =>
  Array.from({ length: m }, (_, i) => (n - i) / (i + 1)).reduce((a, b) => a * b, 1);

export const noiseTable = (tier: Tier, { gate, bounds }: Pick<Policy, 'gate' | 'bounds'>): NoiseTable => {
  if (tier === 'threshold') return new Map([[0, 1]]);
  if (tier === 'perturbed') {
    const at = (heads: number) => [heads - COINS / 2, binomial(COINS, heads) / 2 ** COINS] as const;
    return new Map(Array.from({ length: COINS + 1 }, (_, heads) => at(heads)));
  }
  const scale = bounds.perTable / gate.dp.shares.visits;
  const reach = Math.ceil(12 * scale);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-Math.abs(i - reach) / scale));
  const total = weights.reduce((a, b) => a + b, 0);
  return new Map(weights.map((weight, i) => [i - reach, weight / total]));
};

/** What an attacker assumes of the gate. */
export interface GateModel {
  readonly tier: Tier;
  readonly k: number;
  readonly rounding: number;
  readonly noise: NoiseTable;
}

/** Never quite impossible, so that one wrong assumption does not decide everything. */
const FLOOR = 1e-3;

const published = (n: number, { tier, k, rounding }: GateModel): number =>
  Math.max(tier === 'dp' ? 0 : k, Math.floor(n / rounding + 0.5) * rounding);

const likelihood = (seen: number, n: number, model: GateModel): number => {
  let sum = FLOOR;
  for (const [noise, probability] of model.noise)
    if (published(n + noise, model) === seen) sum += probability;
  return sum;
};

const ratio = (withPerson: number, without: number): number => Math.log(withPerson / without);

const SERIES = [
  'dwell',
  'transitions.place',
  'transitions.category',
  'terminals.terminal_type',
  'terminals.os',
  'demographics.age_band',
  'demographics.gender',
  'demographics.prefecture',
] as const;

export interface Seen {
  readonly rows: ReadonlyMap<string, readonly AnyRow[]>;
  readonly known: Known;
  readonly model: GateModel;
}

/** How much more the person's part holds than the others alone explain; 0 where the row has no such breakdown. */
const excess = (parts: readonly AnyRow[], question: Question, visitors: number, known: Known): number => {
  const [person] = longestStays(question.person);
  const total = parts.reduce((sum, row) => sum + numberOf(row), 0);
  // Parts that cover other rows as well say little of this one.
  if (person === undefined || parts.length === 0 || total !== visitors) return 0;
  const nameOf = partNamer(parts, known);
  const name = nameOf(person);
  const others = longestStays(question.others);
  const expected = others.filter((entry) => nameOf(entry) === name).length;
  const row = parts.find((part) => partOf(part) === name);
  const fit = visitors / Math.max(others.length, 1);
  return row === undefined ? 0 : numberOf(row) - expected * fit;
};

/** What the attacker sees of one row, as numbers to be weighed; null when the row is not there. */
export const exampleOf = (question: Question, { rows, known, model }: Seen): Example | null => {
  const { key, others, person, isThere } = question;
  const [row] = rows.get(rowKey('visits', key.unit, key.kind, key.startMs)) ?? [];
  if (row === undefined) return null;
  const visitors = numberOf(row);
  const visits = (row as VisitsRow).visits ?? 0;
  const without = new Set(others.map(({ subject }) => subject)).size;
  const ofVisitors = ratio(likelihood(visitors, without + 1, model), likelihood(visitors, without, model));
  const exact = { ...model, noise: new Map([[0, 1]]) };
  const ofVisits =
    model.tier === 'threshold'
      ? ratio(
          likelihood(visits, others.length + person.length, exact),
          likelihood(visits, others.length, exact),
        )
      : 0;
  const ofParts = SERIES.map((series) =>
    excess(rows.get(rowKey(series, key.unit, key.kind, key.startMs)) ?? [], question, visitors, known),
  );
  return { features: [ofVisitors, ofVisits, ...ofParts], isTrue: isThere };
};

/** Draws one person of a row, and a coin for whether that person is there. */
export const questionOf = (
  key: Question['key'],
  entries: readonly VisitEntry[],
  random: Random,
): Question | null => {
  const members = [...new Set(entries.filter(({ linked }) => linked).map(({ subject }) => subject))];
  const subject = members[random.below(members.length)];
  if (subject === undefined) return null;
  return {
    key,
    others: entries.filter((entry) => entry.subject !== subject),
    person: entries.filter((entry) => entry.subject === subject),
    isThere: random.chance(0.5),
  };
};
