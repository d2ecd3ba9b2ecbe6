import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Audience, IdKind, SaltName } from '../../../src/model/identity.ts';
import { AUDIENCES, RawId } from '../../../src/model/identity.ts';
import { HOUR_MS, epochStart, eventTime } from '../../../src/model/time.ts';
import { KeyRing } from '../../../src/runtime/key-ring.ts';
import { Pseudonyms, oncePseudonym, pseudonymOf, requestPseudonym } from '../../../src/sanitize/pseudonym.ts';
import { NOON, TOKYO, device, member } from './builders.ts';

const SALT = createHash('sha256').update('a fixed salt').digest();
const KEY = Buffer.alloc(32, 3);
const OTHER_KEY = Buffer.alloc(32, 4);
const EPOCH = epochStart(NOON);

const onesIn = (bits: bigint): number => bits.toString(2).replaceAll('0', '').length;

const keyFrom = (name: SaltName): Buffer => {
  const ring = new KeyRing();
  ring.add({ name, bytes: Buffer.from(SALT), commitment: '', born: false });
  return ring.keyOf(name, 'pseudonym') ?? Buffer.alloc(0);
};

describe('G-05 pseudonyms', () => {
  it('are HMAC-SHA-256 over kind, zero and id under an HKDF-SHA-256 key, cut to 128 bits', () => {
    for (const audience of AUDIENCES) {
      const info = `oboro v1 ${audience} ${String(NOON)} pseudonym`;
      const key = Buffer.from(hkdfSync('sha256', SALT, Buffer.alloc(0), info, 32));
      const hash = createHmac('sha256', key).update(Buffer.from('device\0端末-1', 'utf8')).digest('hex');
      expect(pseudonymOf(keyFrom({ audience, epoch: EPOCH }), device('端末-1'))).toBe(hash.slice(0, 32));
    }
  });

  it('have a known answer', () => {
    const key = keyFrom({ audience: 'statistics', epoch: epochStart(1_700_000_000_000) });
    // python3: hmac(hkdf_sha256(sha256(b"a fixed salt"), b"", b"oboro v1 statistics 1700000000000 pseudonym", 32), b"member\0m-42")
    expect(pseudonymOf(key, member('m-42'))).toBe('cfabdbc4a479aed11251d76601287897');
  });

  it('are unrelated across epochs, audiences and kinds of one identifier', () => {
    const names: string[] = [];
    const kinds: readonly IdKind[] = ['member', 'device', 'cookie'];
    for (const audience of AUDIENCES) {
      for (const epoch of [0, 1, 2].map((hour) => epochStart(NOON + hour * HOUR_MS))) {
        for (const kind of kinds) names.push(pseudonymOf(keyFrom({ audience, epoch }), new RawId(kind, 'x')));
      }
    }
    expect(new Set(names).size).toBe(27);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/u);
    // 128-bit values of a PRF differ in about half of their bits.
    const first = BigInt(`0x${names[0] ?? ''}`);
    const differing = names.slice(1).map((name) => onesIn(BigInt(`0x${name}`) ^ first));
    for (const count of differing) expect(count).toBeGreaterThan(36);
  });

  it('cannot be made to meet by an identifier that looks like another kind', () => {
    expect(pseudonymOf(KEY, device('x'))).not.toBe(requestPseudonym(KEY, 'x'));
    expect(pseudonymOf(KEY, device('\0x'))).not.toBe(pseudonymOf(KEY, device('x')));
  });

  it('of one event depend on device, time and position', () => {
    const event = { deviceId: device('d'), at: eventTime(NOON), position: TOKYO };
    const names = [
      oncePseudonym(KEY, event),
      oncePseudonym(OTHER_KEY, event),
      oncePseudonym(KEY, { ...event, deviceId: device('e') }),
      oncePseudonym(KEY, { ...event, at: eventTime(NOON + 1) }),
      oncePseudonym(KEY, { ...event, position: { ...TOKYO, lat: TOKYO.lat + 1e-6 } }),
      oncePseudonym(KEY, { ...event, position: { lat: TOKYO.lng, lng: TOKYO.lat } }),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(oncePseudonym(KEY, { ...event })).toBe(names[0]);
  });
});

describe('the memo', () => {
  it('gives the same object for the same terminal and member, and the values of the plain function', () => {
    const memo = new Pseudonyms();
    const ids = { terminal: device('d'), member: member('m') };
    const who = memo.who(KEY, EPOCH, ids);
    expect(who).toEqual({
      epoch: EPOCH,
      subject: pseudonymOf(KEY, member('m')),
      device: who.device,
      linked: true,
    });
    expect(memo.who(KEY, EPOCH, { terminal: device('d'), member: member('m') })).toBe(who);
    const three = ['m', 'n', null].map((id) =>
      memo.who(KEY, EPOCH, { terminal: device('d'), member: id === null ? null : member(id) }),
    );
    expect(three[0]).toBe(who);
    expect(new Set(three.map(({ subject }) => subject)).size).toBe(3);
    // A terminal is another device for each subject on it; without a member it is the subject itself.
    expect(new Set(three.map((each) => each.device)).size).toBe(3);
    expect(three[2]?.device).toBe(pseudonymOf(KEY, device('d')));
    expect(memo.nearby(KEY, EPOCH, device('d'))).toBe(pseudonymOf(KEY, device('d')));
    expect(memo.nearby(KEY, EPOCH, new RawId('cookie', 'd'))).not.toBe(pseudonymOf(KEY, device('d')));
  });

  it('keeps epochs and keys apart, and forgets closed epochs', () => {
    const memo = new Pseudonyms();
    const ids = { terminal: device('d'), member: null };
    const first = memo.who(KEY, EPOCH, ids);
    const later = epochStart(NOON + HOUR_MS);
    expect(memo.who(OTHER_KEY, later, ids).device).not.toBe(first.device);
    expect(memo.who(KEY, EPOCH, ids)).toBe(first);
    const names = (['statistics', 'nearby'] as const satisfies readonly Audience[]).map((audience) => ({
      audience,
      epoch: EPOCH,
    }));
    memo.forget(names);
    expect(memo.who(KEY, EPOCH, ids)).not.toBe(first);
    expect(memo.who(OTHER_KEY, EPOCH, ids).device).not.toBe(first.device);
  });
});
