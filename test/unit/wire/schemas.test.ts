/** The schemas: generated files are fresh, every field is explained and classed, nothing published names a person. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { docsHead, generate, readSchemas } from '../../../schemas/generate.mjs';
import { QUARANTINE_REASONS } from '../../../src/model/reasons.ts';
import { TABLES } from '../../../src/model/table.ts';
import { FILE_TOPICS } from '../../../src/wire/decoder.ts';
import { kindOf } from '../../../src/wire/json-lines.ts';
import type { Topic, TopicSchema } from '../../../src/wire/schemas.gen.ts';
import { SCHEMAS } from '../../../src/wire/schemas.gen.ts';

const TOPICS = Object.keys(SCHEMAS) as Topic[];

interface FieldFacts {
  readonly path: string;
  readonly doc: unknown;
  readonly privacy: unknown;
  readonly type: unknown;
  readonly default?: unknown;
}

interface Nested {
  readonly fields?: readonly { readonly name: string; readonly type: unknown }[];
  readonly items?: unknown;
  readonly values?: unknown;
}

/** All fields of a type, nested ones too. */
const fieldsOf = (type: unknown, prefix: string): readonly FieldFacts[] => {
  if (Array.isArray(type)) return type.flatMap((branch) => fieldsOf(branch, prefix));
  if (typeof type !== 'object' || type === null) return [];
  const { fields = [], items, values } = type as Nested;
  return [
    ...fields.flatMap((field) => {
      const path = `${prefix}.${field.name}`;
      return [{ doc: undefined, privacy: undefined, ...field, path }, ...fieldsOf(field.type, path)];
    }),
    ...fieldsOf(items, prefix),
    ...fieldsOf(values, prefix),
  ];
};

/** Paths of the fields that a published schema must not have. */
const telling = (schema: TopicSchema): readonly string[] =>
  fieldsOf(schema, schema.topic)
    .filter(
      ({ path, privacy }) =>
        privacy === 'direct' || /\.(lat|lng|deviceId|memberId|cookieId|ip|accuracyM)$/.test(path),
    )
    .map(({ path }) => path);

describe('generated files', () => {
  it('are what the generator makes of the schemas', async () => {
    for (const [path, text] of Object.entries(await generate(readSchemas(), docsHead()))) {
      expect(readFileSync(path, 'utf8'), `${path}: run node schemas/generate.mjs`).toBe(text);
    }
  });
});

describe.each(TOPICS)('%s', (topic) => {
  const schema = SCHEMAS[topic];
  const fields = fieldsOf(schema, topic);

  it('is in the file of its topic, in a versioned namespace', () => {
    expect(JSON.parse(readFileSync(`schemas/${topic}.avsc`, 'utf8'))).toEqual(schema);
    expect(schema.topic).toBe(topic);
    expect(schema.namespace).toMatch(/^oboro\.[a-z]+\.v1$/);
  });

  it('states how it may evolve, by its audience', () => {
    expect(schema.compatibility).toBe(
      schema.audience === 'published' ? 'FULL_TRANSITIVE' : 'BACKWARD_TRANSITIVE',
    );
    const page = readFileSync('docs/schemas.md', 'utf8');
    expect(page).toContain(`subject \`${topic}-value\`, ${schema.audience}, ${schema.compatibility}.`);
  });

  it.each(fields.map((field) => [field.path, field] as const))('explains and classes %s', (path, field) => {
    expect(field.doc).toMatch(/^.{8,}\.$/);
    expect(['direct', 'quasi', 'none']).toContain(field.privacy);
    expect(path).toMatch(/\.[a-z][A-Za-z0-9]*$/);
    if (/Ms$/.test(path)) expect(field.doc).toMatch(/milliseconds/);
    if (Array.isArray(field.type)) {
      expect(field.type[0]).toBe('null');
      expect(field.default).toBeNull();
      expect(field.doc).toMatch(/null/);
    }
  });
});

describe('what is published', () => {
  const published = TOPICS.filter((topic) => SCHEMAS[topic].audience === 'published');

  it('is just what the contract lists', () => {
    expect(published.sort()).toEqual(
      [
        'dead-letter',
        'fraud.signals',
        'location.sanitized',
        'release.ledger',
        ...TABLES.map((table) => `release.${table}`),
      ].sort(),
    );
    const internal = TOPICS.filter((topic) => SCHEMAS[topic].audience === 'internal');
    expect(internal.every((topic) => topic.startsWith('oboro.'))).toBe(true);
  });

  it.each(published)('G-15 %s names no person, device or position', (topic) => {
    expect(telling(SCHEMAS[topic])).toEqual([]);
  });

  it('would be caught if it did', () => {
    expect(telling(SCHEMAS['raw.gps'])).toEqual(
      ['deviceId', 'memberId', 'lat', 'lng', 'accuracyM'].map((name) => `raw.gps.${name}`),
    );
    const hidden = {
      type: ['null', { type: 'record', fields: [{ name: 'x', type: 'string', privacy: 'direct' }] }],
    };
    const leaking = {
      ...SCHEMAS['dead-letter'],
      fields: [{ name: 'a', doc: '', privacy: 'none' as const, ...hidden }],
    };
    expect(telling(leaking)).toEqual(['dead-letter.a.x']);
  });

  it('gives every reason of a dead letter', () => {
    const reason = SCHEMAS['dead-letter'].fields.find(({ name }) => name === 'reason');
    expect(reason?.type).toMatchObject({ symbols: ['unknown', ...Object.keys(QUARANTINE_REASONS)] });
  });
});

describe('inputs', () => {
  it.each(FILE_TOPICS)('%s has the same fields in files and in Avro', (topic) => {
    const names = SCHEMAS[topic].fields.map(({ name }) => name);
    expect([...kindOf(topic).table.byName.keys()].sort()).toEqual([...names].sort());
  });

  it.each(FILE_TOPICS)('%s requires in files what cannot be null in Avro', (topic) => {
    const required = SCHEMAS[topic].fields.filter(({ type }) => !Array.isArray(type)).map(({ name }) => name);
    const inFiles = kindOf(topic)
      .table.fields.filter((field) => field.required)
      .map((field) => field.name);
    expect([...inFiles].sort()).toEqual([...required].sort());
  });
});
