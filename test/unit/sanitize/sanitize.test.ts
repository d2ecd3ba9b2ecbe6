import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/flow/outcome.ts';
import type { RawEvent } from '../../../src/model/raw.ts';
import type { Sanitized } from '../../../src/model/sanitized.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, eventTime } from '../../../src/model/time.ts';
import type { SanitizeEnv } from '../../../src/sanitize/env.ts';
import { saltsAt } from '../../../src/sanitize/epochs.ts';
import { pseudonymOf } from '../../../src/sanitize/pseudonym.ts';
import { sanitize } from '../../../src/sanitize/sanitize.ts';
import {
  CALENDAR,
  NOON,
  TOKYO,
  aConsent,
  aDevice,
  aFix,
  aStore,
  anAccess,
  anEnv,
  cookie,
  device,
  indexOf,
  member,
  moved,
  ringFor,
} from './builders.ts';

const LONG_AGO = NOON - 10 * DAY_MS;
const consented = (over: Partial<SanitizeEnv> = {}): SanitizeEnv => anEnv([aConsent(LONG_AGO)], over);
const passed = (outcome: Outcome<Sanitized>): Sanitized => {
  if (outcome.kind !== 'keep') throw new Error(`not kept: ${outcome.reason}`);
  return outcome.value;
};
const reasonOf = (event: RawEvent, env: SanitizeEnv): string => {
  const outcome = sanitize(event, env);
  return outcome.kind === 'keep' ? 'keep' : outcome.reason;
};

describe('G-02 each refusal alone', () => {
  const once = anEnv([aConsent(LONG_AGO, { sources: ['location', 'cookies'] })]);

  it('shows a fix under a one-time pseudonym and never counts it where the terminal id is refused', () => {
    const at = (minute: number) => passed(sanitize(aFix({ at: eventTime(NOON + minute * MINUTE_MS) }), once));
    const env = { ...once, clock: eventTime(NOON + HOUR_MS) };
    expect(at(0).near).toBeNull();
    const names = [0, 1, 2, 3].map((minute) => at(minute).location?.pseudonym);
    expect(new Set(names).size).toBe(4);
    const elsewhere = passed(sanitize(aFix({ position: moved(TOKYO, 0.5, 0) }), env)).location?.pseudonym;
    expect(names).not.toContain(elsewhere);
    expect(at(0).location?.pseudonym).toBe(names[0]);
  });

  it('keeps one-time pseudonyms apart from the lasting one and those of other devices', () => {
    const lasting = passed(sanitize(aFix(), consented())).location?.pseudonym;
    const other = anEnv([aConsent(LONG_AGO, { sources: ['location'] }, { deviceId: device('d2') })]);
    const names = [
      lasting,
      passed(sanitize(aFix(), once)).location?.pseudonym,
      passed(sanitize(aFix({ deviceId: device('d2') }), other)).location?.pseudonym,
    ];
    expect(new Set(names).size).toBe(3);
  });

  it.each([
    ['a cookie alone', anAccess({ cookieId: cookie('d1') })],
    ['a device with a cookie', anAccess({ deviceId: device('d1'), cookieId: cookie('c9') })],
  ])('counts no line of %s where cookies are refused', (_, line) => {
    const env = anEnv([aConsent(LONG_AGO, { sources: ['location', 'terminalId'] })]);
    expect(reasonOf(line, env)).toBe('no_consent');
    expect(passed(sanitize(aFix(), env)).near).not.toBeNull();
  });

  it('counts a member’s line without device and cookie by the purpose alone', () => {
    const memberId = member('m1');
    const env = anEnv([aConsent(LONG_AGO, { sources: [] }, { memberId })]);
    const line = anAccess({ memberId, cookieId: null });
    const access = passed(sanitize(line, env)).access;
    expect(access?.who.linked).toBe(true);
    expect(access?.who.device).toBe(access?.who.subject);
    expect(reasonOf(anAccess({ memberId }), env)).toBe('no_consent');
    expect(reasonOf(anAccess({ memberId, cookieId: null, deviceId: device('d1') }), env)).toBe('no_consent');
  });
});

describe('G-09 sensitive places', () => {
  const stores = indexOf([aStore('clinic', TOKYO, true)]);
  const cases = [
    ['inside', 0, null, 'sensitive_place'],
    ['within 100 m of the edge', 139, null, 'sensitive_place'],
    ['beyond', 142, null, 'keep'],
    ['beyond 100 m, within two deviations', 290, 195, 'sensitive_place'],
    ['beyond two deviations', 305, 195, 'keep'],
    ['accuracy 0 counts as none', 142, 0, 'keep'],
    ['negative accuracy counts as none', 142, -300, 'keep'],
  ] as const;
  it.each(cases)('%s: %d m, accuracy %s → %s', (_, metres, accuracyM, expected) => {
    expect(reasonOf(aFix({ position: moved(TOKYO, 0, metres), accuracyM }), consented({ stores }))).toBe(
      expected,
    );
  });

  it('shields before it looks at consent, and of a subject it does not know', () => {
    expect(reasonOf(aFix(), anEnv([], { stores }))).toBe('sensitive_place');
    expect(reasonOf(aFix({ mocked: true }), anEnv([], { stores }))).toBe('sensitive_place');
  });

  it('shields an access-log line that names the place', () => {
    const env = anEnv([aConsent(LONG_AGO, {}, { deviceId: device('c1') })], { stores });
    expect(reasonOf(anAccess({ storeId: 'clinic', access: 'BEACON' }), env)).toBe('sensitive_place');
    expect(reasonOf(anAccess({ storeId: 'other' }), env)).toBe('keep');
  });
});

describe('plausibility', () => {
  const future = { wallBound: eventTime(NOON + 30_000), clock: eventTime(NOON) };
  const cases: readonly (readonly [string, RawEvent, Partial<SanitizeEnv>, string])[] = [
    ['a made-up position', aFix({ mocked: true }), {}, 'mocked'],
    ['accuracy at the limit', aFix({ accuracyM: 200 }), {}, 'keep'],
    ['accuracy over the limit', aFix({ accuracyM: 200.5 }), {}, 'too_inaccurate'],
    ['a little ahead of the clock', aFix({ at: eventTime(NOON + 5 * MINUTE_MS) }), {}, 'keep'],
    [
      'further ahead than the skew',
      aFix({ at: eventTime(NOON + 5 * MINUTE_MS + 1) }),
      {},
      'implausible_time',
    ],
    ['later than the wall allows', aFix({ at: eventTime(NOON + 30_001) }), future, 'implausible_time'],
    ['as old as may be', aFix(), { clock: eventTime(NOON + 3 * DAY_MS) }, 'keep'],
    ['too old', aFix(), { clock: eventTime(NOON + 3 * DAY_MS + 1) }, 'too_old'],
    [
      'an access too old',
      anAccess({ cookieId: cookie('d1') }),
      { clock: eventTime(NOON + 4 * DAY_MS) },
      'too_old',
    ],
    ['a terminal record too old', aDevice(), { clock: eventTime(NOON + 4 * DAY_MS) }, 'too_old'],
  ];
  it.each(cases)('%s', (_, event, over, expected) => {
    expect(reasonOf(event, consented(over))).toBe(expected);
  });

  it('does not believe times before 2000, even of old data', () => {
    const at = eventTime(Date.UTC(2000, 0, 1) - 1);
    const env = anEnv([aConsent(0)], { clock: at });
    expect(reasonOf(aFix({ at }), env)).toBe('implausible_time');
  });

  it.each([
    ['lat', { lat: Number.NaN, lng: 0 }],
    ['lat', { lat: 90.1, lng: 0 }],
    ['lng', { lat: 0, lng: Infinity }],
    ['lng', { lat: 0, lng: -180.5 }],
  ])('quarantines a %s that is no position', (field, position) => {
    expect(sanitize(aFix({ position }), consented())).toMatchObject({
      kind: 'quarantine',
      reason: 'invalid_field',
      field,
    });
  });

  it('quarantines a time that is no number', () => {
    expect(sanitize(aDevice({ at: eventTime(Number.NaN) }), consented())).toMatchObject({ field: 'atMs' });
  });

  it('gives the detector no accuracy where the fix has none', () => {
    expect(passed(sanitize(aFix({ accuracyM: 0 }), consented())).near?.accuracyM).toBeNull();
    expect(passed(sanitize(aFix({ accuracyM: 12 }), consented())).near?.accuracyM).toBe(12);
  });
});

describe('G-07 closed epochs', () => {
  const [statistics, nearby] = saltsAt(eventTime(NOON), CALENDAR);
  const closing = (...closed: readonly (typeof statistics)[]): SanitizeEnv => {
    const ring = ringFor([NOON]);
    for (const name of closed) if (name !== undefined) ring.markClosed(name);
    return consented({ keyOf: ring.keyOf });
  };

  it('counts nothing in a closed statistics epoch but still shows the location', () => {
    const { location, near } = passed(sanitize(aFix(), closing(statistics)));
    expect(near).toBeNull();
    expect(location).not.toBeNull();
  });

  it('shows nothing in a closed nearby epoch but still counts', () => {
    const { location, near } = passed(sanitize(aFix(), closing(nearby)));
    expect(location).toBeNull();
    expect(near).not.toBeNull();
  });

  it('drops what no open epoch is left for', () => {
    expect(reasonOf(aFix(), closing(statistics, nearby))).toBe('epoch_closed');
    const countedOnly = anEnv([aConsent(LONG_AGO, { purposes: ['usageStatistics'] })], {
      keyOf: closing(statistics).keyOf,
    });
    expect(reasonOf(aFix(), countedOnly)).toBe('epoch_closed');
    expect(reasonOf(anAccess({ cookieId: cookie('d1') }), closing(statistics))).toBe('epoch_closed');
  });

  it('serves no pseudonym from memory once the epoch is closed', () => {
    const ring = ringFor([NOON]);
    const env = consented({ keyOf: ring.keyOf });
    expect(passed(sanitize(aFix(), env)).near).not.toBeNull();
    for (const name of saltsAt(eventTime(NOON), CALENDAR)) ring.markClosed(name);
    expect(reasonOf(aFix(), env)).toBe('epoch_closed');
  });

  it('fails loudly when a salt was not fetched, instead of going on without', () => {
    const at = eventTime(NOON + 2 * HOUR_MS);
    expect(() => sanitize(aFix({ at }), consented({ clock: at }))).toThrow(/was not fetched/u);
  });
});

describe('the arms', () => {
  it('G-05 go under the pseudonym keys of their own epochs', () => {
    const ring = ringFor([NOON]);
    const [statistics, nearby] = saltsAt(eventTime(NOON), CALENDAR).map((name) =>
      ring.keyOf(name, 'pseudonym'),
    );
    const { location, near } = passed(sanitize(aFix(), consented({ keyOf: ring.keyOf })));
    expect(near?.who.device).toBe(pseudonymOf(statistics ?? Buffer.alloc(0), device('d1')));
    expect(location?.pseudonym).toBe(pseudonymOf(nearby ?? Buffer.alloc(0), device('d1')));
    expect(near?.who.epoch).toBe(CALENDAR.epochAt(eventTime(NOON)).start);
    expect(location?.epoch).toBe(NOON);
  });

  it('gives one Who object per device, member and epoch', () => {
    const memberId = member('m1');
    const env = anEnv([aConsent(LONG_AGO), aConsent(LONG_AGO, {}, { memberId })]);
    const who = (fix: RawEvent) => passed(sanitize(fix, env)).near?.who;
    const alone = who(aFix());
    expect(who(aFix({ deviceId: device('d1') }))).toBe(alone);
    const linked = who(aFix({ memberId }));
    expect(linked).not.toBe(alone);
    expect(who(aFix({ memberId: member('m1') }))).toBe(linked);
    expect(who(aFix())).toBe(alone);
    // A device is another one for each subject on it: state must not pass from one to the next.
    expect(linked?.device).not.toBe(alone?.device);
    expect(linked?.subject).not.toBe(alone?.subject);
    expect(linked?.linked).toBe(true);
    expect(alone?.linked).toBe(false);
  });

  it('shows a request under its own pseudonym, which no other record of the device shares', () => {
    const env = consented();
    const plain = passed(sanitize(aFix(), env)).location;
    const asked = passed(sanitize(aFix({ requestId: 'q1' }), env)).location;
    const askedAgain = passed(sanitize(aFix({ requestId: 'q2' }), env)).location;
    expect(asked?.requestId).toBe('q1');
    expect(new Set([plain, asked, askedAgain].map((record) => record?.pseudonym)).size).toBe(3);
    expect(passed(sanitize(aFix({ requestId: 'q1', deviceId: device('d1') }), env)).location?.pseudonym).toBe(
      asked?.pseudonym,
    );
  });

  it('G-08 puts neither position, time nor identifier into the location', () => {
    const fix = aFix({ at: eventTime(NOON + 123_456), deviceId: device('d1') });
    const { location } = passed(sanitize(fix, consented({ clock: fix.at })));
    expect(Object.keys(location ?? {}).sort()).toEqual(
      ['bucketS', 'bucketStart', 'cell', 'epoch', 'expiresAt', 'pseudonym', 'requestId', 'resolution'].sort(),
    );
    const text = JSON.stringify(location);
    for (const secret of [String(TOKYO.lat), String(TOKYO.lng), '123456', '"d1"'])
      expect(text).not.toContain(secret);
  });

  it('lets a terminal record pass without an arm, a cookie’s by the cookie source', () => {
    expect(passed(sanitize(aDevice(), consented()))).toEqual({ location: null, near: null, access: null });
    const cookiesOnly = anEnv([aConsent(LONG_AGO, { sources: ['cookies'] })]);
    expect(reasonOf(aDevice({ idType: 'COOKIE' }), cookiesOnly)).toBe('keep');
    expect(reasonOf(aDevice({ idType: 'INSTALL' }), cookiesOnly)).toBe('no_consent');
    expect(reasonOf(aDevice({ deviceId: device('dx') }), cookiesOnly)).toBe('unknown_subject');
  });

  it('cuts query and fragment from a path, and drops a line that is nobody’s', () => {
    const env = consented();
    const path = (text: string) =>
      passed(sanitize(anAccess({ cookieId: cookie('d1'), path: text }), env)).access?.path;
    expect(path('/a/b?token=1#x')).toBe('/a/b');
    expect(path('/a#b?c')).toBe('/a');
    expect(path('/a')).toBe('/a');
    expect(reasonOf(anAccess({ cookieId: null }), env)).toBe('no_subject');
    expect(reasonOf(anAccess({ cookieId: cookie('nobody') }), env)).toBe('unknown_subject');
  });
});
