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

  it('is given inputs that release rows of every table, and keep others back', async () => {
    const released = new Set<string>();
    for (const seed of seeds(0, 12)) {
      const { expected } = await setUp(seed, {});
      const rows = Object.entries(expected.rows).flatMap(([table, texts]) =>
        texts.map((text) => `${table} ${text.includes('"RELEASED"') ? 'released' : 'withheld'}`),
      );
      expect(rows).toContain('visits withheld');
      expect(rows.filter((row) => row === 'visits released').length).toBeGreaterThan(2);
      for (const row of rows) released.add(row);
      expect(expected.locations.length).toBeGreaterThan(40);
      expect(expected.racers.map(({ size }) => size > 0)).toEqual([true, true]);
    }
    const tables = ['dwell', 'footfall', 'transitions', 'visits'].map((table) => `${table} released`);
    expect([...released].sort()).toEqual([...tables, 'visits withheld']);
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
