/** Is this worker alive, and may it be counted on: checks with closed names and closed reasons. */
import { performance } from 'node:perf_hooks';

/** What can be checked. */
export const CHECK_NAMES = ['loop', 'group', 'tasks', 'consent', 'kafka', 'registry'] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

/** Everything that a check may say beside `ok`, with the sentence that the manual shows. */
export const NOT_READY = {
  starting: 'it has not got that far yet',
  stopping: 'the worker is stopping',
  stalled: 'the event loop stood still for too long',
  not_joined: 'the worker is in no consumer group',
  restoring: 'a task is being restored',
  waiting: 'a task waits for a salt or for a service',
  unreachable: 'the service does not answer',
  behind: 'consents and erasures were last read to their end more than 30 s ago',
} as const;
export type NotReady = keyof typeof NOT_READY;

export interface ReadyCheck {
  readonly name: CheckName;
  /** Cheap and without I/O: says what is known, does not go and look. Never throws. */
  check(): 'ok' | NotReady;
}

/** Checks whose answers are told to it as they change; each says `starting` until then. */
export class ReadyBoard {
  readonly checks: readonly ReadyCheck[];
  readonly #states = new Map<CheckName, 'ok' | NotReady>();

  constructor(names: readonly CheckName[]) {
    this.checks = names.map((name) => ({ name, check: () => this.#states.get(name) ?? 'starting' }));
  }

  /** What is true from now on. Names that the board does not list have no effect. */
  say(name: CheckName, state: 'ok' | NotReady): void {
    this.#states.set(name, state);
  }
}

export interface LoopPulseOptions {
  /** Longest time between two turns of the event loop, ms. */
  readonly stalledAfterMs: number;
  /** Monotonic time in ms; the process's own by default. */
  readonly now?: () => number;
}

const BEAT_MS = 500;

/**
 * Says whether the event loop still turns: its beat is a timer, so a loop that stood still has missed some. A loop
 * that stands still for good cannot say so; then `/healthz` does not answer, which says the same.
 */
export class LoopPulse implements ReadyCheck {
  readonly name = 'loop';
  readonly #stalledAfterMs: number;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #beatAt: number;

  constructor({ stalledAfterMs, now = () => performance.now() }: LoopPulseOptions) {
    this.#stalledAfterMs = stalledAfterMs;
    this.#now = now;
    this.#beatAt = now();
    this.#timer = setInterval(() => {
      this.beat();
    }, BEAT_MS);
    this.#timer.unref();
  }

  beat(): void {
    this.#beatAt = this.#now();
  }

  check(): 'ok' | 'stalled' {
    return this.#now() - this.#beatAt > this.#stalledAfterMs ? 'stalled' : 'ok';
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
