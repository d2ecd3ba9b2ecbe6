/**
 * Makes src/wire/schemas.gen.ts, src/wire/records.gen.ts and the tables of docs/schemas.md from the .avsc files
 * beside it. Run `node schemas/generate.mjs` after a change here; a unit test fails on drift.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as prettier from 'prettier';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '..');
const DOCS = 'docs/schemas.md';
const MARKER = '<!-- Generated below this line by schemas/generate.mjs -->';
const TS_OF = {
  string: 'string',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
  null: 'null',
};

/** All schemas, in order of topic. */
export const readSchemas = () =>
  readdirSync(HERE)
    .filter((name) => name.endsWith('.avsc'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(HERE, name), 'utf8')));

const isRecord = (type) => typeof type === 'object' && type.type === 'record';

/** Records inside a type, innermost first. */
const recordsIn = (type) => {
  if (Array.isArray(type)) return type.flatMap(recordsIn);
  if (isRecord(type)) return [...type.fields.flatMap((field) => recordsIn(field.type)), type];
  if (typeof type === 'object' && type.type === 'array') return recordsIn(type.items);
  if (typeof type === 'object' && type.type === 'map') return recordsIn(type.values);
  return [];
};

const tsType = (type) => {
  if (typeof type === 'string') return TS_OF[type] ?? `${type}Record`;
  if (Array.isArray(type)) return [...type.filter((t) => t !== 'null'), 'null'].map(tsType).join(' | ');
  if (type.type === 'enum') return type.symbols.map((symbol) => `'${symbol}'`).join(' | ');
  if (type.type === 'array') return `readonly ${tsType(type.items)}[]`;
  if (type.type === 'map') return `Readonly<Record<string, ${tsType(type.values)}>>`;
  return `${type.name}Record`;
};

const tsInterface = (record) => {
  const fields = record.fields.map(
    (field) => `  /** ${field.doc} */\n  readonly ${field.name}: ${tsType(field.type)};`,
  );
  return `/** ${record.doc} */\ninterface ${record.name}Record {\n${fields.join('\n')}\n}\n`;
};

const recordsModule = (schemas) => {
  const interfaces = schemas.flatMap((schema) => recordsIn(schema).map(tsInterface));
  const map = schemas.map((schema) => `  readonly '${schema.topic}': ${schema.name}Record;`);
  return [
    '/** The record of every topic as Avro carries it; generated from schemas/ by schemas/generate.mjs, do not edit. */\n',
    ...interfaces,
    `export interface AvroRecords {\n${map.join('\n')}\n}\n`,
  ].join('\n');
};

const schemasModule = (schemas) => {
  const entries = schemas.map((schema) => `  '${schema.topic}': ${JSON.stringify(schema)},`);
  return [
    '/** The Avro schema of every topic; generated from schemas/ by schemas/generate.mjs, do not edit. */',
    "import type { AvroRecords } from './records.gen.ts';",
    '',
    'export type Topic = keyof AvroRecords;',
    '',
    '/** A schema as it is registered, with what this project notes beside the Avro specification. */',
    'export interface TopicSchema {',
    "  readonly type: 'record';",
    '  readonly name: string;',
    '  readonly namespace: string;',
    '  readonly topic: Topic;',
    "  readonly audience: 'input' | 'published' | 'internal';",
    '  /** Compatibility level of the registry subject. */',
    "  readonly compatibility: 'BACKWARD_TRANSITIVE' | 'FULL_TRANSITIVE';",
    '  readonly doc: string;',
    '  readonly fields: readonly {',
    '    readonly name: string;',
    '    readonly type: unknown;',
    '    readonly default?: unknown;',
    '    readonly doc: string;',
    "    readonly privacy: 'direct' | 'quasi' | 'none';",
    '  }[];',
    '}',
    '',
    `export const SCHEMAS: { readonly [T in Topic]: TopicSchema } = {\n${entries.join('\n')}\n};`,
    '',
  ].join('\n');
};

const docType = (type) => {
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.map(docType).join(' or ');
  if (type.type === 'enum') return type.symbols.map((symbol) => `\`${symbol}\``).join(' ');
  if (type.type === 'array') return `list of ${docType(type.items)}`;
  return type.name;
};

const docTable = (record) =>
  [
    '| field | type | meaning | privacy |',
    '| --- | --- | --- | --- |',
    ...record.fields.map(
      (field) => `| ${field.name} | ${docType(field.type)} | ${field.doc} | ${field.privacy} |`,
    ),
    '',
  ].join('\n');

const docSection = (schema) => {
  const inner = recordsIn(schema).filter((record) => record !== schema);
  const about = `\`${schema.namespace}.${schema.name}\`, subject \`${schema.topic}-value\`, ${schema.audience}, ${schema.compatibility}.`;
  return [
    `## ${schema.topic}\n`,
    `${schema.doc} ${about}\n`,
    docTable(schema),
    ...inner.flatMap((record) => [`\`${record.name}\`: ${record.doc}\n`, docTable(record)]),
  ].join('\n');
};

const docsPage = (schemas, head) => `${head}${MARKER}\n\n${schemas.map(docSection).join('\n')}`;

/** Every generated file by its path from the root; `head` is the hand-written part of the page. */
export const generate = async (schemas, head) => {
  const style = JSON.parse(readFileSync(join(ROOT, '.prettierrc.json'), 'utf8'));
  const format = (text, parser) => prettier.format(text, { ...style, parser });
  return {
    'src/wire/records.gen.ts': await format(recordsModule(schemas), 'typescript'),
    'src/wire/schemas.gen.ts': await format(schemasModule(schemas), 'typescript'),
    [DOCS]: await format(docsPage(schemas, head), 'markdown'),
  };
};

/** The hand-written part of the page: all before the marker. */
export const docsHead = () => readFileSync(join(ROOT, DOCS), 'utf8').split(MARKER)[0];

const isMain = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isMain) {
  for (const [path, text] of Object.entries(await generate(readSchemas(), docsHead()))) {
    writeFileSync(join(ROOT, path), text);
  }
}
