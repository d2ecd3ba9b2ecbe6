import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killedAt, oboro, scratchFolder } from '../support/cli.ts';
import { filesUnder, smallCity, writeConfig } from '../support/inputs.ts';
import { Canaries } from './canaries.ts';

const scratch = scratchFolder();
const INPUT = join(scratch.path, 'input');
const OUT = join(scratch.path, 'out');
const CONFIG = join(scratch.path, 'config.yaml');
const canaries = new Canaries();

const RUN = ['run', '--input', INPUT, '--out', OUT, '--config', CONFIG];

/** Reads the lines by patterns, not by the product's decoders: broken lines count too. */
const plantFrom = (text: string): void => {
  const each = (pattern: RegExp, take: (value: string) => void): void => {
    for (const value of new Set([...text.matchAll(pattern)].map(([, found]) => found ?? ''))) take(value);
  };
  each(/"memberId":"([^"]+)"/g, (id) => canaries.identifier('member id', id));
  each(/"deviceId":"([^"]+)"/g, (id) => canaries.identifier('device id', id));
  each(/"cookieId":"([^"]+)"/g, (id) => canaries.identifier('cookie id', id));
  each(/"(?:lat|lng)":"?(-?\d+\.\d+)/g, (value) => canaries.coordinate('coordinate', value));
  each(/(\d+\.\d+\.\d+\.\d+) - - \[/g, (ip) => canaries.identifier('address', ip));
  each(/"ip":"([^"]+)"/g, (ip) => canaries.identifier('address', ip));
  each(/((?:Mozilla|Opera|Dalvik|curl|okhttp)\/[^"\\]+)/g, (agent) => canaries.identifier('agent', agent));
};

beforeAll(() => {
  smallCity(INPUT, 150);
  for (const name of readdirSync(INPUT).filter((file) => !file.startsWith('ref.stores'))) {
    plantFrom(readFileSync(join(INPUT, name), 'utf8'));
  }
  writeConfig(CONFIG, { vault: join(scratch.path, 'no-vault'), commitEvery: 1 });
});

afterAll(scratch.remove);

describe('the search', () => {
  it('knows many canaries of every kind and finds each kind in the inputs', async () => {
    expect(canaries.size).toBeGreaterThan(10_000);
    const found = (await canaries.foundUnder(INPUT)).join('\n');
    for (const kind of ['member id', 'device id', 'cookie id', 'coordinate', 'address', 'agent']) {
      expect(found).toContain(kind);
    }
  });

  it('finds numbers, UTF-16 and bare hashes, wherever they start', () => {
    const some = new Canaries();
    some.identifier('id', 'M12345678');
    some.coordinate('place', '139.701234');
    const number = Buffer.alloc(8);
    number.writeDoubleLE(139.701234);
    const planted = (bytes: Buffer) =>
      some.foundIn(Buffer.concat([Buffer.from('abc'), bytes, Buffer.from('.')]));
    expect(planted(number)).toEqual(['place as a number']);
    expect(planted(Buffer.from('139.7012349'))).toEqual(['place']);
    expect(planted(Buffer.from('M12345678', 'utf16le'))).toEqual(['id in UTF-16']);
    const hash = createHash('sha256').update('M12345678');
    expect(planted(Buffer.from(hash.digest('hex')))).toEqual(['id under bare sha256']);
    expect(planted(Buffer.from('M1234567'))).toEqual([]);
  });
});

describe('a search for identifiers, exact positions, addresses and agents', () => {
  it('G-15 finds nothing while the run is stopped: in outputs, saved state, spool and vault', async () => {
    const env = killedAt(OUT, { step: /^truncate ledger/, signal: 'SIGTERM' });
    const stopped = await oboro(RUN, { env });
    expect(stopped, stopped.stderr).toMatchObject({ code: 0 });
    expect(stopped.stdout).toContain('Stopped after');
    const files = filesUnder(OUT);
    expect(files).toEqual(expect.arrayContaining(['.oboro/checkpoint', '.oboro/run.key']));
    expect(files.some((name) => name.startsWith('.oboro/vault/'))).toBe(true);
    expect(files.some((name) => name.endsWith('.spool'))).toBe(true);
    expect(await canaries.foundUnder(OUT)).toEqual([]);
    expect(canaries.foundIn(Buffer.from(stopped.stdout + stopped.stderr))).toEqual([]);
  });

  it('G-15 finds nothing in what a kill leaves behind', async () => {
    const killed = await oboro(RUN, { env: killedAt(OUT, { step: /^rename checkpoint/, nth: 2 }) });
    expect(killed.signal).toBe('SIGKILL');
    expect(await canaries.foundUnder(OUT)).toEqual([]);
    expect(canaries.foundIn(Buffer.from(killed.stdout + killed.stderr))).toEqual([]);
  });

  it('G-15 finds nothing when the run is finished, nor in what it says; and the hidden folder is gone', async () => {
    const finished = await oboro(RUN);
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
    expect(filesUnder(OUT).filter((name) => name.endsWith('.parquet')).length).toBeGreaterThan(5);
    expect(await canaries.foundUnder(OUT)).toEqual([]);
    expect(canaries.foundIn(Buffer.from(finished.stdout + finished.stderr))).toEqual([]);
    expect(existsSync(join(OUT, '.oboro'))).toBe(false);
  });

  it('G-15 finds nothing in what --json prints or the ledger’s verifier says', async () => {
    const said = [
      await oboro([...RUN, '--json']),
      await oboro(['ledger', 'verify', join(OUT, 'ledger.jsonl')]),
    ];
    for (const { code, stdout, stderr } of said) {
      expect(code).toBe(0);
      expect(canaries.foundIn(Buffer.from(stdout + stderr))).toEqual([]);
    }
  });
});
