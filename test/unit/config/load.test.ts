/** Loading from the four sources, and printing what came of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Key } from '../../../src/config/keys.ts';
import { KEY_TABLE } from '../../../src/config/keys.ts';
import { loadConfig, readSecrets } from '../../../src/config/load.ts';
import { printConfig, shown } from '../../../src/config/print.ts';
import { EXIT, OboroError } from '../../../src/model/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'oboro-config-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const fileWith = (text: string): string => {
  const file = join(folder, 'oboro.yaml');
  writeFileSync(file, text);
  return file;
};

const failure = async (promise: Promise<unknown>): Promise<OboroError> => {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OboroError)) throw new Error('expected an OboroError');
  return error;
};

const SECRET: Key = {
  path: ['store', 'password'],
  name: 'store.password',
  variable: 'OBORO__STORE__PASSWORD',
  meaning: 'Password.',
  expected: 'a text',
  unit: null,
  text: true,
  secret: true,
  fallback: null,
};

describe('loadConfig', () => {
  it('takes flag before environment before file before default', async () => {
    const config = await loadConfig({
      file: fileWith('vault: { path: file }\nrun: { maxLineBytes: 2000, commitEvery: 50 }\n'),
      environment: { OBORO__VAULT__PATH: 'variable', OBORO__RUN__MAX_LINE_BYTES: '3000' },
      flags: { 'vault.path': 'flag' },
    });
    expect(config.vault.path).toBe('flag');
    expect(config.run).toEqual({ commitEvery: 50, maxLineBytes: 3_000 });
    expect(Object.isFrozen(config) && Object.isFrozen(config.run) && Object.isFrozen(config.policy)).toBe(
      true,
    );
  });

  it('needs no file', async () => {
    const { policy, policyHash } = await loadConfig({ file: null, environment: {} });
    expect(policy.gate.k).toBe(10);
    expect(policyHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('lists every problem of file and environment, and ends with 78', async () => {
    const file = fileWith('gate:\n  k: 3\n  fooo: 1\n');
    const error = await failure(loadConfig({ file, environment: { OBORO__GATE__FOO: '1' } }));
    expect(error).toMatchObject({ code: 'CFG_INVALID', exitCode: EXIT.config });
    expect(error.message.split('\n')).toEqual([
      'the configuration has 3 problems',
      '  OBORO__GATE__FOO not the variable of a known key',
      `  ${file}:2:6 gate.k: expected a whole number from 5 to 10000`,
      `  ${file}:3:3 gate.fooo: not a known key`,
    ]);
  });

  it('counts one problem as one', async () => {
    const error = await failure(loadConfig({ file: fileWith('gate: { k: 12 }'), environment: {} }));
    expect(error.message).toMatch(/^the configuration has 1 problem\n.*gate\.k: expected a multiple of .*$/);
  });

  it.each([[join(folder, 'absent.yaml')], [folder]])('says that %s cannot be read', async (file) => {
    const error = await failure(loadConfig({ file, environment: {} }));
    expect(error).toMatchObject({ code: 'CFG_UNREADABLE', exitCode: EXIT.config });
    expect(error.message).toContain(file);
  });

  it('calls a flag for an unknown key a bug', async () => {
    const error = await failure(loadConfig({ file: null, environment: {}, flags: { 'gate.kk': 1 } }));
    expect(error.code).toBe('BUG');
  });
});

describe('readSecrets', () => {
  it('reads the file, without its last line end', async () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'canary\n');
    const secrets = await readSecrets({ OBORO__STORE__PASSWORD_FILE: file }, [SECRET]);
    expect(secrets).toEqual([
      { path: ['store', 'password'], value: 'canary', origin: 'OBORO__STORE__PASSWORD_FILE' },
    ]);
  });

  it('names the variable, not the file, when it cannot be read', async () => {
    const error = await failure(readSecrets({ OBORO__STORE__PASSWORD_FILE: '/absent/canary' }, [SECRET]));
    expect(error.code).toBe('CFG_UNREADABLE');
    expect(error.message).toBe('the file named by OBORO__STORE__PASSWORD_FILE cannot be read (ENOENT)');
  });
});

describe('printConfig', () => {
  it('prints YAML that loads to the same policy, with origins', async () => {
    const config = await loadConfig({
      file: fileWith('gate: { k: 20 }\n'),
      environment: { OBORO__LATENESS: 'PT1M' },
    });
    const text = printConfig(config, { json: false });
    expect(text).toContain(`# policy hash ${config.policyHash}\n`);
    expect(text).toMatch(/^ {2}k: 20 # .*oboro\.yaml:1:12$/m);
    expect(text).toMatch(/^lateness: PT1M # OBORO__LATENESS$/m);
    expect(text).toMatch(/^ {2}rounding: 5 # default$/m);
    expect(parse(text)).toEqual(config.settings);
    const again = await loadConfig({ file: fileWith(text), environment: {} });
    expect(again.policyHash).toBe(config.policyHash);
  });

  it('prints JSON with value and origin of every key', async () => {
    const config = await loadConfig({ file: null, environment: { OBORO__GATE__K: '15' } });
    const printed = JSON.parse(printConfig(config, { json: true })) as { keys: Record<string, unknown> };
    expect(Object.keys(printed.keys)).toEqual(KEY_TABLE.keys.map(({ name }) => name));
    expect(printed.keys['gate.k']).toEqual({ value: 15, origin: 'OBORO__GATE__K' });
  });

  it('hides a secret that is set, and shows that none is', () => {
    expect(shown(SECRET, { store: { password: 'canary' } })).toBe('[hidden]');
    expect(shown(SECRET, { store: { password: null } })).toBeNull();
    expect(shown({ ...SECRET, secret: false }, { store: { password: 'plain' } })).toBe('plain');
  });
});
