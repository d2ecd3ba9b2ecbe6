/** Wall time that moves only when a test says so; a sleeper wakes when the clock is moved past its hour. */
import type { WallTime } from '../../src/model/time.ts';
import { wallTime } from '../../src/model/time.ts';
import type { Clock } from '../../src/ports/clock.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

export class FakeClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): WallTime {
    return wallTime(this.#now);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (ms <= 0 || signal?.aborted === true) {
        resolve();
        return;
      }
      this.#sleepers.push({ until: this.#now + ms, wake: resolve });
      signal?.addEventListener('abort', () => {
        resolve();
      });
    });
  }

  move(ms: number): void {
    this.#now += ms;
    const due = this.#sleepers.filter((one) => one.until <= this.#now);
    this.#sleepers = this.#sleepers.filter((one) => one.until > this.#now);
    for (const one of due) one.wake();
  }
}
