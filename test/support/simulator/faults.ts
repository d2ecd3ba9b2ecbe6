/** Draws faults by seed and lets them loose on a simulated deployment: kills, freezes, lost answers, restarts, new shares. */
import type { FailPoint } from './fail-points.ts';
import type { Chance } from './chance.ts';
import { NO_TROUBLE } from './network.ts';
import type { SimProcess } from './sim-process.ts';
import type { World } from './world.ts';

export interface FaultsOptions {
  readonly world: World;
  /** How many in all. */
  readonly count: number;
  /** Steps between two, about. */
  readonly everySteps: number;
  readonly groups: readonly string[];
  /** Longest freeze, milliseconds. */
  readonly longestFreezeMs: number;
  /** What else may happen to the deployment under test. */
  readonly others?: readonly (() => void)[];
}

const REQUESTS = ['open', 'produce', 'end', 'read', 'bounds', 'join'] as const;
const PHASES = ['sent', 'applied', 'replied'] as const;

export class Faults {
  readonly #o: FaultsOptions;
  readonly #chance: Chance;
  readonly #kinds: readonly (() => void)[];
  #left: number;
  #isOver = false;

  constructor(options: FaultsOptions) {
    this.#o = options;
    this.#chance = options.world.simulation.chance;
    this.#left = options.count;
    const onOne = (act: (process: SimProcess) => void) => () => this.#onOne(act);
    const kill = onOne((process) => this.#kill(process));
    const freeze = onOne((process) => this.#freeze(process));
    const point = (): void => this.#armPoint();
    this.#kinds = [
      ...[kill, kill, freeze, freeze, freeze, point, point, point, point],
      onOne((process) => options.world.stop(process, this.#chance.between(0, 10_000))),
      () => options.world.takeBrokerDown(this.#chance.between(100, 8_000)),
      () => this.#makeTrouble(),
      () => this.#makeTrouble(),
      () => this.#ambush(),
      () => this.#ambush(),
      () => this.#ambush(),
      () => options.world.cluster.groups.shake(this.#chance.of(options.groups)),
      ...(options.others ?? []),
    ];
    this.#halfOfPoints();
  }

  get isOver(): boolean {
    return this.#isOver || this.#left === 0;
  }

  /** To be called before every step. */
  readonly each = (): void => {
    if (this.isOver || !this.#chance.one(1 / this.#o.everySteps)) return;
    this.#left -= 1;
    this.#chance.of(this.#kinds)();
  };

  /** No more faults, and those under way end. */
  end(): void {
    this.#isOver = true;
    const { world } = this.#o;
    world.network.calm();
    world.calm();
  }

  #onOne(act: (process: SimProcess) => void): void {
    const running = this.#o.world.processes.filter(({ state }) => state === 'running');
    if (running.length > 0) act(this.#chance.of(running));
  }

  #kill(process: SimProcess): void {
    this.#o.world.kill(process, this.#chance.of([0, 100, 5_000, 40_000]));
  }

  /** Short ones are hardly noticed, long ones cost the process its share. */
  #freeze(process: SimProcess): void {
    const longest = this.#chance.of([500, 10_000, this.#o.longestFreezeMs]);
    this.#o.world.freeze(process, this.#chance.between(10, longest));
  }

  #makeTrouble(): void {
    const { network } = this.#o.world;
    const share = (): number => this.#chance.of([0, 0.02, 0.1]);
    network.trouble = { lostRequest: share(), lostReply: share(), late: share(), slow: 4 * share() };
    const end = (): void => {
      network.trouble = NO_TROUBLE;
    };
    this.#o.world.later('the network is fine again', end, this.#chance.between(500, 20_000));
  }

  /** The outcome of a commit, or of a take-over, stays unknown to whoever asked for it. */
  #ambush(): void {
    const name = this.#chance.of(['end', 'end', 'produce', 'open']);
    this.#o.world.network.ambush(name, this.#chance.of(['lostReply', 'late', 'lostRequest']));
  }

  /** Some faults are aimed from the start, so that the first take-overs and commits are hit too. */
  #halfOfPoints(): void {
    const points = Math.floor(this.#o.count / 4);
    for (let i = 0; i < points; i++) this.#armPoint();
    this.#left -= points;
  }

  #armPoint(): void {
    const request = this.#chance.of(REQUESTS);
    const phase = this.#chance.of(PHASES);
    const { failPoints } = this.#o.world.network;
    const nth = failPoints.countOf(request, phase) + this.#chance.between(1, 30);
    failPoints.arm({ request, phase, nth, act: this.#actAtPoint() });
  }

  #actAtPoint(): FailPoint['act'] {
    const { world } = this.#o;
    return this.#chance.of<FailPoint['act']>([
      (process) => this.#kill(process),
      (process) => this.#kill(process),
      (process) => this.#freeze(process),
      () => world.takeBrokerDown(this.#chance.between(10, 3_000)),
    ]);
  }
}
