import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from '../support/cli.ts';
import { oboro, scratchFolder } from '../support/cli.ts';
import type { Row } from '../support/inputs.ts';
import {
  CITY_DAY,
  digestsOf,
  filesUnder,
  jsonLines,
  parquetOf,
  rowKeysOf,
  rowsOf,
} from '../support/inputs.ts';
import { select, smallCity, writeConfig } from '../support/inputs.ts';

const scratch = scratchFolder();
const at = (...parts: readonly string[]): string => join(scratch.path, ...parts);
const INPUT = at('input');
const OTHER = at('other');
const CONFIG = at('config.yaml');
const OUT = at('out');

const runArgs = (out: string, input = INPUT): readonly string[] => [
  ...['run', '--input', input, '--out', out, '--config', CONFIG],
];

let first: Ended;

beforeAll(async () => {
  smallCity(INPUT, 420);
  smallCity(OTHER, 20, 8);
  writeConfig(CONFIG, { vault: at('no-vault') });
  first = await oboro(runArgs(OUT));
});

afterAll(scratch.remove);

/** CONTRACT §3. */
const KEY = ['unit_kind', 'unit_id', 'cell', 'resolution', 'window_kind', 'window_start', 'window_end'];
const OWN: Readonly<Record<string, readonly string[]>> = {
  visits: ['visitors', 'visits'],
  dwell: ['bin_from_s', 'bin_to_s', 'visitors'],
  transitions: ['dimension', 'to_kind', 'to_id', 'visitors'],
  footfall: ['subjects'],
};
const COUNTS = ['visitors', 'visits', 'subjects'];
const K = 5;
const HOUR_MS = 3_600_000;

describe('a run', () => {
  it('finishes with exit code 0, its result on stdout and nothing on stderr', () => {
    expect(first).toMatchObject({ code: 0, signal: null, stderr: '' });
    for (const word of ['records read', 'rows of visits', 'raw.gps.jsonl:', 'ledger verify', OUT]) {
      expect(first.stdout).toContain(word);
    }
  });

  it('leaves the outputs of the contract and nothing else', () => {
    const files = filesUnder(OUT).filter((name) => !name.startsWith('tables/'));
    expect(files).toEqual([
      'dead-letter.jsonl',
      'fraud.signals.jsonl',
      'ledger.jsonl',
      'location.sanitized.jsonl',
      'manifest.json',
    ]);
    const tables = filesUnder(join(OUT, 'tables'));
    const form =
      /^(visits|dwell|transitions|footfall)\/(manifest\.json|day=\d{4}-\d\d-\d\d\/[\w+-]+\.parquet)$/;
    expect(tables.filter((name) => !form.test(name))).toEqual([]);
    expect(existsSync(join(OUT, '.oboro'))).toBe(false);
  });

  it('keeps what is about single people from other users of the machine', () => {
    for (const name of ['location.sanitized.jsonl', 'dead-letter.jsonl', 'fraud.signals.jsonl']) {
      expect(statSync(join(OUT, name)).mode & 0o077, name).toBe(0);
    }
  });

  it('writes lookups with the fields of the contract, each once per pseudonym, cell and bucket', () => {
    const lines = jsonLines(join(OUT, 'location.sanitized.jsonl'));
    expect(lines.length).toBeGreaterThan(1_000);
    const fields = [
      'pseudonym',
      'epoch',
      'cell',
      'resolution',
      'bucketStartMs',
      'bucketS',
      'requestId',
      'expiresAtMs',
    ];
    expect(new Set(lines.map((line) => Object.keys(line).join()))).toEqual(new Set([fields.join()]));
    const wrong = lines.filter((line) => {
      const [epoch, start] = [Number(line['epoch']), Number(line['bucketStartMs'])];
      const isInEpoch = epoch % HOUR_MS === 0 && start >= epoch && start < epoch + HOUR_MS;
      const isCoarse = Number(line['bucketS']) >= 300 && Number(line['resolution']) <= 9;
      return !/^[0-9a-f]{32}$/.test(String(line['pseudonym'])) || !isInEpoch || !isCoarse;
    });
    expect(wrong).toEqual([]);
    const traces = lines.filter(({ requestId }) => requestId === null);
    const keys = traces.map(({ pseudonym, cell, bucketStartMs }) => [pseudonym, cell, bucketStartMs].join());
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('writes dead letters with the fields of the contract, at the place where each record stood', () => {
    const letters = jsonLines(join(OUT, 'dead-letter.jsonl'));
    expect(letters.length).toBeGreaterThan(20);
    const fields = ['reason', 'topic', 'partition', 'offset', 'schemaId', 'byteCount', 'atMs'];
    expect(new Set(letters.map((line) => Object.keys(line).join()))).toEqual(new Set([fields.join()]));
    const { inputs } = manifestOf(OUT);
    for (const { topic, partition, offset, byteCount } of letters) {
      const { name } = inputs[Number(partition)] ?? { name: '' };
      expect(name === 'web.log' ? 'raw.access-log' : name).toContain(topic);
      const line = readFileSync(join(INPUT, name), 'utf8').split('\n')[Number(offset) - 1] ?? '';
      expect(Buffer.byteLength(line)).toBe(byteCount);
    }
  });

  it('writes no fraud signals in this version', () => {
    expect(readFileSync(join(OUT, 'fraud.signals.jsonl'), 'utf8')).toBe('');
  });

  it('writes a manifest with parameters, inputs and counts, and one beside each table', () => {
    const manifest = manifestOf(OUT);
    expect(manifest).toMatchObject({
      finished: true,
      policyVersion: 3,
      vault: 'sealed',
      parameters: { tier: 'perturbed', k: K, rounding: 5 },
    });
    const hashes = [manifest.policyHash, manifest.publicKeys, manifest.fingerprint];
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    for (const [table, columns] of Object.entries(OWN)) {
      const path = join(OUT, 'tables', table, 'manifest.json');
      const beside = JSON.parse(readFileSync(path, 'utf8')) as { columns: readonly { name: string }[] };
      const { policyHash, publicKeys, parameters, codeVersion } = manifest;
      expect(beside).toMatchObject({
        table,
        policyVersion: 3,
        policyHash,
        publicKeys,
        parameters,
        codeVersion,
      });
      expect(beside.columns.map(({ name }) => name)).toEqual([...KEY, 'holds', 'status', ...columns]);
    }
  });
});

interface Manifest {
  readonly inputs: readonly { readonly name: string }[];
  readonly policyHash: string;
  readonly publicKeys: string;
  readonly fingerprint: string;
  readonly codeVersion: string;
  readonly parameters: object;
  readonly released: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const manifestOf = (out: string): Manifest =>
  JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Manifest;

describe.each(Object.entries(OWN))('the table %s', (table, own) => {
  let rows: readonly Row[] = [];
  beforeAll(async () => {
    rows = await rowsOf(OUT, table);
  });

  it('has the columns of the contract in their order, in hive partitions that DuckDB finds', async () => {
    const described = await select(`DESCRIBE SELECT * FROM ${parquetOf(OUT, table)}`);
    expect(described.map((column) => column['column_name'])).toEqual([
      ...KEY,
      'holds',
      'status',
      ...own,
      'day',
    ]);
  });

  it('has released rows, as many as its manifest says', () => {
    const released = rows.filter((row) => row['status'] === 'RELEASED').length;
    expect(released).toBeGreaterThan(0);
    const counts = { RELEASED: released, WITHHELD: rows.length - released };
    expect(manifestOf(OUT).released[table]).toEqual(counts);
  });

  it('publishes only multiples of 5 that are at least k', () => {
    for (const row of rows.filter(({ status }) => status === 'RELEASED')) {
      for (const column of COUNTS.filter((name) => own.includes(name))) {
        expect(Number(row[column]) % 5, column).toBe(0);
        expect(Number(row[column]), column).toBeGreaterThanOrEqual(K);
      }
    }
  });

  it('withholds only visits × store × day on file, without numbers', () => {
    const withheld = rows.filter(({ status }) => status === 'WITHHELD');
    if (table === 'visits') expect(withheld.length).toBeGreaterThan(100);
    else expect(withheld).toEqual([]);
    for (const row of withheld) {
      expect(row).toMatchObject({ unit_kind: 'store', window_kind: 'day', visitors: null, visits: null });
    }
  });

  it('has every window inside its day, which starts at 04:00 in Tokyo, and no key twice', () => {
    const keys = new Set<string>();
    for (const row of rows) {
      const start = Date.parse(`${String(row['day'])}T04:00:00+09:00`);
      const [from, to] = [Date.parse(String(row['window_start'])), Date.parse(String(row['window_end']))];
      expect(row['window_start']).toMatch(/\+09:00$/);
      expect(from).toBeGreaterThanOrEqual(start);
      expect(to).toBeLessThanOrEqual(start + 24 * HOUR_MS);
      expect(to - from).toBe(lengthOf(row));
      const key = Object.entries(row).filter(([name]) => !COUNTS.includes(name));
      expect(keys.has(JSON.stringify(key))).toBe(false);
      keys.add(JSON.stringify(key));
    }
  });
});

/** Milliseconds of a row's window by its kind; dayparts start at 4, 10, 14, 18 and 22 o'clock. */
const lengthOf = (row: Row): number => {
  const hour = Number(String(row['window_start']).slice(11, 13));
  const dayparts: Readonly<Record<number, number>> = { 4: 6, 10: 4, 14: 4, 18: 4, 22: 6 };
  const hours = { hour: 1, daypart: dayparts[hour] ?? Number.NaN, day: 24 }[String(row['window_kind'])];
  return (hours ?? Number.NaN) * HOUR_MS;
};

describe('hour windows', () => {
  it('are released, so that the finest rung is looked at too', async () => {
    const kinds = (await rowsOf(OUT, 'visits')).map(({ window_kind, day }) => `${window_kind} ${day}`);
    expect(kinds).toContain(`hour ${CITY_DAY}`);
  });
});

describe('the same call again', () => {
  it('says that the run was finished before and changes no byte', async () => {
    const before = digestsOf(OUT);
    const again = await oboro(runArgs(OUT));
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('finished before');
    expect(digestsOf(OUT)).toEqual(before);
  });

  it('with --json prints the manifest and nothing else; with --quiet there is no talk', async () => {
    const json = await oboro([...runArgs(OUT), '--json', '--quiet']);
    expect(json).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(json.stdout)).toEqual(manifestOf(OUT));
  });
});

describe('an output folder of other inputs', () => {
  it('is refused with exit code 73 and stays as it was', async () => {
    const before = digestsOf(OUT);
    const refused = await oboro(runArgs(OUT, OTHER));
    expect(refused).toMatchObject({ code: 73, stdout: '' });
    expect(refused.stderr).toContain('OUTPUT_FOREIGN');
    expect(digestsOf(OUT)).toEqual(before);
    expect(existsSync(join(OUT, '.oboro'))).toBe(false);
  });

  it('is one of other settings, too', async () => {
    const config = writeConfig(at('other.yaml'), { vault: at('no-vault'), more: 'lateness: PT6M' });
    const refused = await oboro(['run', '--input', INPUT, '--out', OUT, '--config', config]);
    expect(refused).toMatchObject({ code: 73, stdout: '' });
  });
});

describe.concurrent('exit codes', () => {
  const config = (name: string, text: string): string => {
    writeFileSync(at(name), text);
    return at(name);
  };

  it.each([
    ['an unknown key', 'gate:\n  kk: 5\n', '2:3', 'gate.k'],
    ['a number out of its range', 'policy:\n  version: 3\ngate:\n  k: 2\n', '4:6', 'gate.k'],
    ['broken YAML', 'gate:\n  k: [5\n', '3:1', 'CFG_INVALID'],
  ])('78 for a configuration with %s, by file, line and column', async (what, text, place, word) => {
    const path = config(`${what.replaceAll(' ', '-')}.yaml`, text);
    const ended = await oboro(['run', '--input', INPUT, '--out', at('never'), '--config', path]);
    expect(ended).toMatchObject({ code: 78, stdout: '' });
    expect(ended.stderr).toContain(`${path}:${place}`);
    expect(ended.stderr).toContain(word);
  });

  it('78 for a configuration that is not there', async () => {
    const ended = await oboro(['explain', '--config', at('nowhere.yaml')]);
    expect(ended).toMatchObject({ code: 78, stdout: '' });
    expect(ended.stderr).toContain('nowhere.yaml');
  });

  it('66 for an input that is not there, and for a folder without raw inputs', async () => {
    expect(await oboro(runArgs(at('never'), at('nowhere')))).toMatchObject({ code: 66, stdout: '' });
    mkdirSync(at('empty'));
    expect(await oboro(runArgs(at('never'), at('empty')))).toMatchObject({ code: 66, stdout: '' });
  });

  it('65 for a file whose name does not tell what it holds', async () => {
    writeFileSync(at('positions.txt'), '');
    expect(await oboro(runArgs(at('never'), at('positions.txt')))).toMatchObject({ code: 65, stdout: '' });
  });

  it.each([
    ['an unknown option', ['run', '--input', INPUT, '--out', at('never'), '--frobnicate']],
    ['a missing option', ['run', '--out', at('never')]],
    ['an unknown command', ['frobnicate']],
    ['no command', []],
    ['too many arguments', ['explain', 'this']],
  ])('64 for %s', async (_, args) => {
    const ended = await oboro(args);
    expect(ended).toMatchObject({ code: 64, stdout: '' });
    expect(ended.stderr).not.toBe('');
  });

  it.each([['run'], ['ledger', 'verify'], ['config']])('0 for --help of %s %s', async (...command) => {
    const ended = await oboro([...command, '--help']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('Usage: oboro');
  });
});

describe('a call that fails before its run', () => {
  it('makes no output folder', () => {
    expect(existsSync(at('never'))).toBe(false);
  });
});

describe.concurrent('73 when the output cannot be written:', () => {
  it.each([
    ['the folder is a file', CONFIG],
    ['the folder lies under a file', join(CONFIG, 'out')],
  ])('%s', async (_, out) => {
    const ended = await oboro(runArgs(out, OTHER));
    expect(ended).toMatchObject({ code: 73, stdout: '' });
    expect(ended.stderr).toContain('OUTPUT_DENIED');
  });

  it('a folder stands where a file must be written', async () => {
    mkdirSync(at('taken', 'location.sanitized.jsonl'), { recursive: true });
    expect(await oboro(runArgs(at('taken'), OTHER))).toMatchObject({ code: 73, stdout: '' });
  });

  it.each([
    ['at the spool', 40],
    ['at the outputs', 100],
  ])('the disk is full %s; with room again the run goes on to the same result', async (name, fileLimitKb) => {
    const input = name === 'at the spool' ? INPUT : at('ordered');
    if (input !== INPUT) inOrder(input);
    const out = at(name);
    const ended = await oboro(runArgs(out, input), { fileLimitKb });
    expect(ended, ended.stderr).toMatchObject({ code: 73, stdout: '' });
    const finished = await oboro(runArgs(out, input));
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
    if (input === INPUT) expect(await rowKeysOf(out, 'visits')).toEqual(await rowKeysOf(OUT, 'visits'));
  });
});

/** The city with its positions in order, so that nothing is sorted on disk. */
const inOrder = (folder: string): void => {
  smallCity(folder, 60);
  const path = join(folder, 'raw.gps.jsonl');
  const timeOf = (line: string): number => Number(/"atMs":(\d{13})/.exec(line)?.[1] ?? 0);
  const lines = readFileSync(path, 'utf8').split('\n');
  const sorted = lines.filter((line) => timeOf(line) > 0).sort((a, b) => timeOf(a) - timeOf(b));
  writeFileSync(path, `${sorted.join('\n')}\n`);
};
