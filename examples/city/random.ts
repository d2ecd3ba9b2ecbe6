/** Seeded chance for the simulated city: xoshiro128**, one independent stream per (seed, purpose, number). */

/** What a stream of chance is for; a person's plan does not change when, say, the web visits of a day do. */
export const STREAM = { store: 1, person: 2, plan: 3, phone: 4, web: 5, choice: 6, fault: 7 } as const;

/** The finalizer of MurmurHash3 (Appleby): every bit of the input moves every bit of the output. */
const mix = (value: number): number => {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/**
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), its state filled
 * by a Weyl sequence through a mixer as its authors advise. Good for simulation; never for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spare: number | null = null;

  /** Equal numbers give equal streams. */
  constructor(...numbers: readonly number[]) {
    let weyl = 0x9e3779b9;
    for (const number of numbers) weyl = mix(weyl ^ mix(number)) + 0x9e3779b9;
    const step = (): number => mix((weyl = (weyl + 0x9e3779b9) | 0));
    this.#a = step();
    this.#b = step();
    this.#c = step();
    this.#d = step() | 1;
  }

  /** A whole number, 0 to 2^32 − 1. */
  uint32(): number {
    const result = Math.imul(rotl(Math.imul(this.#b, 5), 7), 9);
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotl(this.#d, 11);
    return result >>> 0;
  }

  /** At least 0, below 1. */
  unit(): number {
    return this.uint32() / 4_294_967_296;
  }

  between(from: number, to: number): number {
    return from + (to - from) * this.unit();
  }

  /** A whole number, 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.unit() * count);
  }

  chance(share: number): boolean {
    return this.unit() < share;
  }

  /** Standard normal, by Marsaglia's polar method. */
  normal(): number {
    const spare = this.#spare;
    if (spare !== null) {
      this.#spare = null;
      return spare;
    }
    for (;;) {
      const u = 2 * this.unit() - 1;
      const v = 2 * this.unit() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spare = v * scale;
      return u * scale;
    }
  }

  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal());
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }

  /** The index that a running sum of weights gives to chance. */
  index(runningSums: readonly number[]): number {
    const mark = this.unit() * (runningSums.at(-1) ?? 0);
    const found = runningSums.findIndex((sum) => mark < sum);
    return Math.max(found, 0);
  }

  /** 8 hex digits for every word. */
  hex(words: number): string {
    let text = '';
    for (let i = 0; i < words; i++) text += this.uint32().toString(16).padStart(8, '0');
    return text;
  }
}

/** Running sums of weights, for `Random.index`. */
export const runningSums = (weights: readonly number[]): readonly number[] => {
  let sum = 0;
  return weights.map((weight) => (sum += weight));
};

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);
