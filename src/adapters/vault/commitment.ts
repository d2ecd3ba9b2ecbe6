/** What the ledger may know of a salt at its birth: a hash that binds it to its name and tells nothing of it. */
import { createHash } from 'node:crypto';
import type { SaltName } from '../../model/identity.ts';

/** Length of a salt that a vault makes: 256 bits. */
export const SALT_BYTES = 32;

/**
 * SHA-256("oboro salt commitment v1" ‖ audience ‖ epoch start in decimal ‖ salt), hex; the parts are separated by a
 * zero byte. Hiding rests on the salt's 256 random bits.
 *
 * @guarantee G-07
 */
export const commitmentOf = (name: SaltName, salt: Buffer): string =>
  createHash('sha256')
    .update(`oboro salt commitment v1\0${name.audience}\0${String(name.epoch)}\0`)
    .update(salt)
    .digest('hex');
