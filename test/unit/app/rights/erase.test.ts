/** `oboro erase`: one record for every subject told, and the end of its consent record. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { changeOf, setConsent } from '../../../../src/app/commands/consent.ts';
import { eraseSubjects } from '../../../../src/app/commands/erase.ts';
import { showSubjects } from '../../../../src/app/commands/subject.ts';
import { RawId } from '../../../../src/model/identity.ts';
import { Desk, aChoice, device, member, named } from './a-desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => {
  expect(desk.printed.join('')).not.toContain('canary');
  vi.restoreAllMocks();
});

const erase = (over = named()): Promise<void> => eraseSubjects(desk.means, over, { json: true });

const REQUEST = 'ab'.repeat(16);

describe('G-04 an erasure', () => {
  it('is one record for each subject, then a tombstone for each, in one transaction', async () => {
    const cookie = new RawId('cookie', 'canary-cookie');
    await erase(named({ terminals: [device, cookie] }));
    const said = { kind: 'erasure', at: 10_000, requestId: REQUEST };
    expect(desk.log.commits).toHaveLength(1);
    expect(desk.read(0)).toEqual([
      ['privacy.erasure', { ...said, deviceId: device, memberId: member }, 'canary-member'],
      ['privacy.erasure', { ...said, deviceId: device, memberId: null }, 'canary-device'],
      [
        'privacy.erasure',
        { ...said, deviceId: new RawId('device', 'canary-cookie'), memberId: null },
        'canary-cookie',
      ],
      ['privacy.consent', 'removed', 'canary-member'],
      ['privacy.consent', 'removed', 'canary-device'],
      ['privacy.consent', 'removed', 'canary-cookie'],
    ]);
    expect(desk.json).toMatchObject({
      requestId: REQUEST,
      subjects: [{ subject: 'member' }, { subject: 'device' }, { subject: 'cookie' }],
    });
  });

  it('of a member known by no device is the member’s', async () => {
    await erase();
    expect(desk.read(0)[0]).toMatchObject(['privacy.erasure', { memberId: member }, 'canary-member']);
  });

  it('reaches a consent that is dated ahead', async () => {
    desk.hasConsent(aChoice(50_000, ['nearbyShops']));
    await erase();
    expect(desk.json).toMatchObject({ subjects: [{ atMs: 50_000 }] });
  });

  it('leaves nothing but itself, and the next choice starts from nothing', async () => {
    desk.hasConsent(aChoice(1_000, ['nearbyShops', 'location']));
    await erase();
    desk.look = { kind: 'known', consent: null, position: 1, atMs: 1 };
    await showSubjects(desk.means, named(), { json: true });
    expect(desk.json).toMatchObject({
      subjects: [
        {
          consentRecords: [],
          erasures: [{ atMs: 10_000, requestId: REQUEST }],
          consent: { erasedAtMs: 10_000, purposes: { nearbyShops: { granted: false } } },
          view: 'current',
        },
      ],
    });
    desk.now = 20_000;
    const flags = { grant: ['location'], policyVersion: '1' };
    await setConsent(desk.means, named(), { change: changeOf(flags) });
    expect(desk.read(1)).toMatchObject([
      ['privacy.consent', { purposes: { nearbyShops: false } }, 'canary-member'],
    ]);
  });

  it('writes nothing when it cannot write all', async () => {
    desk.isRegistryAway = true;
    desk.hasConsent(aChoice(1_000));
    await expect(erase(named({ member: null, terminals: [device] }))).resolves.toBeUndefined();
    await expect(erase()).rejects.toMatchObject({ code: 'SERVICE_AWAY' });
    expect(desk.log.commits).toHaveLength(1);
  });

  it('says so when devices were not told', async () => {
    await eraseSubjects(desk.means, named(), {});
    expect(desk.printed.join('')).toMatch(/request [0-9a-f]{32}: 1 subjects[^]*name them with --device/);
  });
});
