import { afterEach, describe, expect, it } from 'vitest';
import type { Defects } from '../../support/model-broker/model-cluster.ts';
import { runCounters } from '../../support/simulator/counter-run.ts';
import { SimulationFailure, breathe } from '../../support/simulator/simulation.ts';

const seeds = (from: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => from + i);

afterEach(breathe);

describe('a counting task on the model broker', () => {
  it.each([1, 21, 41])(
    'G-12 counts everything once, whatever is killed, frozen or lost (20 seeds from %i)',
    async (from) => {
      for (const seed of seeds(from, 20)) await runCounters({ seed });
    },
  );

  it('does the same when the seed is the same', async () => {
    const runs = [
      await runCounters({ seed: 5 }),
      await runCounters({ seed: 5 }),
      await runCounters({ seed: 6 }),
    ];
    const [one, same, other] = runs.map(({ simulation }) => simulation.fingerprint);
    expect(one).toBe(same);
    expect(one).not.toBe(other);
  });

  it('is hit by faults in nearly every run', async () => {
    const aborted = await Promise.all(
      seeds(1, 10).map(async (seed) => {
        const { cluster } = await runCounters({ seed });
        const entries = cluster.partitions('letters.counts').flatMap(({ history }) => history);
        return entries.some(({ transaction }) => transaction?.outcome === 'aborted');
      }),
    );
    expect(aborted.filter(Boolean).length).toBeGreaterThan(5);
  });
});

describe('the oracle notices', () => {
  const caught = async (defects: Defects, count: number): Promise<number> => {
    let failures = 0;
    for (const seed of seeds(1, count)) {
      await runCounters({ seed, defects }).catch((cause: unknown) => {
        if (!(cause instanceof SimulationFailure)) throw cause;
        failures += 1;
      });
    }
    return failures;
  };

  it('writers that nobody fences', async () => {
    expect(await caught({ randomIds: true }, 40)).toBeGreaterThan(0);
  });

  it('readers that show aborted records', async () => {
    expect(await caught({ leakyReaders: true }, 10)).toBeGreaterThan(5);
  });
});
