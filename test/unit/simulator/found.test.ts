/** Moments at which the stream once went wrong, each struck on purpose. */
import { describe, expect, it } from 'vitest';
import { SealedContributions } from '../../../src/adapters/stream/contribution-codec.ts';
import { TOPICS } from '../../../src/runtime/stream/topics.ts';
import { EPOCH, aConsent, clock } from '../../support/builders.ts';
import { SeededBytes } from '../../support/seeded.ts';
import type { Strike } from '../../support/simulator/stream-run.ts';
import { runStreamSeed } from '../../support/simulator/stream-run.ts';
import { RACERS, recordOf } from '../../support/simulator/town-input.ts';
import type { World } from '../../support/simulator/world.ts';

const RESTART_MS = 60_000;
const SEEDS = [1, 2, 3] as const;

const killAll = (world: World): void => {
  for (const process of world.processes) world.kill(process, RESTART_MS);
};

/** Runs a seed without any fault but this one. */
const struck = async (seed: number, strike: Strike): Promise<void> => {
  let isStruck = false;
  const act = (world: World): void => {
    isStruck = true;
    strike.act(world);
  };
  await runStreamSeed({ seed, faults: 0, strike: { ...strike, act } });
  expect(isStruck).toBe(true);
};

describe('G-03 a withdrawal that is made while no worker runs', () => {
  const [person = {}] = RACERS;
  it.each(SEEDS)('is heard even if the choice before it is compacted away (seed %i)', async (seed) => {
    await struck(seed, {
      when: (oracle) => oracle.takenInOf(person.device ?? '') > 6,
      act: (world) => {
        killAll(world);
        const choices = world.cluster.partitions('privacy.consent');
        const withdrawal = aConsent({ ...person, at: clock('13:00'), purposes: [] });
        world.cluster.append(recordOf(withdrawal, choices.length));
        for (const log of choices) log.compact(log.end);
      },
    });
  });
});

describe('G-12 a gate task that dies between the end of a salt and hearing of it', () => {
  it.each(SEEDS)('does not release the epoch again (seed %i)', async (seed) => {
    await struck(seed, { when: (oracle) => oracle.buried > 0, act: killAll });
  });
});

describe('G-07 a sanitize task that sleeps through the end of an epoch', () => {
  it.each(SEEDS)('adds nothing to it (seed %i)', async (seed) => {
    await struck(seed, {
      when: (oracle) => oracle.takenInOf(RACERS[1]?.device ?? '') > 6 && oracle.isTakenIn(),
      act: (world) => {
        const [sleeper] = world.processes;
        if (sleeper !== undefined) world.freeze(sleeper, Number.MAX_SAFE_INTEGER / 2);
      },
    });
  });

  it('gives the task up when it still wants to add something', () => {
    const codec = new SealedContributions({ keyOf: () => null, randomness: new SeededBytes('test') });
    const place = { topic: TOPICS.contributions, partition: 0 };
    expect(() => codec.seal(place, EPOCH, [])).toThrow(expect.objectContaining({ code: 'TASK_LOST' }));
  });
});
