/** Teaches decoders the schemas that they miss, and refuses for a while the ids that no subject has. */
import type { Clock } from '../../ports/clock.ts';
import type {
  RegisteredSchema,
  SchemaRegistry,
  SchemaSource,
  SchemasAnswer,
  WantedSchema,
} from '../../ports/registry.ts';

/** A decoder of one topic, as far as it is taught (`TopicIntake`). */
export interface Pupil {
  readonly topic: string;
  learn(schemaId: number, schema: unknown): void;
  refuse(schemaIds: readonly number[], untilMs: number, now: () => number): void;
}

export interface TeacherOptions {
  readonly registry: SchemaRegistry;
  readonly clock: Clock;
  /** How long to wait before a missing id is asked for once more; a replica of the registry may lag. */
  readonly confirmAfterMs?: number;
  /** How long an id that nobody has is refused without asking. */
  readonly refuseForMs?: number;
}

const CONFIRM_AFTER_MS = 500;
const REFUSE_FOR_MS = 60_000;

/** One per process: decoders come and go with the tasks. */
export class SchemaTeacher implements SchemaSource {
  readonly #registry: SchemaRegistry;
  readonly #clock: Clock;
  readonly #confirmAfterMs: number;
  readonly #refuseForMs: number;
  readonly #pupils = new Map<string, Set<Pupil>>();

  constructor({
    registry,
    clock,
    confirmAfterMs = CONFIRM_AFTER_MS,
    refuseForMs = REFUSE_FOR_MS,
  }: TeacherOptions) {
    this.#registry = registry;
    this.#clock = clock;
    this.#confirmAfterMs = confirmAfterMs;
    this.#refuseForMs = refuseForMs;
  }

  /**
   * Takes on a decoder and teaches it all that the registry has now; when it is away, what it had when it was last
   * there. Throws CFG_INVALID when the registry refuses us.
   */
  async admit(pupil: Pupil): Promise<'settled' | 'away'> {
    const pupils = this.#pupils.get(pupil.topic) ?? new Set();
    this.#pupils.set(pupil.topic, pupils.add(pupil));
    const answer = await this.#registry.schemasOf(pupil.topic);
    const schemas = answer.kind === 'known' ? answer.schemas : await this.#registry.remembered(pupil.topic);
    this.#teach(pupil.topic, schemas);
    return answer.kind === 'known' ? 'settled' : 'away';
  }

  dismiss(pupil: Pupil): void {
    this.#pupils.get(pupil.topic)?.delete(pupil);
  }

  async fetch(wanted: readonly WantedSchema[]): Promise<'settled' | 'away'> {
    const byTopic = new Map<string, number[]>();
    for (const { topic, id } of wanted) byTopic.set(topic, [...(byTopic.get(topic) ?? []), id]);
    const settled = await Promise.all([...byTopic].map(([topic, ids]) => this.#settle(topic, ids)));
    return settled.every(Boolean) ? 'settled' : 'away';
  }

  /** False when the registry is away. What cannot be found is looked for a second time before it is refused. */
  async #settle(topic: string, ids: readonly number[]): Promise<boolean> {
    const first = await this.#registry.schemasOf(topic);
    if (first.kind === 'away') return false;
    this.#teach(topic, first.schemas);
    if (missingFrom(first, ids).length === 0) return true;
    await this.#clock.sleep(this.#confirmAfterMs);
    const second = await this.#registry.schemasOf(topic);
    if (second.kind === 'away') return false;
    this.#teach(topic, second.schemas);
    const until = this.#clock.now() + this.#refuseForMs;
    const missing = missingFrom(second, ids);
    for (const pupil of this.#of(topic)) pupil.refuse(missing, until, () => this.#clock.now());
    return true;
  }

  #teach(topic: string, schemas: readonly RegisteredSchema[]): void {
    for (const pupil of this.#of(topic)) for (const { id, schema } of schemas) pupil.learn(id, schema);
  }

  #of(topic: string): ReadonlySet<Pupil> {
    return this.#pupils.get(topic) ?? new Set();
  }
}

const missingFrom = (answer: SchemasAnswer, ids: readonly number[]): readonly number[] => {
  const known = new Set(answer.kind === 'known' ? answer.schemas.map(({ id }) => id) : []);
  return ids.filter((id) => !known.has(id));
};
