/** Overrides from environment variables. */
import { describe, expect, it } from 'vitest';
import { fromEnvironment, secretFiles } from '../../../src/config/environment.ts';
import type { Key } from '../../../src/config/keys.ts';
import { KEY_TABLE } from '../../../src/config/keys.ts';

const { keys } = KEY_TABLE;

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

describe('fromEnvironment', () => {
  it.each([
    ['OBORO__GATE__K', '15', ['gate', 'k'], 15],
    ['OBORO__GATE__UNLINKED_RAISE_K', 'true', ['gate', 'unlinkedRaiseK'], true],
    ['OBORO__POLICY__DAYPART_HOURS', '[6, 12]', ['policy', 'daypartHours'], [6, 12]],
    ['OBORO__POLICY__ZONE', 'Asia/Kolkata', ['policy', 'zone'], 'Asia/Kolkata'],
    ['OBORO__VAULT__PATH', '0123', ['vault', 'path'], '0123'],
    ['OBORO__VAULT__KEY_FILE', 'null', ['vault', 'keyFile'], null],
    ['OBORO__LATENESS', 'PT1M', ['lateness'], 'PT1M'],
  ])('%s=%s', (variable, text, path, value) => {
    expect(fromEnvironment({ [variable]: text }, keys)).toEqual({
      overrides: [{ path, value, origin: variable }],
      problems: [],
    });
  });

  it('ignores other variables and empty ones', () => {
    const environment = {
      PATH: '/bin',
      OBORO_TEST_REQUIRE: 'all',
      OBORO__GATE__K: '',
      OBORO__LATENESS: undefined,
    };
    expect(fromEnvironment(environment, keys)).toEqual({ overrides: [], problems: [] });
  });

  it('refuses an unknown variable with the one that was likely meant', () => {
    expect(fromEnvironment({ OBORO__GATE__ROUNDIN: '5' }, keys).problems).toEqual([
      {
        where: 'OBORO__GATE__ROUNDIN',
        key: '',
        what: 'not the variable of a known key; did you mean OBORO__GATE__ROUNDING?',
      },
    ]);
  });

  it('hands on what is no YAML as a value that no key accepts', () => {
    const [override] = fromEnvironment({ OBORO__GATE__K: '[1,' }, keys).overrides;
    expect(typeof override?.value).toBe('symbol');
  });
});

describe('secretFiles', () => {
  it('takes the _FILE variable of a secret, and of nothing else', () => {
    const environment = { OBORO__STORE__PASSWORD_FILE: '/run/secrets/p', OBORO__GATE__K_FILE: '/k' };
    expect(secretFiles(environment, [SECRET, ...keys])).toEqual([
      { key: SECRET, variable: 'OBORO__STORE__PASSWORD_FILE', file: '/run/secrets/p' },
    ]);
    expect(fromEnvironment(environment, [SECRET, ...keys]).problems.map(({ where }) => where)).toEqual([
      'OBORO__GATE__K_FILE',
    ]);
  });

  it('leaves keys alone whose own name ends like that', () => {
    expect(secretFiles({ OBORO__VAULT__KEY_FILE: '/k' }, keys)).toEqual([]);
  });
});
