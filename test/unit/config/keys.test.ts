/** The flat list of keys: names, variables, defaults, and words for each. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { section, whole } from '../../../src/config/key-facts.ts';
import { KEY_TABLE, tableOf } from '../../../src/config/keys.ts';

describe('the keys of oboro', () => {
  it.each([
    ['snap.bucketS', 'OBORO__SNAP__BUCKET_S'],
    ['gate.k', 'OBORO__GATE__K'],
    ['gate.kBreakdown', 'OBORO__GATE__K_BREAKDOWN'],
    ['lateness', 'OBORO__LATENESS'],
    ['kafka.sasl.password', 'OBORO__KAFKA__SASL__PASSWORD'],
    ['redis.tls.caFile', 'OBORO__REDIS__TLS__CA_FILE'],
    ['plausibility.accuracyMaxM', 'OBORO__PLAUSIBILITY__ACCURACY_MAX_M'],
    ['consent.acceptedVersions.nearbyShops', 'OBORO__CONSENT__ACCEPTED_VERSIONS__NEARBY_SHOPS'],
  ])('%s has the variable %s', (name, variable) => {
    expect(KEY_TABLE.keys.find((key) => key.name === name)?.variable).toBe(variable);
  });

  it('have variables of their own', () => {
    const variables = KEY_TABLE.keys.map((key) => key.variable);
    expect(new Set(variables).size).toBe(variables.length);
  });

  it('each have a meaning that is a sentence, an expectation, and a default', () => {
    for (const key of KEY_TABLE.keys) {
      expect(key.meaning, key.name).toMatch(/^[A-Z0-9].*\.$/);
      expect(key.expected, key.name).not.toBe('');
      expect(key.fallback, key.name).not.toBeUndefined();
    }
  });

  it('name seconds only where they are plain numbers', () => {
    const seconds = KEY_TABLE.keys.filter((key) => /[a-z]S$/.test(key.name));
    expect(seconds.map((key) => [key.name, key.unit])).toEqual([['snap.bucketS', 'seconds']]);
  });

  it('are secret where they are passwords, and nowhere else', () => {
    const passwords = KEY_TABLE.keys.filter((key) => /password/i.test(key.name));
    expect(passwords.map((key) => key.name)).toEqual([
      'kafka.sasl.password',
      'redis.sentinelPassword',
      'redis.password',
      'registry.password',
    ]);
    expect(KEY_TABLE.keys.filter((key) => key.secret)).toEqual(passwords);
  });

  it('list outer sections before inner ones', () => {
    expect(KEY_TABLE.sections.map(({ path }) => path.join('.'))).toEqual([
      'policy',
      'consent',
      'consent.acceptedVersions',
      'plausibility',
      'snap',
      'visits',
      'bounds',
      'gate',
      'shadow',
      'vault',
      'run',
      'kafka',
      'kafka.tls',
      'kafka.sasl',
      'topics',
      'stream',
      'redis',
      'redis.tls',
      'registry',
      'metrics',
    ]);
  });
});

describe('tableOf', () => {
  it('refuses a key without words', () => {
    const schema = section('Root.', { a: whole([0, 1], { by: 0, meaning: 'A.' }), b: z.int().default(1) });
    expect(() => tableOf(schema)).toThrow(/key b has no words/);
  });
});
