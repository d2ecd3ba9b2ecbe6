/** Turns a YAML text and its overrides into checked settings, or into the full list of what is wrong and where. */
import type { z } from 'zod';
import type { Override } from './environment.ts';
import type { KeyPath } from './keys.ts';
import { KEY_TABLE } from './keys.ts';
import { suggestKey } from './near-miss.ts';
import { RULES } from './rules.ts';
import type { Settings } from './schema.ts';
import { settingsSchema } from './schema.ts';
import type { Problem, YamlSource } from './yaml-source.ts';
import { readYaml } from './yaml-source.ts';

export interface ParseInput {
  /** How the file is called in errors. */
  readonly name: string;
  readonly text: string;
  /** Later ones go before earlier ones. */
  readonly overrides: readonly Override[];
}

export type Parsed =
  | {
      readonly ok: true;
      readonly settings: Settings;
      /** Where each key's value comes from, by dotted name: `file:line:col`, a variable, a flag, or `default`. */
      readonly origins: ReadonlyMap<string, string>;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

type Tree = Record<string, unknown>;
type Where = (path: KeyPath) => string;

/** Checks the keys, then the rules between them. */
export const parseSettings = ({ name, text, overrides }: ParseInput): Parsed => {
  const source = readYaml(text, name);
  if (source.tree === null) return { ok: false, problems: source.problems };
  const where = whereIn(source, overrides);
  const checked = settingsSchema.safeParse(layered(source.tree, overrides));
  if (!checked.success) {
    return { ok: false, problems: checked.error.issues.flatMap((issue) => problemsOf(issue, source, where)) };
  }
  const settings = checked.data;
  const problems = RULES.filter((rule) => !rule.holds(settings)).map(({ key, expected }) => ({
    where: where(key.split('.')),
    key,
    what: `expected ${expected}`,
  }));
  if (problems.length > 0) return { ok: false, problems };
  const origins = new Map(KEY_TABLE.keys.map((key) => [key.name, where(key.path)]));
  return { ok: true, settings, origins };
};

const whereIn =
  (source: YamlSource, overrides: readonly Override[]): Where =>
  (path) => {
    const override = overrides.findLast((one) => one.path.every((part, i) => path[i] === part));
    return override?.origin ?? source.locate(path) ?? 'default';
  };

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy of the file's tree with empty sections filled in and the overrides put on top. */
const layered = (tree: Readonly<Tree>, overrides: readonly Override[]): Tree => {
  const result = structuredClone(tree);
  for (const { path } of KEY_TABLE.sections) {
    const parent = descend(result, path.slice(0, -1));
    const last = path.at(-1) ?? '';
    if (parent !== null && (parent[last] === undefined || parent[last] === null)) parent[last] = {};
  }
  for (const { path, value } of overrides) {
    const parent = descend(result, path.slice(0, -1));
    if (parent !== null) parent[path.at(-1) ?? ''] = value;
  }
  return result;
};

/** The mapping at a path; null where the file has something else there, which the schema then refuses. */
const descend = (tree: Tree, path: KeyPath): Tree | null => {
  let here: unknown = tree;
  for (const part of path) here = isTree(here) ? here[part] : null;
  return isTree(here) ? here : null;
};

const problemsOf = (issue: z.core.$ZodIssue, source: YamlSource, where: Where): readonly Problem[] => {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], source));
  return [{ where: where(path), key: path.join('.'), what: `expected ${expectedAt(path)}` }];
};

const expectedAt = (path: KeyPath): string => {
  const key = KEY_TABLE.keys.find((one) => one.path.every((part, i) => path[i] === part));
  return key?.expected ?? 'a mapping of keys';
};

/** Words by which people ask for windows that would count one contribution twice. */
const WINDOW_WORDS = /slid|hopp|overlap|stride|advance/i;

/**
 * An unknown key, with what was likely meant.
 *
 * @guarantee G-12
 */
const unknownKey = (path: KeyPath, source: YamlSource): Problem => {
  const meant = suggestKey(path, KEY_TABLE.keys);
  const hint = meant === null ? '' : `; did you mean ${meant}?`;
  const windows = path.some((part) => WINDOW_WORDS.test(part))
    ? '; sliding or overlapping windows cannot be configured, because they would publish a contribution twice'
    : '';
  return {
    where: source.locateName(path) ?? 'default',
    key: path.join('.'),
    what: `not a known key${windows === '' ? hint : windows}`,
  };
};
