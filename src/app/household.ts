/** Several worker processes under one roof: starts again what falls over, and ends when they have all ended. */
import { EXIT } from '../model/errors.ts';
import { MINUTE_MS } from '../model/time.ts';
import type { Clock } from '../ports/clock.ts';

/** A process that runs. */
export interface Member {
  /** Its exit code; resolves when it has ended. */
  readonly ended: Promise<number>;
  /** Asks it to leave in order. */
  stop(): void;
}

export interface HouseholdOptions {
  readonly processes: number;
  readonly start: (index: number) => Member;
  readonly clock: Clock;
  /** Aborted when all are to leave. */
  readonly signal: AbortSignal;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A process that lived for so long fell over for a new reason. */
const SETTLED_MS = MINUTE_MS;
/** A process that ended so will end so again. */
const HOPELESS: readonly number[] = [EXIT.usage, EXIT.config, EXIT.notPermitted, EXIT.badInput];

export class Household {
  readonly #o: HouseholdOptions;
  readonly #members = new Set<Member>();
  readonly #stop = new AbortController();
  #code: number = EXIT.ok;

  constructor(options: HouseholdOptions) {
    this.#o = options;
  }

  /** Resolves with the exit code of them all: that of the first for which there was no hope, else 0. */
  async run(): Promise<number> {
    const { signal, processes } = this.#o;
    const leave = (): void => this.#leave();
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    await Promise.all(Array.from({ length: processes }, (_, index) => this.#keep(index)));
    signal.removeEventListener('abort', leave);
    return this.#code;
  }

  async #keep(index: number): Promise<void> {
    const { clock } = this.#o;
    const { signal } = this.#stop;
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const since = clock.now();
      const code = await this.#live(index);
      if (HOPELESS.includes(code)) {
        if (this.#code === EXIT.ok) this.#code = code;
        this.#leave();
        return;
      }
      if (clock.now() - since >= SETTLED_MS) pauseMs = FIRST_PAUSE_MS;
      await this.#pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  async #live(index: number): Promise<number> {
    const member = this.#o.start(index);
    this.#members.add(member);
    try {
      return await member.ended;
    } finally {
      this.#members.delete(member);
    }
  }

  /** Over at once when all are to leave. */
  async #pause(ms: number): Promise<void> {
    if (!this.#stop.signal.aborted) await this.#o.clock.sleep(ms, this.#stop.signal).catch(() => undefined);
  }

  #leave(): void {
    this.#stop.abort();
    for (const member of this.#members) member.stop();
  }
}
