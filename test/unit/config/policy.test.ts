/** The policy that stations get: PRIVACY's defaults in milliseconds, frozen, with a stable hash. */
import { describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/model/policy.ts';
import { parseSettings } from '../../../src/config/parse.ts';
import { policyHash } from '../../../src/config/policy-hash.ts';
import { deepFreeze, policyOf } from '../../../src/config/policy.ts';

const policyFrom = (text: string): Policy => {
  const parsed = parseSettings({ name: 'c.yaml', text, overrides: [] });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return policyOf(parsed.settings);
};

const MIN = 60_000;
const HOUR = 60 * MIN;

/** The default parameters of the privacy design, written out. */
const DEFAULTS: Policy = {
  version: 1,
  zone: 'Asia/Tokyo',
  dayStartHour: 4,
  daypartHours: [10, 14, 18, 22],
  latenessMs: 5 * MIN,
  consent: {
    acceptedVersions: {
      nearbyShops: [1],
      usageStatistics: [1],
      fraudPrevention: [1],
      serviceImprovement: [1],
      thirdPartyTracking: [1],
    },
  },
  plausibility: { accuracyMaxM: 200, skewMs: 5 * MIN, maxEventAgeMs: 72 * HOUR },
  snap: {
    resolution: 9,
    sparseResolution: 8,
    denseStores: 3,
    nightResolution: 7,
    nightFromHour: 22,
    nightToHour: 5,
    catchmentM: 300,
    bucketMs: 5 * MIN,
    expiresMs: HOUR,
  },
  visits: { minDwellMs: 5 * MIN, bridgeMs: 12 * HOUR, sessionGapMs: 30 * MIN },
  bounds: { perTable: 12, visitsPerWindow: 3, dwellMaxMs: 240 * MIN },
  shadow: null,
  gate: {
    tier: 'perturbed',
    k: 10,
    kBreakdown: 20,
    destinationStores: 2,
    drawMax: 5,
    rounding: 5,
    unlinkedRaiseK: false,
    graceShortMs: 30 * MIN,
    graceDayMs: 2 * HOUR,
    dwellEdgesMs: [10 * MIN, 20 * MIN, 60 * MIN, 120 * MIN, 240 * MIN],
    homogeneityShare: 0.9,
    storeDays: 0,
    dp: { epsilon: 2, shares: { visits: 1, dwell: 0.5, transitions: 0.3 } },
  },
};

describe('policyOf', () => {
  it('gives the default parameters of the privacy design', () => {
    expect(policyFrom('')).toEqual(DEFAULTS);
  });

  it('accepts the version in force alone, where a purpose says nothing', () => {
    const text = 'policy: { version: 3 }\nconsent: { acceptedVersions: { nearbyShops: [2, 3] } }';
    expect(policyFrom(text).consent.acceptedVersions).toEqual({
      ...DEFAULTS.consent.acceptedVersions,
      nearbyShops: [2, 3],
      usageStatistics: [3],
      fraudPrevention: [3],
      serviceImprovement: [3],
      thirdPartyTracking: [3],
    });
  });

  it('is frozen to its leaves', () => {
    const policy = policyFrom('');
    const parts = [
      policy,
      policy.gate,
      policy.gate.dwellEdgesMs,
      policy.consent.acceptedVersions.nearbyShops,
    ];
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
  });
});

describe('deepFreeze', () => {
  it('stops at what is no object and at what is frozen', () => {
    expect(deepFreeze(null)).toBeNull();
    expect(deepFreeze('text')).toBe('text');
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(Object.isFrozen(deepFreeze(circle))).toBe(true);
  });
});

describe('policyHash', () => {
  it('is the same for the same parameters, however they were written', () => {
    const other = policyFrom('gate:\n  rounding: 5\n  k: 10\nlateness: PT300S\nvault: { path: elsewhere }\n');
    expect(policyHash(other)).toBe(policyHash(policyFrom('')));
    expect(policyHash(other)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('does not depend on the order of members', () => {
    const reversed = Object.fromEntries(Object.entries(DEFAULTS).reverse()) as unknown as Policy;
    expect(policyHash(reversed)).toBe(policyHash(DEFAULTS));
  });

  it.each([
    ['gate: { k: 15 }'],
    ['policy: { version: 2 }'],
    ['visits: { bridge: PT15M }'],
    ['gate: { dwellEdges: [PT10M, PT20M, PT1H, PT2H] }'],
    ['gate: { unlinkedRaiseK: true }'],
  ])('changes with %s', (text) => {
    expect(policyHash(policyFrom(text))).not.toBe(policyHash(DEFAULTS));
  });
});
