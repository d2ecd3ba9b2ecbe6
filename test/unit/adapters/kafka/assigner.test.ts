/** The assigner as a group sees it: claims travel in the join, topics are shared out together, counts are held. */
import type { Assigner, Cluster, GroupMember } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { claimIn, encodeClaim, stickyAssigner } from '../../../../src/adapters/kafka/assigner.ts';
import { kafkajs } from '../../../../src/adapters/kafka/client.ts';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

/** As much of a cluster as an assigner asks: how many partitions topics have. */
const clusterWith = (counts: Readonly<Record<string, number>>): Cluster =>
  ({
    findTopicPartitionMetadata: (topic: string) =>
      Array.from({ length: counts[topic] ?? 0 }, (_, partitionId) => ({ partitionId })),
  }) as unknown as Cluster;

const assigner = (
  counts: Readonly<Record<string, number>>,
  options: { readonly held?: readonly number[]; readonly count: number },
): Assigner =>
  stickyAssigner({ held: () => options.held ?? [], count: options.count })({
    cluster: clusterWith(counts),
    groupId: 'g',
    logger: { namespace: () => undefined } as never,
  });

const member = (memberId: string, held: readonly number[]): GroupMember => ({
  memberId,
  memberMetadata: MemberMetadata.encode({ version: 1, topics: ['a', 'b'], userData: encodeClaim(held) }),
});

describe('stickyAssigner', () => {
  it('says in the join what this member holds', () => {
    const { name, metadata } = assigner({}, { held: [3, 700], count: 1 }).protocol({ topics: ['a', 'b'] });
    expect(name).toBe('oboro-sticky');
    expect(MemberMetadata.decode(metadata)?.topics).toEqual(['a', 'b']);
    expect(claimIn(metadata)).toEqual([3, 700]);
  });

  it('gives a partition of all topics to one member, the one that holds it', async () => {
    const given = await assigner({ a: 4, b: 4 }, { count: 4 }).assign({
      members: [member('one', [3, 1]), member('two', [2])],
      topics: ['a', 'b'],
    });
    const shares = given.map(({ memberId, memberAssignment }) => [
      memberId,
      MemberAssignment.decode(memberAssignment)?.assignment,
    ]);
    expect(Object.fromEntries(shares)).toEqual({
      one: { a: [1, 3], b: [1, 3] },
      two: { a: [0, 2], b: [0, 2] },
    });
  });

  it.each([
    ['unequal counts', { a: 4, b: 5 }],
    ['counts that all have changed', { a: 8, b: 8 }],
    ['a topic that is gone', { a: 4 }],
  ])('refuses %s', async (_, counts) => {
    const sharing = assigner(counts, { count: 4 }).assign({
      members: [member('one', [])],
      topics: ['a', 'b'],
    });
    await expect(sharing).rejects.toMatchObject({ code: 'PARTITIONS_CHANGED', retriable: false });
  });
});

describe('claimIn', () => {
  it.each([
    ['nothing', Buffer.alloc(0), []],
    ['half a number', Buffer.from([0, 1, 0]), [1]],
  ])('reads %s', (_, userData, expected) => {
    expect(claimIn(MemberMetadata.encode({ version: 1, topics: [], userData }))).toEqual(expected);
  });
});
