/** Tables of CSV headers and lines. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/flow/outcome.ts';
import { csvDecoder } from '../../../src/wire/csv.ts';
import { splitRow } from '../../../src/wire/csv-row.ts';
import type { FileTopic } from '../../../src/wire/decoder.ts';
import { kindOf } from '../../../src/wire/json-lines.ts';

const verdict = (outcome: Outcome<unknown>): string =>
  outcome.kind === 'quarantine' ? `${outcome.reason} ${outcome.field ?? '-'}` : outcome.kind;

const header = (topic: FileTopic, line: string): string => verdict(csvDecoder(topic, line));

const decode = (topic: FileTopic, head: string, line: string): Outcome<unknown> => {
  const decoder = csvDecoder(topic, head);
  return decoder.kind === 'keep' ? decoder.value.decode(line) : decoder;
};

/** The record of a kept line. */
const recordOf = (topic: FileTopic, head: string, line: string): unknown => {
  const outcome = decode(topic, head, line);
  return outcome.kind === 'keep' ? kindOf(topic).toRecord(outcome.value as never) : outcome;
};

const OPEN = 'device,ts_ms,lat,lon';
const CONTRACT = 'deviceId,memberId,atMs,lat,lng,accuracyM,origin';

describe('a header', () => {
  it.each<[topic: FileTopic, line: string, verdict: string]>([
    ['raw.gps', OPEN, 'keep'],
    ['raw.gps', `${OPEN},accuracy_m`, 'keep'],
    ['raw.gps', `\uFEFF${OPEN}\r`, 'keep'],
    ['raw.gps', '"device","ts_ms","lat","lon"', 'keep'],
    ['raw.gps', 'lon,lat,ts_ms,device', 'keep'],
    ['raw.gps', `${OPEN},arrival_ms,speed_mps,heading_deg,constructor,anything at all`, 'keep'],
    ['raw.gps', CONTRACT, 'keep'],
    ['raw.gps', 'deviceId,atMs,lat,lng', 'keep'],
    ['raw.gps', 'deviceId,atMs,lat', 'invalid_field lng'],
    ['raw.gps', 'deviceId,atMs,lat,lon', 'invalid_field lng'],
    ['raw.gps', 'device,ts_ms,lat', 'invalid_field lng'],
    ['raw.gps', 'gl001,1224741185000,39.984094,116.319236', 'invalid_field deviceId'],
    ['raw.gps', '', 'invalid_field deviceId'],
    ['raw.gps', 'deviceid,atms,lat,lng', 'invalid_field deviceId'],
    ['raw.gps', `${CONTRACT},lat`, 'invalid_field lat'],
    ['raw.gps', `${OPEN},lat`, 'invalid_field lat'],
    ['raw.gps', `${OPEN},x,x`, 'invalid_field -'],
    ['raw.gps', `${CONTRACT},altitude`, 'unknown_field altitude'],
    ['raw.gps', `${CONTRACT},speed_mps`, 'unknown_field speed_mps'],
    ['raw.gps', `${CONTRACT},`, 'unknown_field (unprintable)'],
    ['raw.gps', `${CONTRACT},__proto__`, 'unknown_field __proto__'],
    ['raw.gps', `${OPEN},"open`, 'undecodable -'],
    ['raw.gps', `${OPEN}${',x'.repeat(1_000)}`, 'undecodable -'],
    ['raw.gps', `${OPEN},\uFFFD`, 'bad_encoding -'],
    ['raw.gps', `${OPEN},${'x'.repeat(70_000)}`, 'too_large -'],
    ['raw.device', 'deviceId,atMs,idType,osName', 'keep'],
    ['raw.device', 'device,ts_ms', 'invalid_field deviceId'],
    ['raw.access-log', 'line,kind', 'keep'],
    ['raw.access-log', 'line', 'invalid_field kind'],
    ['privacy.erasure', 'deviceId,atMs,requestId,origin', 'unknown_field origin'],
    ['privacy.consent', 'deviceId,atMs,policyVersion', 'invalid_field purposes.nearbyShops'],
    ['ref.stores', 'storeId,name,category,lat,lng', 'keep'],
    ['ref.stores', 'place,lat,lon,radius_m', 'keep'],
    ['ref.stores', 'name,category,lat,lng', 'invalid_field storeId'],
  ])('of %s %j: %s', (topic, line, expected) => {
    expect(header(topic, line)).toBe(expected);
  });

  it('never repeats what may be the first record of a file without header', () => {
    expect(JSON.stringify(csvDecoder('raw.gps', 'secret-1,1,2,3'))).not.toContain('secret');
    expect(JSON.stringify(csvDecoder('ref.stores', 'secret-1,secret-1,2,3'))).not.toContain('secret');
  });
});

describe('a fix', () => {
  it.each<[head: string, line: string, verdict: string]>([
    [OPEN, 'd,1,2,3', 'keep'],
    [OPEN, 'd,1,2,3\r', 'keep'],
    [OPEN, '"d","1","2","3"', 'keep'],
    [OPEN, 'd,1.0,2,3', 'keep'],
    [OPEN, 'd,1.7e12,-2.5e-1,3', 'keep'],
    [OPEN, 'd,-1,2,3', 'keep'],
    [OPEN, 'd,1,2', 'undecodable -'],
    [OPEN, 'd,1,2,3,4', 'undecodable -'],
    [OPEN, '', 'undecodable -'],
    [OPEN, '"d,1,2,3', 'undecodable -'],
    [OPEN, 'd"x,1,2,3', 'undecodable -'],
    [OPEN, '"d"x,1,2,3', 'undecodable -'],
    [OPEN, ',1,2,3', 'invalid_field deviceId'],
    [OPEN, 'd\u0000,1,2,3', 'invalid_field deviceId'],
    [OPEN, 'd,,2,3', 'invalid_field atMs'],
    [OPEN, 'd,1.5,2,3', 'invalid_field atMs'],
    [OPEN, 'd,2024-01-01,2,3', 'invalid_field atMs'],
    [OPEN, 'd,4503599627370496,2,3', 'invalid_field atMs'],
    [OPEN, 'd,1,NaN,3', 'invalid_field lat'],
    [OPEN, 'd,1,91,3', 'invalid_field lat'],
    [OPEN, 'd,1,0x10,3', 'invalid_field lat'],
    [OPEN, 'd,1, 2,3', 'invalid_field lat'],
    [OPEN, 'd,1,2,Infinity', 'invalid_field lng'],
    [OPEN, 'd,1,2,-180.5', 'invalid_field lng'],
    [OPEN, 'd\uFFFD,1,2,3', 'bad_encoding -'],
    [`${OPEN},accuracy_m`, 'd,1,2,3,', 'keep'],
    [`${OPEN},accuracy_m`, 'd,1,2,3,-1', 'invalid_field accuracyM'],
    [`${OPEN},accuracy_m`, 'd,1,2,3,x', 'invalid_field accuracyM'],
    [`${OPEN},heading`, 'd,1,2,3,whatever', 'keep'],
    [CONTRACT, 'd,,1,2,3,,APP', 'keep'],
    [CONTRACT, 'd,,1,2,3,,', 'invalid_field origin'],
    [CONTRACT, 'd,,1,2,3,,app', 'invalid_field origin'],
    ['deviceId,atMs,lat,lng,mocked', 'd,1,2,3,maybe', 'invalid_field mocked'],
    ['deviceId,atMs,lat,lng,speedMps', 'd,1,2,3,fast', 'invalid_field speedMps'],
    ['deviceId,atMs,lat,lng,requestId', `d,1,2,3,${'r'.repeat(257)}`, 'invalid_field requestId'],
  ])('under %s: %j is %s', (head, line, expected) => {
    expect(verdict(decode('raw.gps', head, line))).toBe(expected);
  });

  it.each<[head: string, line: string, fields: object]>([
    [OPEN, 'd,1,2.5,-3', { deviceId: 'd', atMs: 1, lat: 2.5, lng: -3, origin: 'APP', accuracyM: null }],
    [
      `lon,lat,skip,ts_ms,accuracy_m,device`,
      '3,2,x,1,8.1,"a,""b"""',
      { deviceId: 'a,"b"', lng: 3, lat: 2, accuracyM: 8.1 },
    ],
    [`${OPEN},speed_mps,memberId`, 'd,1,2,3,4,m', { speedMps: null, memberId: null }],
    ['deviceId,atMs,lat,lng', 'd,1,2,3', { origin: 'APP', mocked: false }],
    [CONTRACT, 'd,m,1,2,3,4,THIRD_PARTY', { memberId: 'm', accuracyM: 4, origin: 'THIRD_PARTY' }],
    ['deviceId,atMs,lat,lng,mocked,speedMps', 'd,1,2,3,1,-1', { mocked: true, speedMps: null }],
    ['deviceId,atMs,lat,lng,mocked', 'd,1,2,3,false', { mocked: false }],
    ['deviceId,atMs,lat,lng,thirdPartyId,requestId', 'd,1,2,3,t,r', { thirdPartyId: 't', requestId: 'r' }],
  ])('under %s: %j', (head, line, fields) => {
    expect(recordOf('raw.gps', head, line)).toMatchObject(fields);
  });

  it('says when latitude and longitude look swapped', () => {
    expect(decode('raw.gps', OPEN, 'd,1,139.7,35.6')).toMatchObject({
      expected: 'lat −90…90 (lat and lng may be swapped)',
    });
  });

  it.each<[head: string, line: string, time: number | null]>([
    [OPEN, 'd,1700000000000,2,3', 1.7e12],
    [OPEN, '"a,b",1700000000000,2,3', 1.7e12],
    ['ts_ms,device,lat,lon', '\uFEFF17,d,2,3', 17],
    ['device,lat,lon,ts_ms', 'd,2,3,17\r', 17],
    ['device,lat,lon,ts_ms', 'd,2,3,"17"\r', 17],
    ['device,lat,lon,ts_ms', 'd,2', null],
    [OPEN, 'd,x,2,3', null],
    [OPEN, 'd,1.5,2,3', null],
    [OPEN, 'd', null],
    [OPEN, '"d', null],
  ])('shows its time: %s, %j', (head, line, time) => {
    const decoder = csvDecoder('raw.gps', head);
    expect(decoder.kind === 'keep' && decoder.value.timeOf(line)).toBe(time);
  });
});

describe('the other topics', () => {
  const purposes = [
    'purposes.nearbyShops',
    'purposes.usageStatistics',
    'purposes.fraudPrevention',
    'purposes.serviceImprovement',
    'purposes.thirdPartyTracking',
  ].join(',');
  const consent = `deviceId,atMs,policyVersion,${purposes},sources.location,sources.terminalId,sources.cookies`;

  it('have consents with a column for each switch', () => {
    expect(recordOf('privacy.consent', consent, 'd,1,3,true,1,0,false,0,1,0,1')).toMatchObject({
      purposes: {
        nearbyShops: true,
        usageStatistics: true,
        fraudPrevention: false,
        thirdPartyTracking: false,
      },
      sources: { location: true, terminalId: false, cookies: true },
    });
    expect(verdict(decode('privacy.consent', consent, 'd,1,3,true,1,0,false,0,1,0,'))).toBe(
      'invalid_field cookies',
    );
  });

  it('have access lines in a column', () => {
    const line = '"::1 - - [01/Jan/2024:09:00:00 +0900] ""GET / HTTP/1.1"" 200 - ""-"" ""-""",PAGE,c-1';
    expect(recordOf('raw.access-log', 'line,kind,cookieId', line)).toMatchObject({
      atMs: 1_704_067_200_000,
      cookieId: 'c-1',
      origin: 'APP',
    });
  });

  it.each<[head: string, line: string, fields: object]>([
    [
      'storeId,name,category,lat,lng,radiusM,minDwellS,sensitive,closed',
      's,N,cafe,1,2,40,300,true,0',
      {
        storeId: 's',
        name: 'N',
        category: 'cafe',
        radiusM: 40,
        minDwellS: 300,
        sensitive: true,
        closed: false,
      },
    ],
    [
      'place,lat,lon,radius_m,devices',
      'p1,1,2,75,11',
      { storeId: 'p1', name: 'p1', category: 'store', radiusM: 75 },
    ],
    [
      'place,brand,name,lat,lon',
      'kb1,サークルK,自由ケ丘,35,136',
      { storeId: 'kb1', name: '自由ケ丘', category: 'サークルK', radiusM: 30 },
    ],
    [
      'place,name,name_kana,prefecture,lat,lon',
      '1,函館,はこだて,1,41,140',
      { storeId: '1', name: '函館', category: 'store' },
    ],
    ['place,brand,lat,lon', 'p,,1,2', { category: 'store', name: 'p' }],
  ])('have stores: %s', (head, line, fields) => {
    expect(recordOf('ref.stores', head, line)).toMatchObject(fields);
  });
});

describe('splitRow', () => {
  it.each<[line: string, fields: readonly string[] | null]>([
    ['', ['']],
    ['a,,b,', ['a', '', 'b', '']],
    ['"a",b', ['a', 'b']],
    ['"","",', ['', '', '']],
    ['"a""b","c,d"', ['a"b', 'c,d']],
    ['""""', ['"']],
    ['a"b', null],
    ['"a', null],
    ['"a""', null],
    ['"a"b', null],
    ['a,"', null],
  ])('%j', (line, fields) => {
    expect(splitRow(line)).toEqual(fields);
  });
});
