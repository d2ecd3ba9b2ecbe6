import { describe, expect, it } from 'vitest';
import { parametersOf, publicKeysHash, rulesOf } from '../../../../src/app/run/manifest.ts';
import { loadConfig } from '../../../../src/config/load.ts';
import { UnitList } from '../../../../src/place/units.ts';
import { TOWN, aPolicy } from '../../../support/builders.ts';

describe('G-14 the parameters of a manifest', () => {
  it('say the tier, and of dp what a person’s days, weeks and months add up to', () => {
    expect(parametersOf(aPolicy({ gate: { tier: 'dp' } }))).toMatchObject({
      tier: 'dp',
      epsilonPerSubjectDay: 2,
      epsilonPerSubjectWeek: 14,
      epsilonPerSubjectMonth: 62,
      epsilonShares: 'visits 1, dwell 0.5, transitions 0.3',
    });
  });

  it('say no ε where there is none', () => {
    for (const tier of ['threshold', 'perturbed'] as const) {
      const names = Object.keys(parametersOf(aPolicy({ gate: { tier } })));
      expect(names.filter((name) => name.startsWith('epsilon'))).toEqual([]);
    }
  });
});

describe('G-06 the rules of a deployment', () => {
  const units = new UnitList(TOWN);

  it('change with its name, its policy and its store list, and with nothing else', async () => {
    const config = await loadConfig({ file: null, environment: {} });
    const rules = rulesOf(config, units);
    expect(rulesOf(await loadConfig({ file: null, environment: {} }), new UnitList([...TOWN]))).toBe(rules);
    const others = [
      rulesOf({ ...config, kafka: { ...config.kafka, deployment: 'other' } }, units),
      rulesOf({ ...config, policyHash: 'another' }, units),
      rulesOf(config, new UnitList(TOWN.slice(1))),
    ];
    expect(new Set([rules, ...others]).size).toBe(4);
    expect(publicKeysHash(units)).toMatch(/^[0-9a-f]{64}$/u);
  });
});
