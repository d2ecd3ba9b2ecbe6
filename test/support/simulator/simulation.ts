/** The scheduler of a simulated world: picks by seed what happens next, moves virtual time when nothing can, and remembers what it did. */
import { nextTick } from 'node:process';
import { Chance } from './chance.ts';

/** What takes turns: a process, the network, the world outside. */
export interface Lane {
  readonly name: string;
  readonly state: 'running' | 'frozen' | 'dead';
}

export interface Happening {
  readonly lane: Lane;
  readonly label: string;
  readonly run: () => void;
  readonly delayMs?: number;
}

interface Pending extends Happening {
  /** Virtual time before which it cannot happen. */
  readonly at: number;
}

/** A run that broke a rule, with the seed that shows it again and the last steps before it. */
export class SimulationFailure extends Error {
  constructor(seed: number, what: string, steps: readonly string[]) {
    super(`${what}\nseed ${seed}; the last steps:\n${steps.join('\n')}`);
    this.name = 'SimulationFailure';
  }
}

export interface RunOptions {
  readonly until: () => boolean;
  readonly maxSteps: number;
  /** Called before every step. */
  readonly each?: () => void;
}

const REMEMBERED = 50;
const LANE_WEIGHTS = [1, 1, 1, 1, 8, 0.04] as const;
/** How the next of the ready ones is taken: any, mostly any with some lanes starved or hurried, the oldest, the newest. */
const MODES = ['any', 'weighted', 'weighted', 'oldest', 'newest'] as const;

export class Simulation {
  readonly seed: number;
  readonly chance: Chance;
  #now = 0;
  #steps = 0;
  #hash = 2_166_136_261;
  readonly #pending: Pending[] = [];
  readonly #urgent: (() => void)[] = [];
  readonly #trace: string[] = [];
  #weights = new Map<Lane, number>();
  #mode: (typeof MODES)[number] = 'any';
  #moodLeft = 0;
  /** How often time goes on although something could still happen. */
  #haste = 0;
  #broken: string | null = null;

  constructor(seed: number) {
    this.seed = seed;
    this.chance = new Chance(seed);
  }

  /** Virtual milliseconds since the start. */
  get now(): number {
    return this.#now;
  }

  get steps(): number {
    return this.#steps;
  }

  /** A hash of all steps so far: equal for equal runs. */
  get fingerprint(): string {
    return `${this.#steps}@${this.#now}#${(this.#hash >>> 0).toString(16)}`;
  }

  /** The last steps, oldest first. */
  get trace(): readonly string[] {
    return this.#trace;
  }

  /** Lets something happen at some time from `delayMs` on; returns how to take that back. */
  schedule(happening: Happening): () => void {
    if (happening.lane.state === 'dead') return () => undefined;
    const pending: Pending = { ...happening, at: this.#now + (happening.delayMs ?? 0) };
    this.#pending.push(pending);
    return () => {
      this.#take(this.#pending.indexOf(pending));
    };
  }

  /** Does something before anything else happens. */
  next(action: () => void): void {
    this.#urgent.push(action);
  }

  /** Nothing of this lane will ever happen again. */
  drop(lane: Lane): void {
    for (let i = this.#pending.length - 1; i >= 0; i--) {
      if (this.#pending[i]?.lane === lane) this.#take(i);
    }
  }

  /** Lets wall time run without anything happening in between. */
  jump(ms: number): void {
    this.#now += ms;
  }

  note(text: string): void {
    this.#trace.push(`${String(this.#steps).padStart(6)} ${String(this.#now).padStart(8)} ms  ${text}`);
    if (this.#trace.length > REMEMBERED) this.#trace.shift();
    for (let i = 0; i < text.length; i++) this.#hash = Math.imul(this.#hash ^ text.charCodeAt(i), 16_777_619);
    this.#hash = Math.imul(this.#hash ^ this.#now, 16_777_619);
  }

  /** Ends the run as failed at the end of this step. */
  fail(what: string): void {
    this.#broken ??= what;
  }

  failure(what: string): SimulationFailure {
    return new SimulationFailure(this.seed, what, this.#trace);
  }

  /** Steps until the condition holds, nothing can happen any more, or too much has; true when it holds. */
  async run({ until, maxSteps, each }: RunOptions): Promise<boolean> {
    const last = this.#steps + maxSteps;
    await settled();
    while (!until()) {
      if (this.#steps >= last) return false;
      each?.();
      for (const action of this.#urgent.splice(0)) action();
      const next = this.#choose();
      if (next === null) return until();
      this.#steps += 1;
      this.note(`${next.lane.name}: ${next.label}`);
      next.run();
      await settled();
      if (this.#broken !== null) throw this.failure(this.#broken);
    }
    return true;
  }

  #choose(): Pending | null {
    if (this.#moodLeft === 0) this.#changeMood();
    this.#moodLeft -= 1;
    if (this.#haste > 0 && this.chance.one(this.#haste)) this.#advance(1);
    let ready = this.#ready();
    if (ready.length === 0) {
      if (!this.#advance(0)) return null;
      ready = this.#ready();
    }
    return this.#take(this.#pick(ready));
  }

  /** Indices of what may happen now, oldest first. */
  #ready(): number[] {
    const ready: number[] = [];
    this.#pending.forEach(({ at, lane }, i) => {
      if (at <= this.#now && lane.state === 'running') ready.push(i);
    });
    return ready;
  }

  /** Moves time to when the next thing may happen; false when nothing waits. */
  #advance(least: number): boolean {
    let next = Number.POSITIVE_INFINITY;
    for (const { at, lane } of this.#pending) {
      if (lane.state === 'running' && at >= this.#now + least && at < next) next = at;
    }
    if (next === Number.POSITIVE_INFINITY) return false;
    this.#now = Math.max(this.#now, next);
    return true;
  }

  #pick(ready: readonly number[]): number {
    if (this.#mode === 'oldest') return ready[0] ?? -1;
    if (this.#mode === 'newest' && this.chance.one(0.8)) return ready.at(-1) ?? -1;
    if (this.#mode !== 'weighted') return this.chance.of(ready);
    let left = this.chance.next() * ready.reduce((sum, i) => sum + this.#weightOf(i), 0);
    for (const i of ready) {
      left -= this.#weightOf(i);
      if (left <= 0) return i;
    }
    return ready[0] ?? -1;
  }

  #weightOf(index: number): number {
    const lane = this.#pending[index]?.lane;
    if (lane === undefined) return 0;
    let weight = this.#weights.get(lane);
    if (weight === undefined) {
      weight = this.chance.of(LANE_WEIGHTS);
      this.#weights.set(lane, weight);
    }
    return weight;
  }

  #changeMood(): void {
    this.#moodLeft = this.chance.between(20, 400);
    this.#mode = this.chance.of(MODES);
    this.#haste = this.chance.of([0, 0, 0.002, 0.02]);
    this.#weights = new Map();
  }

  #take(index: number): Pending | null {
    return index < 0 ? null : (this.#pending.splice(index, 1)[0] ?? null);
  }
}

/** Resolves when no promise reaction is waiting: everything that could run without the outside has run. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    nextTick(resolve);
  });

/** Lets the real event loop turn: a run of many simulations starves it. */
export const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
