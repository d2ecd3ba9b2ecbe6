/** Misuse of chance: a million draws of each noise against its definition, and streams that have nothing to do with each other. */
import { beforeAll, expect, test } from 'vitest';
import { pseudonym } from '../../src/model/identity.ts';
import { discreteLaplace } from '../../src/release/discrete-laplace.ts';
import { rowNoise } from '../../src/release/noise.ts';
import { PrfStream } from '../../src/release/prf-stream.ts';
import type { Scale } from '../../src/release/discrete-laplace.ts';
import {
  SAMPLER,
  chiSquarePerDegree,
  coinsPmf,
  laplacePmf,
  repeatedShare,
} from '../support/attacks/adversaries/sampler.ts';
import { introduce, record } from '../support/attacks/score.ts';

const DRAWS = 1_000_000;
/** Chi-square over its degrees of freedom is 1 on average; with a hundred degrees this is far beyond chance. */
const BOUND = 1.6;
const KEY = Buffer.alloc(32, 21);
/** L0 over ε of visits and of transitions, in thousandths. */
const SCALES: readonly (readonly [string, Scale])[] = [
  ['4', { scale: 4_000n, per: 1_000n }],
  ['13.3', { scale: 4_000n, per: 300n }],
];

const drawsOf = (scale: Scale, name: string, count = DRAWS): readonly number[] => {
  const stream = new PrfStream(KEY, name);
  return Array.from({ length: count }, () => Number(discreteLaplace(scale, stream)));
};

beforeAll(() => {
  introduce(SAMPLER);
});

test.each(SCALES)('G-14 10^6 draws of scale %s follow the definition', (name, scale) => {
  const pmf = laplacePmf(Number(scale.scale) / Number(scale.per));
  const draws = drawsOf(scale, `sampler ${name}`);
  // The classic mistake: a sign and a size drawn apart give zero twice.
  const mistaken = draws.map((x, i) => (x === 0 || (Math.abs(x) === 1 && i % 7 === 0) ? 0 : x));
  record({
    id: `sampler.dp.scale-${name}`,
    adversary: SAMPLER.name,
    tier: 'dp',
    measure: `chi-square of 10^6 draws of scale ${name}, for each degree of freedom`,
    value: chiSquarePerDegree(draws, pmf),
    control: chiSquarePerDegree(mistaken, pmf),
    controlBar: 10,
    bound: BOUND,
    better: 'lower',
    tolerance: 0.001,
  });
});

test('G-14 10^6 rows have the noise of sixteen coins', () => {
  const noise = rowNoise(KEY);
  const draws = Array.from({ length: DRAWS }, (_, i) => noise('visits.visitors', [pseudonym(String(i))]));
  record({
    id: 'sampler.perturbed.coins',
    adversary: SAMPLER.name,
    tier: 'perturbed',
    measure: 'chi-square of the noise of 10^6 rows, for each degree of freedom',
    value: chiSquarePerDegree(draws, coinsPmf),
    // A coin that lands heads too often.
    control: chiSquarePerDegree(
      draws.map((x, i) => (i % 20 === 0 ? Math.min(8, x + 1) : x)),
      coinsPmf,
    ),
    controlBar: 10,
    bound: 2.5,
    better: 'lower',
    tolerance: 0.001,
  });
});

test('G-14 no two rows draw alike, and one row always does', () => {
  const [, scale] = SCALES[0] ?? ['', { scale: 1n, per: 1n }];
  const rowsOf = (name: (i: number) => string): readonly string[] =>
    Array.from({ length: 20_000 }, (_, i) => drawsOf(scale, name(i), 12).join(' '));
  expect(drawsOf(scale, 'one', 200)).toEqual(drawsOf(scale, 'one', 200));
  record({
    id: 'sampler.dp.repeated',
    adversary: SAMPLER.name,
    tier: 'dp',
    measure: 'share of 20,000 rows whose first twelve draws are those of another',
    value: repeatedShare(rowsOf((i) => `row ${i}`)),
    // A stream named by the hour alone.
    control: repeatedShare(rowsOf((i) => `hour ${i % 24}`)),
    controlBar: 0.9,
    bound: 0,
    better: 'lower',
    tolerance: 0.001,
  });
});
