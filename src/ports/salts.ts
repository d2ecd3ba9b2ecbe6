/** What the flow asks of the salt vault: make, keep and destroy the salts of epochs. */
import type { SaltName } from '../model/identity.ts';

/** A salt at hand. The buffer is zeroed when the salt dies; never copy it. */
export interface HeldSalt {
  readonly name: SaltName;
  readonly bytes: Buffer;
  /** SHA-256 commitment, hex: what the ledger records at birth. */
  readonly commitment: string;
  /** True when the salt was made just now (its birth must enter the ledger). */
  readonly born: boolean;
}

/** `null` means destroyed for good: the epoch is closed. */
export interface SaltVault {
  /** Finds or makes the salts, durable before it resolves. */
  hold(names: readonly SaltName[]): Promise<readonly (HeldSalt | null)[]>;
  /** Zeroes, deletes and remembers as destroyed; idempotent. */
  destroy(names: readonly SaltName[]): Promise<void>;
  /** True when salts were imported from a file and are therefore not secret. */
  readonly imported: boolean;
  close(): Promise<void>;
}
