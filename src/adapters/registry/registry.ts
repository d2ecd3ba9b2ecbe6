/** The schemas that writers of a topic may use: those registered under the topic's subject, and no others. */
import { canonicalJson } from '../../flow/canonical.ts';
import { OboroError } from '../../model/errors.ts';
import type { RegisteredSchema, SchemaRegistry, SchemasAnswer } from '../../ports/registry.ts';
import type { Topic } from '../../wire/schemas.gen.ts';
import { SCHEMAS } from '../../wire/schemas.gen.ts';
import type { RegistryOptions } from './client.ts';
import { RegistryClient, RegistryFault } from './client.ts';
import { SchemaFile, parsedSchema } from './schema-file.ts';

/** The subject of a topic's values (the registry's TopicNameStrategy). */
export const subjectOfTopic = (topic: string): string => `${topic}-value`;

/** The text under which an own schema is registered. */
export const ownSchema = (topic: Topic): string => JSON.stringify(SCHEMAS[topic]);

export const isTopic = (name: string): name is Topic => Object.hasOwn(SCHEMAS, name);

/** What is known of one subject. */
interface Subject {
  /** Texts of its plain Avro schemas by id. */
  readonly texts: Map<number, string>;
  /** Newest version that was looked at; versions only grow. */
  upTo: number;
}

export interface ConfluentRegistryOptions extends RegistryOptions {
  /** Where to remember schemas for a start without the registry; null for nowhere. */
  readonly memoryFile: string | null;
}

/**
 * The registry behind its port. A record's schema id is never asked for: whoever may write a record names the id, so
 * it is only compared with what stands under the topic's own subject. A deleted version is no longer allowed, except
 * where it was read before.
 */
export class ConfluentRegistry implements SchemaRegistry {
  readonly #client: RegistryClient;
  readonly #file: SchemaFile | null;
  readonly #subjects = new Map<string, Subject>();
  /** One look at a subject at a time; all who come meanwhile share the next one. */
  readonly #looking = new Map<string, Promise<unknown>>();
  readonly #queued = new Map<string, Promise<SchemasAnswer>>();
  #read: Promise<void> | null = null;

  constructor(options: ConfluentRegistryOptions) {
    this.#client = new RegistryClient(options);
    this.#file = options.memoryFile === null ? null : new SchemaFile(options.memoryFile, options.url);
  }

  async idOf(topic: string): Promise<number> {
    if (!isTopic(topic)) throw new OboroError('BUG', `no schema of ${topic}`);
    try {
      return (await this.#client.find(subjectOfTopic(topic), ownSchema(topic))).id;
    } catch (cause) {
      const { kind } = asFault(cause);
      if (kind === 'denied') throw denied();
      if (kind === 'absent') throw notRegistered(topic);
      return this.#rememberedId(topic);
    }
  }

  schemasOf(topic: string): Promise<SchemasAnswer> {
    const queued = this.#queued.get(topic);
    if (queued !== undefined) return queued;
    const start = (): Promise<SchemasAnswer> => {
      this.#queued.delete(topic);
      const look = this.#look(topic);
      this.#looking.set(topic, look);
      return look;
    };
    const next = (this.#looking.get(topic) ?? Promise.resolve()).then(start, start);
    this.#queued.set(topic, next);
    return next;
  }

  async remembered(topic: string): Promise<readonly RegisteredSchema[]> {
    await this.#readOnce();
    return schemasIn(this.#subject(topic));
  }

  close(): void {
    this.#client.close();
  }

  async #look(topic: string): Promise<SchemasAnswer> {
    const subject = this.#subject(topic);
    const before = subject.texts.size;
    try {
      await this.#catchUp(topic, subject);
    } catch (cause) {
      if (asFault(cause).kind === 'denied') throw denied();
      return { kind: 'away' };
    } finally {
      if (subject.texts.size > before) await this.#write();
    }
    return { kind: 'known', schemas: schemasIn(subject) };
  }

  async #catchUp(topic: string, subject: Subject): Promise<void> {
    const name = subjectOfTopic(topic);
    const latest = await this.#orNull(() => this.#client.version(name, 'latest'));
    if (latest === null) {
      // A wrong address answers 404 as well: only a list of subjects that lacks this one says that there is none.
      if ((await this.#client.subjects()).includes(name)) throw new RegistryFault('away');
      return;
    }
    for (let version = subject.upTo + 1; version <= latest.version; version += 1) {
      const found =
        version === latest.version ? latest : await this.#orNull(() => this.#client.version(name, version));
      if (found?.isPlainAvro === true) subject.texts.set(found.id, found.schema);
      subject.upTo = version;
    }
  }

  /** Null for what is not there. */
  async #orNull<T>(ask: () => Promise<T>): Promise<T | null> {
    try {
      return await ask();
    } catch (cause) {
      if (asFault(cause).kind === 'absent') return null;
      throw cause;
    }
  }

  async #rememberedId(topic: Topic): Promise<number> {
    const own = canonicalJson(SCHEMAS[topic]);
    const found = (await this.remembered(topic)).find(({ schema }) => canonicalJson(schema) === own);
    if (found !== undefined) return found.id;
    throw new OboroError('SERVICE_AWAY', 'the schema registry cannot be reached', { retriable: true });
  }

  #subject(topic: string): Subject {
    const known = this.#subjects.get(topic);
    if (known !== undefined) return known;
    const fresh: Subject = { texts: new Map(), upTo: 0 };
    this.#subjects.set(topic, fresh);
    return fresh;
  }

  /** Takes what is on disk, under whatever the registry itself has said. */
  #readOnce(): Promise<void> {
    this.#read ??= (async () => {
      for (const [topic, texts] of (await this.#file?.read()) ?? []) {
        const { texts: known } = this.#subject(topic);
        for (const [id, text] of texts) if (!known.has(id)) known.set(id, text);
      }
    })();
    return this.#read;
  }

  async #write(): Promise<void> {
    if (this.#file === null) return;
    await this.#readOnce();
    await this.#file.write(new Map([...this.#subjects].map(([topic, { texts }]) => [topic, texts])));
  }
}

const schemasIn = ({ texts }: Subject): readonly RegisteredSchema[] =>
  [...texts].map(([id, text]) => parsedSchema(id, text));

/** A fault of the registry; anything else is a bug and passes on. */
const asFault = (cause: unknown): RegistryFault => {
  if (cause instanceof RegistryFault) return cause;
  throw cause;
};

export const denied = (): OboroError =>
  new OboroError('CFG_INVALID', 'the schema registry refuses these credentials', {
    hint: 'Check registry.username and registry.password, and what that user may do.',
  });

const notRegistered = (topic: string): OboroError =>
  new OboroError('CFG_INVALID', `the schema of ${topic} is not registered`, {
    hint: 'Run oboro schemas register, and check that registry.url is the base of the Confluent API.',
  });
