/** The whole stream in a simulated deployment under faults: real workers on the model broker, from input to released rows. */
import { loadConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/config.ts';
import type { RawRight } from '../../../src/model/raw.ts';
import { DAY_MS } from '../../../src/model/time.ts';
import type { Outgoing } from '../../../src/ports/log.ts';
import { WorkerAssembly } from '../../../src/app/worker/assembly.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../../src/runtime/stream/topics.ts';
import { TOWN, clock } from '../builders.ts';
import type { Defects } from '../model-broker/model-cluster.ts';
import { ModelLog } from '../model-broker/model-log.ts';
import { ModelReader } from '../model-broker/model-reader.ts';
import { SeededBytes } from '../seeded.ts';
import { fixedSalt, noJournal, noTelemetry, ownRegistry, topicsOf } from '../stream/stream.ts';
import { Faults } from './faults.ts';
import { Feeder } from './feeder.ts';
import { StreamOracle } from './stream-oracle.ts';
import type { Expected, TownInput } from './town-input.ts';
import { brokenRecords, decoyEvents, expectedOf, recordOf, townInput } from './town-input.ts';
import type { Program, ProgramMeans } from './world.ts';
import { World } from './world.ts';

export interface StreamRunOptions {
  readonly seed: number;
  readonly defects?: Defects;
  readonly faults?: number;
  /** Also looks for exact positions and other spellings of names in every byte; slow. */
  readonly isThorough?: boolean;
}

const GROUPS = { sanitize: 'sanitize', aggregate: 'aggregate' } as const;
const IDLE_AFTER_MS = 600_000;
const MOST_STEPS = 200_000;
/** Long after all events: the skew of clocks has no say, and idle inputs close every window. */
const START_MS = clock('12:00', 20);
const VARIANTS = 12;

interface Prepared {
  readonly input: TownInput;
  readonly expected: Expected;
}

const prepared = new Map<number, Promise<Prepared>>();

/** Inputs and answers are few, and made once. */
const prepare = (variant: number): Promise<Prepared> => {
  const known = prepared.get(variant);
  if (known !== undefined) return known;
  const input = townInput(variant);
  const made = expectedOf(input).then((expected) => ({ input, expected }));
  prepared.set(variant, made);
  return made;
};

let defaults: Promise<Config> | null = null;

/** How this seed's deployment is set up. */
const configOf = async (world: World, { policy }: TownInput): Promise<Config> => {
  defaults ??= loadConfig({ file: null, environment: {} });
  const config = await defaults;
  const { chance } = world.simulation;
  const stream = {
    ...config.stream,
    commitIntervalMs: chance.of([500, 2_000, 10_000]),
    commitRecords: chance.of([5, 20, 100]),
    snapshotMinBytes: chance.of([500, 4_000, 40_000]),
    inboxBytes: chance.of([1_000, 20_000]),
    markEveryMs: chance.of([60_000, 600_000]),
    idleAfterMs: IDLE_AFTER_MS,
  };
  return { ...config, policy, stream };
};

const programOf =
  (configOfRun: () => Config) =>
  (means: ProgramMeans): Program => {
    const { process, network, cluster, failed } = means;
    const { clock: wall } = process;
    return new WorkerAssembly({
      ...{ config: configOfRun(), codeVersion: 'test', roles: ['sanitize', 'aggregate'], clock: wall, failed },
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

/** One run of one seed, from the first record to the verdict. */
class StreamRun {
  readonly world: World;
  readonly oracle: StreamOracle;
  readonly #input: TownInput;
  readonly #partitions: number;
  readonly #faults: Faults;
  readonly #pauseMs: number;

  constructor(world: World, prepared: Prepared, options: StreamRunOptions & { readonly partitions: number }) {
    this.world = world;
    this.#input = prepared.input;
    this.#partitions = options.partitions;
    this.oracle = new StreamOracle(world, prepared.expected);
    const { chance } = world.simulation;
    this.#pauseMs = chance.of([10, 500, 4_000]);
    this.#faults = new Faults({
      world,
      count: options.faults ?? chance.between(5, 15),
      everySteps: 150,
      groups: Object.values(GROUPS),
      longestFreezeMs: 90_000,
      others: [() => this.#compact()],
    });
  }

  /** Throws a `SimulationFailure` when anything is lost, there twice, wrong or late. */
  async run(): Promise<void> {
    const { chance } = this.world.simulation;
    const { rights, morning, laterRights, rest } = this.#input;
    const broken = brokenRecords(this.#partitions, chance);
    this.#append(rights);
    const half = Math.floor(morning.length * chance.next());
    this.#feed([...morning.slice(0, half).map((event) => this.#record(event)), ...broken]).fill();
    await this.#flow(morning.slice(half).map((event) => this.#record(event)));
    await this.#until('taken in', () => this.oracle.isTakenIn());
    this.#append(laterRights);
    await this.#until('taken back', () => this.oracle.isTakenIn());
    await this.#flow(rest.map((event) => this.#record(event)));
    await this.#until('taken in to the end', () => this.oracle.isTakenIn());
    await this.#release();
    this.#faults.end();
    await this.#settle();
    this.oracle.judge();
  }

  #record(of: Parameters<typeof recordOf>[0]): Outgoing {
    return recordOf(of, this.#partitions);
  }

  #append(rights: readonly RawRight[]): void {
    for (const right of rights) this.world.cluster.append(this.#record(right));
  }

  #feed(records: readonly Outgoing[]): Feeder {
    const decoys = decoyEvents().map((event) => this.#record(event));
    return new Feeder({ world: this.world, records, decoys, pauseMs: this.#pauseMs });
  }

  async #flow(records: readonly Outgoing[]): Promise<void> {
    const feeder = this.#feed(records);
    feeder.start();
    await this.#until('fed', () => feeder.isDone);
  }

  /** Nothing comes any more: event time goes on by wall time, and every window closes. */
  async #release(): Promise<void> {
    const { simulation } = this.world;
    for (let round = 0; round < 40; round++) {
      simulation.jump(IDLE_AFTER_MS + 1_000);
      if (round === 6) this.#faults.end();
      const isReleased = (): boolean => simulation.steps % 64 === 0 && this.oracle.isReleased();
      if (await simulation.run({ until: isReleased, maxSteps: 1_500, each: this.#faults.each })) return;
    }
    throw simulation.failure('not everything was released');
  }

  /** Whoever is late may still do something. */
  async #settle(): Promise<void> {
    const { simulation } = this.world;
    const last = simulation.now + 2 * IDLE_AFTER_MS;
    simulation.jump(IDLE_AFTER_MS);
    await simulation.run({ until: () => simulation.now >= last, maxSteps: 500 });
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const { simulation } = this.world;
    const until = (): boolean => simulation.steps % 16 === 0 && holds();
    if (await simulation.run({ until, maxSteps: MOST_STEPS / 4, each: this.#faults.each })) return;
    this.#faults.end();
    if (!(await simulation.run({ until, maxSteps: MOST_STEPS / 4 }))) throw simulation.failure(`not everything was ${what}`);
  }

  #compact(): void {
    const { chance } = this.world.simulation;
    const topic = chance.of(['privacy.consent', TOPICS.vault, TOPICS.gate]);
    this.world.simulation.note(`${topic} is compacted`);
    for (const log of this.world.cluster.partitions(topic)) log.compact(chance.int(log.end + 1));
  }
}

export const runStreamSeed = async (options: StreamRunOptions): Promise<World> => {
  const { seed, defects = {} } = options;
  const ready = await prepare(seed % VARIANTS);
  const held: { config: Config | null } = { config: null };
  const config = (): Config => held.config ?? failNoConfig();
  const shape = seed * 2_654_435_761;
  const partitions = 2 + (Math.abs(shape) % 3);
  const gatePartitions = 1 + (Math.abs(shape >> 3) % 3);
  const world = new World({
    ...{ seed, defects, startMs: START_MS, workers: 2 + (Math.abs(shape >> 5) % 2) },
    topics: topicsOf(partitions, gatePartitions),
    program: programOf(config),
  });
  held.config = await configOf(world, ready.input);
  const run = new StreamRun(world, ready, { ...options, partitions });
  await run.run();
  return world;
};

const failNoConfig = (): never => {
  throw new Error('a worker starts before it is set up');
};

export const START_DAYS = Math.round(START_MS / DAY_MS);
