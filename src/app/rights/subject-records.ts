/** Reads what the topics of rights hold of one subject, without changing anything. */
import { SchemaTeacher } from '../../adapters/registry/schema-source.ts';
import { OboroError } from '../../model/errors.ts';
import type { Identified, RawId } from '../../model/identity.ts';
import { subjectOf } from '../../model/identity.ts';
import type { RawConsent, RawErasure, RawRight } from '../../model/raw.ts';
import type { LogBatch } from '../../ports/log.ts';
import type { WantedSchema } from '../../ports/registry.ts';
import type { SubjectConsent } from '../../sanitize/consent.ts';
import { foldConsent, foldErasure } from '../../sanitize/consent.ts';
import { TopicIntake } from '../../wire/intake-record.ts';
import { partitionOf } from '../../wire/murmur2.ts';
import type { RightsMeans } from './means.ts';

export type RightTopic = 'privacy.consent' | 'privacy.erasure';

/** What is there of one subject, oldest first. */
export interface SubjectRecords {
  readonly partition: number;
  readonly consents: readonly RawConsent[];
  readonly erasures: readonly RawErasure[];
  /** What they come to; null without any record. */
  readonly current: SubjectConsent | null;
  /** Records under the subject's key that cannot be read. */
  readonly unreadable: number;
}

/** Partitions of the topics of rights, which are those of all personal topics. Throws TOPIC_MISSING. */
export const rightPartitions = async (
  { log }: Pick<RightsMeans, 'log'>,
  topic: RightTopic,
): Promise<number> => {
  const partitions = await log.partitionsOf(topic);
  if (partitions !== null) return partitions;
  throw new OboroError('TOPIC_MISSING', `there is no topic ${topic}`, {
    hint: 'Make the topics with: oboro topics create',
  });
};

/** True when nothing came after the newest erasure. */
export const isErasedNow = (consent: SubjectConsent | null): boolean =>
  consent !== null && consent.erasedAt !== null && consent.erasedAt >= consent.at;

/** The record key of a subject. */
export const keyOf = (subject: RawId): Buffer => Buffer.from(subject.reveal(), 'utf8');

/** Throws TOPIC_MISSING, or SERVICE_AWAY when a needed service cannot be reached. */
export const readSubject = async (means: RightsMeans, subject: RawId): Promise<SubjectRecords> => {
  const consents = await readTopic<RawConsent>(means, 'privacy.consent', subject);
  const erasures = await readTopic<RawErasure>(means, 'privacy.erasure', subject);
  return {
    partition: consents.partition,
    consents: consents.records,
    erasures: erasures.records,
    current: foldAll(consents.records, erasures.records),
    unreadable: consents.unreadable + erasures.unreadable,
  };
};

const foldAll = (consents: readonly RawConsent[], erasures: readonly RawErasure[]): SubjectConsent | null => {
  const granted = consents.reduce<SubjectConsent | null>(foldConsent, null);
  return erasures.reduce<SubjectConsent | null>(foldErasure, granted);
};

interface OfTopic<T> {
  readonly partition: number;
  readonly records: readonly T[];
  readonly unreadable: number;
}

/** One pass over the partition; a second one when it takes schemas that nobody had taught yet. */
const readTopic = async <T extends RawRight>(
  means: RightsMeans,
  topic: RightTopic,
  subject: RawId,
): Promise<OfTopic<T>> => {
  const partitions = await rightPartitions(means, topic);
  const intake = new TopicIntake({ topic, partitions });
  const teacher = new SchemaTeacher(means);
  await teacher.admit(intake);
  for (;;) {
    const pass = new Pass(intake, subject, partitions);
    await means.log.readToEnd({ topic, partition: pass.partition }, null, (batch) => pass.take(batch));
    const { partition, unreadable, records, wanted } = pass;
    if (wanted.length === 0) {
      return { partition, unreadable, records: records as readonly RawRight[] as readonly T[] };
    }
    if ((await teacher.fetch(wanted)) === 'away') throw registryAway();
  }
};

const isSameKind = (record: Identified, subject: RawId): boolean =>
  (subjectOf(record)?.kind === 'member') === (subject.kind === 'member');

/** Collects the records of one subject from its partition. */
class Pass {
  readonly partition: number;
  readonly records: RawRight[] = [];
  readonly wanted: WantedSchema[] = [];
  unreadable = 0;
  readonly #intake: TopicIntake<RightTopic>;
  readonly #subject: RawId;
  readonly #key: Buffer;

  constructor(intake: TopicIntake<RightTopic>, subject: RawId, partitions: number) {
    this.#intake = intake;
    this.#subject = subject;
    this.#key = keyOf(subject);
    this.partition = partitionOf(this.#key, partitions);
  }

  take({ records }: LogBatch): void {
    for (const record of records) {
      if (record.key?.equals(this.#key) !== true) continue;
      const outcome = this.#intake.decode(record, this.partition);
      if (outcome.kind === 'wait') this.wanted.push({ topic: this.#intake.topic, id: outcome.schemaId });
      else if (outcome.kind === 'removed') this.records.length = 0;
      else if (outcome.kind === 'quarantine') this.unreadable += 1;
      else if (outcome.kind === 'keep' && isSameKind(outcome.value, this.#subject)) {
        this.records.push(outcome.value);
      }
    }
  }
}

const registryAway = (): OboroError =>
  new OboroError('SERVICE_AWAY', 'the schema registry cannot be reached', {
    retriable: true,
    hint: 'See registry.url in the configuration.',
  });
