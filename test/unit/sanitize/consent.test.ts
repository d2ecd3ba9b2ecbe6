import { describe, expect, it } from 'vitest';
import type { SubjectConsent } from '../../../src/sanitize/consent.ts';
import { foldConsent, foldErasure, grantedSince, servedSince } from '../../../src/sanitize/consent.ts';
import type { Choice } from './builders.ts';
import { POLICY, aConsent, anErasure } from './builders.ts';

type Step = readonly ['consent', number, Choice?] | readonly ['erase', number];
const NO: Choice = { purposes: [], sources: [] };

const fold = (steps: readonly Step[]): SubjectConsent =>
  steps.reduce<SubjectConsent | null>(
    (current, [kind, at, choice]) =>
      kind === 'erase' ? foldErasure(current, anErasure(at)) : foldConsent(current, aConsent(at, choice)),
    null,
  ) ?? foldErasure(null, anErasure(0));

const since = (consent: SubjectConsent): number =>
  servedSince(consent, 'usageStatistics', 'location', POLICY.consent);

describe('since when events are served', () => {
  const cases: readonly (readonly [string, readonly Step[], number])[] = [
    ['one record', [['consent', 10]], 10],
    [
      'said again',
      [
        ['consent', 10],
        ['consent', 20],
      ],
      10,
    ],
    [
      'withdrawn',
      [
        ['consent', 10],
        ['consent', 20, NO],
      ],
      Infinity,
    ],
    [
      'withdrawn and granted again',
      [
        ['consent', 10],
        ['consent', 20, NO],
        ['consent', 30],
      ],
      30,
    ],
    [
      'only the source withdrawn',
      [
        ['consent', 10],
        ['consent', 20, { sources: ['cookies'] }],
      ],
      Infinity,
    ],
    [
      'only another purpose withdrawn',
      [
        ['consent', 10],
        ['consent', 20, { purposes: ['usageStatistics'] }],
      ],
      10,
    ],
    [
      'off and on within a millisecond',
      [
        ['consent', 10, NO],
        ['consent', 10],
      ],
      10,
    ],
    [
      'on and off within a millisecond',
      [
        ['consent', 10],
        ['consent', 10, NO],
      ],
      Infinity,
    ],
    [
      'an older grant comes late',
      [
        ['consent', 20],
        ['consent', 10],
      ],
      10,
    ],
    [
      'an older grant comes late, but it was off between',
      [
        ['consent', 30],
        ['consent', 20, NO],
        ['consent', 10],
      ],
      30,
    ],
    [
      'an older withdrawal comes late, before the grant',
      [
        ['consent', 20],
        ['consent', 10, NO],
      ],
      20,
    ],
    [
      'a withdrawal comes late, inside the grant',
      [
        ['consent', 10],
        ['consent', 30],
        ['consent', 20, NO],
      ],
      30,
    ],
    [
      'a grant comes late, after a withdrawal',
      [
        ['consent', 30, NO],
        ['consent', 20],
      ],
      Infinity,
    ],
    [
      'erased',
      [
        ['consent', 10],
        ['erase', 20],
      ],
      Infinity,
    ],
    [
      'erased and granted again',
      [
        ['consent', 10],
        ['erase', 20],
        ['consent', 30],
      ],
      30,
    ],
    [
      'erased in the same millisecond',
      [
        ['erase', 20],
        ['consent', 20],
      ],
      Infinity,
    ],
    [
      'an erasure comes late',
      [
        ['consent', 10],
        ['consent', 30],
        ['erase', 20],
      ],
      30,
    ],
    [
      'an erasure comes late, before the grant',
      [
        ['consent', 30],
        ['erase', 20],
      ],
      30,
    ],
    [
      'a grant from before an erasure comes late',
      [
        ['erase', 20],
        ['consent', 10],
      ],
      Infinity,
    ],
    [
      'a grant from before the erasure cannot reach back over it',
      [
        ['erase', 20],
        ['consent', 30],
        ['consent', 10],
      ],
      30,
    ],
    ['a version not accepted', [['consent', 10, { version: 1 }]], Infinity],
    [
      'from a version not accepted to one that is',
      [
        ['consent', 10, { version: 1 }],
        ['consent', 20],
      ],
      20,
    ],
    [
      'from one accepted version to another',
      [
        ['consent', 10, { version: 2 }],
        ['consent', 20],
      ],
      10,
    ],
    [
      'from a newer version to one not accepted',
      [
        ['consent', 10],
        ['consent', 20, { version: 1 }],
      ],
      Infinity,
    ],
    [
      'a version not accepted between two that are',
      [
        ['consent', 10, { version: 2 }],
        ['consent', 20, { version: 1 }],
        ['consent', 30],
      ],
      30,
    ],
    [
      'an older version comes late',
      [
        ['consent', 20],
        ['consent', 10, { version: 1 }],
      ],
      20,
    ],
    [
      'an older accepted version comes late',
      [
        ['consent', 20],
        ['consent', 10, { version: 2 }],
      ],
      10,
    ],
    [
      'another version comes late, between: how long it held is not known',
      [
        ['consent', 10],
        ['consent', 30],
        ['consent', 20, { version: 2 }],
      ],
      30,
    ],
  ];
  it.each(cases)('G-01 %s', (_, steps, expected) => {
    expect(since(fold(steps))).toBe(expected);
  });

  it('asks for the purpose alone where the source is null', () => {
    const consent = fold([['consent', 10, { purposes: ['usageStatistics'], sources: [] }]]);
    expect(servedSince(consent, 'usageStatistics', null, POLICY.consent)).toBe(10);
    expect(since(consent)).toBe(Infinity);
    expect(grantedSince(consent, 'nearbyShops', null)).toBe(Infinity);
  });

  it('takes acceptance by purpose', () => {
    const consent = fold([['consent', 10]]);
    const acceptedVersions = { ...POLICY.consent.acceptedVersions, nearbyShops: [99] };
    expect(servedSince(consent, 'nearbyShops', 'location', { acceptedVersions })).toBe(Infinity);
    expect(servedSince(consent, 'usageStatistics', 'location', { acceptedVersions })).toBe(10);
  });

  it('keeps few runs of versions however often the version changes, and refuses what it forgot', () => {
    const steps = Array.from({ length: 200 }, (_, i): Step => [
      'consent',
      i + 1,
      { version: i % 2 === 0 ? 2 : 3 },
    ]);
    const consent = fold(steps);
    expect(consent.versions.length).toBeLessThanOrEqual(16);
    expect(since(consent)).toBeGreaterThan(1);
    expect(since(consent)).toBeLessThan(200);
    const extended = foldConsent(consent, aConsent(0, { version: 3 }));
    expect(since(extended)).toBe(since(consent));
  });
});
