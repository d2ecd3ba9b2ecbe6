import { describe, expect, it } from 'vitest';
import { pseudonym } from '../../../src/model/identity.ts';
import type { Traits } from '../../../src/model/contribution.ts';
import type { VisitEntry } from '../../../src/model/tally.ts';
import { eventTime } from '../../../src/model/time.ts';
import { outranksTraits, traitOf, traitParts } from '../../../src/release/trait-parts.ts';
import { aPolicy, aVisit, someTraits } from '../../support/builders.ts';

const { gate } = aPolicy({ gate: { k: 5, kBreakdown: 5 } });

/** So many people of each category; null did not say. */
const crowd = (groups: readonly (readonly [category: string | null, people: number])[]) => {
  const category = new Map<string, string | null>();
  const stays: VisitEntry[] = groups.flatMap(([label, people], g) =>
    Array.from({ length: people }, (_, i) => {
      const visit = aVisit(`p${String(g)}-${String(i)}`);
      category.set(visit.subject, label);
      return visit;
    }),
  );
  return traitParts(stays, ({ subject }) => category.get(subject) ?? null, gate)?.map(
    ({ label, entries }) => `${label} ${String(entries.length)}`,
  );
};

describe('G-11 parts by what is known of people', () => {
  it.each<[string, Parameters<typeof crowd>[0], readonly string[] | undefined]>([
    [
      'are named where they are large enough',
      [
        ['ios', 8],
        ['android', 7],
      ],
      ['android 7', 'ios 8'],
    ],
    [
      'are unknown where nobody said',
      [
        ['ios', 8],
        [null, 6],
      ],
      ['ios 8', 'unknown 6'],
    ],
    [
      'are other where they are rare',
      [
        ['ios', 9],
        ['linux', 3],
        ['tizen', 2],
      ],
      ['ios 9', 'other 5'],
    ],
    [
      'take the smallest in while other is short',
      [
        ['ios', 9],
        ['android', 6],
        ['linux', 2],
      ],
      ['ios 9', 'other 8'],
    ],
    [
      'join what already is called other',
      [
        ['ios', 9],
        ['other', 4],
        ['linux', 1],
      ],
      ['ios 9', 'other 5'],
    ],
    [
      'are withheld when one is left',
      [
        ['ios', 8],
        ['linux', 2],
      ],
      undefined,
    ],
    ['are withheld when nobody said', [[null, 30]], undefined],
    [
      'are withheld when nearly all are alike',
      [
        ['ios', 95],
        ['android', 5],
      ],
      undefined,
    ],
    [
      'are withheld when there are too few',
      [
        ['ios', 2],
        ['android', 2],
      ],
      undefined,
    ],
  ])('%s', (_, groups, parts) => {
    expect(crowd(groups)).toEqual(parts);
  });

  it('count members alone', () => {
    const stays = ['a', 'b'].flatMap((os) =>
      Array.from({ length: 6 }, (_, i) => aVisit(`${os}${String(i)}`, { linked: os === 'a' || i < 4 })),
    );
    expect(traitParts(stays, ({ subject }) => subject.slice(0, 1), gate)).toBeNull();
  });
});

describe('a subject’s traits', () => {
  const known = (traits: Partial<Traits>, at: number) => someTraits('p', { traits, knownAt: eventTime(at) });

  it('are those known last', () => {
    expect(outranksTraits(known({ os: 'ios' }, 2), known({ os: 'windows' }, 1))).toBe(true);
    expect(outranksTraits(known({ os: 'windows' }, 1), known({ os: 'ios' }, 2))).toBe(false);
  });

  it('of two known at once are the same ones in any order', () => {
    const [a, b] = [known({ os: 'ios' }, 1), known({ os: 'windows' }, 1)];
    expect(outranksTraits(a, b)).not.toBe(outranksTraits(b, a));
  });

  it('are null where nothing was told', () => {
    const state = { traits: new Map([[pseudonym('p'), known({ os: 'ios' }, 1)]]) };
    expect(traitOf(state, 'terminals.os')(aVisit('p'))).toBe('ios');
    expect(traitOf(state, 'demographics.gender')(aVisit('p'))).toBeNull();
    expect(traitOf(state, 'terminals.os')(aVisit('q'))).toBeNull();
  });
});
