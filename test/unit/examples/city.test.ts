/** The simulated city as a whole: reproducible, in order of arrival, and with the shares that its README states. */
import { describe, expect, test } from 'vitest';
import { truePeople } from '../../../examples/city/city.ts';
import { grouped, live, optionsFor, recordsOf, shareOf } from './small-city.ts';
import type { LivedCity } from './small-city.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2024-05-15T04:00:00+09:00');

const town = live(optionsFor(1_500));
const fixes = recordsOf(town, 'raw.gps');

const idsOf = (city: LivedCity): ReadonlySet<string> =>
  new Set(recordsOf(city, 'raw.gps').flatMap(({ deviceId, memberId }) => [deviceId, memberId ?? deviceId]));

const placesOf = (city: LivedCity): ReadonlySet<string> =>
  new Set(recordsOf(city, 'raw.gps').map(({ lat, lng }) => `${lat} ${lng}`));

const inBoth = (a: ReadonlySet<string>, b: ReadonlySet<string>): number =>
  [...a].filter((item) => b.has(item)).length;

describe('reproducible', () => {
  test('equal options give equal events and equal truth', () => {
    expect(live(optionsFor(60, { days: 2 }))).toEqual(live(optionsFor(60, { days: 2 })));
  });

  test('another seed shares nobody and no position', () => {
    const [a, b] = [live(optionsFor(60)), live(optionsFor(60, { seed: 8 }))];
    expect(inBoth(idsOf(a), idsOf(b))).toBe(0);
    expect(inBoth(placesOf(a), placesOf(b))).toBe(0);
  });

  test('within a city no identifier and hardly a position is anyone else’s', () => {
    const owners = new Map<string, Set<string>>();
    for (const { deviceId, lat, lng } of fixes) {
      const key = `${lat} ${lng}`;
      owners.set(key, (owners.get(key) ?? new Set()).add(deviceId));
    }
    expect(shareOf([...owners.values()], (devices) => devices.size > 1)).toBeLessThan(0.001);
    const people = truePeople(optionsFor(1_500));
    expect(new Set(people.map(({ subject }) => subject.id)).size).toBe(1_500);
    expect(new Set(people.flatMap(({ deviceIds }) => deviceIds)).size).toBe(
      people.flatMap((p) => p.deviceIds).length,
    );
  });

  test('people are who they are however many days are lived', () => {
    expect(truePeople(optionsFor(40, { days: 14 }))).toEqual(truePeople(optionsFor(40)));
  });
});

describe('order of arrival', () => {
  test('holds over the edges of days', () => {
    const { events } = live(optionsFor(80, { days: 3 }));
    const arrivals = events.map(({ arrivalMs }) => arrivalMs);
    expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
    expect(arrivals.at(-1)).toBeGreaterThan(START + 60 * HOUR_MS);
  });

  test('consents of the time before come first', () => {
    const before = town.events.findIndex(({ topic }) => topic !== 'privacy.consent');
    const early = recordsOf(town, 'privacy.consent').filter(({ atMs }) => atMs < START);
    expect(before).toBe(early.length);
  });

  test.each([
    ['in no time', [0, 2_000], 0.95, 0.98],
    ['minutes late', [20_000, 300_000], 0.02, 0.045],
    ['hours late', [HOUR_MS, 7 * HOUR_MS], 0.001, 0.004],
  ])('positions come %s', (_, [from = 0, to = 0], least, most) => {
    const delays = town.events.flatMap((event) =>
      event.topic === 'raw.gps' && 'record' in event ? [event.arrivalMs - event.record.atMs] : [],
    );
    const share = shareOf(delays, (delay) => delay >= from && delay < to);
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThan(most);
  });
});

describe('shares', () => {
  const perPerson = fixes.length / 1_500;
  const seen = new Set<string>();
  const repeated = fixes.filter(({ deviceId, atMs }) => {
    const key = `${deviceId} ${atMs}`;
    return seen.has(key) || !seen.add(key);
  });
  const accurate = fixes.flatMap(({ accuracyM }) => (accuracyM === undefined ? [] : [accuracyM]));

  test.each([
    ['positions a person', perPerson, 60, 95],
    ['sent twice', repeated.length / fixes.length, 0.003, 0.008],
    ['from third parties', shareOf(fixes, (fix) => fix.origin === 'THIRD_PARTY'), 0.025, 0.035],
    ['with a request', shareOf(fixes, (fix) => fix.requestId !== undefined), 0.008, 0.022],
    ['without an account', shareOf(fixes, (fix) => fix.memberId === undefined), 0.06, 0.14],
    ['made up', shareOf(fixes, (fix) => fix.mocked === true), 0.000_01, 0.006],
    ['of unknown accuracy', 1 - accurate.length / fixes.length, 0.007, 0.013],
    ['5 to 40 m accurate', shareOf(accurate, (m) => m >= 5 && m <= 40), 0.975, 0.99],
    ['worse than 200 m', shareOf(accurate, (m) => m > 200), 0.005, 0.013],
  ])('%s', (_, share, least, most) => {
    expect(share).toBeGreaterThanOrEqual(least);
    expect(share).toBeLessThanOrEqual(most);
  });

  test('a third party is named exactly where one sends', () => {
    for (const { origin, thirdPartyId } of fixes)
      expect(thirdPartyId !== undefined).toBe(origin === 'THIRD_PARTY');
  });

  test('terminals do nothing but report before the day starts and hardly after it ends', () => {
    expect(shareOf(fixes, ({ atMs }) => atMs < START)).toBe(0);
    expect(shareOf(fixes, ({ atMs }) => atMs > START + 24 * HOUR_MS)).toBeLessThan(0.005);
  });
});

describe('consent', () => {
  const people = truePeople(optionsFor(1_500));
  const consents = recordsOf(town, 'privacy.consent');
  const before = new Map(
    consents
      .filter(({ atMs }) => atMs < START)
      .map((record) => [record.memberId ?? record.deviceId, record] as const),
  );
  const ofPeople = people.map(({ subject }) => before.get(subject.id));
  const refusing = (source: 'location' | 'terminalId' | 'cookies'): number =>
    shareOf(ofPeople, (record) => record?.sources[source] === false && record.purposes.nearbyShops);

  test.each([
    [
      'grants all but third parties',
      shareOf(
        ofPeople,
        (record) =>
          record !== undefined &&
          Object.values(record.sources).every(Boolean) &&
          Object.values(record.purposes).filter(Boolean).length === 4 &&
          !record.purposes.thirdPartyTracking,
      ),
      0.78,
      0.85,
    ],
    ['grants all', shareOf(ofPeople, (record) => record?.purposes.thirdPartyTracking === true), 0.015, 0.045],
    ['refuses location', refusing('location'), 0.025, 0.055],
    ['refuses the terminal id', refusing('terminalId'), 0.015, 0.045],
    ['refuses cookies', refusing('cookies'), 0.01, 0.035],
    ['refuses all', shareOf(ofPeople, (record) => record?.purposes.nearbyShops === false), 0.012, 0.045],
    ['was never asked', shareOf(ofPeople, (record) => record === undefined), 0.01, 0.04],
    ['agreed to an old policy', shareOf(ofPeople, (record) => record?.policyVersion === 1), 0.002, 0.012],
  ])('%s', (_, share, least, most) => {
    expect(share).toBeGreaterThanOrEqual(least);
    expect(share).toBeLessThanOrEqual(most);
  });

  test('some withdraw and some grant during the day', () => {
    const during = consents.filter(({ atMs }) => atMs >= START);
    const counted = during.filter(({ purposes, sources }) => purposes.usageStatistics && sources.location);
    expect(counted.length / 1_500).toBeGreaterThan(0.003);
    expect((during.length - counted.length) / 1_500).toBeGreaterThan(0.003);
    expect(during.length / 1_500).toBeLessThan(0.035);
  });

  test('an erasure names the member and each terminal under one request', () => {
    const byRequest = grouped(recordsOf(town, 'privacy.erasure'), ({ requestId }) => requestId);
    const owned = new Map(people.map(({ subject, deviceIds }) => [subject.id, deviceIds] as const));
    expect(byRequest.size).toBeGreaterThan(0);
    for (const records of byRequest.values()) {
      const member = records.find(({ memberId }) => memberId !== undefined)?.memberId;
      const devices = records
        .filter(({ memberId }) => memberId === undefined)
        .map(({ deviceId }) => deviceId);
      expect(devices).toEqual(owned.get(member ?? devices[0] ?? ''));
    }
  });
});
