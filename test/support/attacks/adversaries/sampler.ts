/**
 * Misuse of chance: noise that is not what it is said to be.
 *
 * Knows: the program, and how noise is meant to fall. Does: looks for values that come too often or too seldom (Mironov,
 * "On significance of the least significant bits for differential privacy", 2012), and for rows that draw alike.
 * Controls: common mistakes of samplers.
 */
import type { Adversary } from '../score.ts';

export const SAMPLER: Adversary = {
  name: 'sampler',
  title: 'Misuse of chance',
  explanation:
    'Noise protects as far as it falls as it should. A million draws of each kind are held against their definition: the number is chi-square for each degree of freedom, which is about 1 for the right distribution and large for samplers with common mistakes (zero drawn twice, a coin too few). Then the streams of twenty thousand rows are compared: none repeats another.',
};

/** Chance of each whole number. */
export type Pmf = (x: number) => number;

/** Discrete Laplace: (1 − q) / (1 + q) · q^|x|, q = e^(−1/scale). */
export const laplacePmf =
  (scale: number): Pmf =>
  (x) => {
    const q = Math.exp(-1 / scale);
    return ((1 - q) / (1 + q)) * q ** Math.abs(x);
  };

const COINS = 16;

const ways = (heads: number): number => {
  let product = 1;
  for (let i = 0; i < heads; i++) product = (product * (COINS - i)) / (i + 1);
  return product;
};

/** Heads of sixteen fair coins, less eight. */
export const coinsPmf: Pmf = (x) => (Math.abs(x) > COINS / 2 ? 0 : ways(x + COINS / 2) / 2 ** COINS);

/** Classes with fewer than so many expected are one. */
const ENOUGH = 20;
const REACH = 400;

/** Chi-square of draws against their distribution, divided by its degrees of freedom. */
export const chiSquarePerDegree = (draws: readonly number[], pmf: Pmf): number => {
  const counts = new Map<number, number>();
  for (const x of draws) counts.set(x, (counts.get(x) ?? 0) + 1);
  let [value, freedom, seen, expected] = [0, 0, 0, 0];
  for (let x = -REACH; x <= REACH; x++) {
    const mean = pmf(x) * draws.length;
    if (mean < ENOUGH) continue;
    value += ((counts.get(x) ?? 0) - mean) ** 2 / mean;
    freedom += 1;
    seen += counts.get(x) ?? 0;
    expected += mean;
  }
  const rare = draws.length - expected;
  if (rare > 1) value += (draws.length - seen - rare) ** 2 / rare;
  return value / Math.max(freedom - (rare > 1 ? 0 : 1), 1);
};

/** Share of texts that stand more than once. */
export const repeatedShare = (texts: readonly string[]): number => {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return texts.filter((text) => (counts.get(text) ?? 0) > 1).length / texts.length;
};
