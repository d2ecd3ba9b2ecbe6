/** Our way to share out partitions in a group: partition p of all topics to one member, and to the one that has it already. */
import type { Assigner, Cluster, GroupMember, GroupMemberAssignment, PartitionAssigner } from 'kafkajs';
import { OboroError } from '../../model/errors.ts';
import { balance } from './balance.ts';
import { kafkajs } from './client.ts';

export interface AssignerOptions {
  /** Partitions that this member has now: told to whoever shares out, in every join. */
  readonly held: () => readonly number[];
  /** Partitions that every topic must have. */
  readonly count: number;
}

const NAME = 'oboro-sticky';
const VERSION = 1;

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

export const stickyAssigner =
  ({ held, count }: AssignerOptions): PartitionAssigner =>
  ({ cluster }): Assigner => ({
    name: NAME,
    version: VERSION,
    protocol: ({ topics }) => ({
      name: NAME,
      metadata: MemberMetadata.encode({ version: VERSION, topics, userData: encodeClaim(held()) }),
    }),
    assign: async ({ members, topics }) => {
      for (const topic of topics) requireCount(topic, partitionCount(cluster, topic), count);
      return Promise.resolve(assignmentsOf(members, topics, count));
    },
  });

const assignmentsOf = (
  members: readonly GroupMember[],
  topics: readonly string[],
  count: number,
): GroupMemberAssignment[] => {
  const claims = new Map(members.map(({ memberId, memberMetadata }) => [memberId, claimIn(memberMetadata)]));
  return [...balance(count, claims)].map(([memberId, partitions]) => ({
    memberId,
    memberAssignment: MemberAssignment.encode({
      version: VERSION,
      assignment: Object.fromEntries(topics.map((topic) => [topic, [...partitions]])),
      userData: Buffer.alloc(0),
    }),
  }));
};

const partitionCount = (cluster: Cluster, topic: string): number =>
  cluster.findTopicPartitionMetadata(topic).length;

/** Throws PARTITIONS_CHANGED: with another count, keys are in other partitions and every task's state is wrong. */
export const requireCount = (topic: string, found: number, expected: number): void => {
  if (found === expected) return;
  throw new OboroError(
    'PARTITIONS_CHANGED',
    `${topic} has ${String(found)} partitions where ${String(expected)} are expected`,
    {
      hint: 'Give the topic its partitions back, or begin a new deployment with other counts (docs/operations.md).',
    },
  );
};

/** Partitions as 16-bit numbers. */
export const encodeClaim = (partitions: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(partitions.length * 2);
  partitions.forEach((partition, i) => bytes.writeUInt16BE(partition, i * 2));
  return bytes;
};

/** What another member claims; nothing where its words are not ours. */
export const claimIn = (metadata: Buffer): readonly number[] => {
  const userData = MemberMetadata.decode(metadata)?.userData ?? Buffer.alloc(0);
  return Array.from({ length: Math.floor(userData.length / 2) }, (_, i) => userData.readUInt16BE(i * 2));
};
