import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RawRight } from '../../../src/model/raw.ts';
import { ConsentBook } from '../../../src/sanitize/consent-book.ts';
import { POLICY, aBook, aConsent, anErasure, cookie, device, member } from './builders.ts';

describe('the book', () => {
  it('G-01 knows nobody without a record', () => {
    expect(aBook().of(device('d1'))).toBeNull();
  });

  it('finds a subject before and after its records, also one that was asked for first', () => {
    const book = aBook();
    expect(book.of(device('d1'))).toBeNull();
    book.apply(aConsent(10));
    expect(book.of(device('d1'))?.consent.at).toBe(10);
    book.apply(aConsent(20));
    expect(book.of(device('d1'))?.consent.at).toBe(20);
    expect(book.size).toBe(1);
  });

  it('keeps member and device of one name apart, and a device and a cookie of one name together', () => {
    const book = aBook();
    book.apply(aConsent(10, {}, { deviceId: device('x') }));
    expect(book.of(member('x'))).toBeNull();
    expect(book.of(cookie('x'))?.consent.at).toBe(10);
    book.apply(aConsent(20, {}, { deviceId: device('y'), memberId: member('x') }));
    expect(book.of(member('x'))?.consent.at).toBe(20);
    expect(book.of(device('x'))?.consent.at).toBe(10);
    expect(book.of(device('y'))).toBeNull();
  });

  it('still answers for subjects that the memo has forgotten', () => {
    const book = new ConsentBook({ key: Buffer.alloc(32, 1), policy: POLICY.consent, rememberedIds: 4 });
    for (let i = 0; i < 100; i += 1) book.apply(aConsent(i, {}, { deviceId: device(`d${String(i)}`) }));
    for (let i = 0; i < 100; i += 1) expect(book.of(device(`d${String(i)}`))?.consent.at).toBe(i);
    book.apply(aConsent(500, {}, { deviceId: device('d3') }));
    expect(book.of(device('d3'))?.consent.at).toBe(500);
  });

  it('shows no identifier when it is printed', () => {
    const book = aBook();
    book.apply(aConsent(10, {}, { deviceId: device('canary-7f3a') }));
    expect(inspect(book, { depth: 9, showHidden: true })).not.toContain('canary');
  });
});

describe('G-03 what a record takes back', () => {
  const all = aConsent(10);
  const cases: readonly (readonly [string, readonly RawRight[], readonly [boolean, boolean]])[] = [
    ['a first consent', [all], [false, false]],
    ['the same again', [all, aConsent(20)], [false, false]],
    ['everything off', [all, aConsent(20, { purposes: [], sources: [] })], [true, true]],
    ['usage statistics off', [all, aConsent(20, { purposes: ['nearbyShops'] })], [true, true]],
    [
      'only nearby shops off',
      [all, aConsent(20, { purposes: ['usageStatistics', 'thirdPartyTracking'] })],
      [false, false],
    ],
    ['location off', [all, aConsent(20, { sources: ['terminalId', 'cookies'] })], [true, false]],
    ['terminal id off', [all, aConsent(20, { sources: ['location', 'cookies'] })], [true, true]],
    ['cookies off', [all, aConsent(20, { sources: ['location', 'terminalId'] })], [false, true]],
    [
      'third parties off: whose fixes were counted is not kept',
      [all, aConsent(20, { purposes: ['usageStatistics', 'nearbyShops'] })],
      [true, true],
    ],
    ['a version that is not accepted', [all, aConsent(20, { version: 1 })], [true, true]],
    [
      'off where nothing was on',
      [aConsent(10, { purposes: [] }), aConsent(20, { purposes: [] })],
      [false, false],
    ],
    ['a withdrawal that comes late', [all, aConsent(30), aConsent(20, { purposes: [] })], [true, true]],
    ['a grant that comes late', [aConsent(30), aConsent(20)], [false, false]],
    ['an erasure', [all, anErasure(20)], [true, true]],
    ['an erasure of somebody unknown', [anErasure(20)], [true, true]],
  ];
  it.each(cases)('%s', (_, records, [withdrawn, withdrawnFromWeb]) => {
    const book = aBook();
    const last = records.map((record) => book.apply(record)).at(-1);
    expect(last).toEqual({ withdrawn, withdrawnFromWeb, isFirst: records.length === 1 });
  });
});

describe('G-01 a revocation', () => {
  const revocation = (id: string) => ({ kind: 'revocation', deviceId: device(id), memberId: null }) as const;
  const served = (book: ConsentBook, id: string): number => book.of(device(id))?.app.counted ?? Infinity;

  it('refuses from then on, and takes back what was served', () => {
    const book = aBook();
    book.apply(aConsent(10));
    expect(served(book, 'd1')).toBeLessThan(Infinity);
    expect(book.apply(revocation('d1'))).toMatchObject({ withdrawn: true, isFirst: false });
    expect(served(book, 'd1')).toBe(Infinity);
    expect(book.apply(revocation('d1'))).toMatchObject({ withdrawn: false });
  });

  it('of somebody never heard of changes nothing, and is told to be the first', () => {
    const book = aBook();
    expect(book.apply(revocation('d9'))).toEqual({
      withdrawn: false,
      withdrawnFromWeb: false,
      isFirst: true,
    });
    expect(book.of(device('d9'))).toBeNull();
  });

  it.each([
    ['the same choice told again', 10, Infinity],
    ['an older one', 5, Infinity],
    ['a newer one', 12, 12],
  ] as const)('stands against %s', (_, at, since) => {
    const book = aBook();
    book.apply(aConsent(10));
    book.apply(revocation('d1'));
    book.apply(aConsent(at));
    expect(served(book, 'd1')).toBe(since);
  });

  it('leaves an erased subject erased, as of the same time', () => {
    const book = aBook();
    book.apply(aConsent(10));
    book.apply(anErasure(20));
    const erased = book.of(device('d1'))?.consent;
    book.apply(revocation('d1'));
    expect(book.of(device('d1'))?.consent).toEqual(erased);
  });
});
