/**
 * Differencing: an analyst subtracts released numbers of nested groups to get at the few people in between.
 *
 * Knows: every released row and part, for all time, and which groups lie inside which. Does: forms unions of rows and
 * parts, finds one inside another, subtracts. Source: Denning and Denning, "The tracker" (1979); Gadotti et al., "When
 * the signal is in the noise" (2019). Control: a release whose rungs copy contributions instead of moving them.
 */
import { Random } from '../../../../examples/city/random.ts';
import type { HeldSet } from '../released-sets.ts';
import type { Adversary } from '../score.ts';

export const DIFFERENCING: Adversary = {
  name: 'differencing',
  title: 'Differencing',
  explanation:
    'An analyst with every released row subtracts numbers of groups that lie inside one another, so that only the people in between are left. The judge, who knows the group behind each row and part, looks for nested unions of rows and parts that differ by somebody, but by fewer than k members. The numbers are how many such pairs exist: among groups that are made to nest, which an analyst can know of, among seeded unions of those, and among parts that nest by chance; the weakened system publishes a contribution on every rung that qualifies instead of once.',
};

export interface Someone {
  readonly subject: string;
  readonly linked: boolean;
}

/** A published group. Groups of one series are meant to be disjoint. */
export interface Group<E extends Someone = Someone> {
  readonly series: string;
  readonly name: string;
  readonly entries: readonly E[];
}

export interface Nested {
  readonly outer: string;
  readonly inner: string;
  readonly series: string;
  readonly members: number;
}

export const groupsOf = (sets: readonly HeldSet[]): readonly Group[] =>
  sets.map(({ series, row, part, entries }) => ({
    series,
    name: part === null ? row : `${row} ${part}`,
    entries,
  }));

const membersIn = (entries: readonly Someone[]): number =>
  new Set(entries.filter(({ linked }) => linked).map(({ subject }) => subject)).size;

/** Finds for a union the largest union of another series inside it, which leaves the smallest difference. */
export class Differences {
  readonly #k: number;
  readonly #groupsOf = new Map<Someone, Group[]>();
  readonly #series: readonly string[];

  constructor(groups: readonly Group[], k: number) {
    this.#k = k;
    this.#series = [...new Set(groups.map(({ series }) => series))];
    for (const group of groups) {
      for (const entry of group.entries) {
        const held = this.#groupsOf.get(entry);
        if (held === undefined) this.#groupsOf.set(entry, [group]);
        else held.push(group);
      }
    }
  }

  groupsOf(entry: Someone): readonly Group[] {
    return this.#groupsOf.get(entry) ?? [];
  }

  /** Differences of 1…k−1 members between a union of groups and what other groups lie inside it. */
  inside(union: readonly Group[]): readonly Nested[] {
    const outer = new Set(union.flatMap(({ entries }) => entries));
    const own = new Set(union);
    const touched = new Set<Group>();
    for (const entry of outer) for (const group of this.#groupsOf.get(entry) ?? []) touched.add(group);
    const within = [...touched].filter(
      (group) => !own.has(group) && group.entries.every((one) => outer.has(one)),
    );
    return this.#series.flatMap((series) =>
      this.#left(
        union,
        outer,
        within.filter((group) => group.series === series),
      ),
    );
  }

  #left(union: readonly Group[], outer: ReadonlySet<Someone>, within: readonly Group[]): readonly Nested[] {
    const [first] = within;
    if (first === undefined) return [];
    const inner = new Set(within.flatMap(({ entries }) => entries));
    const left = [...outer].filter((entry) => !inner.has(entry));
    const members = membersIn(left);
    if (left.length === 0 || members >= this.#k) return [];
    const names = (groups: readonly Group[]): string => groups.map(({ name }) => name).join(' + ');
    return [{ outer: names(union), inner: names(within), series: first.series, members }];
  }
}

/** Every group alone against the unions of each series inside it. */
export const nestedDifferences = (groups: readonly Group[], k: number): readonly Nested[] => {
  const differences = new Differences(groups, k);
  return groups.flatMap((group) => differences.inside([group]));
};

/** Steps from group to group through somebody whom both hold: groups far apart can hold nothing of each other. */
const neighbours = (
  random: Random,
  groups: readonly Group[],
  groupsOf: (entry: Someone) => readonly Group[],
): Group[] => {
  const size = 2 + random.below(4);
  const start = groups[random.below(groups.length)];
  const union = new Set(start === undefined ? [] : [start]);
  for (let step = 0; step < 4 * size && union.size < size; step++) {
    const at = [...union][random.below(union.size)];
    const entry = at?.entries[random.below(at.entries.length)];
    const next = entry === undefined ? [] : groupsOf(entry);
    const group = random.chance(0.3) ? groups[random.below(groups.length)] : next[random.below(next.length)];
    if (group !== undefined) union.add(group);
  }
  return [...union];
};

/** Seeded unions of two to five groups that overlap or not, of any series: what the check of single groups leaves out. */
export const searchedDifferences = (
  groups: readonly Group[],
  { k, tries, seed }: { readonly k: number; readonly tries: number; readonly seed: number },
): readonly Nested[] => {
  const random = new Random(seed);
  const differences = new Differences(groups, k);
  return Array.from({ length: groups.length === 0 ? 0 : tries }, () =>
    differences.inside(neighbours(random, groups, (entry) => differences.groupsOf(entry))),
  ).flat();
};
