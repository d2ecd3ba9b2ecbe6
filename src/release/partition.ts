/** Splits the contributors of released rows into parts of at least k that cover all of them, or refuses (G-11). */
import type { Pseudonym } from '../model/identity.ts';
import type { CellId } from '../model/place.ts';
import type { GatePolicy } from '../model/policy.ts';
import type { VisitEntry } from '../model/tally.ts';
import type { UnitList } from '../place/units.ts';
import { REGION_RESOLUTION, ancestor } from '../place/units.ts';
import { headCount } from './threshold.ts';

/** Where a contributor went next; null is "no next visit". */
export interface Next {
  readonly toCell: CellId;
  readonly toCategory: string;
}

/** Where contributors went, and what the destinations stand for. */
export interface Ways {
  readonly nextOf: (entry: VisitEntry) => Next | null;
  readonly units: Pick<UnitList, 'storesOf'>;
}

/** What some of a row's contributors share, one entry for each of them. */
export interface Part<L> {
  readonly label: L;
  readonly entries: readonly VisitEntry[];
}

export interface DwellBin {
  readonly fromMs: number;
  /** Null is open. */
  readonly toMs: number | null;
}

export interface Destination {
  readonly kind: 'cell' | 'region' | 'category' | 'elsewhere';
  readonly id: string;
}

/** One entry per subject: the longest stay, ties to the later and then to the smaller store id. */
export const longestStays = (entries: Iterable<VisitEntry>): readonly VisitEntry[] => {
  const best = new Map<Pseudonym, VisitEntry>();
  for (const entry of entries) {
    const held = best.get(entry.subject);
    if (held === undefined || outranks(entry, held)) best.set(entry.subject, entry);
  }
  return [...best.values()];
};

const outranks = (a: VisitEntry, b: VisitEntry): boolean => {
  if (a.dwellMs !== b.dwellMs) return a.dwellMs > b.dwellMs;
  return a.end !== b.end ? a.end > b.end : a.store < b.store;
};

/** Dwell bins of neighbouring edges, merged from the left until each holds k; the rest joins the last. */
export const dwellParts = (
  stays: readonly VisitEntry[],
  edges: readonly number[],
  gate: GatePolicy,
): readonly Part<DwellBin>[] | null => {
  const parts: Part<DwellBin>[] = [];
  let open: VisitEntry[] = [];
  let fromMs = edges[0] ?? 0;
  edges.forEach((low, i) => {
    const high = edges[i + 1] ?? null;
    open.push(...stays.filter((s) => (i === 0 || s.dwellMs >= low) && (high === null || s.dwellMs < high)));
    if (high !== null && headCount(open, gate).towardsK < gate.k) return;
    parts.push({ label: { fromMs, toMs: high }, entries: open });
    open = [];
    fromMs = high ?? fromMs;
  });
  return judged(joinLast(parts, gate), gate);
};

/** The last bin may be short of k: it joins the one before it. */
const joinLast = (parts: readonly Part<DwellBin>[], gate: GatePolicy): readonly Part<DwellBin>[] => {
  const last = parts.at(-1);
  const before = parts.at(-2);
  if (last === undefined || before === undefined || headCount(last.entries, gate).towardsK >= gate.k) {
    return parts;
  }
  const joined: Part<DwellBin> = {
    label: { fromMs: before.label.fromMs, toMs: last.label.toMs },
    entries: [...before.entries, ...last.entries],
  };
  return [...parts.slice(0, -2), joined];
};

/**
 * Destinations by r7 cell; what is short of k rolls up to its region, then to `elsewhere`, which also takes those
 * without a next visit.
 */
export const placeParts = (
  stays: readonly VisitEntry[],
  { nextOf, units }: Ways,
  gate: GatePolicy,
): readonly Part<Destination>[] | null => {
  const cells = split(stays, { gate, units }, (entry) => nextOf(entry)?.toCell ?? null);
  const regions = split(cells.short, { gate, units }, (entry) => {
    const next = nextOf(entry);
    return next === null ? null : ancestor(next.toCell, REGION_RESOLUTION);
  });
  return withElsewhere(
    [...named('cell', cells.parts), ...named('region', regions.parts)],
    regions.short,
    gate,
  );
};

/** Destinations by category of the next store; what is short of k joins `elsewhere`. */
export const categoryParts = (
  stays: readonly VisitEntry[],
  { nextOf, units }: Ways,
  gate: GatePolicy,
): readonly Part<Destination>[] | null => {
  const categories = split(stays, { gate, units }, (entry) => nextOf(entry)?.toCategory ?? null);
  return withElsewhere(named('category', categories.parts), categories.short, gate);
};

interface Split {
  readonly parts: readonly Part<string>[];
  /** Entries of parts short of k, and those without a label. */
  readonly short: readonly VisitEntry[];
}

const split = (
  stays: readonly VisitEntry[],
  { gate, units }: { readonly gate: GatePolicy; readonly units: Ways['units'] },
  labelOf: (entry: VisitEntry) => string | null,
): Split => {
  const byLabel = new Map<string, VisitEntry[]>();
  const short: VisitEntry[] = [];
  for (const entry of stays) {
    const label = labelOf(entry);
    const held = label === null ? short : (byLabel.get(label) ?? []);
    held.push(entry);
    if (label !== null) byLabel.set(label, held);
  }
  const parts: Part<string>[] = [];
  for (const label of [...byLabel.keys()].sort()) {
    const entries = byLabel.get(label) ?? [];
    const isWide = units.storesOf(label) >= gate.destinationStores;
    if (isWide && headCount(entries, gate).towardsK >= gate.kBreakdown) parts.push({ label, entries });
    else short.push(...entries);
  }
  return { parts, short };
};

const named = (kind: Destination['kind'], parts: readonly Part<string>[]): readonly Part<Destination>[] =>
  parts.map(({ label, entries }) => ({ label: { kind, id: label }, entries }));

const ELSEWHERE: Destination = { kind: 'elsewhere', id: 'elsewhere' };

/** Whoever is left goes to `elsewhere`. */
const withElsewhere = (
  parts: readonly Part<Destination>[],
  left: readonly VisitEntry[],
  gate: GatePolicy,
): readonly Part<Destination>[] | null => {
  const joined = joinSmallest(parts, { label: ELSEWHERE, entries: left }, gate);
  return joined === null ? null : judged(joined, gate);
};

/** Adds what is left as a part; while that is short of k, the smallest part joins it. Null when it stays short. */
export const joinSmallest = <L>(
  parts: readonly Part<L>[],
  { label, entries: left }: Part<L>,
  gate: GatePolicy,
): readonly Part<L>[] | null => {
  const kept = [...parts];
  const entries = [...left];
  const short = (): boolean => entries.length > 0 && headCount(entries, gate).towardsK < gate.kBreakdown;
  while (short() && kept.length > 0) {
    const least = kept.reduce((a, b) => (b.entries.length < a.entries.length ? b : a));
    entries.push(...least.entries);
    kept.splice(kept.indexOf(least), 1);
  }
  if (short()) return null;
  return entries.length > 0 ? [...kept, { label, entries }] : kept;
};

/** One part says only what the row said; a part that holds nearly all says what nearly everyone did (homogeneity). */
export const judged = <L>(parts: readonly Part<L>[], gate: GatePolicy): readonly Part<L>[] | null => {
  const total = parts.reduce((sum, { entries }) => sum + entries.length, 0);
  if (parts.length < 2) return null;
  return parts.some(({ entries }) => entries.length > gate.homogeneityShare * total) ? null : parts;
};
