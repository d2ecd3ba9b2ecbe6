/** Decodes the records of all inputs, and has missing schemas fetched: one for all tasks of a process. */
import { SchemaTeacher } from '../../adapters/registry/schema-source.ts';
import { OboroError } from '../../model/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RawRevocation } from '../../model/raw.ts';
import type { LogRecord, Place } from '../../ports/log.ts';
import type { SchemaRegistry, WantedSchema } from '../../ports/registry.ts';
import type { InputCodec, Intake } from '../../runtime/stream/codecs.ts';
import { TopicIntake } from '../../wire/intake-record.ts';
import { RawIds } from '../../wire/raw-ids.ts';

const TOPICS = ['privacy.consent', 'privacy.erasure', 'raw.gps', 'raw.device', 'raw.access-log'] as const;

type StreamTopic = (typeof TOPICS)[number];

const isStreamTopic = (topic: string): topic is StreamTopic => TOPICS.some((known) => known === topic);

export interface InputOptions {
  readonly registry: SchemaRegistry;
  readonly clock: Clock;
  readonly partitions: number;
}

export class StreamInput implements InputCodec {
  readonly #ids: RawIds;
  readonly #teacher: SchemaTeacher;
  readonly #topics: ReadonlyMap<string, TopicIntake<StreamTopic>>;
  readonly #wanted = new Map<string, WantedSchema>();

  private constructor(
    ids: RawIds,
    teacher: SchemaTeacher,
    topics: ReadonlyMap<string, TopicIntake<StreamTopic>>,
  ) {
    this.#ids = ids;
    this.#teacher = teacher;
    this.#topics = topics;
  }

  /** Asks the registry for what it has; when it is away, records wait until it is there. */
  static async open({ registry, clock, partitions }: InputOptions): Promise<StreamInput> {
    const teacher = new SchemaTeacher({ registry, clock });
    const ids = new RawIds();
    const intakes = TOPICS.map((topic) => new TopicIntake<StreamTopic>({ topic, partitions, ids }));
    for (const intake of intakes) await teacher.admit(intake);
    return new StreamInput(ids, teacher, new Map(intakes.map((intake) => [intake.topic, intake])));
  }

  decode({ topic, partition }: Place, record: LogRecord): Intake {
    const intake = this.#topics.get(topic);
    if (intake === undefined || !isStreamTopic(topic)) throw new OboroError('BUG', `${topic} is no input`);
    const outcome = intake.decode(record, partition);
    if (outcome.kind === 'wait') {
      this.#wanted.set(`${topic}|${String(outcome.schemaId)}`, { topic, id: outcome.schemaId });
      return { kind: 'wait' };
    }
    return outcome.kind === 'removed' ? { kind: 'revoke' } : outcome;
  }

  revocationsOf(key: Buffer): readonly RawRevocation[] {
    const text = key.toString('utf8');
    const [memberId, deviceId] = [this.#ids.of('member', text), this.#ids.of('device', text)];
    if (memberId === null || deviceId === null) return [];
    return [
      { kind: 'revocation', memberId, deviceId: null },
      { kind: 'revocation', memberId: null, deviceId },
    ];
  }

  async fetch(): Promise<void> {
    const wanted = [...this.#wanted.values()];
    this.#wanted.clear();
    if ((await this.#teacher.fetch(wanted)) === 'settled') return;
    throw new OboroError('SERVICE_AWAY', 'the schema registry cannot be reached', { retriable: true });
  }
}
