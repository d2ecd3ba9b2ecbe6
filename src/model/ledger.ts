/** The entries of the release ledger: what was released under which parameters, and the life of every salt. */
import type { Audience } from './identity.ts';
import type { Holds, PlaceTable, UnitKind } from './table.ts';
import type { WindowKind } from './time.ts';

/** One released key: enough to see that nothing is released twice and every row stands on a declared rung. */
export interface ReleasedKey {
  readonly unitKind: UnitKind;
  readonly unitId: string;
  readonly resolution: number;
  readonly windowKind: WindowKind;
  /** ISO 8601 with offset. */
  readonly windowStart: string;
  readonly holds: Holds;
  /** Breakdowns only: which column was broken down. */
  readonly dimension?: string;
}

/** First entry of a chain: the parameters that every later entry was made under. */
export interface GenesisEntry {
  readonly type: 'genesis';
  readonly format: 1;
  readonly policyVersion: number;
  readonly policyHash: string;
  readonly codeVersion: string;
  /** SHA-256 of the public key list (stores and their cells). */
  readonly publicKeys: string;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** `imported` salts are not secret: for tests only. */
  readonly vault: 'sealed' | 'imported';
}

export interface EpochBornEntry {
  readonly type: 'epoch_born';
  readonly audience: Audience;
  readonly epochStartMs: number;
  /** SHA-256 commitment to the salt. */
  readonly commitment: string;
}

export interface EpochDestroyedEntry {
  readonly type: 'epoch_destroyed';
  readonly audience: Audience;
  readonly epochStartMs: number;
}

/** A share of visits, in percent; never told finer. */
export const SHARE_CLASSES = ['<5', '5-10', '10-25', '25-50', '>50'] as const;
export type ShareClass = (typeof SHARE_CLASSES)[number];

/** Where a region's visits of a day were released, and what share of them was not, in classes. */
export interface Coverage {
  readonly regionId: string;
  /** `shadow`: what the second parameter set would have released. */
  readonly parameters: 'live' | 'shadow';
  /** By rung (`store hour` … `region day`), and `withheld`. */
  readonly shares: Readonly<Record<string, ShareClass>>;
}

export interface ReleaseEntry {
  readonly type: 'release';
  readonly table: PlaceTable;
  readonly epochStartMs: number;
  readonly date: string;
  readonly windowKind: WindowKind;
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly rows: number;
  readonly keys: readonly ReleasedKey[];
  /** SHA-256 over the published rows (canonical JSON, one a line); it commits to nothing unpublished. */
  readonly digest: string;
  /** Of `visits` at the closing of a day; only regions with enough visits to say so. */
  readonly coverage?: readonly Coverage[];
}

/** One subject's erasure was carried out: its state is dropped and it is in no open window any more. */
export interface ErasureEntry {
  readonly type: 'erasure';
  /** SHA-256 of `erasure|` and the id of the request, hex: who made the request finds it, and nobody else. */
  readonly receipt: string;
  /** Day of the request, UTC; no time of day. */
  readonly date: string;
  /** Different for each erasure of a chain. */
  readonly no: number;
}

export interface FinishedEntry {
  readonly type: 'finished';
}

export type LedgerEntry =
  GenesisEntry | EpochBornEntry | EpochDestroyedEntry | ReleaseEntry | ErasureEntry | FinishedEntry;

/** One line of the ledger file. */
export interface LedgerLine {
  readonly seq: number;
  /** Hash of the line before; 64 zeros at the start. */
  readonly prev: string;
  readonly entry: LedgerEntry;
  /** SHA-256 of the canonical JSON of `{seq, prev, entry}`, hex. */
  readonly hash: string;
}
