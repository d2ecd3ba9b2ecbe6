/** Holds the salts that were fetched before a batch and derives each epoch's keys from them, until they are zeroed. */
import { hkdfSync } from 'node:crypto';
import type { KeyOf, KeyUse } from '../flow/keys.ts';
import { OboroError } from '../model/errors.ts';
import type { Audience, SaltName } from '../model/identity.ts';
import type { EpochStart } from '../model/time.ts';
import type { HeldSalt } from '../ports/salts.ts';

const KEY_BYTES = 32;

/** One open epoch of one audience: its salt and the keys made so far. */
interface Entry {
  readonly salt: Buffer;
  readonly keys: Map<KeyUse, Buffer>;
}

/** What is known of one audience's epochs. Closed ones are many and only remembered. */
interface Epochs {
  readonly open: Map<EpochStart, Entry>;
  readonly closed: Set<EpochStart>;
}

interface LastKey {
  readonly epoch: EpochStart;
  readonly use: KeyUse;
  readonly key: Buffer;
}

const noEpochs = (): Epochs => ({ open: new Map(), closed: new Set() });

/**
 * The keys of all epochs at hand. A key is HKDF-SHA-256 (RFC 5869) of the salt with an info that names audience,
 * epoch and use, so keys differ even where a test imports the same salt twice.
 *
 * @guarantee G-05
 */
export class KeyRing {
  readonly #epochs: Readonly<Record<Audience, Epochs>> = {
    statistics: noEpochs(),
    nearby: noEpochs(),
    fraud: noEpochs(),
  };

  /** The last answer per audience: events come in runs of one epoch, and each asks for its key. */
  readonly #lastOf: Record<Audience, LastKey | null> = { statistics: null, nearby: null, fraud: null };

  /** Takes a salt over by reference: the vault and the ring share one buffer, so that one `fill(0)` ends both. */
  add(held: HeldSalt): void {
    const { audience, epoch } = held.name;
    if (this.#epochs[audience].open.get(epoch)?.salt === held.bytes) return;
    this.forget([held.name]);
    this.#epochs[audience].open.set(epoch, { salt: held.bytes, keys: new Map() });
  }

  /** The vault says that the salt was destroyed: from now on the epoch has no key. Zeroes what was held. */
  markClosed(name: SaltName): void {
    this.forget([name]);
    this.#epochs[name.audience].closed.add(name.epoch);
  }

  /**
   * The epoch is over here: its keys are zeroed and it answers as closed. The salt itself is left to the vault, which
   * zeroes it when it is destroyed: until then a crash may still need it to read the saved state.
   */
  retire({ audience, epoch }: SaltName): void {
    const { open, closed } = this.#epochs[audience];
    this.#lastOf[audience] = null;
    for (const key of open.get(epoch)?.keys.values() ?? []) key.fill(0);
    open.delete(epoch);
    closed.add(epoch);
  }

  /**
   * Zeroes the salts and every key derived from them, and drops the names; open or closed, they are unknown after.
   *
   * @guarantee G-07
   */
  forget(names: readonly SaltName[]): void {
    for (const { audience, epoch } of names) {
      const { open, closed } = this.#epochs[audience];
      const entry = open.get(epoch);
      this.#lastOf[audience] = null;
      open.delete(epoch);
      closed.delete(epoch);
      if (entry === undefined) continue;
      entry.salt.fill(0);
      for (const key of entry.keys.values()) key.fill(0);
    }
  }

  /** True when `keyOf` can answer: the salt is held or known to be destroyed. */
  knows({ audience, epoch }: SaltName): boolean {
    const { open, closed } = this.#epochs[audience];
    return open.has(epoch) || closed.has(epoch);
  }

  /** The names whose salts are held and open, by audience and then epoch. */
  held(): readonly SaltName[] {
    return (Object.keys(this.#epochs) as Audience[]).flatMap((audience) =>
      [...this.#epochs[audience].open.keys()].sort((a, b) => a - b).map((epoch) => ({ audience, epoch })),
    );
  }

  /** Null when the epoch is closed; the same Buffer for the same question. Throws BUG when the salt was never added. */
  readonly keyOf: KeyOf = (name, use) => {
    const last = this.#lastOf[name.audience];
    if (last !== null && last.epoch === name.epoch && last.use === use) return last.key;
    const key = this.#find(name, use);
    this.#lastOf[name.audience] = key === null ? null : { epoch: name.epoch, use, key };
    return key;
  };

  #find(name: SaltName, use: KeyUse): Buffer | null {
    const { open, closed } = this.#epochs[name.audience];
    const entry = open.get(name.epoch);
    if (entry === undefined) {
      if (closed.has(name.epoch)) return null;
      throw new OboroError('BUG', `the ${name.audience} salt of epoch ${String(name.epoch)} was not fetched`);
    }
    const known = entry.keys.get(use);
    if (known !== undefined) return known;
    const key = deriveKey(entry.salt, name, use);
    entry.keys.set(use, key);
    return key;
  }
}

const deriveKey = (salt: Buffer, { audience, epoch }: SaltName, use: KeyUse): Buffer =>
  Buffer.from(hkdfSync('sha256', salt, '', `oboro v1 ${audience} ${String(epoch)} ${use}`, KEY_BYTES));
