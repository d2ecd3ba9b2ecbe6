import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { IdKind } from '../../../src/model/identity.ts';
import { RawId, subjectOf } from '../../../src/model/identity.ts';

const KINDS: readonly IdKind[] = ['member', 'device', 'cookie'];

describe('G-15 a raw identifier', () => {
  it.each(KINDS)('of kind %s prints as its kind, whatever is done to it', (kind) => {
    const id = new RawId(kind, 'canary-4711');
    const held = { id, list: [id], map: new Map([[id, id]]), set: new Set([id]) };
    const told = [
      String(id),
      JSON.stringify(id),
      JSON.stringify(held),
      inspect(id),
      inspect(held, { depth: Infinity, showHidden: true }),
      [id].join(),
      Object.entries(id).join(),
      String(Object.getOwnPropertyNames(id).map((name) => (id as unknown as Record<string, unknown>)[name])),
      new Error(`about ${id.toString()}`).message,
      JSON.stringify(Object.assign({}, id)),
    ].join('\n');
    expect(told).not.toContain('canary');
    expect(told).toContain(`[${kind}]`);
    expect(id.reveal()).toBe('canary-4711');
  });

  it('does not go through a structured clone', () => {
    expect(inspect(structuredClone({ id: new RawId('member', 'canary-4711') }))).not.toContain('canary');
  });
});

describe('subjectOf', () => {
  const member = new RawId('member', 'm');
  const device = new RawId('device', 'd');
  const cookie = new RawId('cookie', 'c');
  it.each([
    ['the member where known', { memberId: member, deviceId: device, cookieId: cookie }, member],
    ['else the device', { memberId: null, deviceId: device, cookieId: cookie }, device],
    ['else the cookie', { memberId: null, deviceId: null, cookieId: cookie }, cookie],
    ['else nobody', { memberId: null, deviceId: null, cookieId: null }, null],
    ['nobody without a cookie field', { memberId: null, deviceId: null }, null],
  ])('is %s', (_, event, expected) => {
    expect(subjectOf(event)).toBe(expected);
  });
});
