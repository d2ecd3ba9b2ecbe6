/** A simulated deployment: a model broker, and workers in slots that are started, killed, frozen and started again. */
import { OboroError } from '../../../src/model/errors.ts';
import type { Defects } from '../model-broker/model-cluster.ts';
import { ModelCluster } from '../model-broker/model-cluster.ts';
import type { Connection } from '../model-broker/connection.ts';
import { Network } from './network.ts';
import { SimProcess } from './sim-process.ts';
import type { Lane } from './simulation.ts';
import { Simulation } from './simulation.ts';

/** A worker's program in a process. */
export interface Program {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What a program is given: its process, the way to the broker, and whom to tell when it cannot go on. */
export interface ProgramMeans extends Connection {
  readonly failed: (fault: unknown) => void;
}

export interface WorldOptions {
  readonly seed: number;
  readonly workers: number;
  readonly topics: Readonly<Record<string, number>>;
  readonly program: (means: ProgramMeans) => Program;
  readonly defects?: Defects;
  /** Wall time at the start, epoch milliseconds. */
  readonly startMs?: number;
}

interface Slot {
  readonly index: number;
  runs: number;
  process: SimProcess | null;
  program: Program | null;
  isWanted: boolean;
}

/** Faults that end a worker and that a new one mends. */
const PASSING: ReadonlySet<string> = new Set([
  'KAFKA_AWAY',
  'SERVICE_AWAY',
  'FENCED',
  'TXN_UNKNOWN',
  'TASK_LOST',
]);
const RESTART_MS = 5_000;

export class World {
  readonly simulation: Simulation;
  readonly network: Network;
  readonly cluster: ModelCluster;
  readonly lane: Lane = { name: 'world', state: 'running' };
  readonly #o: WorldOptions;
  readonly #slots: readonly Slot[];

  constructor(options: WorldOptions) {
    this.#o = options;
    this.simulation = new Simulation(options.seed);
    this.network = new Network(this.simulation);
    const { network, simulation } = this;
    const { topics, defects = {} } = options;
    this.cluster = new ModelCluster({ network, chance: simulation.chance, topics, defects });
    this.#slots = Array.from({ length: options.workers }, (_, index) => ({
      ...{ index, runs: 0, process: null, program: null, isWanted: true },
    }));
    for (const slot of this.#slots) this.later(`worker ${slot.index} starts`, () => this.#start(slot));
  }

  /** Processes that run or are frozen. */
  get processes(): readonly SimProcess[] {
    return this.#slots.flatMap(({ process }) => (process === null ? [] : [process]));
  }

  /** Programs of the processes that are there. */
  get programs(): readonly Program[] {
    return this.#slots.flatMap(({ program }) => (program === null ? [] : [program]));
  }

  /** Lets the world outside do something. */
  later(label: string, run: () => void, delayMs = 0): void {
    this.simulation.schedule({ lane: this.lane, label, run, delayMs });
  }

  /** Ends a process at once; another takes its place after a while. */
  kill(process: SimProcess, restartMs: number): void {
    const slot = this.#slotOf(process);
    if (slot === null) return;
    process.kill();
    this.cluster.groups.suspect(process);
    slot.process = null;
    slot.program = null;
    this.later(`worker ${slot.index} is back`, () => this.#start(slot), restartMs);
  }

  freeze(process: SimProcess, forMs: number): void {
    if (process.state !== 'running') return;
    process.freeze();
    this.cluster.groups.suspect(process);
    this.later(`${process.name} may go on`, () => process.thaw(), forMs);
  }

  /** Asks a process to end by itself; one that does not in time is killed. */
  stop(process: SimProcess, restartMs: number): void {
    const slot = this.#slotOf(process);
    const program = slot?.program;
    if (program === undefined || program === null) return;
    this.simulation.note(`${process.name} is asked to stop`);
    const end = (): void => this.kill(process, restartMs);
    program.stop().then(end, end);
    this.later(`${process.name} has had time enough to stop`, end, STOP_MS);
  }

  takeBrokerDown(forMs: number): void {
    if (!this.network.isUp) return;
    this.network.takeDown();
    this.later('the broker may be back', () => this.network.bringUp(), forMs);
  }

  /** Puts everything in order and keeps it so. */
  calm(): void {
    if (!this.network.isUp) this.network.bringUp();
    for (const process of this.processes) process.thaw();
    for (const slot of this.#slots) this.#start(slot);
  }

  #start(slot: Slot): void {
    if (slot.process !== null) return;
    slot.runs += 1;
    const { simulation, network, cluster } = this;
    const { program: programOf, startMs = 0 } = this.#o;
    const name = `w${slot.index}.${slot.runs}`;
    const process = new SimProcess({ simulation, name, startMs });
    const failed = (fault: unknown): void => this.#failed(process, fault);
    const program = programOf({ process, network, cluster, failed });
    slot.process = process;
    slot.program = program;
    simulation.note(`${name} starts`);
    program.start().catch(failed);
  }

  #failed(process: SimProcess, fault: unknown): void {
    if (process.state === 'dead') return;
    const code = fault instanceof OboroError ? fault.code : 'BUG';
    this.simulation.note(`${process.name} gives up: ${code}`);
    if (!PASSING.has(code)) this.simulation.fail(`${process.name} gave up: ${told(fault)}`);
    this.simulation.next(() => this.kill(process, RESTART_MS));
  }

  #slotOf(process: SimProcess): Slot | null {
    return this.#slots.find((slot) => slot.process === process) ?? null;
  }
}

const STOP_MS = 20_000;

const told = (fault: unknown): string =>
  fault instanceof Error ? (fault.stack ?? fault.message) : 'unknown';
