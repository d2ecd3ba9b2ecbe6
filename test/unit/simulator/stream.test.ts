import { afterEach, describe, expect, it } from 'vitest';
import type { Defects } from '../../support/model-broker/model-cluster.ts';
import { SimulationFailure, breathe } from '../../support/simulator/simulation.ts';
import { runStreamSeed } from '../../support/simulator/stream-run.ts';
import { setUp } from '../../support/simulator/stream-setup.ts';

const seeds = (from: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => from + i);

afterEach(breathe);

describe('the stream on the model broker', () => {
  it.each([1, 11, 21])(
    'G-12 releases what the embedded run releases, whatever is killed, frozen or lost (10 seeds from %i)',
    async (from) => {
      for (const seed of seeds(from, 10)) await runStreamSeed({ seed });
    },
  );

  it('does the same when the seed is the same', async () => {
    const runs = [await runStreamSeed({ seed: 5 }), await runStreamSeed({ seed: 5 })];
    const [one, same] = runs.map(({ simulation }) => simulation.fingerprint);
    expect(one).toBe(same);
  });

  it('is given inputs that release rows of every table', async () => {
    for (const seed of seeds(0, 12)) {
      const { expected } = await setUp(seed, {});
      const released = Object.entries(expected.rows).map(
        ([table, rows]) => [table, rows.filter((row) => row.includes('"RELEASED"')).length] as const,
      );
      expect(released.map(([table]) => table).sort()).toEqual(['dwell', 'footfall', 'transitions', 'visits']);
      expect(released.filter(([, count]) => count > 0).length).toBeGreaterThan(1);
      expect(expected.locations.length).toBeGreaterThan(40);
      expect(expected.racers.map(({ size }) => size > 0)).toEqual([true, true]);
    }
  });
});

describe('the oracle notices', () => {
  const isCaught = async (seed: number, defects: Defects): Promise<boolean> => {
    try {
      await runStreamSeed({ seed, defects });
      return false;
    } catch (cause) {
      if (cause instanceof SimulationFailure) return true;
      throw cause;
    }
  };
  const caught = async (defects: Defects, count: number): Promise<number> => {
    let failures = 0;
    for (const seed of seeds(1, count)) if (await isCaught(seed, defects)) failures += 1;
    return failures;
  };

  it('writers that nobody fences', async () => {
    expect(await caught({ randomIds: true }, 20)).toBeGreaterThan(2);
  });

  it('readers that show aborted records', async () => {
    expect(await caught({ leakyReaders: true }, 6)).toBeGreaterThan(2);
  });
});
