/** Sharing out partitions: complete, even to one, with as few moves as that allows. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balance } from '../../../../src/adapters/kafka/balance.ts';

type Claims = Readonly<Record<string, readonly number[]>>;

const shares = (count: number, claims: Claims): Claims =>
  Object.fromEntries(balance(count, new Map(Object.entries(claims))));

describe('balance', () => {
  it.each<readonly [string, number, Claims, Claims]>([
    ['shares out anew', 4, { a: [], b: [] }, { a: [0, 1], b: [2, 3] }],
    ['gives all to one', 3, { a: [] }, { a: [0, 1, 2] }],
    ['leaves what is even', 4, { a: [1, 3], b: [0, 2] }, { a: [1, 3], b: [0, 2] }],
    ['leaves what is even to one', 5, { a: [0, 1], b: [2, 3, 4] }, { a: [0, 1], b: [2, 3, 4] }],
    ['takes for a new member', 4, { a: [0, 1, 2, 3], b: [] }, { a: [0, 1], b: [2, 3] }],
    ['gives what a lost member had', 4, { b: [2, 3], c: [1] }, { b: [2, 3], c: [0, 1] }],
    ['has members without a share', 1, { a: [], b: [0], c: [] }, { a: [], b: [0], c: [] }],
    ['settles double claims by name', 2, { b: [0, 1], a: [0, 1] }, { a: [0], b: [1] }],
    ['forgets claims beyond the count', 2, { a: [7, 1], b: [-1, 0.5] }, { a: [1], b: [0] }],
    ['knows no partitions', 0, { a: [3] }, { a: [] }],
  ])('%s', (_, count, claims, expected) => {
    expect(shares(count, claims)).toEqual(expected);
  });

  const claims = fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), fc.array(fc.nat({ max: 20 })), {
    minKeys: 1,
    maxKeys: 7,
  });

  it('gives every partition to one member, evenly to one', () => {
    fc.assert(
      fc.property(fc.nat({ max: 20 }), claims, (count, claimed) => {
        const given = Object.values(shares(count, claimed));
        expect(given.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, p) => p));
        const sizes = given.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('does not depend on the order of members, and changes nothing when it is asked again', () => {
    fc.assert(
      fc.property(fc.nat({ max: 20 }), claims, (count, claimed) => {
        const first = shares(count, claimed);
        const reversed = Object.fromEntries(Object.entries(claimed).reverse());
        expect(shares(count, reversed)).toEqual(first);
        expect(shares(count, first)).toEqual(first);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it('moves no more than evenness asks for when one member comes or goes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 8 }), (count, members) => {
        const empty = Object.fromEntries(Array.from({ length: members }, (_, i) => [`m${i}`, []]));
        const before = shares(count, empty);
        const more = shares(count, { ...before, new: [] });
        const moved = Object.entries(before).flatMap(([member, had]) =>
          had.filter((partition) => !more[member]?.includes(partition)),
        );
        expect(moved.length).toBe(more['new']?.length);
        const fewer = shares(count, Object.fromEntries(Object.entries(before).slice(1)));
        for (const [member, has] of Object.entries(fewer))
          expect(has).toEqual(expect.arrayContaining([...(before[member] ?? [])]));
      }),
      { seed: 9, numRuns: 200 },
    );
  });
});
