/** Sends records of rights: all or none of them, each to the partition of its subject. */
import type { RawId } from '../../model/identity.ts';
import { subjectOf } from '../../model/identity.ts';
import type { RawConsent, RawErasure } from '../../model/raw.ts';
import { eventTime } from '../../model/time.ts';
import type { EventTime } from '../../model/time.ts';
import type { Outgoing } from '../../ports/log.ts';
import { framedEncoder } from '../../wire/framed.ts';
import { partitionOf } from '../../wire/murmur2.ts';
import type { RightsMeans } from './means.ts';
import type { NamedSubjects } from './named-subjects.ts';
import { allOf } from './named-subjects.ts';
import type { RightTopic } from './subject-records.ts';
import { keyOf, readSubject, rightPartitions } from './subject-records.ts';

const NAME_BYTES = 8;
const REQUEST_BYTES = 16;

/**
 * In one transaction, under a name of its own: nothing was read that a second sender could make wrong, so none is
 * fenced.
 */
const send = async (
  { log, randomness, application }: RightsMeans,
  records: readonly Outgoing[],
): Promise<void> => {
  const writer = await log.openWriter(
    `${application}.rights.${randomness.bytes(NAME_BYTES).toString('hex')}`,
  );
  try {
    await writer.commit(records);
  } finally {
    await writer.close();
  }
};

const placed = async (
  means: RightsMeans,
  topic: RightTopic,
  of: { readonly subject: RawId; readonly value: Buffer | null },
): Promise<Outgoing> => {
  const key = keyOf(of.subject);
  return { topic, partition: partitionOf(key, await rightPartitions(means, topic)), key, value: of.value };
};

/**
 * Now, or later where the subject's newest consent is dated later: clocks of apps run ahead, and a choice must not be
 * undone by one that was made before it.
 */
export const afterAll = async (means: RightsMeans, subject: RawId): Promise<EventTime> => {
  const { consents } = await readSubject(means, subject);
  return eventTime(Math.max(means.clock.now(), ...consents.map(({ at }) => at)));
};

export const sendConsent = async (
  means: RightsMeans,
  consent: RawConsent,
): Promise<{ readonly partition: number }> => {
  const encode = framedEncoder('privacy.consent', await means.registry.idOf('privacy.consent'));
  const subject = subjectOf(consent) ?? consent.deviceId;
  const record = await placed(means, 'privacy.consent', { subject, value: encode(consent) });
  await send(means, [record]);
  return { partition: record.partition };
};

export interface SentErasure {
  /** Random; names the request in the records and to the person. */
  readonly requestId: string;
  /** One erasure record each. */
  readonly subjects: readonly {
    readonly subject: string;
    readonly partition: number;
    readonly atMs: number;
  }[];
}

/** A record names a device; a member known by none is its own, which leaves the subject the member. */
const erasureOf = (
  subject: RawId,
  { terminals }: NamedSubjects,
): Pick<RawErasure, 'deviceId' | 'memberId'> =>
  subject.kind === 'member'
    ? { deviceId: terminals[0] ?? subject, memberId: subject }
    : { deviceId: subject, memberId: null };

/**
 * One erasure for every subject, then the end of its consent record. The erasure comes first, and tells a worker that
 * has the consent in memory; the tombstone takes the record out of the topic.
 *
 * @guarantee G-04
 */
export const sendErasure = async (means: RightsMeans, named: NamedSubjects): Promise<SentErasure> => {
  const encode = framedEncoder('privacy.erasure', await means.registry.idOf('privacy.erasure'));
  const requestId = means.randomness.bytes(REQUEST_BYTES).toString('hex');
  const [erasures, tombstones, subjects]: [Outgoing[], Outgoing[], SentErasure['subjects'][number][]] = [
    [],
    [],
    [],
  ];
  for (const subject of allOf(named)) {
    const at = await afterAll(means, subject);
    const value = encode({ kind: 'erasure', ...erasureOf(subject, named), at, requestId });
    const erasure = await placed(means, 'privacy.erasure', { subject, value });
    erasures.push(erasure);
    tombstones.push(await placed(means, 'privacy.consent', { subject, value: null }));
    subjects.push({ subject: subject.kind, partition: erasure.partition, atMs: at });
  }
  await send(means, [...erasures, ...tombstones]);
  return { requestId, subjects };
};
