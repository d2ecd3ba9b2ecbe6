/**
 * The whole stream on the model broker, seed after seed. OBORO_SIM_FROM and OBORO_SIM_SEEDS choose others than the usual
 * ones: the seed of a failure, or as many as a night has room for.
 */
import process from 'node:process';
import { afterEach, describe, expect, it } from 'vitest';
import { breathe } from '../support/simulator/simulation.ts';
import type { StreamRunOptions } from '../support/simulator/stream-run.ts';
import { runStreamSeed } from '../support/simulator/stream-run.ts';

const FROM = Number(process.env['OBORO_SIM_FROM'] ?? 1_001);
const SEEDS = Number(process.env['OBORO_SIM_SEEDS'] ?? 1_000);
const BLOCK = 100;
/** A block of so many has this long, milliseconds; a machine that does other things as well needs it. */
const BLOCK_MS = 300_000;

const seeds = (from: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => from + i);

/** What went wrong, seed by seed. */
const failures = async (options: readonly StreamRunOptions[]): Promise<readonly string[]> => {
  const told: string[] = [];
  for (const one of options) {
    await runStreamSeed(one).catch((cause: unknown) => {
      told.push(cause instanceof Error ? cause.message : `seed ${one.seed}: ${String(cause)}`);
    });
    await breathe();
  }
  return told;
};

afterEach(breathe);

describe('the stream on the model broker', () => {
  const blocks = seeds(0, Math.ceil(SEEDS / BLOCK)).map((i) => FROM + i * BLOCK);

  it.each(blocks)(
    'G-12 G-03 releases what it must and nothing else, under faults (from seed %i)',
    { timeout: BLOCK_MS },
    async (from) => {
      const count = Math.min(BLOCK, FROM + SEEDS - from);
      expect(await failures(seeds(from, count).map((seed) => ({ seed })))).toEqual([]);
    },
  );

  it('G-12 does so where faults hardly let it work', { timeout: BLOCK_MS }, async () => {
    const many = seeds(FROM, 40).map((seed) => ({ seed, faults: 120, everySteps: 25 }));
    expect(await failures(many)).toEqual([]);
  });
});
