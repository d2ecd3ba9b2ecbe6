/** The system's wall clock and its cryptographic source of chance, behind the clock ports. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { wallTime } from '../../model/time.ts';
import type { Clock, Randomness } from '../../ports/clock.ts';

/** Wall time of the machine. `sleep` rejects with an `AbortError` as soon as its signal aborts. */
export const systemClock: Clock = {
  now: () => wallTime(Date.now()),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};

/** Random bytes of the operating system's cryptographic source (G-05). */
export const systemRandomness: Randomness = {
  bytes: (length) => randomBytes(length),
};
