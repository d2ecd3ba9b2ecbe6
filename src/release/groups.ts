/** Released rows that wait for a breakdown, each with who is in it and what it published. */
import type { StoreId } from '../model/place.ts';
import type { VisitEntry } from '../model/tally.ts';
import { isSomebody } from '../model/tally.ts';
import type { Bucket } from './ladder.ts';
import { longestStays } from './partition.ts';

export interface ReleasedGroup {
  /** One of its stores: from the row's rung on upwards all of them lie in the same unit. */
  readonly store: StoreId;
  /** Those who withdrew since are nobody; the row's number stays. */
  readonly entries: readonly VisitEntry[];
  /** Visitors of the row, as published. */
  readonly published: number;
}

/**
 * The visitor-windows of several rows: everybody once for each row, by the longest stay in it. So parts add up to the
 * rows' own numbers, and nobody's number is looked at a second time.
 */
export const visitorWindows = ({ entries: groups }: Bucket<ReleasedGroup>): readonly VisitEntry[] =>
  groups.flatMap((group) => longestStays(peopleOf(group)));

/** Who is in a group and has not withdrawn since. */
export const peopleOf = ({ entries }: ReleasedGroup): readonly VisitEntry[] => entries.filter(isSomebody);

export const publishedOf = ({ entries: groups }: Bucket<ReleasedGroup>): number =>
  groups.reduce((sum, { published }) => sum + published, 0);
