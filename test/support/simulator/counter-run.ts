/** The counting task in a simulated deployment under faults, and the oracle of what it must have written. */
import type { Outgoing } from '../../../src/ports/log.ts';
import { StreamWorker } from '../../../src/runtime/stream/stream-worker.ts';
import type { Defects } from '../model-broker/model-cluster.ts';
import { ModelLog } from '../model-broker/model-log.ts';
import { ModelReader } from '../model-broker/model-reader.ts';
import { noJournal, noTelemetry } from '../stream/stream.ts';
import { COUNTER_TOPICS, CounterTask } from './counter-task.ts';
import { Faults } from './faults.ts';
import { Feeder } from './feeder.ts';
import type { Program, ProgramMeans } from './world.ts';
import { World } from './world.ts';

export interface CounterRunOptions {
  readonly seed: number;
  readonly defects?: Defects;
  readonly partitions?: number;
  readonly records?: number;
  readonly faults?: number;
}

const LETTERS = ['a', 'b', 'c', 'd', 'e'] as const;
const GROUP = 'counters';
const MOST_STEPS = 60_000;

const program = (means: ProgramMeans): Program => {
  const { process, network, cluster, failed } = means;
  const log = new ModelLog(means);
  const worker = new StreamWorker({
    ...{ role: 'sanitize', first: [], clock: process.clock, failed },
    ...{ telemetry: noTelemetry, journal: noJournal },
    reader: new ModelReader({
      ...{ process, network, cluster },
      group: GROUP,
      topics: [COUNTER_TOPICS.input],
    }),
    make: (partition) => new CounterTask(log, partition),
    settings: { commitIntervalMs: 300, commitRecords: 12, commitBytes: 1_000_000, inboxBytes: 2_000 },
  });
  return { start: () => worker.start(), stop: () => worker.stop() };
};

const lettersOf = (world: World, partitions: number, count: number): readonly Outgoing[] => {
  const { chance } = world.simulation;
  return Array.from({ length: count }, () => ({
    topic: COUNTER_TOPICS.input,
    partition: chance.int(partitions),
    key: Buffer.from(chance.of(LETTERS)),
    value: Buffer.from('letter'),
  }));
};

/** What a partition's output must be: every letter counted from 1 on, in the order of the input. */
const expectedIn = (world: World, partition: number): readonly string[] => {
  const counts = new Map<string, number>();
  const input = world.cluster.find({ topic: COUNTER_TOPICS.input, partition })?.committed() ?? [];
  return input.map(({ key }) => {
    const letter = String(key);
    const count = (counts.get(letter) ?? 0) + 1;
    counts.set(letter, count);
    return `${letter}${count}`;
  });
};

const writtenIn = (world: World, partition: number): readonly string[] =>
  (world.cluster.find({ topic: COUNTER_TOPICS.output, partition })?.committed() ?? []).map(({ value }) =>
    String(value),
  );

const faultsOf = (world: World, count: number): Faults =>
  new Faults({ world, count, everySteps: 60, groups: [GROUP], longestFreezeMs: 90_000 });

/** Runs until everything is counted. Throws a `SimulationFailure` when a count is wrong, missing or there twice. */
export const runCounters = async (options: CounterRunOptions): Promise<World> => {
  const { seed, partitions = 3, records = 200, faults: faultCount = 12, defects = {} } = options;
  const topics = Object.fromEntries(Object.values(COUNTER_TOPICS).map((topic) => [topic, partitions]));
  const world = new World({ seed, workers: 3, topics, program, defects });
  const { simulation } = world;
  const all = [...Array(partitions).keys()];
  const half = Math.floor(records / 2);
  const decoys = lettersOf(world, partitions, 40);
  const letters = lettersOf(world, partitions, records);
  const pauseMs = simulation.chance.of([10, 500, 3_000]);
  const before = new Feeder({ world, records: letters.slice(0, half), pauseMs });
  const live = new Feeder({ world, records: letters.slice(half), decoys, pauseMs });
  before.fill();
  live.start();
  const faults = faultsOf(world, faultCount);
  const maxSteps = MOST_STEPS;
  await simulation.run({ until: () => faults.isOver && live.isDone, maxSteps, each: faults.each });
  faults.end();
  const isWrittenIn = (partition: number): boolean => {
    const [expected, written] = [expectedIn(world, partition), writtenIn(world, partition)];
    const wrong = written.findIndex((one, i) => one !== expected[i]);
    if (wrong >= 0) throw simulation.failure(`partition ${partition} counted wrong, record ${wrong}`);
    return written.length === expected.length;
  };
  const isDone = (): boolean => simulation.steps % 32 === 0 && live.isDone && all.every(isWrittenIn);
  if (!(await simulation.run({ until: isDone, maxSteps })))
    throw simulation.failure('not everything was counted');
  // Whoever was late may still write something: a while longer.
  const last = simulation.now + 120_000;
  await simulation.run({ until: () => simulation.now >= last, maxSteps });
  if (!all.every(isWrittenIn)) throw simulation.failure('counts have changed');
  return world;
};
