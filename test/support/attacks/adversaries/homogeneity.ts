/**
 * Homogeneity: a breakdown in which nearly everyone is in one part tells that of everyone in the row.
 *
 * Knows: that the victim is in a released row. Does: looks for a breakdown of it in which one part holds more than nine
 * in ten, and believes it of the victim. The breakdown of a region and day is left out: it is what the others are
 * compared with. Source: Machanavajjhala et al., "l-Diversity" (2007). Control: no rule against it.
 */
import type { Policy } from '../../../../src/model/policy.ts';
import { longestStays } from '../../../../src/release/partition.ts';
import {
  BREAKDOWN_TABLES,
  knownOf,
  listedVisits,
  partOf,
  partNamer,
  releasedSets,
  rowsByKey,
} from '../released-sets.ts';
import type { Adversary } from '../score.ts';
import type { Releases, StandDay } from '../stand.ts';
import { numberOf } from '../released-sets.ts';

export const HOMOGENEITY: Adversary = {
  name: 'homogeneity',
  title: 'Homogeneity',
  explanation:
    'Somebody knows that a person is in a released row and reads in its breakdowns what nearly everyone there did or is. The number is the share of released breakdowns, regions and days aside, in which one part holds more than 90 % by the published numbers and in truth; the weakened system has no rule against such breakdowns.',
};

/** One part of a breakdown: what was published of it, and, for the judge, how many people it has. */
interface Part {
  readonly published: number;
  readonly people: number;
}

export type Breakdowns = ReadonlyMap<string, readonly Part[]>;

const add = (breakdowns: Map<string, Part[]>, key: string, part: Part): void => {
  const held = breakdowns.get(key);
  if (held === undefined) breakdowns.set(key, [part]);
  else held.push(part);
};

/** The breakdowns of the tiers threshold and perturbed. */
export const witnessedBreakdowns = (
  releases: Releases,
  days: readonly StandDay[],
  regions: ReadonlySet<string>,
): Breakdowns => {
  const breakdowns = new Map<string, Part[]>();
  for (const { row, published, entries } of releasedSets(releases, days).parts) {
    const [, unit = ''] = row.split('|');
    if (!regions.has(unit)) add(breakdowns, row, { published, people: entries.length });
  }
  return breakdowns;
};

/** The breakdowns of the tier dp: of a store and day each. */
export const listedBreakdowns = (
  releases: Releases,
  days: readonly StandDay[],
  bounds: Policy['bounds'],
): Breakdowns => {
  const breakdowns = new Map<string, Part[]>();
  const rows = rowsByKey(releases, BREAKDOWN_TABLES);
  const known = knownOf(days);
  const visits = new Map(days.map((day) => [String(day.epoch), listedVisits(day, bounds)]));
  for (const [key, parts] of rows) {
    const [, unit = '', , start = ''] = key.split('|');
    const stays = longestStays(visits.get(start)?.get(unit) ?? []);
    const names = stays.map(partNamer(parts, known));
    for (const row of parts) {
      const people = names.filter((name) => name === partOf(row)).length;
      add(breakdowns, key, { published: numberOf(row), people });
    }
  }
  return breakdowns;
};

const isAbove = (numbers: readonly number[], limit: number, at: number): boolean => {
  const total = numbers.reduce((a, b) => a + b, 0);
  return total > 0 && (numbers[at] ?? 0) > limit * total;
};

/** Share of breakdowns that rightly tell of everyone. */
export const tellingShare = (breakdowns: Breakdowns, limit: number): number => {
  const telling = [...breakdowns.values()].filter((parts) => {
    const [published, people] = [parts.map((part) => part.published), parts.map((part) => part.people)];
    return parts.some((_, i) => isAbove(published, limit, i) && isAbove(people, limit, i));
  });
  return telling.length / Math.max(breakdowns.size, 1);
};
