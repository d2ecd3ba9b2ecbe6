import { hkdfSync } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ImportedVault,
  importVault,
  parseImport,
  readImported,
} from '../../../../src/adapters/vault/imported.ts';
import { nameOf } from '../../../contract/vault.ts';

const SALT = 'ab'.repeat(32);
const SEED = '0123456789abcdef0123456789abcdef';
const listed = { audience: 'nearby', epochStartMs: nameOf(0).epoch, saltHex: SALT };
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const saltsOf = async (content: Buffer, hours = [0, 1]): Promise<readonly string[]> => {
  const vault = new ImportedVault(parseImport(content, 'f'));
  const salts = await vault.hold(hours.map((hour) => nameOf(hour)));
  return salts.map((salt) => salt?.bytes.toString('hex') ?? 'none');
};

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'oboro-import-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('an import file', () => {
  it('gives the salts it lists, and the others from its seed', async () => {
    const derived = Buffer.from(
      hkdfSync(
        'sha256',
        Buffer.from(SEED, 'hex'),
        '',
        `oboro imported salt v1 nearby ${String(nameOf(1).epoch)}`,
        32,
      ),
    );
    expect(await saltsOf(json({ salts: [listed], seed: SEED }))).toEqual([SALT, derived.toString('hex')]);
  });

  it('gives every epoch a fixed salt also when it lists salts and no seed', async () => {
    const [first, second] = await saltsOf(json({ salts: [listed] }));
    expect(first).toBe(SALT);
    expect(second).toMatch(/^[0-9a-f]{64}$/u);
    expect(await saltsOf(json({ salts: [listed] }))).toEqual([first, second]);
    const other = await saltsOf(json({ salts: [{ ...listed, saltHex: 'cd'.repeat(32) }] }));
    expect(other[1]).not.toBe(second);
  });

  it.each([
    ['text', Buffer.from('correct horse battery staple\n')],
    ['binary', Buffer.from(Array.from({ length: 16 }, (_, i) => 255 - i))],
    ['JSON that is about something else', json({ other: 'sixteen bytes' })],
    ['a JSON text', json('sixteen bytes of text')],
  ])('may be anything of 16 bytes and more: %s', async (_, content) => {
    const salts = await saltsOf(content);
    expect(new Set(salts).size).toBe(2);
    expect(await saltsOf(content)).toEqual(salts);
    expect(await saltsOf(Buffer.concat([content, Buffer.from('x')]))).not.toEqual(salts);
  });

  it.each([
    ['15 bytes', Buffer.alloc(15, 65)],
    ['nothing', Buffer.alloc(0)],
    ['no salts', json({ salts: [] })],
    ['salts that are no list', json({ salts: 'abcdef0123456789' })],
    ['an unknown audience', json({ salts: [{ ...listed, audience: 'all' }] })],
    ['a salt of 15 bytes', json({ salts: [{ ...listed, saltHex: 'ab'.repeat(15) }] })],
    ['a salt that is not hex', json({ salts: [{ ...listed, saltHex: 'zz'.repeat(32) }] })],
    ['half a time', json({ salts: [{ ...listed, epochStartMs: 1.5 }] })],
    ['an unknown field', json({ salts: [{ ...listed, note: 'x' }] })],
    ['an epoch named twice', json({ salts: [listed, { ...listed, saltHex: 'cd'.repeat(32) }] })],
    ['a seed too short', json({ seed: 'abcd' })],
  ])('is refused: %s', (_, content) => {
    const parse = (): unknown => parseImport(content, 'salts.json');
    expect(parse).toThrow(expect.objectContaining({ code: 'INPUT_INVALID', exitCode: 65 }));
    expect(parse).not.toThrow(/abab|cdcd|zzzz|abcd/u);
  });
});

describe('importing', () => {
  it('stores the salts for later runs, the owner’s alone', async () => {
    const file = join(directory, 'in.json');
    await writeFile(file, json({ salts: [listed], seed: SEED }));
    const target = join(directory, 'vault');
    const imported = await importVault(file, target);
    expect(await readImported(target)).toEqual(imported);
    const [name = ''] = await readdir(target);
    expect((await stat(join(target, name))).mode & 0o777).toBe(0o600);
  });

  it('stores nothing of a file that is refused or missing', async () => {
    const file = join(directory, 'in.json');
    await writeFile(file, 'short');
    const target = join(directory, 'vault');
    await expect(importVault(file, target)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(importVault(join(directory, 'none'), target)).rejects.toMatchObject({
      code: 'INPUT_MISSING',
    });
    expect(await readImported(target)).toBeNull();
  });

  it('says so when the stored salts were damaged', async () => {
    await writeFile(join(directory, 'imported-salts.json'), '{"salts":3}');
    await expect(readImported(directory)).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
  });
});

describe('an imported vault', () => {
  it('remembers destruction for its own life only, so that a second run gives the same', async () => {
    const source = parseImport(json({ salts: [listed], seed: SEED }), 'f');
    const first = new ImportedVault(source);
    const [salt] = await first.hold([nameOf(0)]);
    expect(salt?.bytes.toString('hex')).toBe(SALT);
    await first.destroy([nameOf(0)]);
    expect(await first.hold([nameOf(0)])).toEqual([null]);
    const [again] = await new ImportedVault(source).hold([nameOf(0)]);
    expect(again?.bytes.toString('hex')).toBe(SALT);
    expect(again?.born).toBe(true);
  });
});
