/** `oboro fixtures consent`: one full consent for every subject of any raw input. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { FIXTURES_FILE, fixturesConsent } from '../../../src/app/fixtures.ts';
import { jsonDecoder } from '../../../src/wire/json-lines.ts';

const root = mkdtempSync(join(tmpdir(), 'oboro-fixtures-'));
afterAll(() => rmSync(root, { recursive: true }));

const T0 = Date.parse('2024-05-15T04:00:00+09:00');
let dir = '';
let round = 0;
beforeEach(() => {
  dir = join(root, String(round++));
  mkdirSync(dir);
});

const put = (name: string, lines: readonly (string | object)[]): void => {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  writeFileSync(join(dir, name), name.endsWith('.gz') ? gzipSync(`${text}\n`) : `${text}\n`);
};

interface Written {
  readonly deviceId: string;
  readonly memberId?: string;
  readonly atMs: number;
  readonly policyVersion: number;
  readonly purposes: Readonly<Record<string, boolean>>;
  readonly sources: Readonly<Record<string, boolean>>;
}

const read = (file: string): readonly Written[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      expect(jsonDecoder('privacy.consent').decode(line).kind).toBe('keep');
      return JSON.parse(line) as Written;
    });

const fix = (deviceId: string, atMs: number, more: object = {}): object => ({
  deviceId,
  atMs,
  lat: 35.65,
  lng: 139.7,
  origin: 'APP',
  ...more,
});

describe('fixturesConsent', () => {
  test('grants all to each subject from just before its first event, in order of that', async () => {
    put('raw.gps.jsonl', [fix('d2', T0 + 9_000), fix('d1', T0 + 5_000), fix('d2', T0 + 1_000)]);
    const result = await fixturesConsent({ inputs: [dir], out: dir });
    expect(result).toEqual({ subjects: 2, skipped: 0, file: join(dir, FIXTURES_FILE) });
    const on = { location: true, terminalId: true, cookies: true };
    const purposes = {
      nearbyShops: true,
      usageStatistics: true,
      fraudPrevention: true,
      serviceImprovement: true,
      thirdPartyTracking: true,
    };
    expect(read(result.file)).toEqual([
      { deviceId: 'd2', atMs: T0 + 999, policyVersion: 1, purposes, sources: on },
      { deviceId: 'd1', atMs: T0 + 4_999, policyVersion: 1, purposes, sources: on },
    ]);
  });

  test('options: no third parties, a policy version, one time for all', async () => {
    put('raw.gps.jsonl', [fix('d1', T0)]);
    const out = join(dir, 'given.jsonl');
    await fixturesConsent({ inputs: [dir], out, thirdParty: false, policyVersion: 3, atMs: 42 });
    const [record] = read(out);
    expect(record).toMatchObject({ atMs: 42, policyVersion: 3 });
    expect(record?.purposes).toMatchObject({ thirdPartyTracking: false, usageStatistics: true });
  });

  test('a member is one subject over devices and files; its device before the login is another', async () => {
    put('raw.gps-a.jsonl', [fix('d1', T0), fix('d1', T0 + 10, { memberId: 'm1' })]);
    put('raw.device.jsonl', [
      { deviceId: 'd2', memberId: 'm1', atMs: T0 + 5, idType: 'INSTALL', origin: 'APP' },
    ]);
    const { subjects, file } = await fixturesConsent({ inputs: [dir], out: dir });
    expect(subjects).toBe(2);
    expect(read(file).map(({ deviceId, memberId, atMs }) => [deviceId, memberId, atMs])).toEqual([
      ['d1', undefined, T0 - 1],
      ['d1', 'm1', T0 + 4],
    ]);
  });

  test('a device and a member of the same name are two', async () => {
    put('raw.gps.jsonl', [fix('x', T0), fix('y', T0, { memberId: 'x' })]);
    expect((await fixturesConsent({ inputs: [dir], out: dir })).subjects).toBe(2);
  });

  test('reads the columns of open data, gzip too', async () => {
    put('raw.gps.csv.gz', [
      'device,ts_ms,lat,lon',
      `a,${T0},35.1,139.1`,
      `b,${T0 + 1},35.1,139.1`,
      `a,${T0 - 7},35.1,139.1`,
    ]);
    put('raw.gps-more.csv', ['deviceId,memberId,atMs,lat,lng,origin', `c,m,${T0},35.1,139.1,APP`]);
    const { file } = await fixturesConsent({ inputs: [dir], out: dir });
    expect(read(file).map(({ deviceId, memberId, atMs }) => [deviceId, memberId ?? null, atMs])).toEqual([
      ['a', null, T0 - 8],
      ['c', 'm', T0 - 1],
      ['b', null, T0],
    ]);
  });

  test('access logs: the device where known, else the cookie; a member known by neither stands for itself', async () => {
    const hit = { method: 'GET', path: '/', status: 200, kind: 'PAGE', origin: 'APP' };
    put('raw.access-log.jsonl', [
      { ...hit, atMs: T0, cookieId: 'c1' },
      { ...hit, atMs: T0 + 1, memberId: 'm1', cookieId: 'c2' },
      { ...hit, atMs: T0 + 2, memberId: 'm1', deviceId: 'd1' },
      { ...hit, atMs: T0 + 3, memberId: 'm2' },
      { ...hit, atMs: T0 + 4 },
    ]);
    put('web.log', ['192.0.2.1 - - [15/May/2024:05:00:00 +0900] "GET / HTTP/1.1" 200 5 "-" "agent" "c3"']);
    const { file, skipped } = await fixturesConsent({ inputs: [dir], out: dir });
    expect(skipped).toBe(1);
    expect(read(file).map(({ deviceId, memberId }) => [deviceId, memberId ?? null])).toEqual([
      ['c1', null],
      ['d1', 'm1'],
      ['m2', 'm2'],
      ['c3', null],
    ]);
  });

  test('bad lines and clocks that were never set are passed over and counted', async () => {
    put('raw.gps.jsonl', [
      '{"deviceId":"d',
      fix('old', 86_400_000),
      fix('d1', T0),
      fix('d1', 5),
      { deviceId: 'd2' },
    ]);
    const { subjects, skipped, file } = await fixturesConsent({ inputs: [dir], out: dir });
    expect([subjects, skipped]).toEqual([1, 4]);
    expect(read(file)[0]).toMatchObject({ deviceId: 'd1', atMs: T0 - 1 });
  });

  test('reads raw inputs only, so a second run over its own output gives the same bytes', async () => {
    put('raw.gps.jsonl', [fix('d1', T0), fix('d2', T0)]);
    put('ref.stores.csv', ['storeId,name,category,lat,lng', 's,S,c,35.6,139.7']);
    const first = await fixturesConsent({ inputs: [dir], out: dir });
    const bytes = readFileSync(first.file);
    const second = await fixturesConsent({ inputs: [dir], out: dir });
    expect(second).toEqual(first);
    expect(readFileSync(second.file).equals(bytes)).toBe(true);
    expect(readdirSync(dir).sort()).toEqual([FIXTURES_FILE, 'raw.gps.jsonl', 'ref.stores.csv']);
  });

  test('makes the folder of the file', async () => {
    put('raw.gps.jsonl', [fix('d1', T0)]);
    const { file } = await fixturesConsent({
      inputs: [dir],
      out: join(dir, 'new', 'folder', 'privacy.consent.jsonl'),
    });
    expect(read(file)).toHaveLength(1);
  });
});

describe('refusals', () => {
  test.each([
    ['no raw input', 'privacy.consent.jsonl', ['{}'], 'INPUT_MISSING', /no raw input/],
    [
      'a CSV without a device column',
      'raw.gps.csv',
      ['ts_ms,lat,lon', '1,2,3'],
      'INPUT_INVALID',
      /^raw\.gps\.csv, line 1/,
    ],
  ] as const)('%s', async (...[, name, lines, code, message]) => {
    put(name, lines);
    const failed = fixturesConsent({ inputs: [dir], out: dir });
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(readdirSync(dir)).toEqual([name]);
  });

  test('an output that cannot be written leaves nothing behind', async () => {
    put('raw.gps.jsonl', [fix('d1', T0)]);
    put('file', ['not a folder']);
    const out = join(dir, 'file', 'privacy.consent.jsonl');
    await expect(fixturesConsent({ inputs: [dir], out })).rejects.toMatchObject({ code: 'OUTPUT_DENIED' });
    expect(readdirSync(dir).sort()).toEqual(['file', 'raw.gps.jsonl']);
  });

  test('G-15 no error text repeats what a line held', async () => {
    put('raw.gps.csv', ['secret-device,secret-member', 'secret-device,secret-member']);
    const failed = await fixturesConsent({ inputs: [dir], out: dir }).catch(String);
    expect(failed).toContain('raw.gps.csv');
    expect(failed).not.toContain('secret');
  });
});
