/** Values of `oboro.vault`: salts wrapped by the key from outside, and the note that one was destroyed. */
import { OboroError } from '../../model/errors.ts';
import type { SaltName } from '../../model/identity.ts';
import type { WallTime } from '../../model/time.ts';
import { epochStart, wallTime } from '../../model/time.ts';
import type { Randomness } from '../../ports/clock.ts';
import type { Outgoing } from '../../ports/log.ts';
import { avroCodec } from '../../wire/avro.ts';
import { SALT_BYTES, commitmentOf } from '../vault/commitment.ts';
import type { Wrapper } from '../vault/wrap.ts';
import { WRAP_IV_BYTES } from '../vault/wrap.ts';

export interface VaultEntry {
  readonly name: SaltName;
  /** Null when it was destroyed. */
  readonly bytes: Buffer | null;
  readonly commitment: string;
  readonly imported: boolean;
}

interface ReadVaultEntry extends VaultEntry {
  /** When it was made; when it was destroyed, of one that was. */
  readonly writtenAt: WallTime;
}

export interface VaultMeans {
  readonly topic: string;
  readonly randomness: Randomness;
  /** Null leaves salts unwrapped: on loopback only. */
  readonly wrapper: Wrapper | null;
  /** Fixed salts for tests. */
  readonly imported: ((name: SaltName) => Buffer) | null;
  /** What this process counts by; null reads whatever there is, and makes nothing. */
  readonly rules: string | null;
}

const avro = avroCodec('oboro.vault');

/** @guarantee G-07 */
export class VaultRecords {
  readonly #means: VaultMeans;

  constructor(means: VaultMeans) {
    this.#means = means;
  }

  make(name: SaltName): VaultEntry {
    const { imported, randomness } = this.#means;
    const bytes = imported === null ? randomness.bytes(SALT_BYTES) : imported(name);
    return { name, bytes, commitment: commitmentOf(name, bytes), imported: imported !== null };
  }

  encode({ name, bytes, commitment, imported }: VaultEntry, nowMs: number): Outgoing {
    const { topic, wrapper, randomness, rules } = this.#means;
    const wrapped =
      bytes === null || wrapper === null
        ? bytes
        : Buffer.from(wrapper.wrap(bytes, boundOf(name), randomness.bytes(WRAP_IV_BYTES)), 'base64');
    const value = avro.encode({
      ...name,
      state: bytes === null ? 'destroyed' : 'held',
      rules: rules ?? '',
      commitment,
      wrapKeyId: bytes === null ? null : (wrapper?.check ?? null),
      nonce: null,
      wrapped: wrapped === null ? null : Buffer.from(wrapped),
      imported,
      bornAtMs: nowMs,
      destroyedAtMs: bytes === null ? nowMs : null,
    });
    return { topic, partition: 0, key: Buffer.from(boundOf(name)), value };
  }

  decode(value: Buffer): ReadVaultEntry {
    const outcome = avro.decode(value);
    if (outcome.kind !== 'keep')
      throw new OboroError('STATE_CORRUPT', 'a value of oboro.vault cannot be read');
    const { audience, epoch, commitment, imported, wrapped, wrapKeyId, bornAtMs } = outcome.value;
    const writtenAt = wallTime(bornAtMs);
    const name: SaltName = { audience, epoch: epochStart(epoch) };
    if (wrapped === null) return { name, bytes: null, commitment, imported, writtenAt };
    this.#refuseOther(outcome.value.rules);
    const bytes = this.#unwrap(name, wrapped, wrapKeyId);
    if (commitmentOf(name, bytes) !== commitment) {
      throw new OboroError(
        'VAULT_COMMITMENT',
        `the ${audience} salt of epoch ${String(epoch)} is not the one that was made`,
      );
    }
    return { name, bytes, commitment, imported, writtenAt };
  }

  /** Every event needs a salt before anything else is done with it, so nobody counts by other rules. */
  #refuseOther(rules: string): void {
    if (this.#means.rules === null || rules === this.#means.rules) return;
    throw new OboroError(
      'CFG_INVALID',
      'the salts of this deployment were made under other parameters or stores',
      {
        hint: 'Start this worker with the configuration of the others (--config, and the OBORO__ variables), or start over. See "CFG_INVALID" in docs/operations.md.',
      },
    );
  }

  #unwrap(name: SaltName, wrapped: Buffer, keyId: string | null): Buffer {
    const { wrapper } = this.#means;
    // A buffer of its own: it is zeroed when the salt dies.
    if (keyId === null) return Buffer.from(wrapped);
    if (wrapper?.matches(keyId) !== true) {
      throw new OboroError('VAULT_KEY', 'the salts of oboro.vault are wrapped by another key', {
        hint: 'Set vault.keyFile to the key that this deployment began with.',
      });
    }
    return wrapper.unwrap(wrapped.toString('base64'), boundOf(name));
  }
}

const boundOf = ({ audience, epoch }: SaltName): string => `${audience}|${String(epoch)}`;
