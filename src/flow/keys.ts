/** How a pure station reaches the keys of an epoch: by name and use, from salts that were fetched before it ran. */
import type { SaltName } from '../model/identity.ts';

/** What a key is for; each use has its own HKDF-SHA-256 (RFC 5869) derivation from the epoch's salt. */
export type KeyUse = 'pseudonym' | 'draw' | 'noise' | 'state';

/** `null` when the salt was destroyed: the epoch is closed. Throws a BUG when the salt was never fetched. */
export type KeyOf = (name: SaltName, use: KeyUse) => Buffer | null;
