/** Released rows that wait for a breakdown, each with who is in it and what it published. */
import type { Pseudonym } from '../model/identity.ts';
import type { StoreId } from '../model/place.ts';
import type { VisitEntry } from '../model/tally.ts';
import type { Bucket, Waiting } from './ladder.ts';
import { longestStays } from './partition.ts';

export interface ReleasedGroup {
  /** One of its stores: from the row's rung on upwards all of them lie in the same unit. */
  readonly store: StoreId;
  /** Those who withdrew since are left out; the row's number stays. */
  readonly entries: readonly VisitEntry[];
  /** Visitors of the row, as published. */
  readonly published: number;
}

/**
 * The visitor-windows of several rows: everybody once for each row, by the longest stay in it. So parts add up to the
 * rows' own numbers, and nobody's number is looked at a second time.
 */
export const visitorWindows = ({ entries: groups }: Bucket<ReleasedGroup>): readonly VisitEntry[] =>
  groups.flatMap(({ entries }) => longestStays(entries));

export const publishedOf = ({ entries: groups }: Bucket<ReleasedGroup>): number =>
  groups.reduce((sum, { published }) => sum + published, 0);

/** Takes a subject out of every group (G-03). */
export const forgetSubject = (waiting: Waiting<ReleasedGroup>, subject: Pseudonym): void => {
  for (const buckets of waiting) {
    for (const [key, bucket] of buckets) {
      const entries = bucket.entries.map((group) => without(group, subject));
      buckets.set(key, { ...bucket, entries });
    }
  }
};

const without = (group: ReleasedGroup, subject: Pseudonym): ReleasedGroup => {
  const entries = group.entries.filter((entry) => entry.subject !== subject);
  return entries.length === group.entries.length ? group : { ...group, entries };
};
