import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended, KillStep } from '../support/cli.ts';
import { killedAt, oboro, scratchFolder, signalWhen, start, stepsNoted } from '../support/cli.ts';
import { addEarlyFaults, digestsOf, filesUnder, jsonLines, rowKeysOf, rowsOf } from '../support/inputs.ts';
import { smallCity, writeConfig } from '../support/inputs.ts';

const scratch = scratchFolder();
const at = (...parts: readonly string[]): string => join(scratch.path, ...parts);
const INPUT = at('input');
const IMPORTED = at('imported.yaml');
const RANDOM = at('random.yaml');
const REFERENCE = at('reference');
const STEPS = at('steps.txt');

const runArgs = (out: string, config = IMPORTED): readonly string[] => [
  ...['run', '--input', INPUT, '--out', out, '--config', config, '--quiet'],
];

const finish = async (out: string, config = IMPORTED): Promise<Ended> => {
  const ended = await oboro(runArgs(out, config));
  expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
  return ended;
};

/** The reference run's steps that match. */
const count = (step: RegExp): number =>
  readFileSync(STEPS, 'utf8')
    .split('\n')
    .filter((line) => step.test(line)).length;

let reference: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  smallCity(INPUT, 150);
  addEarlyFaults(INPUT);
  writeFileSync(at('seed'), 'a seed for tests that is long enough');
  // Every second batch is committed: stops and commits then fall on different batches.
  writeConfig(IMPORTED, { vault: at('vault'), commitEvery: 3_000 });
  writeConfig(RANDOM, { vault: at('no-vault'), commitEvery: 3_000 });
  await oboro(['vault', 'import', at('seed'), '--config', IMPORTED]);
  const ended = await oboro(runArgs(REFERENCE), { env: stepsNoted(REFERENCE, STEPS) });
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  reference = digestsOf(REFERENCE);
});

afterAll(scratch.remove);

describe('the run that others are compared with', () => {
  it('releases rows, has faults from before its first position, and commits more than once', async () => {
    expect((await rowsOf(REFERENCE, 'visits')).filter((row) => row['status'] === 'RELEASED')).not.toEqual([]);
    const reasons = jsonLines(join(REFERENCE, 'dead-letter.jsonl')).map(({ topic }) => topic);
    expect(reasons).toEqual(expect.arrayContaining(['privacy.consent', 'ref.stores', 'raw.device']));
    expect(count(/^rename checkpoint/)).toBeGreaterThanOrEqual(4);
    expect(count(/^rename .*parquet/)).toBeGreaterThanOrEqual(5);
  });
});

interface KillPoint extends KillStep {
  readonly when: string;
  /** The last of the matching steps. */
  readonly last?: true;
}

const KILL_POINTS: readonly KillPoint[] = [
  { when: 'the lock is made and still empty', step: /^writeFile lock/ },
  { when: 'the spool is half written', step: /^write input-\d+.spool/, nth: 2 },
  { when: 'the spool is whole and its index not in its place', step: /^rename .*spool-index/ },
  { when: 'the first state is half written', step: /^writeFile checkpoint/, torn: true },
  { when: 'the first state is not in its place', step: /^rename checkpoint/ },
  { when: 'the first state is saved and no output is open', step: /^open.* location/ },
  { when: 'the outputs are open and empty', step: /^truncate ledger/ },
  { when: 'the first table is written and not in its place', step: /^rename .*parquet/ },
  { when: 'tables are out and no line is', step: /^appendFile location/ },
  { when: 'locations are half written', step: /^appendFile location/, torn: true },
  { when: 'the ledger does not know the tables yet', step: /^appendFile ledger/ },
  { when: 'the ledger is ahead of the saved state', step: /^open.* checkpoint/, nth: 2 },
  { when: 'the second state is half written', step: /^writeFile checkpoint/, nth: 2, torn: true },
  { when: 'the second state is not in its place', step: /^rename checkpoint/, nth: 2 },
  { when: 'the last state is not in its place', step: /^rename checkpoint/, last: true },
  { when: 'the last state is saved and the ledger is not ended', step: /^appendFile ledger/, last: true },
  { when: 'the end of the ledger is half written', step: /^appendFile ledger/, last: true, torn: true },
  { when: 'no manifest is in its place', step: /^rename manifest/ },
  { when: 'the run’s own manifest is not in its place', step: /^rename manifest/, last: true },
  { when: 'all is written and the state is still there', step: /^rm checkpoint/ },
  { when: 'only the hidden folder is left', step: /^rm .oboro/ },
];

describe.concurrent('killed with SIGKILL when', () => {
  it.each(KILL_POINTS)('$when: the same run again gives the same bytes', async (point) => {
    const out = at(`killed-${KILL_POINTS.indexOf(point)}`);
    const nth = point.last === true ? count(point.step) : point.nth;
    const killed = await oboro(runArgs(out), { env: killedAt(out, { ...point, nth: nth ?? 1 }) });
    expect(killed.signal, killed.stderr).toBe('SIGKILL');
    await finish(out);
    expect(digestsOf(out)).toEqual(reference);
  });

  it('it goes on, again and again: the bytes are the same in the end', async () => {
    const out = at('killed-often');
    let kills = 0;
    for (let steps = 12; ; steps += 12) {
      const killed = await oboro(runArgs(out), { env: killedAt(out, { step: /./, nth: steps }) });
      if (killed.signal === null) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThanOrEqual(3);
    await finish(out);
    expect(digestsOf(out)).toEqual(reference);
  });
});

const MOMENTS: readonly (readonly [string, (out: string) => () => boolean])[] = [
  ['the spool’s index appears', (out) => () => filesUnder(out).some((name) => name.endsWith('.spool-index'))],
  ['the saved state is replaced', (out) => replaced(join(out, '.oboro', 'checkpoint'))],
  ['the ledger grows beyond 1,000 bytes', (out) => () => sizeOf(join(out, 'ledger.jsonl')) > 1_000],
  ['the first table appears', (out) => () => filesUnder(out).some((name) => name.endsWith('.parquet'))],
];

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

/** True once the file was there and became another. */
const replaced = (path: string): (() => boolean) => {
  let first: bigint | null = null;
  return () => {
    const now = existsSync(path) ? statSync(path, { bigint: true }).mtimeNs : null;
    first ??= now;
    return now !== first;
  };
};

/** Births without a death. */
const alive = (out: string): readonly string[] => {
  const named = (type: string): readonly string[] =>
    jsonLines(join(out, 'ledger.jsonl'))
      .map(({ entry }) => entry as Readonly<Record<string, unknown>>)
      .filter((entry) => entry['type'] === type)
      .map((entry) => `${String(entry['audience'])} ${String(entry['epochStartMs'])}`);
  const dead = new Set(named('epoch_destroyed'));
  expect(dead.size).toBeGreaterThan(20);
  return named('epoch_born').filter((name) => !dead.has(name));
};

/** What must come out whatever the salts: every salt is dead, the ledger holds, and no contribution was lost or doubled. */
const holds = async (out: string): Promise<void> => {
  const verified = await oboro(['ledger', 'verify', join(out, 'ledger.jsonl'), '--json']);
  expect(verified, verified.stdout).toMatchObject({ code: 0 });
  expect(JSON.parse(verified.stdout)).toMatchObject({ problems: [], finished: true, imported: false });
  expect(alive(out)).toEqual([]);
  expect(filesUnder(out).filter((name) => name.startsWith('.oboro'))).toEqual([]);
  expect(await rowKeysOf(out, 'visits')).toEqual(await rowKeysOf(REFERENCE, 'visits'));
  expect(jsonLines(join(out, 'location.sanitized.jsonl'))).toHaveLength(
    jsonLines(join(REFERENCE, 'location.sanitized.jsonl')).length,
  );
};

const VAULT_POINTS: readonly KillPoint[] = [
  { when: 'the first salts are not in the vault yet', step: /^rename salts/ },
  { when: 'salts are born and no state needs them yet', step: /^rename .*parquet/ },
  { when: 'the outputs are ahead of the saved state', step: /^open.* checkpoint/, nth: 2 },
  { when: 'the state is saved and the salts are not destroyed yet', step: /^open.* salts.*new/, nth: 3 },
  { when: 'a destruction is half written', step: /^writeFile salts/, nth: 3, torn: true },
  { when: 'the salts are destroyed and the ledger does not say so', step: /^appendFile ledger/, nth: 2 },
];

describe.concurrent('G-07 with random salts, killed when', () => {
  it.each(MOMENTS)('%s: the same run again finishes and every salt is destroyed', async (name, moment) => {
    const out = at(`random-${MOMENTS.findIndex(([other]) => other === name)}`);
    const running = start(runArgs(out, RANDOM));
    const killed = await signalWhen(running, moment(out), 'SIGKILL');
    expect(killed.signal).toBe('SIGKILL');
    await finish(out, RANDOM);
    await holds(out);
  });

  it.each(VAULT_POINTS)('$when: the same run again finishes and every salt is destroyed', async (point) => {
    const out = at(`vault-${VAULT_POINTS.indexOf(point)}`);
    const killed = await oboro(runArgs(out, RANDOM), { env: killedAt(out, point) });
    expect(killed.signal, killed.stderr).toBe('SIGKILL');
    await finish(out, RANDOM);
    await holds(out);
  });
});

const STOPS: readonly KillPoint[] = [
  { when: 'inputs are looked through', step: /^mkdir spool/ },
  { when: 'an input is sorted', step: /^write input-\d+.spool/, nth: 2 },
  { when: 'the first batch is taken', step: /^truncate ledger/ },
  { when: 'a state is saved', step: /^rename checkpoint/, nth: 2 },
];

describe.concurrent('SIGTERM while', () => {
  it.each(STOPS)('$when: a clean stop, and the same run again gives the same bytes', async (point) => {
    const out = at(`stopped-${STOPS.indexOf(point)}`);
    const env = killedAt(out, { ...point, signal: 'SIGTERM' });
    const stopped = await oboro(runArgs(out), { env });
    expect(stopped, stopped.stderr).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(stopped.stdout).toMatch(/^Stopped after [\d,]+ lines\. Run the same command again/);
    expect(existsSync(join(out, 'manifest.json'))).toBe(false);
    await finish(out);
    expect(digestsOf(out)).toEqual(reference);
  });
});

describe('lines shuffled within the lateness', () => {
  it('give the same tables, byte for byte', async () => {
    const [straight, shuffled] = [at('straight'), at('shuffled')];
    const gps = join(INPUT, 'raw.gps.jsonl');
    const original = `${gps}.original`;
    renameSync(gps, original);
    try {
      const lines = readable(readFileSync(original, 'utf8'));
      writeFileSync(
        gps,
        byTime(lines, () => 0),
      );
      await finish(straight);
      // Each line moves by less than half the lateness: no two neighbours end further apart than the lateness.
      writeFileSync(
        gps,
        byTime(lines, (i) => ((i * 7_919) % 149) * 1_000),
      );
      expect(readFileSync(gps, 'utf8')).not.toBe(byTime(lines, () => 0));
      await finish(shuffled);
    } finally {
      renameSync(original, gps);
    }
    const inputs = (out: string) =>
      JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { inputs: readonly object[] };
    expect(inputs(shuffled).inputs[0]).toMatchObject({ name: 'raw.gps.jsonl', sortedOnDisk: false });
    const tables = (out: string) =>
      Object.entries(digestsOf(join(out, 'tables'))).filter(([name]) => name.endsWith('.parquet'));
    expect(tables(straight).length).toBeGreaterThan(5);
    expect(tables(shuffled)).toEqual(tables(straight));
  });
});

interface TimedLine {
  readonly line: string;
  readonly atMs: number;
}

const readable = (text: string): readonly TimedLine[] =>
  text.split('\n').flatMap((line) => {
    const found = /"atMs":(17\d{11})/.exec(line);
    return found === null ? [] : [{ line, atMs: Number(found[1]) }];
  });

/** Lines by event time plus a delay of their own. */
const byTime = (lines: readonly TimedLine[], delayMs: (i: number) => number): string =>
  lines
    .map(({ line, atMs }, i) => ({ line, key: atMs + delayMs(i) }))
    .sort((a, b) => a.key - b.key)
    .map(({ line }) => `${line}\n`)
    .join('');
