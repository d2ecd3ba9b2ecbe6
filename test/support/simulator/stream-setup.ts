/** How a seed's deployment is set up: its input and the answer, partitions, workers and settings. */
import { WorkerAssembly } from '../../../src/app/worker/assembly.ts';
import type { Config } from '../../../src/config/config.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../../src/runtime/stream/topics.ts';
import { TOWN, clock } from '../builders.ts';
import type { Defects } from '../model-broker/model-cluster.ts';
import { ModelLog } from '../model-broker/model-log.ts';
import { ModelReader } from '../model-broker/model-reader.ts';
import { SeededBytes } from '../seeded.ts';
import { fixedSalt, noJournal, noTelemetry, ownRegistry, topicsOf } from '../stream/stream.ts';
import { Chance } from './chance.ts';
import type { Expected, TownInput } from './town-input.ts';
import { expectedOf, townInput } from './town-input.ts';
import type { Program, ProgramMeans } from './world.ts';
import { World } from './world.ts';

/** Consumer groups of the workers. */
export const GROUPS = { sanitize: 'sanitize', aggregate: 'aggregate' } as const;

const VARIANTS = 12;

/** `live`: wall time goes along with the events. `archive`: all of it was long ago. */
export type Mode = 'live' | 'archive';

/** After this long without a record an input holds event time back no longer; longer than any fault lasts. */
const IDLE_AFTER_MS: Readonly<Record<Mode, number>> = { live: 3 * 3_600_000, archive: 600_000 };
const START_MS: Readonly<Record<Mode, number>> = { live: clock('12:20'), archive: clock('12:00', 20) };

export interface Setup {
  readonly input: TownInput;
  readonly expected: Expected;
  readonly mode: Mode;
  readonly world: World;
  readonly partitions: number;
  readonly startMs: number;
  readonly idleAfterMs: number;
}

type Answered = Pick<Setup, 'input' | 'expected'>;
const answered = new Map<number, Promise<Answered>>();

/** Inputs and answers are few, and made once. */
const answer = (variant: number): Promise<Answered> => {
  const known = answered.get(variant);
  if (known !== undefined) return known;
  const input = townInput(variant);
  const made = expectedOf(input).then((expected) => ({ input, expected }));
  answered.set(variant, made);
  return made;
};

let defaults: Promise<Config> | null = null;

const configOf = async (chance: Chance, { policy }: TownInput, idleAfterMs: number): Promise<Config> => {
  defaults ??= loadConfig({ file: null, environment: {} });
  const config = await defaults;
  const stream = {
    ...config.stream,
    idleAfterMs,
    commitIntervalMs: chance.of([500, 2_000, 10_000]),
    commitRecords: chance.of([5, 20, 100]),
    snapshotMinBytes: chance.of([500, 4_000, 40_000]),
    inboxBytes: chance.of([1_000, 20_000]),
    markEveryMs: chance.of([60_000, 600_000]),
  };
  return { ...config, policy, stream };
};

const programOf =
  (config: Config) =>
  (means: ProgramMeans): Program => {
    const { process, network, cluster, failed } = means;
    return new WorkerAssembly({
      ...{ config, codeVersion: 'test', roles: ['sanitize', 'aggregate'], failed, clock: process.clock },
      log: new ModelLog(means),
      readerOf: (role) =>
        new ModelReader({
          ...{ process, network, cluster },
          group: GROUPS[role],
          topics: role === 'sanitize' ? SANITIZE_TOPICS : [TOPICS.contributions],
        }),
      registry: ownRegistry(),
      randomness: new SeededBytes(process.name),
      ...{ telemetry: noTelemetry, journal: noJournal, stores: TOWN, wrapper: null, imported: fixedSalt },
      deploymentKey: Buffer.alloc(32, 7),
    });
  };

export const setUp = async (seed: number, defects: Defects): Promise<Setup> => {
  const chance = new Chance(seed * 7_919);
  const mode = chance.of<Mode>(['live', 'live', 'archive']);
  const { input, expected } = await answer(seed % VARIANTS);
  const partitions = chance.between(2, 4);
  const startMs = START_MS[mode];
  const idleAfterMs = IDLE_AFTER_MS[mode];
  const config = await configOf(chance, input, idleAfterMs);
  const world = new World({
    ...{ seed, defects, startMs, workers: chance.between(2, 3) },
    topics: topicsOf(partitions, chance.between(1, 3)),
    program: programOf(config),
  });
  return { input, expected, mode, world, partitions, startMs, idleAfterMs };
};
