/** Prints the effective configuration with the origin of every value; secrets are never shown. */
import { stringify } from 'yaml';
import type { Config } from './config.ts';
import type { Key, KeyPath, KeyTable, Section } from './keys.ts';
import { KEY_TABLE } from './keys.ts';

const HIDDEN = '[hidden]';

export interface PrintOptions {
  readonly json: boolean;
}

/** `config print`: YAML with origins as comments, or one JSON document. */
export const printConfig = (config: Config, { json }: PrintOptions): string =>
  json ? printJson(config, KEY_TABLE.keys) : printYaml(config, KEY_TABLE);

/** The value of a key in a settings tree. */
export const valueAt = (tree: unknown, path: KeyPath): unknown =>
  path.reduce<unknown>(
    (here, part) =>
      typeof here === 'object' && here !== null
        ? (here as Readonly<Record<string, unknown>>)[part]
        : undefined,
    tree,
  );

/** What may be shown of a key's value: that a secret is set, but not what it is. */
export const shown = (key: Pick<Key, 'secret' | 'path'>, tree: unknown): unknown => {
  const value = valueAt(tree, key.path);
  return key.secret && value !== null ? HIDDEN : value;
};

/** One YAML value on one line. */
export const inline = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trimEnd();

const printJson = (config: Config, keys: readonly Key[]): string => {
  const shownKeys: Record<string, { readonly value: unknown; readonly origin: string }> = {};
  for (const key of keys) {
    shownKeys[key.name] = {
      value: shown(key, config.settings),
      origin: config.origins.get(key.name) ?? 'default',
    };
  }
  return `${JSON.stringify({ policyHash: config.policyHash, keys: shownKeys }, null, 2)}\n`;
};

const printYaml = (config: Config, table: KeyTable): string => {
  const line = (key: Key, indent: string): string =>
    `${indent}${key.path.at(-1) ?? ''}: ${inline(shown(key, config.settings))} # ${config.origins.get(key.name) ?? 'default'}`;
  const body = yamlLines(table, { key: (key, indent) => [line(key, indent)], section: () => [] });
  return [`# policy hash ${config.policyHash}`, ...body, ''].join('\n');
};

export interface YamlWriter {
  readonly key: (key: Key, indent: string) => readonly string[];
  /** Lines before a section's name. */
  readonly section: (section: Section, indent: string) => readonly string[];
}

/** Walks the keys in schema order and writes the nesting of their sections. */
export const yamlLines = ({ keys, sections }: KeyTable, write: YamlWriter): readonly string[] => {
  const lines: string[] = [];
  const opened = new Set<string>();
  for (const key of keys) {
    for (let depth = 1; depth < key.path.length; depth += 1) {
      const name = key.path.slice(0, depth).join('.');
      if (opened.has(name)) continue;
      opened.add(name);
      const indent = '  '.repeat(depth - 1);
      const section = sections.find(({ path }) => path.join('.') === name);
      if (section !== undefined) lines.push(...write.section(section, indent));
      lines.push(`${indent}${key.path[depth - 1] ?? ''}:`);
    }
    lines.push(...write.key(key, '  '.repeat(key.path.length - 1)));
  }
  return lines;
};
