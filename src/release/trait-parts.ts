/** Parts of released rows by what is known of their people: terminal, system, age, gender, prefecture. */
import type { Traits } from '../model/contribution.ts';
import type { GatePolicy } from '../model/policy.ts';
import type { VisitEntry } from '../model/tally.ts';
import type { Breakdown, GateState, KnownTraits } from './gate-state.ts';
import type { Part } from './partition.ts';
import { joinSmallest, judged } from './partition.ts';
import { headCount } from './threshold.ts';

/** Breakdowns by one trait each: never by two, since their cells would be small. */
export const TRAIT_OF = {
  'terminals.terminal_type': 'terminalType',
  'terminals.os': 'os',
  'demographics.age_band': 'ageBand',
  'demographics.gender': 'gender',
  'demographics.prefecture': 'prefecture',
} as const satisfies Partial<Record<Breakdown, keyof Traits>>;
export type TraitBreakdown = keyof typeof TRAIT_OF;

/** Whoever did not say, or whose terminal did not. */
export const UNKNOWN = 'unknown';
/** Everything that is too rare to be named. */
export const OTHER = 'other';

/**
 * Parts by category; those short of k join `other`, and while that is short, the smallest part joins it. Null when
 * what is left says nothing, or too much of everyone (G-11).
 */
export const traitParts = (
  stays: readonly VisitEntry[],
  categoryOf: (entry: VisitEntry) => string | null,
  gate: GatePolicy,
): readonly Part<string>[] | null => {
  const byCategory = new Map<string, VisitEntry[]>();
  for (const entry of stays) {
    const category = categoryOf(entry) ?? UNKNOWN;
    const held = byCategory.get(category);
    if (held === undefined) byCategory.set(category, [entry]);
    else held.push(entry);
  }
  const parts: Part<string>[] = [];
  const rare: VisitEntry[] = byCategory.get(OTHER) ?? [];
  for (const label of [...byCategory.keys()].filter((category) => category !== OTHER).sort()) {
    const entries = byCategory.get(label) ?? [];
    if (headCount(entries, gate).towardsK >= gate.kBreakdown) parts.push({ label, entries });
    else rare.push(...entries);
  }
  const joined = joinSmallest(parts, { label: OTHER, entries: rare }, gate);
  return joined === null ? null : judged(joined, gate);
};

/** What is known later counts; of two that became known at once, always the same one, whichever came first. */
export const outranksTraits = (a: KnownTraits, b: KnownTraits): boolean =>
  a.knownAt !== b.knownAt ? a.knownAt > b.knownAt : textOf(a) > textOf(b);

const textOf = ({ traits }: KnownTraits): string =>
  [traits.terminalType, traits.os, traits.ageBand, traits.gender, traits.prefecture]
    .map((value) => value ?? '')
    .join('|');

export const traitOf =
  ({ traits }: Pick<GateState, 'traits'>, breakdown: TraitBreakdown) =>
  (entry: VisitEntry): string | null =>
    traits.get(entry.subject)?.traits[TRAIT_OF[breakdown]] ?? null;
