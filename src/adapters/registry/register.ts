/** Registers the schemas of all topics: the subject's compatibility level first, so that the registry checks what comes. */
import type { TopicSchema } from '../../wire/schemas.gen.ts';
import { OboroError } from '../../model/errors.ts';
import type { RegistryFaultKind } from './client.ts';
import { RegistryClient, RegistryFault } from './client.ts';
import type { RegistryOptions } from './client.ts';
import { denied, subjectOfTopic } from './registry.ts';

export interface Registered {
  readonly topic: string;
  readonly subject: string;
  readonly id: number;
  readonly version: number;
  readonly compatibility: string;
  /** False when the schema was registered before. */
  readonly isNew: boolean;
}

/** Null for what the registry does not have. */
const orNull = async <T>(ask: () => Promise<T>): Promise<T | null> => {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof RegistryFault && cause.kind === 'absent') return null;
    throw cause;
  }
};

/** False when the subject has to be there before it can have a level (Apicurio). */
const setLevel = async (client: RegistryClient, subject: string, level: string): Promise<boolean> => {
  if ((await orNull(() => client.compatibility(subject))) === level) return true;
  return (await orNull(() => client.setCompatibility(subject, level).then(() => true))) ?? false;
};

const registerOne = async (client: RegistryClient, schema: TopicSchema): Promise<Registered> => {
  const { topic, compatibility } = schema;
  const subject = subjectOfTopic(topic);
  const text = JSON.stringify(schema);
  const levelled = await setLevel(client, subject, compatibility);
  const known = await orNull(() => client.find(subject, text));
  if (known === null) await client.register(subject, text);
  // A subject without a level had no version either, so nothing passed unchecked.
  if (!levelled) await client.setCompatibility(subject, compatibility);
  const { id, version } = known ?? (await client.find(subject, text));
  return { topic, subject, id, version, compatibility, isNew: known === null };
};

const SENTENCE: Readonly<Record<Exclude<RegistryFaultKind, 'away' | 'denied'>, string>> = {
  absent: 'the registry has no such subject or route',
  incompatible: 'the registered versions are not compatible with this one',
  invalid: 'the registry does not accept the schema or its compatibility level',
};

const told = (topic: string, cause: unknown): unknown => {
  if (!(cause instanceof RegistryFault)) return cause;
  if (cause.kind === 'away')
    return new OboroError('SERVICE_AWAY', 'the schema registry cannot be reached', { retriable: true });
  if (cause.kind === 'denied') return denied();
  return new OboroError('CFG_INVALID', `${subjectOfTopic(topic)}: ${SENTENCE[cause.kind]}`, {
    hint:
      cause.kind === 'incompatible'
        ? 'Another version of oboro, or another program, owns this subject: use a registry or topic names of your own.'
        : 'Check that registry.url is the base of the Confluent API (Apicurio: /apis/ccompat/v7).',
  });
};

/**
 * Registers each schema that is not registered yet and sets its subject's compatibility level; does nothing else when
 * repeated. Throws SERVICE_AWAY, or CFG_INVALID when the registry refuses us or a schema does not fit what is there.
 */
export const registerSchemas = async (
  schemas: readonly TopicSchema[],
  options: RegistryOptions,
): Promise<readonly Registered[]> => {
  const client = new RegistryClient(options);
  try {
    const registered: Registered[] = [];
    for (const schema of schemas) {
      registered.push(
        await registerOne(client, schema).catch((cause: unknown) => {
          throw told(schema.topic, cause);
        }),
      );
    }
    return registered;
  } finally {
    client.close();
  }
};
