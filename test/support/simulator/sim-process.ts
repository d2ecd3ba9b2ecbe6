/** One simulated process: it can be killed, frozen and thawed between any two of its steps, and has a clock of its own. */
import { wallTime } from '../../../src/model/time.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Lane, Simulation } from './simulation.ts';

export interface SimProcessOptions {
  readonly simulation: Simulation;
  readonly name: string;
  /** Wall time at virtual time 0, epoch milliseconds. */
  readonly startMs: number;
}

export class SimProcess implements Lane {
  readonly name: string;
  readonly #simulation: Simulation;
  readonly #startMs: number;
  #state: Lane['state'] = 'running';

  constructor({ simulation, name, startMs }: SimProcessOptions) {
    this.name = name;
    this.#simulation = simulation;
    this.#startMs = startMs;
  }

  get state(): Lane['state'] {
    return this.#state;
  }

  readonly clock: Clock = {
    now: () => wallTime(this.#startMs + this.#simulation.now),
    sleep: (ms, signal) => this.#sleep(ms, signal),
  };

  /** Lets the process do something when it has the turn; nothing when it is dead by then. */
  post(label: string, run: () => void, delayMs = 0): () => void {
    return this.#simulation.schedule({ lane: this, label, run, delayMs });
  }

  /** What it waits for never comes: no code of it runs again. */
  kill(): void {
    if (this.#state === 'dead') return;
    this.#state = 'dead';
    this.#simulation.note(`${this.name} is killed`);
    this.#simulation.drop(this);
  }

  /** Nothing of it runs until it is thawed; what comes for it meanwhile waits. */
  freeze(): void {
    if (this.#state !== 'running') return;
    this.#state = 'frozen';
    this.#simulation.note(`${this.name} is frozen`);
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'running';
    this.#simulation.note(`${this.name} is thawed`);
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(ABORTED);
        return;
      }
      const end = this.post(
        'timer',
        () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        Math.max(1, Math.ceil(ms)),
      );
      const onAbort = (): void => {
        end();
        reject(ABORTED);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}

/** One for all: there are many, and nobody looks at where they come from. */
const ABORTED = Object.assign(new Error('The operation was aborted'), { name: 'AbortError' });
