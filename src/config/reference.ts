/** Writes the reference of the configuration from its schema: the commented YAML, the page and the JSON Schema. */
import { z } from 'zod';
import type { Key } from './keys.ts';
import { KEY_TABLE } from './keys.ts';
import { inline, yamlLines } from './print.ts';
import { RULES } from './rules.ts';
import { settingsSchema } from './schema.ts';

const GENERATED = 'Generated from src/config/schema.ts by "npm run docs"; do not edit.';

/** `config/reference.yaml`: every key with its default, meaning, range and unit. */
export const referenceYaml = (): string => {
  const body = yamlLines(KEY_TABLE, {
    section: ({ meaning, path }, indent) => [...(path.length === 1 ? [''] : []), `${indent}# ${meaning}`],
    key: (key, indent) => [
      ...(key.path.length === 1 ? [''] : []),
      `${indent}# ${key.meaning}`,
      `${indent}# Expected: ${key.expected}${key.unit === null ? '' : ` (${key.unit})`}.`,
      `${indent}${key.path.at(-1) ?? ''}: ${inline(key.fallback)}`,
    ],
  });
  return ['# yaml-language-server: $schema=oboro.schema.json', `# ${GENERATED}`, ...body, ''].join('\n');
};

/** `config/oboro.schema.json`: completion and checks in editors (JSON Schema 2020-12). */
export const referenceSchema = (): string =>
  `${JSON.stringify(z.toJSONSchema(settingsSchema, { io: 'input' }), null, 2)}\n`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

const row = (key: Key): string =>
  `| \`${key.name}\` | ${cell(key.meaning)} | ${cell(key.expected)} | ${key.unit ?? ''} | \`${inline(key.fallback)}\` |`;

const PRELUDE = `<!-- ${GENERATED} -->

# Configuration

One YAML file, given with \`--config\`. Every key has a default; unknown keys are refused. A value is taken from the
first of: command-line flag, environment variable, file, default. \`oboro config check\` validates, and
\`oboro config print\` shows every effective value with its origin.

- Durations are ISO 8601 in days, hours, minutes and seconds (\`PT5M\`, \`P1DT12H\`, \`PT0.5S\`), or plain seconds where the name of the key ends in \`S\`.
- The environment variable of \`snap.bucketS\` is \`OBORO__SNAP__BUCKET_S\`: two underscores step into a section, one parts words. Lists are written as YAML (\`[10, 14]\`). An empty variable counts as not set. Secrets may be given as the path of a file in \`<VARIABLE>_FILE\`.
- The policy hash is the SHA-256 over the privacy parameters (the keys that stand before \`vault\` below), defaults included; it is written to the manifest and the ledger.
`;

/** `docs/configuration.md`. */
export const referencePage = (): string => {
  const table = [
    '| key | meaning | expected | unit | default |',
    '|---|---|---|---|---|',
    ...KEY_TABLE.keys.map(row),
  ];
  const rules = RULES.map(({ key, expected }) => `- \`${key}\`: ${expected}.`);
  return [PRELUDE, '## Keys', '', ...table, '', '## Between keys', '', ...rules, '', WINDOWS, ''].join('\n');
};

const WINDOWS =
  'Windows are hours, dayparts and days, cut from the start of the statistics epoch, so each lies inside one epoch. ' +
  'Sliding or overlapping windows cannot be configured: they would publish one contribution twice.';
