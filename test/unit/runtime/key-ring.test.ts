import { hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KeyUse } from '../../../src/flow/keys.ts';
import { OboroError } from '../../../src/model/errors.ts';
import type { SaltName } from '../../../src/model/identity.ts';
import { AUDIENCES } from '../../../src/model/identity.ts';
import { epochStart } from '../../../src/model/time.ts';
import type { HeldSalt } from '../../../src/ports/salts.ts';
import { KeyRing } from '../../../src/runtime/key-ring.ts';

const USES: readonly KeyUse[] = ['pseudonym', 'draw', 'noise', 'state'];
const nameOf = (epoch: number, audience: SaltName['audience'] = 'statistics'): SaltName => ({
  audience,
  epoch: epochStart(epoch),
});
const held = (name: SaltName, fill = 5): HeldSalt => ({
  name,
  bytes: Buffer.alloc(32, fill),
  commitment: '',
  born: true,
});
const zeros = Buffer.alloc(32);

describe('G-05 keys', () => {
  it('are HKDF-SHA-256 of the salt, one per audience, epoch and use', () => {
    const ring = new KeyRing();
    const names = AUDIENCES.flatMap((audience) => [nameOf(1, audience), nameOf(2, audience)]);
    for (const name of names) ring.add(held(name));
    const keys = names.flatMap((name) => USES.map((use) => ring.keyOf(name, use)?.toString('hex')));
    expect(new Set(keys).size).toBe(names.length * USES.length);
    const info = 'oboro v1 nearby 2 state';
    expect(ring.keyOf(nameOf(2, 'nearby'), 'state')).toEqual(
      Buffer.from(hkdfSync('sha256', Buffer.alloc(32, 5), '', info, 32)),
    );
  });

  it('are derived once: the same question has the same Buffer for answer', () => {
    const ring = new KeyRing();
    ring.add(held(nameOf(1)));
    expect(ring.keyOf(nameOf(1), 'noise')).toBe(ring.keyOf(nameOf(1), 'noise'));
  });

  it('stay as they are when the same salt is added again, and are replaced with another', () => {
    const ring = new KeyRing();
    const salt = held(nameOf(1));
    ring.add(salt);
    const key = ring.keyOf(nameOf(1), 'noise');
    ring.add({ ...salt, born: false });
    expect(ring.keyOf(nameOf(1), 'noise')).toBe(key);
    ring.add(held(nameOf(1), 6));
    expect(key).toEqual(zeros);
    expect(ring.keyOf(nameOf(1), 'noise')).not.toEqual(key);
  });
});

describe('G-07 the end of a salt', () => {
  it('zeroes salt and keys when it is forgotten, and knows nothing of it after', () => {
    const ring = new KeyRing();
    const salt = held(nameOf(1));
    ring.add(salt);
    ring.add(held(nameOf(2)));
    const keys = USES.map((use) => ring.keyOf(nameOf(1), use));
    ring.forget([nameOf(1), nameOf(9)]);
    expect([salt.bytes, ...keys]).toEqual(Array.from({ length: 5 }, () => zeros));
    expect(ring.knows(nameOf(1))).toBe(false);
    expect(ring.keyOf(nameOf(2), 'state')).not.toEqual(zeros);
  });

  it('answers null for a closed epoch, zeroing what it held', () => {
    const ring = new KeyRing();
    const salt = held(nameOf(1));
    ring.add(salt);
    const key = ring.keyOf(nameOf(1), 'state');
    ring.markClosed(nameOf(1));
    expect(ring.keyOf(nameOf(1), 'state')).toBeNull();
    expect(ring.knows(nameOf(1))).toBe(true);
    expect([salt.bytes, key]).toEqual([zeros, zeros]);
  });

  it('retires an epoch: its keys end, and the salt waits for the vault to end it', () => {
    const ring = new KeyRing();
    const salt = held(nameOf(1));
    ring.add(salt);
    const key = ring.keyOf(nameOf(1), 'state');
    ring.retire(nameOf(1));
    ring.retire(nameOf(2));
    expect(key).toEqual(zeros);
    expect(salt.bytes).toEqual(Buffer.alloc(32, 5));
    expect([ring.keyOf(nameOf(1), 'state'), ring.keyOf(nameOf(2), 'state')]).toEqual([null, null]);
    expect(ring.held()).toEqual([]);
  });

  it('throws a BUG for a salt that was never fetched, naming epoch and audience', () => {
    const ring = new KeyRing();
    ring.add(held(nameOf(1)));
    const ask = (): unknown => ring.keyOf(nameOf(1, 'fraud'), 'pseudonym');
    expect(ask).toThrow(OboroError);
    expect(ask).toThrow(/fraud salt of epoch 1 /u);
    expect(ask).toThrow(expect.objectContaining({ code: 'BUG' }));
  });

  it('lists what it holds open, by audience and epoch', () => {
    const ring = new KeyRing();
    for (const name of [nameOf(2), nameOf(1), nameOf(3, 'nearby'), nameOf(4)]) ring.add(held(name));
    ring.markClosed(nameOf(4));
    ring.markClosed(nameOf(5));
    expect(ring.held()).toEqual([nameOf(1), nameOf(2), nameOf(3, 'nearby')]);
  });
});
