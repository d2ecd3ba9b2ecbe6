/** The whole stream in a simulated deployment under faults: real workers on the model broker, from the first record to the verdict. */
import type { RawEvent, RawRight } from '../../../src/model/raw.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/model/time.ts';
import type { Outgoing } from '../../../src/ports/log.ts';
import { EVENT_TOPICS, TOPICS } from '../../../src/runtime/stream/topics.ts';
import { clock } from '../builders.ts';
import type { Defects } from '../model-broker/model-cluster.ts';
import type { Chance } from './chance.ts';
import { Faults } from './faults.ts';
import { Feeder } from './feeder.ts';
import type { Simulation } from './simulation.ts';
import { StreamOracle } from './stream-oracle.ts';
import type { Setup } from './stream-setup.ts';
import { GROUPS, setUp } from './stream-setup.ts';
import { brokenRecords, decoyEvents, recordOf } from './town-input.ts';
import type { World } from './world.ts';

/** A fault at a chosen moment: the first time that something holds. */
export interface Strike {
  readonly when: (oracle: StreamOracle) => boolean;
  readonly act: (world: World) => void;
}

export interface StreamRunOptions {
  readonly seed: number;
  readonly defects?: Defects;
  readonly faults?: number;
  /** Steps between two faults, about. */
  readonly everySteps?: number;
  readonly strike?: Strike;
}

const MOST_STEPS = 50_000;
/** Wall time may go on by this much while something is still to be taken in. */
const SHORT_MS = 20 * MINUTE_MS;
/** By then every epoch of the input is over. */
const END_MS = clock('06:10', 2);

class StreamRun {
  readonly #setup: Setup;
  readonly #world: World;
  readonly #simulation: Simulation;
  readonly #chance: Chance;
  readonly #oracle: StreamOracle;
  readonly #faults: Faults;
  readonly #pauseMs: number;
  #strike: Strike | null;
  /** By how much wall time has jumped since all was taken in. */
  #jumpedMs = 0;

  constructor(setup: Setup, { faults, strike, everySteps = 150 }: StreamRunOptions) {
    this.#setup = setup;
    this.#world = setup.world;
    this.#simulation = setup.world.simulation;
    this.#chance = this.#simulation.chance;
    this.#oracle = new StreamOracle(setup);
    this.#pauseMs = this.#chance.of([10, 500, 4_000]);
    this.#strike = strike ?? null;
    this.#faults = new Faults({
      world: this.#world,
      count: faults ?? this.#chance.between(5, 15),
      everySteps,
      groups: Object.values(GROUPS),
      longestFreezeMs: 90_000,
      others: [() => this.#compact(), () => this.#expire()],
    });
  }

  /** Throws a `SimulationFailure` when anything is lost, there twice, wrong, told too late or not at all. */
  async run(): Promise<void> {
    const { input, partitions } = this.#setup;
    this.#append(input.rights);
    const broken = brokenRecords(partitions, this.#chance);
    const half = Math.floor(input.morning.length * this.#chance.next());
    this.#feeder([...this.#records(input.morning.slice(0, half)), ...broken]).fill();
    await this.#flow(input.morning.slice(half));
    await this.#takenIn();
    this.#append(input.laterRights);
    await this.#takenIn();
    for (const right of input.racing) {
      this.#world.later(
        'a choice is made',
        () => this.#append([right]),
        this.#chance.int(10 * this.#pauseMs),
      );
    }
    await this.#flow(input.rest);
    await this.#takenIn();
    await this.#release();
    this.#faults.end();
    await this.#settle();
    this.#oracle.judge();
  }

  readonly #each = (): void => {
    this.#faults.each();
    if (this.#strike?.when(this.#oracle) !== true) return;
    const { act } = this.#strike;
    this.#strike = null;
    this.#simulation.note('the chosen moment has come');
    act(this.#world);
  };

  #records(of: readonly (RawEvent | RawRight)[]): readonly Outgoing[] {
    return of.map((one) => recordOf(one, this.#setup.partitions));
  }

  #append(rights: readonly RawRight[]): void {
    for (const record of this.#records(rights)) this.#world.cluster.append(record);
  }

  #feeder(records: readonly Outgoing[]): Feeder {
    const decoys = this.#records(decoyEvents());
    return new Feeder({ world: this.#world, records, decoys, pauseMs: this.#pauseMs });
  }

  /** Events come as time goes by; where wall time goes along with them, it has reached them by then. */
  async #flow(events: readonly RawEvent[]): Promise<void> {
    for (let from = 0; from < events.length;) {
      const until = (events[from]?.at ?? 0) + SHORT_MS;
      const most = events.slice(from, from + this.#chance.between(20, 120));
      const short = most.findIndex(({ at }) => at > until);
      const piece = short < 0 ? most : most.slice(0, short);
      from += piece.length;
      await this.#moveTo(Math.max(...piece.map(({ at }) => at)));
      const feeder = this.#feeder(this.#records(piece));
      feeder.start();
      await this.#until('fed', () => feeder.isDone);
    }
  }

  /** Nothing may fall idle while something of it is not taken in yet. */
  async #moveTo(wallMs: number): Promise<void> {
    const { startMs } = this.#setup;
    const ms = wallMs - startMs - this.#simulation.now;
    if (ms <= 0) return;
    if (this.#jumpedMs + ms > SHORT_MS) await this.#takenIn();
    this.#jumpedMs += ms;
    this.#simulation.jump(ms);
  }

  async #takenIn(): Promise<void> {
    await this.#until('taken in', () => this.#oracle.isTakenIn());
    this.#jumpedMs = 0;
  }

  /** Nothing comes any more: event time goes on by wall time, and every window closes. */
  async #release(): Promise<void> {
    const { startMs, idleAfterMs } = this.#setup;
    const isReleased = (): boolean => this.#simulation.steps % 64 === 0 && this.#oracle.isReleased();
    this.#simulation.jump(Math.max(0, END_MS - startMs - this.#simulation.now));
    for (let round = 0; round < 40; round++) {
      this.#simulation.jump(idleAfterMs + HOUR_MS);
      if (round === 6) this.#faults.end();
      if (await this.#simulation.run({ until: isReleased, maxSteps: 1_500, each: this.#each })) return;
    }
    throw this.#simulation.failure('not everything was released');
  }

  /** Whoever is late may still do something. */
  async #settle(): Promise<void> {
    this.#simulation.jump(this.#setup.idleAfterMs);
    const last = this.#simulation.now + HOUR_MS;
    await this.#simulation.run({ until: () => this.#simulation.now >= last, maxSteps: 500 });
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const until = (): boolean => this.#simulation.steps % 16 === 0 && holds();
    const maxSteps = MOST_STEPS;
    if (await this.#simulation.run({ until, maxSteps, each: this.#each })) return;
    this.#faults.end();
    if (await this.#simulation.run({ until, maxSteps })) return;
    throw this.#simulation.failure(`not everything was ${what}`);
  }

  /** The broker keeps of each key what came last, up to some offset. */
  #compact(): void {
    const topic = this.#chance.of(['privacy.consent', TOPICS.vault, TOPICS.gate]);
    this.#simulation.note(`${topic} is compacted`);
    for (const log of this.#world.cluster.partitions(topic)) log.compact(this.#chance.int(log.end + 1));
  }

  /** The broker lets go of events that were kept for long enough: never of those still to be taken in. */
  #expire(): void {
    const topic = this.#chance.of(EVENT_TOPICS);
    this.#simulation.note(`old records of ${topic} are gone`);
    for (const log of this.#world.cluster.partitions(topic)) {
      log.deleteBefore(this.#chance.int(this.#oracle.positionOf(topic, log.partition) + 1));
    }
  }
}

/** Runs one seed to its verdict. */
export const runStreamSeed = async (options: StreamRunOptions): Promise<World> => {
  const setup = await setUp(options.seed, options.defects ?? {});
  await new StreamRun(setup, options).run();
  return setup.world;
};
