/** Overrides from environment variables: `OBORO__SECTION__KEY`, and for secrets also `…_FILE` with the path of a file. */
import { parse } from 'yaml';
import type { Key, KeyPath } from './keys.ts';
import { nearest } from './near-miss.ts';
import type { Problem } from './yaml-source.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value that goes before the file's. */
export interface Override {
  readonly path: KeyPath;
  readonly value: unknown;
  /** The variable or flag, as errors and `config print` name it. */
  readonly origin: string;
}

export interface FromEnvironment {
  readonly overrides: readonly Override[];
  readonly problems: readonly Problem[];
}

/** A secret whose value stands in a file. */
export interface SecretFile {
  readonly key: Key;
  readonly variable: string;
  readonly file: string;
}

const PREFIX = 'OBORO__';

/** Variables that are set, empty ones left out, as containers pass them for "unset". */
const settings = (environment: Environment): readonly (readonly [string, string])[] =>
  Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith(PREFIX) && value !== undefined && value !== '' ? [[name, value] as const] : [],
  );

/** The `…_FILE` variables of secrets. */
export const secretFiles = (environment: Environment, keys: readonly Key[]): readonly SecretFile[] =>
  settings(environment).flatMap(([variable, file]) => {
    const key = keys.find((one) => one.secret && `${one.variable}_FILE` === variable);
    return key === undefined ? [] : [{ key, variable, file }];
  });

const UNREADABLE = Symbol('not YAML');

/** Reads a value as its key wants it; never throws, and what it read is in no message. */
const valueOf = (key: Key, text: string): unknown => {
  if (key.text) return text === 'null' ? null : text;
  try {
    return parse(text) as unknown;
  } catch {
    return UNREADABLE;
  }
};

/** Overrides of all variables with the prefix; unknown names are refused like unknown keys in a file. */
export const fromEnvironment = (environment: Environment, keys: readonly Key[]): FromEnvironment => {
  const overrides: Override[] = [];
  const problems: Problem[] = [];
  const files = new Set(secretFiles(environment, keys).map(({ variable }) => variable));
  for (const [variable, text] of settings(environment)) {
    if (files.has(variable)) continue;
    const key = keys.find((one) => one.variable === variable);
    if (key === undefined) problems.push({ where: variable, key: '', what: unknownVariable(variable, keys) });
    else overrides.push({ path: key.path, value: valueOf(key, text), origin: variable });
  }
  return { overrides, problems };
};

const unknownVariable = (variable: string, keys: readonly Key[]): string => {
  const meant = nearest(
    variable,
    keys.map((key) => key.variable),
  );
  return `not the variable of a known key${meant === null ? '' : `; did you mean ${meant}?`}`;
};
