/** Wall time and chance, the two things no station may touch by itself. */
import type { WallTime } from '../model/time.ts';

export interface Clock {
  now(): WallTime;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Randomness {
  bytes(length: number): Buffer;
}
