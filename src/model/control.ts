/** What tasks tell each other beside contributions: how far they are, which salts they lack, which epochs they are done with. */
import type { SaltName } from './identity.ts';
import type { Mark } from './contribution.ts';
import type { EpochBornEntry, EpochDestroyedEntry, ErasureEntry } from './ledger.ts';
import type { EpochStart } from './time.ts';

/** A sanitize task lacks salts; the vault's writer makes those that never were. */
export interface Want {
  readonly kind: 'want';
  readonly names: readonly SaltName[];
}

/** A gate task has released everything of an epoch that it ever will. */
export interface Done {
  readonly kind: 'done';
  readonly partition: number;
  readonly epoch: EpochStart;
}

/** What the vault's writer did, for every ledger chain. */
export interface Note {
  readonly kind: 'note';
  readonly entry: EpochBornEntry | EpochDestroyedEntry;
}

/** A sanitize task has carried out an erasure. */
export interface ErasureReceipt {
  readonly kind: 'receipt';
  readonly receipt: ErasureEntry['receipt'];
  readonly date: ErasureEntry['date'];
}

export type Control = Mark | Want | Done | Note | ErasureReceipt;
