/** Requests from processes to the broker: they take their time, arrive late, get lost, and so do their answers. */
import { OboroError } from '../../../src/model/errors.ts';
import type { Chance } from './chance.ts';
import { FailPoints } from './fail-points.ts';
import type { Phase } from './fail-points.ts';
import type { SimProcess } from './sim-process.ts';
import type { Lane, Simulation } from './simulation.ts';

/** What the broker does with a request that has arrived; `park` keeps it until it is woken, and then it arrives again. */
export type Answer<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'fault'; readonly fault: OboroError }
  | { readonly kind: 'park'; readonly until: (wake: () => void) => void };

export const done = <T>(value: T): Answer<T> => ({ kind: 'done', value });

export const fault = (code: ConstructorParameters<typeof OboroError>[0], text: string): Answer<never> => ({
  kind: 'fault',
  fault: new OboroError(code, text, { retriable: true }),
});

export interface Request<T> {
  readonly from: SimProcess;
  readonly name: string;
  /** Told in the trace beside the name. */
  readonly about?: string;
  readonly serve: () => Answer<T>;
  /** The client sends it again by itself until it is answered: it is never lost. */
  readonly steady?: boolean;
}

/** Shares of requests that meet with something. */
export interface Trouble {
  readonly lostRequest: number;
  readonly lostReply: number;
  /** Arrives long after its sender has given it up. */
  readonly late: number;
  readonly slow: number;
}

export const NO_TROUBLE: Trouble = { lostRequest: 0, lostReply: 0, late: 0, slow: 0 };

const TIMEOUT_MS = 10_000;
const SLOWEST_MS = 8_000;
const LATEST_MS = 50_000;

type Fate = 'fine' | keyof Trouble;

/** How the sender takes an answer in, once. */
interface Settle {
  (label: string, how: () => void, delayMs?: number): void;
}

export class Network {
  readonly failPoints = new FailPoints();
  readonly lane: Lane = { name: 'net', state: 'running' };
  trouble: Trouble = NO_TROUBLE;
  readonly #simulation: Simulation;
  readonly #parked = new Set<() => void>();
  readonly #ambushes: { readonly name: string; readonly fate: keyof Trouble }[] = [];
  #isUp = true;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  get chance(): Chance {
    return this.#simulation.chance;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Nothing is answered any more; what waits on the broker's side is refused. */
  takeDown(): void {
    this.#isUp = false;
    this.#simulation.note('the broker goes down');
    for (const wake of [...this.#parked]) wake();
  }

  bringUp(): void {
    this.#isUp = true;
    this.#simulation.note('the broker is back');
  }

  /** The next request of this name meets with something. */
  ambush(name: string, fate: keyof Trouble): void {
    this.#ambushes.push({ name, fate });
  }

  /** Nothing happens to requests any more. */
  calm(): void {
    this.trouble = NO_TROUBLE;
    this.#ambushes.length = 0;
    this.failPoints.disarm();
  }

  /** Something the broker does by itself, some time later; while it is down it does nothing. */
  internally(label: string, run: () => void, delayMs = 0): () => void {
    if (delayMs === Number.POSITIVE_INFINITY) return () => undefined;
    const attempt = (): void => {
      if (this.#isUp) run();
      else cancel = this.#simulation.schedule({ lane: this.lane, label, run: attempt, delayMs: 50 });
    };
    let cancel = this.#simulation.schedule({ lane: this.lane, label, run: attempt, delayMs });
    return () => {
      cancel();
    };
  }

  request<T>(request: Request<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const { from, name } = request;
      if (from.state === 'dead') return;
      this.#reach(request, 'sent');
      let isSettled = false;
      const settle: Settle = (label, how, delayMs = 0) => {
        const run = (): void => {
          if (isSettled) return;
          isSettled = true;
          how();
          this.#reach(request, 'replied');
        };
        from.post(`${label} ${name}`, run, delayMs);
      };
      const fate = request.steady === true ? 'fine' : this.#fateOf(name);
      if (fate !== 'fine' && fate !== 'slow') {
        settle('no answer to', () => reject(away(name)), TIMEOUT_MS);
      }
      if (fate === 'lostRequest') return;
      const arrive = (): void => this.#arrive(request, fate, { settle, resolve, reject, arrive });
      this.#deliver(request, arrive, this.#delayOf(fate));
    });
  }

  #arrive<T>(
    request: Request<T>,
    fate: Fate,
    to: {
      readonly settle: Settle;
      readonly resolve: (value: T) => void;
      readonly reject: (cause: OboroError) => void;
      readonly arrive: () => void;
    },
  ): void {
    const { name } = request;
    if (!this.#isUp) {
      to.settle('refused', () => to.reject(away(name)));
      return;
    }
    const answer = request.serve();
    if (answer.kind === 'park') {
      this.#park(request, answer.until, to.arrive);
      return;
    }
    this.#reach(request, 'applied');
    if (fate === 'lostReply' || fate === 'late') return;
    if (answer.kind === 'done') to.settle('answer to', () => to.resolve(answer.value));
    else to.settle('fault of', () => to.reject(answer.fault));
  }

  #park<T>(request: Request<T>, until: (wake: () => void) => void, arrive: () => void): void {
    let isWoken = false;
    const wake = (): void => {
      if (isWoken) return;
      isWoken = true;
      this.#parked.delete(wake);
      // The sender asks again: one that is dead does not, and one that is frozen not yet.
      request.from.post(`${request.name} goes on`, arrive);
    };
    this.#parked.add(wake);
    until(wake);
  }

  #deliver<T>({ from, name, about }: Request<T>, run: () => void, delayMs: number): void {
    const label = `${name} of ${from.name}${about === undefined ? '' : ` ${about}`}`;
    this.#simulation.schedule({ lane: this.lane, label, run, delayMs });
  }

  #reach<T>({ name, from }: Request<T>, phase: Phase): void {
    for (const { act } of this.failPoints.reach(name, phase)) {
      this.#simulation.note(`fail point: ${name} ${phase}`);
      // Only after what the process is doing now: between two of its steps.
      this.#simulation.next(() => act(from));
    }
  }

  #fateOf(name: string): Fate {
    const ambush = this.#ambushes.findIndex((one) => one.name === name);
    if (ambush >= 0) return this.#ambushes.splice(ambush, 1)[0]?.fate ?? 'fine';
    let left = this.#simulation.chance.next();
    for (const kind of ['lostRequest', 'lostReply', 'late', 'slow'] as const) {
      left -= this.trouble[kind];
      if (left < 0) return kind;
    }
    return 'fine';
  }

  #delayOf(fate: Fate): number {
    const { chance } = this.#simulation;
    // Some arrive just when their sender has given up, before anybody can have taken its place.
    if (fate === 'late') return TIMEOUT_MS + chance.int(chance.of([100, LATEST_MS]));
    return fate === 'slow' ? chance.between(50, SLOWEST_MS) : 0;
  }
}

const away = (name: string): OboroError =>
  new OboroError('KAFKA_AWAY', `no answer to ${name}`, { retriable: true });
