import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from '../support/cli.ts';
import { oboro, scratchFolder } from '../support/cli.ts';
import { consentLine, filesUnder, fixLine, jsonLines, writeConfig } from '../support/inputs.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);

type Reasons = Readonly<Record<string, number>>;

interface Fault {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
  readonly field: string | null;
  readonly expected: string | null;
}

interface Manifest {
  readonly inputs: readonly { readonly name: string; readonly topic: string }[];
  readonly counts: Readonly<Record<string, Reasons>>;
  readonly faults: readonly Fault[];
}

const manifestOf = (out: string): Manifest =>
  JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Manifest;

/** Dead letters by file: `reason` and line of each. */
const lettersOf = (out: string): ReadonlyMap<string, readonly { reason: string; line: number }[]> => {
  const { inputs } = manifestOf(out);
  const byFile = new Map<string, { reason: string; line: number }[]>(inputs.map(({ name }) => [name, []]));
  for (const { reason, partition, offset } of jsonLines(join(out, 'dead-letter.jsonl'))) {
    byFile.get(inputs[Number(partition)]?.name ?? '')?.push({ reason: String(reason), line: Number(offset) });
  }
  return byFile;
};

const tally = (reasons: readonly string[]): Reasons => {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
};

const CORPUS = 'test/fixtures/broken';

describe('the corpus of broken files', () => {
  const expected = JSON.parse(readFileSync(join(CORPUS, 'expected.json'), 'utf8')) as Readonly<
    Record<string, { readonly what: string; readonly kept: number; readonly reasons: Reasons }>
  >;
  const out = join(scratch.path, 'corpus');
  let ended: Ended;
  beforeAll(async () => {
    ended = await oboro(['run', '--input', CORPUS, '--out', out]);
  });

  it('is read to its end with exit code 0', () => {
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' });
  });

  it.each(Object.entries(expected))('%s: every fault is counted by its reason', (name, { reasons }) => {
    expect(tally((lettersOf(out).get(name) ?? []).map(({ reason }) => reason))).toEqual(reasons);
  });

  it('gives the records that are whole', () => {
    const raw = manifestOf(out).inputs.filter(({ topic }) => topic.startsWith('raw.'));
    const kept = raw.reduce((sum, { name }) => sum + (expected[name]?.kept ?? Number.NaN), 0);
    expect(manifestOf(out).counts['wire']).toMatchObject({ keep: kept });
  });

  it('locates the first faults of each file and reason by line, and says what was expected', () => {
    const { faults } = manifestOf(out);
    for (const [name, letters] of lettersOf(out)) {
      for (const { reason } of letters) {
        const same = letters.filter((letter) => letter.reason === reason);
        const told = faults.filter((fault) => fault.file === name && fault.reason === reason);
        expect(told.map(({ line }) => line)).toEqual(same.slice(0, 3).map(({ line }) => line));
      }
    }
    for (const { line, expected: what } of faults) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(what).not.toBe('');
    }
    expect(ended.stdout).toContain('ref.stores.broken.csv:4: lat: expected');
  });
});

/** In every broken record below; no part of it may come out anywhere. */
const CANARY = 'QZXKANARIE';
const LAT = '35.987654321';
const LNG = '139.876543219';
const AT = 1_715_740_000_000;
const ID = `"deviceId":"${CANARY}-device","memberId":"${CANARY}-member"`;
const HEAD = `{${ID},"atMs":${AT}`;
const BODY = `"lat":${LAT},"lng":${LNG},"origin":"APP"`;
const WHOLE = `${HEAD},${BODY}}`;
const AGENT = `${CANARY}Browser/5.0`;
const LINE = `192.0.2.77 - ${CANARY} [15/May/2024:09:00:00 +0900] "GET /${CANARY} HTTP/1.1" 200 12 "-" "${AGENT}"`;
const CONSENT = consentLine({ deviceId: `${CANARY}-device`, memberId: `${CANARY}-member` }, AT).trim();

interface BadFile {
  readonly what: string;
  readonly name: string;
  readonly content: string | Buffer;
  /** Reason and line of each fault. */
  readonly faults: readonly (readonly [reason: string, line: number])[];
}

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

const cut = (text: string, share: number): Buffer => {
  const whole = gzipSync(Buffer.from(text.repeat(400)), { level: 0 });
  return whole.subarray(0, Math.floor(whole.length * share));
};

const BAD_FILES: readonly BadFile[] = [
  {
    what: 'a line of a megabyte',
    name: 'raw.gps.huge.jsonl',
    content: lines(WHOLE, `${HEAD},"model":"${CANARY.repeat(110_000)}",${BODY}}`, WHOLE),
    faults: [['too_large', 2]],
  },
  {
    what: 'a huge line that never ends',
    name: 'raw.gps.endless.jsonl',
    content: `${WHOLE}\n${WHOLE.repeat(12_000)}`,
    faults: [['too_large', 2]],
  },
  {
    what: 'NUL bytes',
    name: 'raw.gps.nul.jsonl',
    content: lines(`${HEAD}\0,${BODY}}`, '\0'.repeat(200), WHOLE),
    faults: [
      ['undecodable', 1],
      ['undecodable', 2],
    ],
  },
  {
    what: 'a gzip file that is cut',
    name: 'raw.gps.cut.jsonl.gz',
    content: cut(`${WHOLE}\n`, 0.5),
    faults: [['truncated', 200]],
  },
  {
    what: 'a gzip file with plain text behind it',
    name: 'raw.gps.plain-text.jsonl.gz',
    content: Buffer.concat([gzipSync(`${WHOLE}\n`), Buffer.from(WHOLE)]),
    faults: [['truncated', 2]],
  },
  {
    what: 'UTF-16',
    name: 'raw.gps.wide.jsonl',
    content: Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(WHOLE, 'utf16le')]),
    faults: [['bad_encoding', 1]],
  },
  {
    what: 'bytes that are not UTF-8',
    name: 'raw.gps.latin.jsonl',
    content: Buffer.from(lines(WHOLE, WHOLE.replace('member"', 'mémbre"')), 'latin1'),
    faults: [['bad_encoding', 2]],
  },
  {
    what: 'a fault in each field',
    name: 'raw.gps.fields.jsonl',
    content: lines(
      `{${ID},"atMs":"${CANARY}",${BODY}}`,
      `${HEAD},"lat":"${LAT}","lng":${LNG},"origin":"APP"}`,
      `${HEAD},"lat":${LNG},"lng":${LAT},"origin":"APP"}`,
      `${HEAD},"lat":${LAT},"lng":${LNG},"origin":"${CANARY}"}`,
      `${HEAD},"accuracyM":"${CANARY}",${BODY}}`,
      `{"deviceId":"${CANARY.repeat(40)}","atMs":${AT},${BODY}}`,
    ),
    faults: [1, 2, 3, 4, 5, 6].map((line) => ['invalid_field', line] as const),
  },
  {
    what: 'names of fields that are content',
    name: 'raw.gps.names.jsonl',
    content: lines(`${HEAD},"${CANARY}":1,${BODY}}`, `${HEAD},"${LAT}":1,${BODY}}`),
    faults: [
      ['unknown_field', 1],
      ['unknown_field', 2],
    ],
  },
  {
    what: 'CSV whose first row is already content',
    name: 'raw.gps.no-header.csv',
    content: lines(`${CANARY},${AT},${LAT},${LNG}`, `${CANARY},${AT},${LAT},${LNG}`),
    faults: [['invalid_field', 1]],
  },
  {
    what: 'CSV with ragged rows',
    name: 'raw.gps.ragged.csv',
    content: lines(
      'deviceId,atMs,lat,lng',
      `${CANARY},${AT}`,
      `"${CANARY},${AT},${LAT},${LNG}`,
      `${CANARY},x,1,1`,
    ),
    faults: [
      ['undecodable', 2],
      ['undecodable', 3],
      ['invalid_field', 4],
    ],
  },
  {
    what: 'log lines that are none',
    name: 'raw.access-log.cut.log',
    content: lines(LINE, LINE.slice(0, 40), `kernel: ${CANARY}`, LINE.replace('15/May', '32/May')),
    faults: [
      ['undecodable', 2],
      ['undecodable', 3],
      ['undecodable', 4],
    ],
  },
  {
    what: 'log lines in JSON with a cut agent',
    name: 'raw.access-log.cut.jsonl',
    content: lines(
      `{${ID},"kind":"PAGE","origin":"APP","line":${JSON.stringify(LINE.slice(0, 40))}}`,
      `{${ID},"kind":"${CANARY}","origin":"APP","line":${JSON.stringify(LINE)}}`,
    ),
    faults: [
      ['undecodable', 1],
      ['invalid_field', 2],
    ],
  },
  {
    what: 'consents that are cut, or of another shape',
    name: 'privacy.consent.cut.jsonl',
    content: lines(
      CONSENT.slice(0, -20),
      CONSENT.replace('"usageStatistics":true', `"usageStatistics":"${CANARY}"`),
    ),
    faults: [
      ['undecodable', 1],
      ['invalid_field', 2],
    ],
  },
  {
    what: 'an erasure without its request',
    name: 'privacy.erasure.cut.jsonl',
    content: lines(`{${ID},"atMs":${AT}}`),
    faults: [['invalid_field', 1]],
  },
  {
    what: 'stores without a place',
    name: 'ref.stores.cut.jsonl',
    content: lines(`{"storeId":"${CANARY}","name":"${CANARY}","lat":"${LAT}","lng":${LNG}}`, `{"${CANARY}`),
    faults: [
      ['invalid_field', 1],
      ['undecodable', 2],
    ],
  },
  {
    what: 'GeoJSON that is none',
    name: 'ref.stores.cut.geojson',
    content: `{"type":"FeatureCollection","features":[{"id":"${CANARY}","geometry":{"coordinates":[${LNG},`,
    faults: [['undecodable', 1]],
  },
];

describe('files that are broken on purpose, in one run', () => {
  const input = join(scratch.path, 'broken');
  const out = join(scratch.path, 'broken-out');
  let ended: Ended;

  beforeAll(async () => {
    mkdirSync(input, { recursive: true });
    for (const { name, content } of BAD_FILES) writeFileSync(join(input, name), content);
    const someone = { deviceId: 'd-1', memberId: 'm-1' };
    writeFileSync(join(input, 'privacy.consent.jsonl'), consentLine(someone, AT - 1));
    writeFileSync(join(input, 'raw.gps.jsonl'), fixLine(someone, AT, { lat: 35.6, lng: 139.7 }));
    const config = writeConfig(join(scratch.path, 'config.yaml'), { vault: join(scratch.path, 'no-vault') });
    ended = await oboro(['run', '--input', input, '--out', out, '--config', config]);
  });

  it('do not stop it', () => {
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(jsonLines(join(out, 'location.sanitized.jsonl'))).toHaveLength(1);
  });

  it.each(BAD_FILES)('$what: counted, and located by line', ({ name, faults }) => {
    const letters = lettersOf(out).get(name) ?? [];
    expect(letters.map(({ reason, line }) => [reason, line])).toEqual(faults);
  });

  it('G-15 leave nothing of their content in any byte that is written or said', () => {
    const secrets = [CANARY, CANARY.toLowerCase(), LAT.slice(0, 8), LNG.slice(0, 9), '192.0.2.77'];
    const texts = [
      ['stdout', Buffer.from(ended.stdout)],
      ['stderr', Buffer.from(ended.stderr)],
      ...filesUnder(out).map((name) => [name, readFileSync(join(out, name))] as const),
    ] as const;
    for (const [name, bytes] of texts) {
      for (const secret of secrets) {
        expect(bytes.includes(secret), `${secret} in ${name}`).toBe(false);
        expect(bytes.includes(Buffer.from(secret, 'utf16le')), `${secret} in ${name}`).toBe(false);
      }
    }
  });
});
