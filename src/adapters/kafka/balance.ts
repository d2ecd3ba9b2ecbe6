/** Shares partitions out among the members of a group: evenly to one, moving as few as can be. */

/**
 * Partitions 0 to `count` − 1 by member. Each member keeps what it claims, up to its quota; members with the largest
 * claims get the quotas that are larger by one, so that no more moves than evenness asks for. Of two members that claim
 * one partition, the one that comes first in the order of names keeps it. The result depends on nothing but the claims.
 */
export const balance = (
  count: number,
  claims: ReadonlyMap<string, readonly number[]>,
): ReadonlyMap<string, readonly number[]> => {
  const members = [...claims.keys()].sort();
  const taken = new Set<number>();
  const kept = members.map((member) => ({
    member,
    partitions: uncontested(claims.get(member) ?? [], count, taken),
  }));
  kept.sort((a, b) => b.partitions.length - a.partitions.length);
  const free = new Set(Array.from({ length: count }, (_, partition) => partition));
  const shares = kept.map(({ member, partitions }, rank) => {
    const quota = quotaOf(count, members.length, rank);
    const stay = partitions.slice(0, quota);
    for (const partition of stay) free.delete(partition);
    return { member, quota, partitions: stay };
  });
  for (const { quota, partitions } of shares) {
    for (const partition of free) {
      if (partitions.length >= quota) break;
      partitions.push(partition);
      free.delete(partition);
    }
  }
  return new Map(shares.map(({ member, partitions }) => [member, partitions.sort((a, b) => a - b)]));
};

/** What a member claims that exists and nobody before it has claimed. */
const uncontested = (claimed: readonly number[], count: number, taken: Set<number>): number[] =>
  [...new Set(claimed)]
    .sort((a, b) => a - b)
    .filter((partition) => {
      if (!Number.isInteger(partition) || partition < 0 || partition >= count || taken.has(partition))
        return false;
      taken.add(partition);
      return true;
    });

const quotaOf = (count: number, members: number, rank: number): number =>
  Math.floor(count / members) + (rank < count % members ? 1 : 0);
