/** Checking a configuration: every problem, its place, and what is expected there; never what stands there. */
import { describe, expect, it } from 'vitest';
import type { Override } from '../../../src/config/environment.ts';
import { parseSettings } from '../../../src/config/parse.ts';

const problemsOf = (text: string, overrides: readonly Override[] = []): readonly string[] => {
  const parsed = parseSettings({ name: 'c.yaml', text, overrides });
  return parsed.ok ? [] : parsed.problems.map(({ where, key, what }) => `${where} ${key}: ${what}`);
};

const settingsOf = (text: string, overrides: readonly Override[] = []) => {
  const parsed = parseSettings({ name: 'c.yaml', text, overrides });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed;
};

describe('a value out of its range or form', () => {
  it.each([
    ['gate: { k: 4 }', 'c.yaml:1:12 gate.k: expected a whole number from 5 to 10000'],
    ['gate: { k: 10.5 }', 'c.yaml:1:12 gate.k: expected a whole number from 5 to 10000'],
    ['gate: { k: "10" }', 'c.yaml:1:12 gate.k: expected a whole number from 5 to 10000'],
    ['gate: { k: .nan }', 'c.yaml:1:12 gate.k: expected a whole number from 5 to 10000'],
    ['gate: { k: null }', 'c.yaml:1:12 gate.k: expected a whole number from 5 to 10000'],
    ['gate: { unlinkedRaiseK: yes }', 'c.yaml:1:25 gate.unlinkedRaiseK: expected true or false'],
    ['gate: { tier: exact }', 'c.yaml:1:15 gate.tier: expected one of threshold, perturbed, dp'],
    ['gate: { homogeneityShare: 1.1 }', 'c.yaml:1:27 gate.homogeneityShare: expected a number from 0.5 to 1'],
    ['lateness: 300', 'c.yaml:1:11 lateness: expected a duration such as PT5M, from PT0S to PT1H'],
    ['lateness: PT2H', 'c.yaml:1:11 lateness: expected a duration such as PT5M, from PT0S to PT1H'],
    ['lateness: P1M', 'c.yaml:1:11 lateness: expected a duration such as PT5M, from PT0S to PT1H'],
    [
      'policy: { zone: Asia/Atlantis }',
      'c.yaml:1:17 policy.zone: expected the name of an IANA time zone such as Europe/Paris',
    ],
    [
      'policy: { daypartHours: [10, 24] }',
      'c.yaml:1:30 policy.daypartHours.1: expected a list of whole numbers from 0 to 23',
    ],
    [
      'policy: { daypartHours: [] }',
      'c.yaml:1:25 policy.daypartHours: expected a list of whole numbers from 0 to 23',
    ],
    ['snap: { resolution: 10 }', 'c.yaml:1:21 snap.resolution: expected a whole number from 0 to 9'],
    ['snap: { bucketS: 299 }', 'c.yaml:1:18 snap.bucketS: expected a whole number from 300 to 3600'],
    ['snap: { nightResolution: 8 }', 'c.yaml:1:26 snap.nightResolution: expected a whole number from 0 to 7'],
    ['vault: { path: "" }', 'c.yaml:1:16 vault.path: expected a path'],
    ['gate: [1]', 'c.yaml:1:7 gate: expected a mapping of keys'],
    [
      'consent: { acceptedVersions: [1, 2] }',
      'c.yaml:1:30 consent.acceptedVersions: expected a mapping of keys',
    ],
  ])('%s', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});

describe('an unknown key', () => {
  it.each([
    ['gate:\n  kk: 10\n', 'c.yaml:2:3 gate.kk: not a known key; did you mean gate.k?'],
    ['latenes: PT1M\n', 'c.yaml:1:1 latenes: not a known key; did you mean lateness?'],
    ['k: 10\n', 'c.yaml:1:1 k: not a known key; did you mean gate.k?'],
    ['spark: {}\n', 'c.yaml:1:1 spark: not a known key'],
    ['__proto__: { polluted: 1 }\n', 'c.yaml:1:1 __proto__: not a known key'],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it.each([
    ['gate: { slideBy: PT10M }'],
    ['policy: { overlapping: true }'],
    ['hopping: PT5M'],
    ['policy: { windowStride: 1 }'],
  ])('G-12 that would let windows slide or overlap is refused with the reason: %s', (text) => {
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(
        /not a known key; sliding or overlapping windows cannot be configured, because they would publish/,
      ),
    ]);
  });
});

describe('all problems', () => {
  it('are listed at once', () => {
    expect(problemsOf('gate:\n  k: 1\n  foo: 1\nvisits:\n  bridge: long\n')).toHaveLength(3);
  });

  it('name an override where that is at fault', () => {
    const override = { path: ['gate', 'k'], value: 1, origin: 'OBORO__GATE__K' };
    expect(problemsOf('gate: { k: 10 }', [override])).toEqual([
      'OBORO__GATE__K gate.k: expected a whole number from 5 to 10000',
    ]);
  });

  it('quote no value', () => {
    const text =
      'gate: { k: canary }\nlateness: canary\npolicy: { zone: canary }\nvault: canary\nrun: [canary]\n';
    const problems = problemsOf(text);
    expect(problems).toHaveLength(5);
    expect(problems.join()).not.toContain('canary');
  });
});

describe('an accepted configuration', () => {
  it('has all defaults when nothing is set', () => {
    const { settings, origins } = settingsOf('');
    expect(settings.gate).toMatchObject({
      k: 10,
      kBreakdown: 20,
      drawMax: 5,
      rounding: 5,
      tier: 'perturbed',
    });
    expect(new Set(origins.values())).toEqual(new Set(['default']));
  });

  it('may leave sections empty', () => {
    expect(settingsOf('gate:\nconsent:\n  acceptedVersions:\n').settings).toEqual(settingsOf('').settings);
  });

  it('says where each value comes from; later overrides go before earlier ones', () => {
    const overrides: Override[] = [
      { path: ['gate', 'k'], value: 15, origin: 'OBORO__GATE__K' },
      { path: ['vault', 'path'], value: 'a', origin: 'OBORO__VAULT__PATH' },
      { path: ['vault', 'path'], value: 'b', origin: '--vault.path' },
    ];
    const { settings, origins } = settingsOf('gate: { k: 20 }\nlateness: PT1M\n', overrides);
    expect([settings.gate.k, settings.vault.path, settings.lateness]).toEqual([15, 'b', 'PT1M']);
    expect(['gate.k', 'vault.path', 'lateness', 'gate.rounding'].map((name) => origins.get(name))).toEqual([
      'OBORO__GATE__K',
      '--vault.path',
      'c.yaml:2:11',
      'default',
    ]);
  });

  it('reads aliases', () => {
    const { settings } = settingsOf('visits: { bridge: &d PT15M }\ngate: { graceShort: *d }\n');
    expect(settings.gate.graceShort).toBe('PT15M');
  });
});
