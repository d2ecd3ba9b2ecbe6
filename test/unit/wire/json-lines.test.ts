/** Tables of JSON lines: what is kept, and for what is not the exact reason and field. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/flow/outcome.ts';
import type { FileTopic } from '../../../src/wire/decoder.ts';
import { jsonDecoder } from '../../../src/wire/json-lines.ts';
import { RawIds } from '../../../src/wire/raw-ids.ts';

const fix = { deviceId: 'd-1', atMs: 1_704_067_200_000, lat: 35.6812, lng: 139.7671, origin: 'APP' };
const device = { deviceId: 'd-1', atMs: 1, idType: 'INSTALL', origin: 'APP' };
const access = {
  atMs: 1,
  method: 'GET',
  path: '/',
  status: 200,
  kind: 'PAGE',
  origin: 'APP',
  cookieId: 'c-1',
};
const purposes = {
  nearbyShops: true,
  usageStatistics: true,
  fraudPrevention: true,
  serviceImprovement: true,
  thirdPartyTracking: false,
};
const sources = { location: true, terminalId: true, cookies: false };
const consent = { deviceId: 'd-1', atMs: 1, policyVersion: 3, purposes, sources };
const erasure = { deviceId: 'd-1', atMs: 1, requestId: 'r-1' };
const store = { storeId: 's-1', name: 'One', category: 'cafe', lat: 35, lng: 139 };

const line = (record: object, change: object = {}): string => JSON.stringify({ ...record, ...change });

/** `reason field` of an outcome, or `keep`. */
const verdict = (outcome: Outcome<unknown>): string =>
  outcome.kind === 'quarantine' ? `${outcome.reason} ${outcome.field ?? '-'}` : outcome.kind;

const judge = (topic: FileTopic, text: string): string => verdict(jsonDecoder(topic).decode(text));

describe('a fix', () => {
  it('becomes a RawFix with null for what is absent', () => {
    const outcome = jsonDecoder('raw.gps').decode(line(fix));
    expect(outcome).toMatchObject({
      kind: 'keep',
      value: {
        kind: 'fix',
        at: fix.atMs,
        position: { lat: 35.6812, lng: 139.7671 },
        memberId: null,
        accuracyM: null,
        speedMps: null,
        mocked: false,
        origin: 'APP',
        thirdPartyId: null,
        requestId: null,
      },
    });
    expect(outcome.kind === 'keep' && outcome.value.deviceId.reveal()).toBe('d-1');
    expect(outcome.kind === 'keep' && outcome.value.deviceId.kind).toBe('device');
  });

  it.each<[change: object, verdict: string]>([
    [{ memberId: 'm-1', accuracyM: 0, speedMps: 1.5, mocked: true, requestId: 'r' }, 'keep'],
    [{ memberId: null, accuracyM: null, mocked: null }, 'keep'],
    [{ lat: 90, lng: -180 }, 'keep'],
    [{ lat: -90, lng: 180 }, 'keep'],
    [{ atMs: 0 }, 'keep'],
    [{ atMs: -1 }, 'keep'],
    [{ atMs: 4_102_444_799_000 }, 'keep'],
    [{ deviceId: 'x'.repeat(256) }, 'keep'],
    [{ deviceId: '端末😀' }, 'keep'],
    [{ deviceId: '' }, 'invalid_field deviceId'],
    [{ deviceId: 'x'.repeat(257) }, 'invalid_field deviceId'],
    [{ deviceId: 'a\u0000b' }, 'invalid_field deviceId'],
    [{ deviceId: 'a\nb' }, 'invalid_field deviceId'],
    [{ deviceId: '\ud800' }, 'invalid_field deviceId'],
    [{ deviceId: '\udc00\ud800' }, 'invalid_field deviceId'],
    [{ deviceId: 12 }, 'invalid_field deviceId'],
    [{ deviceId: null }, 'invalid_field deviceId'],
    [{ deviceId: { toString: 'x' } }, 'invalid_field deviceId'],
    [{ memberId: '' }, 'invalid_field memberId'],
    [{ atMs: '1704067200000' }, 'invalid_field atMs'],
    [{ atMs: 1.5 }, 'invalid_field atMs'],
    [{ atMs: 2 ** 52 - 1 }, 'keep'],
    [{ atMs: 1 - 2 ** 52 }, 'keep'],
    [{ atMs: 2 ** 52 }, 'invalid_field atMs'],
    [{ atMs: -(2 ** 52) }, 'invalid_field atMs'],
    [{ lat: 90.000001 }, 'invalid_field lat'],
    [{ lat: '35' }, 'invalid_field lat'],
    [{ lng: 180.1 }, 'invalid_field lng'],
    [{ lng: null }, 'invalid_field lng'],
    [{ accuracyM: -1 }, 'invalid_field accuracyM'],
    [{ accuracyM: '5' }, 'invalid_field accuracyM'],
    [{ speedMps: [] }, 'invalid_field speedMps'],
    [{ mocked: 1 }, 'invalid_field mocked'],
    [{ origin: 'app' }, 'invalid_field origin'],
    [{ origin: undefined }, 'invalid_field origin'],
    [{ thirdPartyId: {} }, 'invalid_field thirdPartyId'],
    [{ requestId: 'x'.repeat(257) }, 'invalid_field requestId'],
    [{ altitudeM: 3 }, 'unknown_field altitudeM'],
    [{ cookieId: 'c' }, 'unknown_field cookieId'],
    [{ constructor: 1 }, 'unknown_field constructor'],
    [{ toString: 1 }, 'unknown_field toString'],
    [{ 'a b': 1 }, 'unknown_field (unprintable)'],
    [{ ['x'.repeat(41)]: 1 }, 'unknown_field (unprintable)'],
    [{ '': 1 }, 'unknown_field (unprintable)'],
  ])('with %j: %s', (change, expected) => {
    expect(judge('raw.gps', line(fix, change))).toBe(expected);
  });

  it.each<[what: string, text: string, verdict: string]>([
    ['a huge exponent', line(fix).replace('35.6812', '1e999'), 'invalid_field lat'],
    ['NaN', line(fix).replace('35.6812', 'NaN'), 'undecodable -'],
    ['__proto__', line(fix).replace('{', '{"__proto__":{"mocked":true},'), 'unknown_field __proto__'],
    ['a name twice', line(fix).replace('{', '{"deviceId":"d-2",'), 'undecodable -'],
    ['a name twice, escaped', line(fix).replace('{', '{"\\u0064eviceId":"d-2",'), 'undecodable -'],
    ['a name twice beside colons', line(fix, { memberId: 'a:b' }).replace('{', '{"lat":1,'), 'undecodable -'],
    ['colons in values', line(fix, { memberId: 'a:b"c\\:' }), 'keep'],
    ['a byte order mark', `\uFEFF${line(fix)}`, 'keep'],
    ['CRLF', `${line(fix)}\r`, 'keep'],
    ['an array', `[${line(fix)}]`, 'undecodable -'],
    ['a number', '12', 'undecodable -'],
    ['null', 'null', 'undecodable -'],
    ['nothing', '', 'undecodable -'],
    ['two objects', `${line(fix)}${line(fix)}`, 'undecodable -'],
    ['half an object', line(fix).slice(0, 40), 'undecodable -'],
    ['a replacement character', line(fix, { deviceId: 'a\uFFFDb' }), 'bad_encoding -'],
    ['an escaped replacement character', line(fix).replace('d-1', '\\ufffd'), 'invalid_field deviceId'],
    ['a deep bomb', '['.repeat(60_000), 'undecodable -'],
    [
      'a deep value',
      line(fix).replace('"d-1"', '['.repeat(20_000) + ']'.repeat(20_000)),
      'invalid_field deviceId',
    ],
    ['too long', line(fix, { deviceId: 'x'.repeat(65_536) }), 'too_large -'],
  ])('with %s: %s', (_what, text, expected) => {
    expect(judge('raw.gps', text)).toBe(expected);
  });

  it('says when latitude and longitude look swapped', () => {
    const swapped = jsonDecoder('raw.gps').decode(line(fix, { lat: 139.7671, lng: 35.6812 }));
    expect(swapped).toMatchObject({ expected: 'lat −90…90 (lat and lng may be swapped)' });
    const far = jsonDecoder('raw.gps').decode(line(fix, { lat: 139.7671, lng: 139.7671 }));
    expect(far).toMatchObject({ field: 'lat', expected: 'lat −90…90' });
  });

  it('takes a negative speed as unknown', () => {
    expect(jsonDecoder('raw.gps').decode(line(fix, { speedMps: -1 }))).toMatchObject({
      value: { speedMps: null },
    });
  });

  it('has one RawId for each identifier and kind', () => {
    const decoder = jsonDecoder('raw.gps', { ids: new RawIds(2) });
    const ids = ['a', 'a', 'b', 'a'].map((deviceId) => {
      const outcome = decoder.decode(line(fix, { deviceId, memberId: deviceId }));
      return outcome.kind === 'keep' ? outcome.value : null;
    });
    expect(ids[0]?.deviceId).toBe(ids[1]?.deviceId);
    expect(ids[0]?.deviceId).toBe(ids[3]?.deviceId);
    expect(ids[0]?.deviceId).not.toBe(ids[2]?.deviceId);
    expect(ids[0]?.memberId).not.toBe(ids[0]?.deviceId);
    expect(ids[0]?.memberId?.kind).toBe('member');
  });
});

describe.each<[topic: FileTopic, record: object, cases: readonly (readonly [object, string])[]]>([
  [
    'raw.device',
    device,
    [
      [{}, 'keep'],
      [{ ageBand: '80+', gender: 'OTHER', osName: 'Android', terminalType: '' }, 'keep'],
      [{ idType: 'IMEI' }, 'invalid_field idType'],
      [{ idType: null }, 'invalid_field idType'],
      [{ ageBand: '90s' }, 'invalid_field ageBand'],
      [{ gender: 'female' }, 'invalid_field gender'],
      [{ model: 'x'.repeat(129) }, 'invalid_field model'],
      [{ imei: '1' }, 'unknown_field imei'],
    ],
  ],
  [
    'raw.access-log',
    access,
    [
      [{}, 'keep'],
      [{ cookieId: null }, 'keep'],
      [{ kind: 'BEACON', storeId: 's', bytes: 0, ip: '::1', userAgent: 'x'.repeat(2_048) }, 'keep'],
      [{ userAgent: 'x'.repeat(2_049) }, 'invalid_field userAgent'],
      [{ status: 99 }, 'invalid_field status'],
      [{ status: '200' }, 'invalid_field status'],
      [{ bytes: -1 }, 'invalid_field bytes'],
      [{ atMs: null }, 'invalid_field atMs'],
      [{ method: null }, 'invalid_field method'],
      [{ path: null }, 'invalid_field path'],
      [{ status: null }, 'invalid_field status'],
      [{ kind: 'page' }, 'invalid_field kind'],
      [{ kind: null }, 'invalid_field kind'],
      [{ line: 'x' }, 'invalid_field line'],
      [{ lat: 1 }, 'unknown_field lat'],
    ],
  ],
  [
    'privacy.consent',
    consent,
    [
      [{}, 'keep'],
      [{ policyVersion: -1 }, 'invalid_field policyVersion'],
      [{ policyVersion: 1.5 }, 'invalid_field policyVersion'],
      [{ purposes: null }, 'invalid_field purposes'],
      [{ purposes: [] }, 'invalid_field purposes'],
      [{ purposes: { ...purposes, nearbyShops: 'yes' } }, 'invalid_field nearbyShops'],
      [{ purposes: { ...purposes, nearbyShops: undefined } }, 'invalid_field nearbyShops'],
      [{ purposes: { ...purposes, marketing: true } }, 'unknown_field marketing'],
      [{ sources: { ...sources, cookies: null } }, 'invalid_field cookies'],
      [{ sources: { ...sources, constructor: {} } }, 'unknown_field constructor'],
      [{ origin: 'APP' }, 'unknown_field origin'],
    ],
  ],
  [
    'privacy.erasure',
    erasure,
    [
      [{}, 'keep'],
      [{ memberId: 'm-1' }, 'keep'],
      [{ requestId: null }, 'invalid_field requestId'],
      [{ deviceId: undefined }, 'invalid_field deviceId'],
    ],
  ],
  [
    'ref.stores',
    store,
    [
      [{}, 'keep'],
      [{ radiusM: 25, minDwellS: 180, sensitive: true, closed: false }, 'keep'],
      [{ radiusM: 0 }, 'invalid_field radiusM'],
      [{ lat: null }, 'invalid_field lat'],
      [{ lng: 181 }, 'invalid_field lng'],
      [{ sensitive: 'yes' }, 'invalid_field sensitive'],
      [{ minDwellS: 0 }, 'invalid_field minDwellS'],
      [{ polygon: {} }, 'invalid_field polygon'],
      [{ polygon: 'not json' }, 'invalid_field polygon'],
      [{ polygon: '['.repeat(10_000) }, 'invalid_field polygon'],
      [{ atMs: 1 }, 'unknown_field atMs'],
    ],
  ],
])('%s', (topic, record, cases) => {
  it.each(cases)('with %j: %s', (change, expected) => {
    expect(judge(topic, line(record, change))).toBe(expected);
  });
});

describe('timeOf', () => {
  const at = 1_704_067_200_123;
  const logged = '::1 - - [01/Jan/2024:09:00:00 +0900] "GET / HTTP/1.1" 200 - "-" "-"';
  const decoder = jsonDecoder('raw.access-log');

  it.each<[what: string, text: string, time: number | null]>([
    ['the field', `{"atMs":${String(at)}}`, at],
    ['spaces', `{ "atMs" : ${String(at)} , "x":1}`, at],
    ['a negative time', '{"atMs":-5}', -5],
    ['an exponent', '{"atMs":1.704e12}', 1.704e12],
    ['a fraction of nothing', `{"atMs":${String(at)}.0}`, at],
    ['an escaped name', `{"\\u0061tMs":${String(at)}}`, at],
    ['the word as a value before', `{"deviceId":"atMs","atMs":${String(at)}}`, at],
    ['the word inside a value', `{"deviceId":"\\"atMs\\":1","atMs":${String(at)}}`, at],
    ['a fraction', '{"atMs":1.5}', null],
    ['text', '{"atMs":"1"}', null],
    ['null', '{"atMs":null}', null],
    ['nothing of it', '{"deviceId":"x"}', null],
    ['no JSON', 'atMs', null],
    ['half a line', '{"atMs":17040672', null],
    ['beyond dates', '{"atMs":4503599627370496}', null],
    ['a log line', JSON.stringify({ kind: 'PAGE', line: logged }), 1_704_067_200_000],
    ['a log line with escapes', JSON.stringify({ line: logged.replace('- -', '- a"b') }), 1_704_067_200_000],
    [
      'a log line with escaped slashes',
      JSON.stringify({ line: logged }).replaceAll('/', '\\/'),
      1_704_067_200_000,
    ],
    [
      'a log line whose date is escaped, before another',
      JSON.stringify({ line: logged.replace('"-" "-"', '"-" " [01/Jan/2001:00:00:00 +0000]"') }).replace(
        ' [',
        '\\u0020[',
      ),
      1_704_067_200_000,
    ],
    ['a date outside of the line', '{"line":"x","userAgent":" [01/Jan/2024:09:00:00 +0900]"}', null],
  ])('reads %s', (_what, text, time) => {
    expect(decoder.timeOf(text)).toBe(time);
  });
});
