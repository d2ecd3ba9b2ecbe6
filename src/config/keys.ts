/** The configuration keys as a flat list, read off the schema: what the parser, the environment and the reference walk over. */
import { z } from 'zod';
import type { KeyFacts } from './key-facts.ts';
import { keyFacts } from './key-facts.ts';
import { settingsSchema } from './schema.ts';

/** The names from the root to a key. */
export type KeyPath = readonly string[];

export interface Key extends KeyFacts {
  readonly path: KeyPath;
  /** The path with dots, as errors and pages show it. */
  readonly name: string;
  /** The environment variable that overrides it. */
  readonly variable: string;
  readonly fallback: unknown;
}

export interface Section {
  readonly path: KeyPath;
  readonly meaning: string;
}

export interface KeyTable {
  readonly keys: readonly Key[];
  /** Outer sections before inner ones, the root left out. */
  readonly sections: readonly Section[];
}

const PREFIX = 'OBORO';

/** `snap.bucketS` is `OBORO__SNAP__BUCKET_S`: two underscores step down, one parts words. */
const variableOf = (path: KeyPath): string =>
  [PREFIX, ...path.map((part) => part.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase())].join('__');

const shapeOf = (schema: unknown): Readonly<Record<string, z.ZodType>> | null => {
  if (schema instanceof z.ZodPrefault) return shapeOf(schema.unwrap());
  return schema instanceof z.ZodObject ? schema.shape : null;
};

const walk = (schema: z.ZodType, path: KeyPath, keys: Key[], sections: Section[]): void => {
  const shape = shapeOf(schema);
  if (shape !== null) {
    if (path.length > 0) sections.push({ path, meaning: schema.description ?? '' });
    for (const [name, child] of Object.entries(shape)) walk(child, [...path, name], keys, sections);
    return;
  }
  const facts = keyFacts.get(schema);
  if (facts === undefined) throw new TypeError(`the configuration key ${path.join('.')} has no words`);
  keys.push({
    ...facts,
    path,
    name: path.join('.'),
    variable: variableOf(path),
    fallback: schema.parse(undefined),
  });
};

/** The keys and sections of any schema made of `section` and keys. */
export const tableOf = (schema: z.ZodType): KeyTable => {
  const table: { keys: Key[]; sections: Section[] } = { keys: [], sections: [] };
  walk(schema, [], table.keys, table.sections);
  return table;
};

/** The keys of oboro's own configuration. */
export const KEY_TABLE: KeyTable = tableOf(settingsSchema);
