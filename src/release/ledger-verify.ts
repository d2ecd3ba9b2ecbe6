/** Recomputes a ledger and says what it proves: the chain, each epoch's life, one release per key, declared rungs only. */
import type { ErasureEntry, LedgerEntry, ReleaseEntry, ReleasedKey } from '../model/ledger.ts';
import { DEMOGRAPHIC_DIMENSIONS, TERMINAL_DIMENSIONS } from '../model/table.ts';
import { HOUR_MS, WINDOW_KINDS } from '../model/time.ts';
import { LONGEST_EPOCH_MS } from '../time/calendar.ts';
import { asLedgerLine } from './ledger-shape.ts';
import { GENESIS_PREV, keyName, lineHash } from './ledger.ts';
import { FOOTFALL_RUNGS, VISIT_RUNGS } from './rungs.ts';

export interface EpochLife {
  readonly audience: string;
  readonly epochStartMs: number;
  readonly commitment: string;
  readonly destroyed: boolean;
}

export interface LedgerReport {
  /** One sentence per fault, with the line it is in; empty when everything holds. */
  readonly problems: readonly string[];
  readonly lines: number;
  readonly epochs: readonly EpochLife[];
  readonly releases: number;
  readonly keys: number;
  /** Receipts of erasures. */
  readonly erasures: number;
  readonly head: string;
  readonly imported: boolean;
  readonly finished: boolean;
}

interface Walk {
  readonly problems: string[];
  readonly epochs: Map<string, { -readonly [K in keyof EpochLife]: EpochLife[K] }>;
  readonly seen: Set<string>;
  /** Numbers of erasures. */
  readonly receipts: Set<number>;
  releases: number;
  imported: boolean;
  finished: boolean;
}

/**
 * Verifies ledger lines in order. `parsed` holds the JSON value of each line of the file, null where it was no JSON.
 *
 * @guarantee G-07
 * @guarantee G-12
 */
export const verifyLedger = (parsed: readonly unknown[]): LedgerReport => {
  const walk: Walk = {
    problems: [],
    epochs: new Map(),
    seen: new Set(),
    receipts: new Set(),
    releases: 0,
    imported: false,
    finished: false,
  };
  let prev = GENESIS_PREV;
  parsed.forEach((value, index) => {
    const line = asLedgerLine(value);
    const at = `line ${String(index + 1)}`;
    if (line === null) {
      walk.problems.push(`${at}: not a ledger line`);
      return;
    }
    if (line.seq !== index + 1) walk.problems.push(`${at}: sequence number ${String(index + 1)} expected`);
    if (line.prev !== prev) walk.problems.push(`${at}: does not follow the line before it`);
    if (lineHash(line) !== line.hash) walk.problems.push(`${at}: its hash does not match its content`);
    if (walk.finished) walk.problems.push(`${at}: stands after the end of the run`);
    prev = line.hash;
    checkEntry(line.entry, index, walk);
  });
  const alive = [...walk.epochs.values()].filter((epoch) => !epoch.destroyed);
  if (walk.finished && alive.length > 0) {
    walk.problems.push(`the run finished, but ${String(alive.length)} salts were never destroyed`);
  }
  return {
    problems: walk.problems,
    lines: parsed.length,
    epochs: [...walk.epochs.values()],
    releases: walk.releases,
    keys: walk.seen.size,
    erasures: walk.receipts.size,
    head: prev,
    imported: walk.imported,
    finished: walk.finished,
  };
};

const checkEntry = (entry: LedgerEntry, index: number, walk: Walk): void => {
  const at = `line ${String(index + 1)}`;
  if ((entry.type === 'genesis') !== (index === 0)) {
    walk.problems.push(`${at}: the parameters belong in the first line and only there`);
  }
  switch (entry.type) {
    case 'genesis':
      walk.imported = entry.vault === 'imported';
      return;
    case 'epoch_born':
    case 'epoch_destroyed':
      checkEpoch(entry, at, walk);
      return;
    case 'release':
      checkRelease(entry, at, walk);
      return;
    case 'erasure':
      checkErasure(entry, at, walk);
      return;
    case 'finished':
      walk.finished = true;
      return;
    default:
      entry satisfies never;
  }
};

const checkErasure = ({ no }: ErasureEntry, at: string, { receipts, problems }: Walk): void => {
  if (receipts.has(no)) problems.push(`${at}: this erasure has a receipt already`);
  receipts.add(no);
};

type EpochEntry = Extract<LedgerEntry, { type: 'epoch_born' | 'epoch_destroyed' }>;

const checkEpoch = (entry: EpochEntry, at: string, walk: Walk): void => {
  const { audience, epochStartMs } = entry;
  const name = `${audience}|${String(epochStartMs)}`;
  const life = walk.epochs.get(name);
  if (entry.type === 'epoch_born') {
    if (life !== undefined) walk.problems.push(`${at}: this epoch was born before`);
    walk.epochs.set(name, { audience, epochStartMs, commitment: entry.commitment, destroyed: false });
    return;
  }
  if (life === undefined) walk.problems.push(`${at}: destroys an epoch that was never born`);
  else if (life.destroyed) walk.problems.push(`${at}: this epoch was destroyed before`);
  else life.destroyed = true;
};

const checkRelease = (entry: ReleaseEntry, at: string, walk: Walk): void => {
  walk.releases += 1;
  const life = walk.epochs.get(`statistics|${String(entry.epochStartMs)}`);
  if (life === undefined) walk.problems.push(`${at}: releases rows of an epoch that was never born`);
  else if (life.destroyed) walk.problems.push(`${at}: releases rows of an epoch already destroyed`);
  for (const key of entry.keys) {
    const startMs = Date.parse(key.windowStart);
    // By the moment, not by its spelling.
    const name = keyName(entry.table, { ...key, windowStart: new Date(startMs).toISOString() });
    const isInside = startMs >= entry.epochStartMs && startMs < entry.epochStartMs + LONGEST_EPOCH_MS;
    if (!isInside) walk.problems.push(`${at}: ${name} lies outside its epoch`);
    if (!beginsWindow(key, startMs - entry.epochStartMs)) {
      walk.problems.push(`${at}: ${name} begins where no window does`);
    }
    if (!fitsTable(key.dimension, entry.table)) {
      walk.problems.push(`${at}: ${name}: this is no dimension of its table`);
    }
    if (walk.seen.has(name)) walk.problems.push(`${at}: ${name} was released before`);
    walk.seen.add(name);
    if (!onDeclaredRung(entry.table, key)) walk.problems.push(`${at}: ${name} is no rung of the ladder`);
  }
};

/** The dimensions of each table; the others have none. */
const DIMENSIONS: Partial<Readonly<Record<ReleaseEntry['table'], readonly string[]>>> = {
  transitions: ['place', 'category', 'section'],
  terminals: TERMINAL_DIMENSIONS,
  demographics: DEMOGRAPHIC_DIMENSIONS,
};

const fitsTable = (dimension: string | undefined, table: ReleaseEntry['table']): boolean => {
  const known = DIMENSIONS[table];
  return dimension === undefined ? known === undefined : known?.includes(dimension) === true;
};

/** Hours and dayparts begin whole hours after their epoch, a day begins with it. */
const beginsWindow = ({ windowKind }: ReleasedKey, sinceEpochMs: number): boolean =>
  windowKind === 'day' ? sinceEpochMs === 0 : sinceEpochMs % HOUR_MS === 0;

/** A row stands on a rung of its table's ladder: unit kind, window kind and, for cells, the resolution. */
export const onDeclaredRung = (table: ReleaseEntry['table'], key: ReleasedKey): boolean => {
  if (!WINDOW_KINDS.includes(key.windowKind)) return false;
  const rungs = table === 'footfall' ? FOOTFALL_RUNGS : VISIT_RUNGS;
  return rungs.some(
    (rung) =>
      rung.windowKind === key.windowKind &&
      rung.unitKind === key.unitKind &&
      (key.unitKind !== 'cell' || rung.resolution === key.resolution),
  );
};
