/** Holds the salts that were fetched before a batch and derives each epoch's keys from them, until they are zeroed. */
import { hkdfSync } from 'node:crypto';
import type { KeyOf, KeyUse } from '../flow/keys.ts';
import { OboroError } from '../model/errors.ts';
import type { Audience, SaltName } from '../model/identity.ts';
import type { EpochStart } from '../model/time.ts';
import type { HeldSalt } from '../ports/salts.ts';

const KEY_BYTES = 32;

/** One epoch of one audience: open with its salt and the keys made so far, or closed for good. */
type Entry = { readonly salt: Buffer; readonly keys: Map<KeyUse, Buffer> } | 'closed';

/**
 * The keys of all epochs at hand. A key is HKDF-SHA-256 (RFC 5869) of the salt with an info that names audience,
 * epoch and use, so keys differ even where a test imports the same salt twice.
 *
 * @guarantee G-05
 */
export class KeyRing {
  readonly #entries: Readonly<Record<Audience, Map<EpochStart, Entry>>> = {
    statistics: new Map(),
    nearby: new Map(),
    fraud: new Map(),
  };

  /** Takes a salt over by reference: the vault and the ring share one buffer, so that one `fill(0)` ends both. */
  add(held: HeldSalt): void {
    const { audience, epoch } = held.name;
    const known = this.#entries[audience].get(epoch);
    if (known !== undefined && known !== 'closed' && known.salt === held.bytes) return;
    this.forget([held.name]);
    this.#entries[audience].set(epoch, { salt: held.bytes, keys: new Map() });
  }

  /** The vault says that the salt was destroyed: from now on the epoch has no key. Zeroes what was held. */
  markClosed(name: SaltName): void {
    this.forget([name]);
    this.#entries[name.audience].set(name.epoch, 'closed');
  }

  /**
   * The epoch is over here: its keys are zeroed and it answers as closed. The salt itself is left to the vault, which
   * zeroes it when it is destroyed: until then a crash may still need it to read the saved state.
   */
  retire(name: SaltName): void {
    const entry = this.#entries[name.audience].get(name.epoch);
    if (entry !== undefined && entry !== 'closed') for (const key of entry.keys.values()) key.fill(0);
    this.#entries[name.audience].set(name.epoch, 'closed');
  }

  /**
   * Zeroes the salts and every key derived from them, and drops the names; open or closed, they are unknown after.
   *
   * @guarantee G-07
   */
  forget(names: readonly SaltName[]): void {
    for (const { audience, epoch } of names) {
      const entry = this.#entries[audience].get(epoch);
      this.#entries[audience].delete(epoch);
      if (entry === undefined || entry === 'closed') continue;
      entry.salt.fill(0);
      for (const key of entry.keys.values()) key.fill(0);
    }
  }

  /** True when `keyOf` can answer: the salt is held or known to be destroyed. */
  knows(name: SaltName): boolean {
    return this.#entries[name.audience].has(name.epoch);
  }

  /** The names whose salts are held and open, by audience and then epoch. */
  held(): readonly SaltName[] {
    const names: SaltName[] = [];
    for (const audience of Object.keys(this.#entries) as Audience[]) {
      const open = [...this.#entries[audience]].filter(([, entry]) => entry !== 'closed');
      const epochs = open.map(([epoch]) => epoch).sort((a, b) => a - b);
      for (const epoch of epochs) names.push({ audience, epoch });
    }
    return names;
  }

  /** Null when the epoch is closed; the same Buffer for the same question. Throws BUG when the salt was never added. */
  readonly keyOf: KeyOf = (name, use) => {
    const entry = this.#entries[name.audience].get(name.epoch);
    if (entry === undefined) {
      throw new OboroError('BUG', `the ${name.audience} salt of epoch ${String(name.epoch)} was not fetched`);
    }
    if (entry === 'closed') return null;
    const known = entry.keys.get(use);
    if (known !== undefined) return known;
    const key = deriveKey(entry.salt, name, use);
    entry.keys.set(use, key);
    return key;
  };
}

const deriveKey = (salt: Buffer, { audience, epoch }: SaltName, use: KeyUse): Buffer =>
  Buffer.from(hkdfSync('sha256', salt, '', `oboro v1 ${audience} ${String(epoch)} ${use}`, KEY_BYTES));
