/** Suggestions for mistyped keys. */
import { describe, expect, it } from 'vitest';
import { KEY_TABLE } from '../../../src/config/keys.ts';
import { editDistance, nearest, suggestKey } from '../../../src/config/near-miss.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['resolution', 'resoluton', 1],
    ['resolution', 'resoultion', 1],
    ['ab', 'ba', 1],
    ['ca', 'abc', 3],
    ['same', 'same', 0],
  ])('%j to %j is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('nearest', () => {
  it.each([
    ['roundin', ['rounding', 'resolution'], 'rounding'],
    ['grace_short', ['graceShort', 'graceDay'], 'graceShort'],
    ['GRACEDAY', ['graceShort', 'graceDay'], 'graceDay'],
    ['x', ['rounding'], null],
    ['completely', ['different', 'words'], null],
    ['anything', [], null],
  ])('of %s among %j is %s', (name, candidates, expected) => {
    expect(nearest(name, candidates)).toBe(expected);
  });
});

describe('suggestKey', () => {
  it.each([
    [['snap', 'resoluton'], 'snap.resolution'],
    [['snapp'], 'snap'],
    [['k'], 'gate.k'],
    [['visits', 'sessiongap'], 'visits.sessionGap'],
    [['gate', 'catchmentM'], 'snap.catchmentM'],
    [['consent', 'acceptedVersion'], 'consent.acceptedVersions'],
    [['consent', 'acceptedVersions', 'nearbyShop'], 'consent.acceptedVersions.nearbyShops'],
    [['nonsense'], null],
  ])('for %j is %s', (path, expected) => {
    expect(suggestKey(path, KEY_TABLE.keys)).toBe(expected);
  });
});
