/** `oboro consent` and `oboro subject show`: what a subject's records come to, and how a choice is changed. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConsentSetFlags } from '../../../../src/app/commands/consent.ts';
import { changeOf, setConsent, showConsents } from '../../../../src/app/commands/consent.ts';
import { showSubjects } from '../../../../src/app/commands/subject.ts';
import { PURPOSES, SOURCES } from '../../../../src/model/consent.ts';
import { RawId } from '../../../../src/model/identity.ts';
import { partitionOf } from '../../../../src/wire/murmur2.ts';
import { Desk, PARTITIONS, aChoice, device, member, named } from './a-desk.ts';

const HOME = partitionOf(Buffer.from(member.reveal()), PARTITIONS);

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => {
  // Whatever a command printed, it named nobody.
  expect(desk.printed.join('')).not.toContain('canary');
  vi.restoreAllMocks();
});

const show = async (over = named()): Promise<unknown> => {
  await showConsents(desk.means, over, { json: true });
  return desk.json;
};

describe('consent show', () => {
  it('says what the records come to, whoever else lies in the partition', async () => {
    desk.hasConsent(aChoice(1_000, ['nearbyShops', 'location']));
    desk.hasConsent(aChoice(2_000, ['nearbyShops', 'usageStatistics', 'location']));
    for (let i = 0; i < 30; i += 1) {
      desk.hasConsent(aChoice(3_000, PURPOSES, { memberId: new RawId('member', `m${String(i)}`) }));
    }
    expect(await show()).toMatchObject({
      subjects: [
        {
          subject: 'member',
          partition: HOME,
          unreadable: 0,
          consent: {
            atMs: 2_000,
            erasedAtMs: null,
            notAccepted: [],
            purposes: {
              nearbyShops: { granted: true, sinceMs: 1_000 },
              usageStatistics: { granted: true, sinceMs: 2_000 },
              fraudPrevention: { granted: false, sinceMs: null },
            },
            sources: { location: { granted: true, sinceMs: 1_000 }, cookies: { granted: false } },
          },
        },
      ],
    });
  });

  it('takes a member and a device of the same name for two', async () => {
    const same = new RawId('device', member.reveal());
    desk.hasConsent(aChoice(1_000, ['nearbyShops'], { memberId: null, deviceId: same }));
    expect(await show()).toMatchObject({ subjects: [{ consent: null }] });
    expect(await show({ member: null, terminals: [same] })).toMatchObject({
      subjects: [{ subject: 'device', consent: { atMs: 1_000 } }],
    });
  });

  it('names purposes whose policy version is not accepted', async () => {
    desk.hasConsent(aChoice(1_000, ['nearbyShops'], { policyVersion: 9 }));
    expect(await show()).toMatchObject({ subjects: [{ consent: { notAccepted: ['nearbyShops'] } }] });
  });

  it('forgets what was before a tombstone, and counts what cannot be read', async () => {
    desk.hasConsent(aChoice(1_000, ['nearbyShops']));
    const key = Buffer.from(member.reveal());
    desk.log.append({ topic: 'privacy.consent', partition: HOME, key, value: null });
    desk.log.append({ topic: 'privacy.consent', partition: HOME, key, value: Buffer.from('canary') });
    expect(await show()).toMatchObject({ subjects: [{ consent: null, unreadable: 1 }] });
  });

  it('needs the registry for records it cannot read otherwise, and only then', async () => {
    desk.isRegistryAway = true;
    expect(await show()).toMatchObject({ subjects: [{ consent: null }] });
    desk.hasConsent(aChoice(1_000));
    await expect(show()).rejects.toMatchObject({ code: 'SERVICE_AWAY' });
  });

  it('says how far the view is', async () => {
    desk.hasConsent(aChoice(1_000, ['nearbyShops']));
    const seen: unknown[] = [];
    const known = (consent: unknown) =>
      ({ kind: 'known', consent, position: 1, atMs: 1 }) as typeof desk.look;
    for (const look of [
      { kind: 'away' } as const,
      { kind: 'stale' } as const,
      known(null),
      known({ at: 1_000 }),
    ]) {
      desk.look = look;
      seen.push(((await show()) as { subjects: { view: string }[] }).subjects[0]?.view);
    }
    expect(seen).toEqual(['away', 'stale', 'behind', 'current']);
  });

  it('is a page of text without --json', async () => {
    desk.hasConsent(aChoice(0, ['nearbyShops']));
    await showConsents(desk.means, named({ terminals: [device] }), {});
    const text = desk.printed.join('');
    expect(text).toContain('nearbyShops         granted since 1970-01-01T00:00:00.000Z');
    expect(text).toContain('cookies             refused');
    expect(text).toContain('no record: nothing is served');
  });
});

describe('consent set', () => {
  const set = (flags: ConsentSetFlags, over = named()): Promise<void> =>
    setConsent(desk.means, over, { ...flags, json: true, change: changeOf(flags) });

  it('changes what is named and keeps the rest', async () => {
    desk.hasConsent(aChoice(1_000, ['nearbyShops', 'fraudPrevention', 'location'], { policyVersion: 3 }));
    await set({ grant: ['usageStatistics'], refuse: ['nearbyShops'] });
    const [record] = desk.read(0);
    expect(record).toEqual([
      'privacy.consent',
      aChoice(10_000, ['usageStatistics', 'fraudPrevention', 'location'], { policyVersion: 3 }),
      'canary-member',
    ]);
    expect(desk.log.writers).toEqual(['oboro.test.rights.abababababababab']);
  });

  it('starts from nothing granted, and then needs a policy version', async () => {
    await expect(set({ grant: ['location'] })).rejects.toMatchObject({ code: 'USAGE' });
    await set({ grant: ['location'], policyVersion: '2' }, named({ member: null, terminals: [device] }));
    expect(desk.read(0)).toMatchObject([
      ['privacy.consent', { memberId: null, policyVersion: 2 }, 'canary-device'],
    ]);
    expect(desk.json).toMatchObject({ subject: 'device', sources: { location: true, cookies: false } });
  });

  it('takes all at once', async () => {
    await set({ grantAll: true, policyVersion: '1' });
    await set({ refuseAll: true });
    const own = new RawId('device', member.reveal());
    expect(desk.read(0)).toEqual([
      ['privacy.consent', aChoice(10_000, [...PURPOSES, ...SOURCES], { deviceId: own }), 'canary-member'],
    ]);
    expect(desk.read(1)).toMatchObject([
      ['privacy.consent', { purposes: { nearbyShops: false } }, 'canary-member'],
    ]);
  });

  it('counts after a choice that is dated ahead', async () => {
    desk.hasConsent(aChoice(50_000, ['nearbyShops']));
    await set({ refuse: ['nearbyShops'] });
    expect(await show()).toMatchObject({
      subjects: [{ consent: { atMs: 50_000, purposes: { nearbyShops: { granted: false } } } }],
    });
  });

  it.each<[string, ConsentSetFlags]>([
    ['nothing', {}],
    ['an unknown name', { grant: ['canary'] }],
    ['both', { grant: ['location'], refuse: ['location'] }],
    ['all and one', { grantAll: true, refuse: ['location'] }],
    ['a broken version', { grant: ['location'], policyVersion: '1.5' }],
  ])('refuses %s', (_what, flags) => {
    expect(() => changeOf(flags)).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error);
  });

  it('is of one subject', async () => {
    const two = named({ terminals: [device, new RawId('device', 'canary-2')] });
    await expect(set({ grant: ['location'], policyVersion: '1' }, two)).rejects.toMatchObject({
      code: 'USAGE',
    });
  });
});

describe('subject show', () => {
  it('adds the records one by one, and what tasks hold when it can look', async () => {
    desk.hasConsent(aChoice(1_000, ['nearbyShops']));
    desk.hasConsent(aChoice(2_000));
    const state = [{ fold: 'visits', epochStartMs: 0, keys: 2 }];
    const asked: unknown[] = [];
    await showSubjects(desk.means, named(), { json: true }, (subject, partition) => {
      asked.push([subject, partition]);
      return Promise.resolve(state);
    });
    expect(asked).toEqual([[member, HOME]]);
    expect(desk.json).toMatchObject({
      subjects: [
        {
          consentRecords: [
            { atMs: 1_000, policyVersion: 1 },
            { atMs: 2_000, policyVersion: 1 },
          ],
          erasures: [],
          state,
        },
      ],
    });
  });

  it('says that it did not look', async () => {
    await showSubjects(desk.means, named(), {});
    expect(desk.printed.join('')).toContain('not looked into');
  });
});
