/** A bounded memo by string: what was not asked for during two fillings is forgotten. */

/**
 * Two generations of a Map: a get of the older one promotes. Costs one Map look-up on a hit, keeps between `limit` and
 * twice `limit` entries, and needs no memory before it is filled.
 */
export class RecentMap<V> {
  readonly #limit: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#limit) this.age();
    this.#young.set(key, value);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** Forgets everything that was not asked for since the last time. */
  age(): void {
    this.#old = this.#young;
    this.#young = new Map();
  }
}
