/** Loads the configuration from its four sources: flag before environment before file before default. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { OboroError } from '../model/errors.ts';
import type { Config } from './config.ts';
import { connectionsOf } from './connections.ts';
import type { Environment, Override } from './environment.ts';
import { fromEnvironment, secretFiles } from './environment.ts';
import type { Key } from './keys.ts';
import { KEY_TABLE } from './keys.ts';
import { parseSettings } from './parse.ts';
import { policyHash } from './policy-hash.ts';
import { deepFreeze, policyOf } from './policy.ts';
import type { Problem } from './yaml-source.ts';

export interface LoadOptions {
  /** Path of the YAML file; null takes the defaults. */
  readonly file: string | null;
  /** The process's own environment when left out. */
  readonly environment?: Environment;
  /** Values of command-line flags by dotted key, such as `{ 'vault.path': 'salts' }`. */
  readonly flags?: Readonly<Record<string, unknown>>;
}

/**
 * Reads, checks and freezes the configuration. Throws CFG_UNREADABLE when a file cannot be read and CFG_INVALID
 * with every problem found, one a line; no message holds a value.
 */
export const loadConfig = async (options: LoadOptions): Promise<Config> => {
  const environment = options.environment ?? process.env;
  const { keys } = KEY_TABLE;
  const variables = fromEnvironment(environment, keys);
  const overrides = [
    ...variables.overrides,
    ...(await readSecrets(environment, keys)),
    ...flagOverrides(options.flags ?? {}, keys),
  ];
  const text = options.file === null ? '' : await readText(options.file, options.file);
  const parsed = parseSettings({ name: options.file ?? 'default', text, overrides });
  const problems = [...variables.problems, ...(parsed.ok ? [] : parsed.problems)];
  if (!parsed.ok || problems.length > 0) throw invalid(problems);
  const { settings, origins } = parsed;
  const policy = policyOf(settings);
  const { vault, run } = settings;
  return Object.freeze({
    policy,
    policyHash: policyHash(policy),
    vault,
    run,
    ...deepFreeze(connectionsOf(settings)),
    settings: deepFreeze(settings),
    origins,
  });
};

const invalid = (problems: readonly Problem[]): OboroError => {
  const lines = problems.map(({ where, key, what }) => `  ${where} ${key === '' ? '' : `${key}: `}${what}`);
  const count = problems.length === 1 ? '1 problem' : `${String(problems.length)} problems`;
  return new OboroError('CFG_INVALID', [`the configuration has ${count}`, ...lines].join('\n'), {
    hint: 'docs/configuration.md lists every key with its range and default.',
  });
};

/** The text of a file; the error names it by `name` and tells only the system's error code. */
const readText = async (file: string, name: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new OboroError('CFG_UNREADABLE', `${name} cannot be read (${code})`, { cause });
  }
};

/** Secrets whose `…_FILE` variable is set; one line end at the file's end is no part of the secret. */
export const readSecrets = async (
  environment: Environment,
  keys: readonly Key[],
): Promise<readonly Override[]> =>
  Promise.all(
    secretFiles(environment, keys).map(async ({ key, variable, file }) => ({
      path: key.path,
      value: (await readText(file, `the file named by ${variable}`)).replace(/\r?\n$/, ''),
      origin: variable,
    })),
  );

const flagOverrides = (flags: Readonly<Record<string, unknown>>, keys: readonly Key[]): readonly Override[] =>
  Object.entries(flags).map(([name, value]) => {
    const key = keys.find((one) => one.name === name);
    if (key === undefined) throw new OboroError('BUG', `a flag sets ${name}, which is no configuration key`);
    return { path: key.path, value, origin: `--${key.path.join('.')}` };
  });
