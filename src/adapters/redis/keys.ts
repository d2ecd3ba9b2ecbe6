/** Names of keys in Redis. All keys of one partition share a hash tag, so that a cluster keeps them in one slot. */
import { createHmac } from 'node:crypto';
import type { RawId } from '../../model/identity.ts';
import type { SubjectKey } from '../../ports/views.ts';

const KEY_BYTES = 16;

/**
 * The name of a subject in views: the same hash as in the consent book, so that the book can be written out without
 * any identifier. A device and a cookie are one kind, as in consent records.
 *
 * @guarantee G-15
 */
export const subjectKey = (deploymentKey: Buffer, subject: RawId): SubjectKey => {
  const kind = subject.kind === 'member' ? 'member' : 'terminal';
  const digest = createHmac('sha256', deploymentKey).update(`${kind}\0${subject.reveal()}`).digest();
  return digest.toString('hex', 0, KEY_BYTES) as SubjectKey;
};

/** Whatever else is to be named without being shown, such as the owner of an API key. */
export const hiddenName = (deploymentKey: Buffer, name: string): string =>
  createHmac('sha256', deploymentKey)
    .update(`name\0${name}`)
    .digest('hex')
    .slice(0, 2 * KEY_BYTES);

/** The two places of a partition's view; one is whole, the other is being built or empty. */
export type Side = 'a' | 'b';

export interface PartitionKeys {
  readonly mark: string;
  readonly side: Readonly<Record<Side, string>>;
}

/** `space` names the deployment, such as `oboro:tokyo`. */
export const partitionKeys = (space: string, partition: number): PartitionKeys => {
  const room = `${space}:{p${String(partition)}}:consent`;
  return { mark: `${room}:mark`, side: { a: `${room}:a`, b: `${room}:b` } };
};

export const releasedKey = (space: string, partition: number): string =>
  `${space}:{g${String(partition)}}:released`;

export const bucketKey = (space: string, bucket: string): string => `${space}:{${bucket}}:bucket`;
