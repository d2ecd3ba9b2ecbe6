/** A salt vault in memory: for tests and for runs that must leave nothing behind. What it held ends with the process. */
import type { SaltName } from '../../model/identity.ts';
import type { Randomness } from '../../ports/clock.ts';
import type { HeldSalt, SaltVault } from '../../ports/salts.ts';
import { SALT_BYTES } from './commitment.ts';
import { SaltTable } from './salt-table.ts';

/** @guarantee G-07 */
export class MemoryVault implements SaltVault {
  readonly imported = false;
  readonly #table = new SaltTable();
  readonly #randomness: Randomness;

  constructor(randomness: Randomness) {
    this.#randomness = randomness;
  }

  hold(names: readonly SaltName[]): Promise<readonly (HeldSalt | null)[]> {
    return Promise.resolve(this.#table.hold(names, () => this.#randomness.bytes(SALT_BYTES)).salts);
  }

  destroy(names: readonly SaltName[]): Promise<void> {
    this.#table.destroy(names);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#table.dropAll();
    return Promise.resolve();
  }
}
