/** Keeps breakdowns and rows of the same people from setting a few of them apart: one inside another, with fewer than k between. */
import type { GatePolicy } from '../model/policy.ts';
import type { VisitEntry } from '../model/tally.ts';
import { isSomebody } from '../model/tally.ts';
import { headCount } from './threshold.ts';

/** The rows and parts that were released so far, and for each entry in which of them it is. Plain data. */
export interface Parted {
  readonly parts: { readonly series: string; readonly entries: readonly VisitEntry[] }[];
  readonly of: Map<VisitEntry, number[]>;
}

export const nothingParted = (): Parted => ({ parts: [], of: new Map() });

type Parts = readonly (readonly VisitEntry[])[];

export const notePart = (parted: Parted, series: string, parts: Parts): void => {
  for (const entries of parts) {
    const id = parted.parts.push({ series, entries }) - 1;
    for (const entry of entries) {
      const ids = parted.of.get(entry);
      if (ids === undefined) parted.of.set(entry, [id]);
      else ids.push(id);
    }
  }
};

/** All unions are tried up to so many parts; beyond it, single ones, pairs, all but one, and all. */
const MANY = 8;

/** Which parts are taken together, as sets of their numbers. */
const unionsOf = (count: number): readonly (readonly number[])[] => {
  const all = Array.from({ length: count }, (_, i) => i);
  if (count <= MANY) {
    return Array.from({ length: 2 ** count - 1 }, (_, mask) =>
      all.filter((i) => ((mask + 1) >> i) % 2 === 1),
    );
  }
  const pairs = all.flatMap((i) => all.slice(i + 1).map((j) => [i, j]));
  return [...all.map((i) => [i]), ...pairs, ...all.map((i) => all.filter((j) => j !== i)), all];
};

/** Released parts of one series that share people with a new breakdown: how many of each are in each new part. */
interface Beside {
  readonly entries: readonly VisitEntry[];
  readonly size: number;
  readonly within: readonly number[];
}

const besideOf = (parted: Parted, parts: Parts): readonly (readonly Beside[])[] => {
  const within = new Map<number, number[]>();
  parts.forEach((entries, i) => {
    for (const entry of entries) {
      for (const id of parted.of.get(entry) ?? []) {
        const counts = within.get(id) ?? parts.map(() => 0);
        within.set(id, counts);
        counts[i] = (counts[i] ?? 0) + 1;
      }
    }
  });
  const bySeries = new Map<string, Beside[]>();
  for (const [id, counts] of within) {
    const part = parted.parts[id];
    if (part === undefined) continue;
    const entries = part.entries.filter(isSomebody);
    const held = bySeries.get(part.series) ?? [];
    bySeries.set(part.series, held);
    held.push({ entries, size: entries.length, within: counts });
  }
  return [...bySeries.values()];
};

/** Somebody, but fewer than k members. */
const areFew = (entries: readonly VisitEntry[], gate: GatePolicy): boolean =>
  entries.length > 0 && headCount(entries, gate).towardsK < gate.k;

const without = (entries: readonly VisitEntry[], others: Parts): readonly VisitEntry[] => {
  const gone = new Set(others.flat());
  return entries.filter((entry) => !gone.has(entry));
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

const setsApart = (
  union: readonly number[],
  parts: Parts,
  beside: readonly Beside[],
  gate: GatePolicy,
): boolean => {
  const own = union.flatMap((i) => parts[i] ?? []);
  const shared = beside.map(({ within }) => sum(union.map((i) => within[i] ?? 0)));
  const inside = beside.filter(({ size }, n) => shared[n] === size);
  if (
    inside.length > 0 &&
    areFew(
      without(
        own,
        inside.map(({ entries }) => entries),
      ),
      gate,
    )
  )
    return true;
  if (sum(shared) < own.length) return false;
  const around = beside.filter((_, n) => (shared[n] ?? 0) > 0).flatMap(({ entries }) => entries);
  return areFew(without(around, [own]), gate);
};

/**
 * True when some union of new parts and some union of released parts of one other breakdown lie inside one another and
 * differ by fewer than k members: their numbers, subtracted, would be about those few (ADR 18).
 *
 * @guarantee G-11
 */
export const wouldSetApart = (parted: Parted, parts: Parts, gate: GatePolicy): boolean => {
  const unions = unionsOf(parts.length);
  return besideOf(parted, parts).some((beside) =>
    unions.some((union) => setsApart(union, parts, beside, gate)),
  );
};
