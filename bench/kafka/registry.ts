/** A schema registry inside the bench: the ids of our own schemas are known, so nothing is asked of anybody. */
import type { RegisteredSchema, SchemaRegistry, SchemasAnswer } from '../../src/ports/registry.ts';
import { SCHEMAS } from '../../src/wire/schemas.gen.ts';

const TOPICS: readonly string[] = Object.keys(SCHEMAS);
const FIRST_ID = 100;

const registered = (topic: string): readonly RegisteredSchema[] => [
  // As a registry gives it: parsed from text, equal to ours, not the same object.
  { id: FIRST_ID + TOPICS.indexOf(topic), schema: structuredClone(SCHEMAS[topic as keyof typeof SCHEMAS]) },
];

/** The same ids in every process of a run. */
export const benchRegistry: SchemaRegistry = {
  idOf: (topic) => Promise.resolve(FIRST_ID + TOPICS.indexOf(topic)),
  schemasOf: (topic): Promise<SchemasAnswer> =>
    Promise.resolve({ kind: 'known', schemas: registered(topic) }),
  remembered: (topic) => Promise.resolve(registered(topic)),
  close: () => undefined,
};
