/** The hash chain of the ledger: appends entries, refuses a second release of the same key. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../flow/canonical.ts';
import { OboroError } from '../model/errors.ts';
import type { LedgerEntry, LedgerLine, ReleaseEntry, ReleasedKey } from '../model/ledger.ts';
import type { AnyRow } from '../model/table.ts';
import type { Released, WindowRows } from './released.ts';

export const GENESIS_PREV = '0'.repeat(64);

/** Where a chain stands. Plain data. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

export const emptyChain: ChainHead = { seq: 0, hash: GENESIS_PREV };

export const lineHash = (line: Omit<LedgerLine, 'hash'>): string =>
  createHash('sha256')
    .update(canonicalJson({ seq: line.seq, prev: line.prev, entry: line.entry }))
    .digest('hex');

/** The next line of a chain. */
export const chainLine = (head: ChainHead, entry: LedgerEntry): LedgerLine => {
  const line = { seq: head.seq + 1, prev: head.hash, entry };
  return { ...line, hash: lineHash(line) };
};

export const headOf = (line: LedgerLine): ChainHead => ({ seq: line.seq, hash: line.hash });

/** The name of a released key inside its table: at most one release each (G-12). */
export const keyName = (table: string, key: ReleasedKey): string =>
  [table, key.unitKind, key.unitId, key.windowKind, key.windowStart, key.dimension ?? ''].join('|');

/** Digest of published rows: canonical JSON, one row a line. */
export const rowsDigest = (rows: readonly AnyRow[]): string => {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(canonicalJson(row)).update('\n');
  return hash.digest('hex');
};

/** The ledger entry of a released window. */
export const releaseEntry = ({ value }: Released<WindowRows>): ReleaseEntry => ({
  type: 'release',
  table: value.table,
  epochStartMs: value.epoch,
  date: value.date,
  windowKind: value.windowKind,
  windowStartMs: value.window.start,
  windowEndMs: value.window.end,
  rows: value.rows.length,
  keys: keysOf(value),
  digest: rowsDigest(value.rows),
  ...(value.coverage === undefined ? {} : { coverage: value.coverage }),
});

/** The distinct keys of the released rows; a breakdown's parts share one. */
const keysOf = ({ table, rows }: WindowRows): readonly ReleasedKey[] => {
  const keys = new Map<string, ReleasedKey>();
  for (const row of rows) {
    if (row.status !== 'RELEASED') continue;
    const key: ReleasedKey = {
      unitKind: row.unit_kind,
      unitId: row.unit_id,
      resolution: row.resolution,
      windowKind: row.window_kind,
      windowStart: row.window_start,
      holds: row.holds,
      ...('dimension' in row ? { dimension: row.dimension } : {}),
    };
    keys.set(keyName(table, key), key);
  }
  return [...keys.values()];
};

/**
 * Notes the keys of a release in `seen`; throws LEDGER_TWICE when one of them was released before.
 *
 * @guarantee G-12
 */
export const refuseTwice = (seen: Set<string>, entry: ReleaseEntry): void => {
  for (const key of entry.keys) {
    const name = keyName(entry.table, key);
    if (seen.has(name)) {
      throw new OboroError('LEDGER_TWICE', `the ledger already holds a release of ${name}`, {
        hint: 'Stop, keep the output directory as it is, and report this: a window must never be released twice.',
      });
    }
    seen.add(name);
  }
};
