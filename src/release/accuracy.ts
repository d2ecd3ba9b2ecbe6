/** How far published numbers are from the truth, from the parameters alone: nothing here looks at data. */
import type { BoundPolicy, GatePolicy } from '../model/policy.ts';
import { publishedCount, roundTo } from './published.ts';

/** Numbers of visitors for which the error is told. */
export const TOLD_AT = [20, 50, 100, 500] as const;

export interface Accuracy {
  /** Standard deviation of the noise, before rounding. */
  readonly noiseSd: number;
  /** Root mean square of published minus true, by true number of visitors, as a share of that number. */
  readonly relativeError: Readonly<Record<(typeof TOLD_AT)[number], number>>;
}

/** Chance of each value of the noise. */
type Noise = readonly (readonly [value: number, chance: number])[];

const COINS = 16;
/** Beyond so many scales the discrete Laplace distribution has less than 10^-17 left. */
const TAIL_SCALES = 40;

/** Heads of 16 coins, less half of them. */
const coins = (): Noise => {
  let chance = 2 ** -COINS;
  return Array.from({ length: COINS + 1 }, (_, heads) => {
    const pair = [heads - COINS / 2, chance] as const;
    chance *= (COINS - heads) / (heads + 1);
    return pair;
  });
};

/** Discrete Laplace: P(x) = (1 − q) / (1 + q) · q^|x| with q = e^(−1/scale) (Canonne, Kamath and Steinke 2020). */
const discreteLaplace = (scale: number): Noise => {
  const q = Math.exp(-1 / scale);
  const reach = Math.ceil(TAIL_SCALES * scale);
  return Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const value = i - reach;
    return [value, ((1 - q) / (1 + q)) * q ** Math.abs(value)] as const;
  });
};

const noiseOf = ({ tier, dp }: GatePolicy, perTable: number): Noise => {
  if (tier === 'threshold') return [[0, 1]];
  return tier === 'perturbed' ? coins() : discreteLaplace(perTable / dp.shares.visits);
};

/** The published number of visitors of a row with so many. */
const published = ({ tier, k, rounding }: GatePolicy, n: number): number =>
  tier === 'dp' ? Math.max(0, roundTo(n, rounding)) : publishedCount(n, k, rounding);

const mean = (values: readonly number[]): number => values.reduce((sum, n) => sum + n, 0) / values.length;

/** Rounding is exact at its own multiples, so the error is taken over as many neighbouring numbers as it has steps. */
const meanSquare = (gate: GatePolicy, noise: Noise, at: number): number =>
  mean(
    Array.from({ length: gate.rounding }, (_, i) => {
      const n = at - Math.floor(gate.rounding / 2) + i;
      return noise.reduce((sum, [value, chance]) => sum + chance * (published(gate, n + value) - n) ** 2, 0);
    }),
  );

const FOUR_DIGITS = 10_000;
const rounded = (value: number): number => Math.round(value * FOUR_DIGITS) / FOUR_DIGITS;

/** Of the column `visitors` of `visits`. */
export const accuracyOf = (gate: GatePolicy, { perTable }: Pick<BoundPolicy, 'perTable'>): Accuracy => {
  const noise = noiseOf(gate, perTable);
  const error = (n: number): number => rounded(Math.sqrt(meanSquare(gate, noise, n)) / n);
  return {
    noiseSd: rounded(Math.sqrt(noise.reduce((sum, [value, chance]) => sum + chance * value ** 2, 0))),
    relativeError: { 20: error(20), 50: error(50), 100: error(100), 500: error(500) },
  };
};
