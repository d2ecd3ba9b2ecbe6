/** Chance for tests that is the same in every run: bytes for vaults, and a small generator for shuffles. */
import { createHash } from 'node:crypto';
import type { Randomness } from '../../src/ports/clock.ts';

/** SHA-256 of seed and counter, as long as it takes. */
export class SeededBytes implements Randomness {
  readonly #seed: string;
  #counter = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  bytes(length: number): Buffer {
    const parts: Buffer[] = [];
    for (let made = 0; made < length; made += 32) {
      this.#counter += 1;
      parts.push(
        createHash('sha256')
          .update(`${this.#seed}|${String(this.#counter)}`)
          .digest(),
      );
    }
    return Buffer.concat(parts).subarray(0, length);
  }
}

/** Numbers in [0, 1), evenly spread (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** A shuffled copy (Fisher–Yates). */
export const shuffled = <T>(items: readonly T[], seed: number): T[] => {
  const next = seeded(seed);
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const held = copy[i] as T;
    copy[i] = copy[j] as T;
    copy[j] = held;
  }
  return copy;
};
