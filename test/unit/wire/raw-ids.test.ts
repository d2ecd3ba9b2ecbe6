/** RawId objects from a bounded cache. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { RawIds, isIdText } from '../../../src/wire/raw-ids.ts';

describe('RawIds', () => {
  it('gives one object a text and kind', () => {
    const ids = new RawIds();
    const device = ids.of('device', 'a');
    expect(ids.of('device', ['a'].join(''))).toBe(device);
    ids.of('device', 'b');
    expect(ids.of('device', 'a')).toBe(device);
    expect(ids.of('member', 'a')).not.toBe(device);
    expect(ids.of('member', 'a')?.kind).toBe('member');
    expect(device?.reveal()).toBe('a');
  });

  it('holds no more than its limit, and still tells texts apart', () => {
    const ids = new RawIds(2);
    const first = ids.of('device', 'a');
    for (const text of ['b', 'c', 'd']) ids.of('device', text);
    const again = ids.of('device', 'a');
    expect(again).not.toBe(first);
    expect(again?.reveal()).toBe('a');
  });

  it('forgets when cleared, the newest too', () => {
    const ids = new RawIds();
    const first = ids.of('cookie', 'a');
    ids.clear();
    expect(ids.of('cookie', 'a')).not.toBe(first);
  });

  it('gives nobody for text that names nobody, and leaves absence alone', () => {
    const ids = new RawIds();
    expect(ids.of('device', '')).toBeNull();
    ids.of('device', 'a');
    expect(ids.of('device', '')).toBeNull();
    expect(ids.takeOptional('device', null)).toBeNull();
    expect(ids.takeOptional('device', undefined)).toBeNull();
    expect(ids.takeOptional('device', 'a')).toBe(ids.take('device', 'a'));
  });

  it('G-15 shows no identifier when it is printed', () => {
    const ids = new RawIds();
    const id = ids.take('device', 'canary');
    expect(inspect(ids, { depth: 9, showHidden: true }) + JSON.stringify([ids, id])).not.toContain('canary');
  });
});

describe('isIdText', () => {
  it.each<[text: string, is: boolean]>([
    ['a', true],
    [' ', true],
    ['端末', true],
    ['😀', true],
    ['x'.repeat(256), true],
    ['', false],
    ['x'.repeat(257), false],
    ['a\u0000', false],
    ['a\t', false],
    ['a\u007f', false],
    ['é\u0000', false],
    ['é\u007f', false],
    ['\uFFFD', false],
    ['\ud83d', false],
    ['\ude00', false],
    ['\ude00\ud83d', false],
    ['a\ud83d', false],
  ])('%j: %s', (text, is) => {
    expect(isIdText(text)).toBe(is);
  });
});
