/** Names of keys: subjects hidden, partitions in one slot, deployments apart. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  bucketKey,
  hiddenName,
  partitionKeys,
  releasedKey,
  subjectKey,
} from '../../../../src/adapters/redis/keys.ts';
import { RawId } from '../../../../src/model/identity.ts';

const KEY = Buffer.alloc(32, 7);

describe('the name of a subject', () => {
  it('G-15 is a keyed hash, as in the consent book', () => {
    const expected = createHmac('sha256', KEY).update('member\0canary').digest('hex').slice(0, 32);
    expect(subjectKey(KEY, new RawId('member', 'canary'))).toBe(expected);
    expect(subjectKey(Buffer.alloc(32, 8), new RawId('member', 'canary'))).not.toBe(expected);
  });

  it('tells members from terminals, and not devices from cookies', () => {
    const [member, device, cookie] = (['member', 'device', 'cookie'] as const).map((kind) =>
      subjectKey(KEY, new RawId(kind, 'x')),
    );
    expect(member).not.toBe(device);
    expect(cookie).toBe(device);
  });
});

const slotTag = (key: string): string => /\{([^}]*)\}/.exec(key)?.[1] ?? key;

describe('the keys of a partition', () => {
  it('lie in one slot, apart from those of others', () => {
    const { mark, side } = partitionKeys('oboro:x', 3);
    expect(new Set([mark, side.a, side.b].map(slotTag))).toEqual(new Set(['p3']));
    expect(new Set([mark, side.a, side.b]).size).toBe(3);
    const all = [
      partitionKeys('oboro:x', 30).mark,
      partitionKeys('oboro:y', 3).mark,
      mark,
      releasedKey('oboro:x', 3),
    ];
    expect(new Set(all).size).toBe(4);
  });
});

describe('the name of a bucket', () => {
  it('hides who it is for', () => {
    const key = bucketKey('oboro:x', hiddenName(KEY, 'canary-key'));
    expect(key).not.toContain('canary');
    expect(hiddenName(KEY, 'a')).not.toBe(hiddenName(KEY, 'b'));
  });
});
