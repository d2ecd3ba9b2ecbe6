/** The salt vault of an embedded run: one durable file in a directory, wrapped when a key is configured. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OboroError } from '../../model/errors.ts';
import type { SaltName } from '../../model/identity.ts';
import type { Randomness } from '../../ports/clock.ts';
import type { HeldSalt, SaltVault } from '../../ports/salts.ts';
import { SALT_BYTES } from './commitment.ts';
import { discardUnfinished, isMissing, replaceDurably } from './durable-file.ts';
import { SaltTable } from './salt-table.ts';
import type { ReadVault, VaultKeys } from './vault-file.ts';
import { decodeVault, encodeVault } from './vault-file.ts';
import { Wrapper } from './wrap.ts';

const FILE = 'salts.json';

export interface DiskVaultOptions {
  readonly directory: string;
  /** 32 bytes from outside (see `readKeyFile`); null stores the salts in the clear. */
  readonly key: Buffer | null;
  readonly randomness: Randomness;
}

/**
 * Opens the vault of a directory, which need not exist yet. There must be one vault object per directory at a time.
 * Throws VAULT_KEY, VAULT_COMMITMENT or STATE_CORRUPT.
 */
export const openDiskVault = async (options: DiskVaultOptions): Promise<SaltVault> => {
  const keys: VaultKeys = {
    file: join(options.directory, FILE),
    wrapper: options.key === null ? null : new Wrapper(options.key),
  };
  await discardUnfinished(keys.file);
  const { table, isWrappedAsAsked } = await readVault(keys);
  return new DiskVault({ table, keys, randomness: options.randomness, isStale: !isWrappedAsAsked });
};

const readVault = async (keys: VaultKeys): Promise<ReadVault> => {
  let text: string;
  try {
    text = await readFile(keys.file, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return { table: new SaltTable(), isWrappedAsAsked: true };
    throw new OboroError('STATE_CORRUPT', `the vault cannot be read: ${keys.file}`, { cause });
  }
  return decodeVault(text, keys);
};

interface DiskVaultParts {
  readonly table: SaltTable;
  readonly keys: VaultKeys;
  readonly randomness: Randomness;
  readonly isStale: boolean;
}

/** @guarantee G-07 */
class DiskVault implements SaltVault {
  readonly imported = false;
  readonly #table: SaltTable;
  readonly #keys: VaultKeys;
  readonly #randomness: Randomness;
  /** True while the file does not say what the table says. */
  #isStale: boolean;
  #tail: Promise<unknown> = Promise.resolve();

  constructor({ table, keys, randomness, isStale }: DiskVaultParts) {
    this.#table = table;
    this.#keys = keys;
    this.#randomness = randomness;
    this.#isStale = isStale;
  }

  /** However many salts are new, the file is written once. */
  hold(names: readonly SaltName[]): Promise<readonly (HeldSalt | null)[]> {
    return this.#oneByOne(async () => {
      const { salts, born } = this.#table.hold(names, () => this.#randomness.bytes(SALT_BYTES));
      if (born.length > 0) this.#isStale = true;
      try {
        await this.#save();
      } catch (cause) {
        // A salt that is not durable must not be used: after a crash its epoch would get a second one.
        this.#table.drop(born);
        throw cause;
      }
      return salts;
    });
  }

  /** The salts end in memory at once, and in the file before it resolves; a failed write is made up for by the next. */
  destroy(names: readonly SaltName[]): Promise<void> {
    return this.#oneByOne(async () => {
      if (this.#table.destroy(names)) this.#isStale = true;
      await this.#save();
    });
  }

  /** Zeroes what is held; the file stays. */
  close(): Promise<void> {
    return this.#oneByOne(() => {
      this.#table.dropAll();
      this.#keys.wrapper?.destroy();
      return Promise.resolve();
    });
  }

  async #save(): Promise<void> {
    if (!this.#isStale) return;
    await replaceDurably(this.#keys.file, encodeVault(this.#table, this.#keys.wrapper, this.#randomness));
    this.#isStale = false;
  }

  #oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work, work);
    this.#tail = done.catch(() => undefined);
    return done;
  }
}
