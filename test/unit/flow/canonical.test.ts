import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/flow/canonical.ts';

describe('canonicalJson', () => {
  it.each<[unknown, string]>([
    [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
    [{ z: { y: [1, { d: null, c: 'x' }] } }, '{"z":{"y":[1,{"c":"x","d":null}]}}'],
    [{ a: undefined, b: false }, '{"b":false}'],
    [[], '[]'],
    [{}, '{}'],
    ['"quoted"\n', '"\\"quoted\\"\\n"'],
    ['朧', '"朧"'],
    [-0, '0'],
    [1e21, '1e+21'],
    [null, 'null'],
    // By code unit, as RFC 8785 sorts.
    [{ a: 1, B: 2, ä: 3 }, '{"B":2,"a":1,"ä":3}'],
  ])('of %j is %s', (value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it('is JSON of the same value, whatever the order of its keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 3, numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 8 }), (keys) => {
        const entries = keys.map((key, i) => [key, i] as const);
        const backwards = Object.fromEntries([...entries].reverse());
        expect(canonicalJson(backwards)).toBe(canonicalJson(Object.fromEntries(entries)));
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it('tells different values apart', () => {
    const texts = [1, '1', [1], { 1: 1 }, null, true, 'true', [[1]], { a: [1] }, { a: '1' }].map(
      canonicalJson,
    );
    expect(new Set(texts).size).toBe(texts.length);
  });
});
