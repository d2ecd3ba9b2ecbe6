import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oboro, scratchFolder } from '../support/cli.ts';
import { addEarlyFaults, digestsOf, filesUnder, fixLine, jsonLines } from '../support/inputs.ts';
import { smallCity, writeConfig } from '../support/inputs.ts';

const scratch = scratchFolder();
const at = (...parts: readonly string[]): string => join(scratch.path, ...parts);
const INPUT = at('input');
const CONFIG = at('config.yaml');
const IMPORTED = at('imported.yaml');

beforeAll(() => {
  smallCity(INPUT, 100);
  addEarlyFaults(INPUT);
  writeConfig(CONFIG, { vault: at('no-vault') });
  writeConfig(IMPORTED, { vault: at('vault') });
});

afterAll(scratch.remove);

/** Runs a command that must end well, and gives what it printed. */
const printed = async (...args: readonly string[]): Promise<string> => {
  const ended = await oboro(args);
  expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
  return ended.stdout;
};

describe.concurrent('explain', () => {
  it('says in sentences what each stage does, with the live parameters', async () => {
    const text = await printed(
      'explain',
      '--config',
      writeConfig(at('k15.yaml'), { vault: at('v'), more: 'lateness: PT7M' }),
    );
    for (const word of ['Consent', '7 min', 'at least 5'])
      expect(text.toLowerCase()).toContain(word.toLowerCase());
    const other = await printed('explain');
    expect(other).not.toBe(text);
    for (const stage of other.trimEnd().split('\n\n'))
      expect(stage).toMatch(/^[A-Z][\w ]+\n( {2}.+\n)*.*\.$/);
  });

  it('prints stages and sentences as JSON', async () => {
    const stages = JSON.parse(await printed('explain', '--json')) as { stage: string; sentences: string[] }[];
    expect(stages.length).toBeGreaterThan(4);
    for (const { stage, sentences } of stages) {
      expect(stage).not.toBe('');
      expect(sentences.length).toBeGreaterThan(0);
    }
  });
});

describe.concurrent('utility', () => {
  it('tells what other parameters would withhold, in a table and as JSON', async () => {
    const table = await printed('utility', '--input', INPUT, '--config', CONFIG, '--quiet');
    expect(table).toMatch(/^Of \d+ visits counted/);
    expect(table).toMatch(/^running \(perturbed k 5\)/m);
    expect(table).toMatch(/^dp /m);
    const json = await printed('utility', '--input', INPUT, '--config', CONFIG, '--quiet', '--json');
    const { alternatives } = JSON.parse(json) as { alternatives: { name: string; count: object }[] };
    expect(alternatives.length).toBeGreaterThan(5);
    for (const { count } of alternatives)
      expect(count).toMatchObject({ visits: expect.any(Number) as number });
  });
});

describe.concurrent('config', () => {
  it('check says that a configuration is in order, in words and as JSON', async () => {
    expect(await printed('config', 'check', '--config', CONFIG)).toMatch(/in order.*[0-9a-f]{64}/);
    const json = JSON.parse(await printed('config', 'check', '--config', CONFIG, '--json')) as object;
    expect(json).toMatchObject({ ok: true, policyHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('print shows every value with its origin: default, file, environment', async () => {
    const env = { OBORO__SNAP__BUCKET_S: '600' };
    const ended = await oboro(['config', 'print', '--config', CONFIG, '--json'], { env });
    const { keys } = JSON.parse(ended.stdout) as { keys: Record<string, { value: unknown; origin: string }> };
    expect(keys['gate.k']?.value).toBe(5);
    expect(keys['gate.k']?.origin).toContain('config.yaml');
    expect(keys['lateness']).toEqual({ value: 'PT5M', origin: 'default' });
    expect(keys['snap.bucketS']?.value).toBe(600);
    expect(keys['snap.bucketS']?.origin).toContain('OBORO__SNAP__BUCKET_S');
    const text = await printed('config', 'print', '--config', CONFIG);
    expect(text).toMatch(/ k: 5 +# .*config\.yaml/);
    expect(text).toMatch(/lateness: PT5M +# default/);
  });

  it('print writes what config check reads, with the same policy', async () => {
    writeFileSync(at('printed.yaml'), await printed('config', 'print', '--config', CONFIG));
    const [first, again] = await Promise.all(
      [CONFIG, at('printed.yaml')].map((file) => printed('config', 'check', '--config', file, '--json')),
    );
    expect(JSON.parse(again ?? '')).toEqual(JSON.parse(first ?? '{}'));
  });
});

describe('fixtures consent', () => {
  it('writes one full consent for every subject, so that a run keeps what it dropped', async () => {
    const input = at('bare');
    mkdirSync(input);
    const people = [1, 2, 3].map((n) => ({
      deviceId: `device-${n}`,
      ...(n === 3 ? {} : { memberId: `member-${n}` }),
    }));
    const fixes = people.map((who, i) => fixLine(who, 1_715_740_000_000 + i, { lat: 35.66, lng: 139.7 }));
    writeFileSync(join(input, 'raw.gps.jsonl'), fixes.join(''));
    const keptBy = async (out: string): Promise<number> => {
      await printed('run', '--input', input, '--out', at(out), '--config', CONFIG);
      return jsonLines(at(out, 'location.sanitized.jsonl')).length;
    };
    expect(await keptBy('bare-before')).toBe(0);
    const json = JSON.parse(
      await printed(
        'fixtures',
        'consent',
        '--input',
        input,
        '--out',
        input,
        '--policy-version',
        '3',
        '--json',
      ),
    ) as { file: string };
    expect(json).toEqual({ subjects: 3, skipped: 0, file: join(input, 'privacy.consent.fixtures.jsonl') });
    expect(jsonLines(json.file)).toHaveLength(3);
    expect(await keptBy('bare-after')).toBe(3);
  });

  it('refuses a policy version and a time that are none', async () => {
    const args = ['fixtures', 'consent', '--input', INPUT, '--out', at('never.jsonl')];
    for (const wrong of [
      ['--policy-version', 'x'],
      ['--at', 'yesterday'],
    ]) {
      expect(await oboro([...args, ...wrong])).toMatchObject({ code: 64, stdout: '' });
    }
    expect(existsSync(at('never.jsonl'))).toBe(false);
  });
});

const OUT = at('imported');
const LEDGER = join(OUT, 'ledger.jsonl');

describe('vault import', () => {
  it('fixes the salts of all runs with this vault: they say so, and give equal bytes', async () => {
    writeFileSync(at('seed'), 'a seed for tests that is long enough');
    const imported = await oboro(['vault', 'import', at('seed'), '--config', IMPORTED]);
    expect(imported).toMatchObject({ code: 0, stdout: `${at('vault', 'imported')}\n` });
    expect(imported.stderr).toContain('for tests only');
    expect(filesUnder(at('vault'))).toHaveLength(1);
    expect(statSync(at('vault', 'imported', 'imported-salts.json')).mode & 0o077).toBe(0);
    for (const out of [OUT, at('imported-again')]) {
      const ended = await oboro(['run', '--input', INPUT, '--out', out, '--config', IMPORTED]);
      expect(ended).toMatchObject({ code: 0 });
      expect(ended.stderr).toContain('imported salts');
      const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as object;
      expect(manifest).toMatchObject({ vault: 'imported' });
    }
    expect(digestsOf(at('imported-again'))).toEqual(digestsOf(OUT));
  });

  it('two runs with random salts differ in every pseudonym', async () => {
    const seen = new Set<unknown>();
    let lines = 0;
    for (const out of [OUT, at('random-1'), at('random-2')]) {
      if (out !== OUT) await printed('run', '--input', INPUT, '--out', out, '--config', CONFIG);
      const pseudonyms = new Set(
        jsonLines(join(out, 'location.sanitized.jsonl')).map((line) => line['pseudonym']),
      );
      lines += pseudonyms.size;
      for (const pseudonym of pseudonyms) seen.add(pseudonym);
    }
    expect(seen.size).toBe(lines);
  });

  it('refuses a file that is too short, and one that is not there', async () => {
    writeFileSync(at('short'), 'short');
    expect(await oboro(['vault', 'import', at('short'), '--config', CONFIG])).toMatchObject({ code: 65 });
    expect(await oboro(['vault', 'import', at('nowhere'), '--config', CONFIG])).toMatchObject({ code: 66 });
    expect(existsSync(at('no-vault'))).toBe(false);
  });
});

describe.concurrent('ledger verify', () => {
  it('says that the chain holds and that every epoch was destroyed', async () => {
    const text = await printed('ledger', 'verify', LEDGER);
    expect(text).toMatch(/chain +holds/);
    expect(text).toMatch(/epochs +(\d+) born, \1 destroyed/);
    expect(text).toContain('IMPORTED');
    const json = JSON.parse(await printed('ledger', 'verify', LEDGER, '--json')) as object;
    expect(json).toMatchObject({ problems: [], finished: true, imported: true });
  });

  const lines = (): string[] => readFileSync(LEDGER, 'utf8').trimEnd().split('\n');
  const tampered: readonly (readonly [string, (all: string[]) => string[], string])[] = [
    [
      'a number changed',
      (all) => all.with(6, (all[6] ?? '').replace(/"epochStartMs":\d/, '"epochStartMs":9')),
      'line 7:',
    ],
    ['a line left out', (all) => all.toSpliced(4, 1), 'line 5:'],
    ['two lines exchanged', (all) => all.with(8, all[9] ?? '').with(9, all[8] ?? ''), 'line 9:'],
    ['a line that is none', (all) => all.with(3, '{"seq":4}'), 'line 4:'],
    ['a line said twice', (all) => all.toSpliced(5, 0, all[5] ?? ''), 'line 7:'],
    ['a line after the end', (all) => [...all, all.at(-2) ?? ''], `line `],
  ];

  it.each(tampered)('G-12 %s: exit code 65, and the line is named', async (what, change, line) => {
    const file = at(`${what}.jsonl`);
    const changed = change(lines());
    expect(changed).not.toEqual(lines());
    writeFileSync(file, `${changed.join('\n')}\n`);
    const ended = await oboro(['ledger', 'verify', file]);
    expect(ended.code).toBe(65);
    expect(ended.stdout).toMatch(/chain +BROKEN/);
    expect(ended.stdout).toContain(`fault             ${line}`);
    expect(ended.stderr).toContain('LEDGER_BROKEN');
    const json = await oboro(['ledger', 'verify', file, '--json']);
    expect(json.code).toBe(65);
    expect((JSON.parse(json.stdout) as { problems: string[] }).problems.length).toBeGreaterThan(0);
  });

  it('a ledger that is cut shows that the run has not finished', async () => {
    writeFileSync(at('cut.jsonl'), `${lines().slice(0, -5).join('\n')}\n`);
    expect(await printed('ledger', 'verify', at('cut.jsonl'))).toContain('not finished');
  });

  it('--with-state runs the inputs again and proves the contributions behind the rows', async () => {
    const args = ['--with-state', '--input', INPUT, '--config', IMPORTED];
    const text = await printed('ledger', 'verify', LEDGER, ...args);
    const found =
      /with state +(\d+) contributions in (\d+) rows, disjoint; fewest members in a row: (\d+)/.exec(text);
    expect(Number(found?.[1])).toBeGreaterThan(Number(found?.[2]));
    expect(Number(found?.[2])).toBeGreaterThan(0);
    expect(Number(found?.[3])).toBeGreaterThanOrEqual(5);
  });

  it('--with-state finds a ledger of other inputs, and refuses to do without inputs or imported salts', async () => {
    const other = smallCity(at('other'), 100, 8);
    const state = ['ledger', 'verify', LEDGER, '--with-state'];
    expect(await oboro([...state, '--input', other, '--config', IMPORTED])).toMatchObject({ code: 65 });
    expect(await oboro([...state, '--config', IMPORTED])).toMatchObject({ code: 64 });
    expect(await oboro([...state, '--input', INPUT, '--config', CONFIG])).toMatchObject({ code: 64 });
  });
});

describe('eval visits', () => {
  const FIXES = at('fixes.csv');
  const PLACES = at('places.csv');
  beforeAll(() => {
    const fixes = Array.from(
      { length: 16 },
      (_, i) => `someone,${1_715_740_000_000 + i * 120_000},35.66,139.7,8`,
    );
    fixes.push(`someone,${1_715_740_000_000 + 20 * 120_000},35.7,139.75,8`);
    writeFileSync(FIXES, ['device,ts_ms,lat,lon,accuracy_m', ...fixes, ''].join('\n'));
    writeFileSync(PLACES, 'place,lat,lon,radius_m\nshop,35.66,139.7,60\n');
  });

  it('writes the visits of the product’s own detector', async () => {
    const text = await printed('eval', 'visits', '--fixes', FIXES, '--places', PLACES, '--out', at('v.csv'));
    expect(text).toContain('1 visits from 17 fixes');
    const [head, row, ...more] = readFileSync(at('v.csv'), 'utf8').trimEnd().split('\n');
    expect([head, more]).toEqual(['device,place,start,end', []]);
    const [device, place, start, end] = (row ?? '').split(',');
    expect([device, place, start]).toEqual(['someone', 'shop', '1715740000000']);
    expect(Number(end)).toBeGreaterThanOrEqual(1_715_740_000_000 + 15 * 120_000);
    expect(Number(end)).toBeLessThan(1_715_740_000_000 + 20 * 120_000);
  });

  it('is an npm script too', () => {
    const scripts = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    expect(scripts.scripts['eval:visits']).toMatch(/bin\/oboro\.js eval visits$/);
  });

  it('refuses a duration that is none and files that are not there', async () => {
    const args = ['eval', 'visits', '--places', PLACES, '--out', at('w.csv'), '--fixes'];
    expect(await oboro([...args, FIXES, '--bridge', 'long'])).toMatchObject({ code: 64 });
    expect(await oboro([...args, at('nowhere.csv')])).toMatchObject({ code: 66 });
    expect(existsSync(at('w.csv'))).toBe(false);
  });
});

describe('demo, as npm start runs it', () => {
  it('simulates a city, runs it, shows rows, and says where the report is', async () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts['start']).toMatch(/node bin\/oboro\.js demo$/);
    const text = await printed('demo', '--members', '300', '--out', at('demo'));
    const report = /(file:\/\/\S+report\.html)/.exec(text)?.[1];
    expect(fileURLToPath(report ?? 'file:///none')).toBe(at('demo', 'report.html'));
    expect(readFileSync(at('demo', 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    expect(text).toContain('sanitized locations written');
    const manifest = JSON.parse(readFileSync(at('demo', 'result', 'manifest.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({ finished: true, vault: 'sealed' });
  });

  it('again gives the report again', async () => {
    const json = JSON.parse(
      await printed('demo', '--members', '300', '--out', at('demo'), '--json', '--quiet'),
    ) as object;
    expect(json).toMatchObject({ report: at('demo', 'report.html'), manifest: { finished: true } });
  });

  it.each(['0', 'many', '1e9'])('refuses %s members', async (members) => {
    const ended = await oboro(['demo', '--members', members, '--out', at('no-demo')]);
    expect(ended).toMatchObject({ code: 64, stdout: '' });
    expect(existsSync(at('no-demo'))).toBe(false);
  });
});
