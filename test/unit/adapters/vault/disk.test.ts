import { randomBytes } from 'node:crypto';
import { link, mkdir, mkdtemp, readFile, readdir, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDiskVault } from '../../../../src/adapters/vault/disk.ts';
import { readKeyFile } from '../../../../src/adapters/vault/wrap.ts';
import type { SaltVault } from '../../../../src/ports/salts.ts';
import { nameOf } from '../../../contract/vault.ts';

const KEY = randomBytes(32);
let directory = '';
let parent = '';
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'oboro-vault-'));
  directory = join(parent, 'vault');
});
afterEach(() => rm(parent, { recursive: true }));

const file = (): string => join(directory, 'salts.json');
/** Remembers every salt it made, so that a test can look for its bytes. */
const recording = () => {
  const made: Buffer[] = [];
  const bytes = (length: number): Buffer => {
    const drawn = randomBytes(length);
    if (length === 32) made.push(Buffer.from(drawn));
    return drawn;
  };
  return { made, bytes };
};
const open = (key: Buffer | null = null, randomness = recording()): Promise<SaltVault> =>
  openDiskVault({ directory, key, randomness });

/** The forms in which bytes could stand in a file; base64 depends on where in a group of three they begin. */
const formsOf = (salt: Buffer): readonly (Buffer | string)[] => [
  salt,
  salt.toString('hex'),
  ...[0, 1, 2].map((skip) => salt.subarray(skip, 30).toString('base64').slice(0, 36)),
];
const contains = async (salt: Buffer): Promise<boolean> => {
  for (const name of await readdir(directory)) {
    const content = await readFile(join(directory, name));
    if (formsOf(salt).some((form) => content.includes(form))) return true;
  }
  return false;
};

describe('the file', () => {
  it('is the owner’s alone, and the only one in the directory', async () => {
    const vault = await open();
    await vault.hold([nameOf(0)]);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(await readdir(directory)).toEqual(['salts.json']);
    await vault.close();
  });

  it('is written once for many new salts, and not at all for known ones', async () => {
    const vault = await open();
    await vault.hold(Array.from({ length: 50 }, (_, hour) => nameOf(hour)));
    const { ino } = await stat(file());
    await vault.hold([nameOf(3), nameOf(49)]);
    await vault.destroy([]);
    expect((await stat(file())).ino).toBe(ino);
    await vault.hold([nameOf(51), nameOf(52)]);
    expect((await stat(file())).ino).not.toBe(ino);
    await vault.close();
  });

  it('stays small over years of destroyed hours', async () => {
    const vault = await open();
    await vault.destroy(Array.from({ length: 24 * 365 * 3 }, (_, hour) => nameOf(hour)));
    expect((await stat(file())).size).toBeLessThan(300);
    await vault.close();
    expect(await (await open()).hold([nameOf(24 * 365 * 3 - 1)])).toEqual([null]);
  });
});

describe('G-07 destruction', () => {
  it.each([
    ['in the clear', null],
    ['wrapped', KEY],
  ])('leaves no byte of the salt in any file (%s)', async (_, key) => {
    const randomness = recording();
    const vault = await open(key, randomness);
    await vault.hold([nameOf(0), nameOf(1)]);
    const [dying, living] = randomness.made;
    if (dying === undefined || living === undefined) throw new Error('no salts made');
    // The control: the search finds a salt that is there.
    expect(await contains(dying)).toBe(key === null);
    await vault.destroy([nameOf(0)]);
    expect(await contains(dying)).toBe(false);
    expect(await contains(living)).toBe(key === null);
    await vault.close();
  });

  it('overwrites the content that it replaces', async () => {
    const randomness = recording();
    const vault = await open(null, randomness);
    await vault.hold([nameOf(0)]);
    // A second name for the same content shows what becomes of it when the first is gone.
    await link(file(), join(parent, 'old'));
    const before = await readFile(join(parent, 'old'));
    await vault.destroy([nameOf(0)]);
    expect(await readFile(join(parent, 'old'))).toEqual(Buffer.alloc(before.length));
    await vault.close();
  });

  it('wipes what a crash while writing left behind', async () => {
    const vault = await open();
    await vault.hold([nameOf(0)]);
    await vault.close();
    await writeFile(`${file()}.new`, 'half a file');
    await (await open()).close();
    expect(await readdir(directory)).toEqual(['salts.json']);
  });
});

describe('wrapping', () => {
  it('keeps every salt unreadable without the key', async () => {
    const randomness = recording();
    const vault = await open(KEY, randomness);
    await vault.hold([nameOf(0), nameOf(1)]);
    for (const salt of randomness.made) expect(await contains(salt)).toBe(false);
    await vault.close();
  });

  it.each([
    ['another key', KEY, randomBytes(32)],
    ['no key', KEY, null],
  ])('refuses %s', async (_, first, second) => {
    await (await open(first)).hold([nameOf(0)]);
    await expect(open(second)).rejects.toMatchObject({ code: 'VAULT_KEY' });
  });

  it('refuses another key also when all salts are destroyed', async () => {
    const vault = await open(KEY);
    await vault.destroy([nameOf(0)]);
    await expect(open(randomBytes(32))).rejects.toMatchObject({ code: 'VAULT_KEY' });
  });

  it('wraps a vault that was in the clear when a key is configured', async () => {
    const randomness = recording();
    await (await open(null, randomness)).hold([nameOf(0)]);
    const [salt] = randomness.made;
    if (salt === undefined) throw new Error('no salt made');
    const vault = await open(KEY);
    const [held] = await vault.hold([nameOf(0)]);
    expect(held?.bytes).toEqual(salt);
    expect(await contains(salt)).toBe(false);
    await vault.close();
  });

  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7));
  const forms: readonly (readonly [string, Buffer | string])[] = [
    ['raw bytes', key],
    ['hex', key.toString('hex')],
    ['hex with a line end', `${key.toString('hex').toUpperCase()}\n`],
    ['base64', `${key.toString('base64')}\n`],
    ['base64url', key.toString('base64url')],
  ];
  it.each(forms)('reads a key file of %s', async (_, content) => {
    await writeFile(join(parent, 'key'), content);
    expect(await readKeyFile(join(parent, 'key'))).toEqual(key);
  });

  it.each([
    ['31 bytes', key.subarray(1)],
    ['a short text', 'secret'],
    ['nothing', ''],
  ])('refuses a key file of %s', async (_, content) => {
    await writeFile(join(parent, 'key'), content);
    await expect(readKeyFile(join(parent, 'key'))).rejects.toMatchObject({ code: 'VAULT_KEY' });
  });

  it('refuses a key file that is not there, and a key of the wrong length', async () => {
    await expect(readKeyFile(join(parent, 'none'))).rejects.toMatchObject({ code: 'VAULT_KEY' });
    await expect(open(Buffer.alloc(16))).rejects.toMatchObject({ code: 'VAULT_KEY' });
  });
});

describe('a damaged vault', () => {
  interface Stored {
    salts: { epoch: number; commitment: string; salt: string }[];
    [other: string]: unknown;
  }
  const tamper = async (key: Buffer | null, change: (stored: Stored) => void): Promise<void> => {
    await (await open(key)).hold([nameOf(0), nameOf(1)]);
    const stored = JSON.parse(await readFile(file(), 'utf8')) as Stored;
    change(stored);
    await writeFile(file(), JSON.stringify(stored));
  };

  it('G-07 is refused when a salt is not the one committed to', async () => {
    await tamper(null, ({ salts }) => {
      const [first, second] = salts;
      if (first === undefined || second === undefined) return;
      [first.salt, second.salt] = [second.salt, first.salt];
    });
    await expect(open()).rejects.toMatchObject({ code: 'VAULT_COMMITMENT', exitCode: 77 });
  });

  it('is refused when wrapped salts were exchanged or changed', async () => {
    await tamper(KEY, ({ salts }) => {
      const [first, second] = salts;
      if (first === undefined || second === undefined) return;
      [first.salt, second.salt] = [second.salt, first.salt];
    });
    await expect(open(KEY)).rejects.toMatchObject({ code: 'VAULT_KEY' });
  });

  it.each([
    ['not JSON', (): string => '{"format":'],
    ['another format', (): string => '{"format":"else"}'],
    ['an unknown field', (text: string): string => text.replace('{', '{"more":1,')],
    ['an unknown audience', (text: string): string => text.replace('"nearby"', '"nobody"')],
  ])('is refused when it is %s, without a word of its content', async (_, change) => {
    await (await open()).hold([nameOf(0)]);
    const text = await readFile(file(), 'utf8');
    await writeFile(file(), change(text));
    await expect(open()).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
    const salt = (JSON.parse(text) as Stored).salts[0]?.salt ?? '';
    await expect(open()).rejects.not.toThrow(salt);
  });
});

describe('a vault that cannot be written', () => {
  it('gives no salt that is not durable, and makes up for it later', async () => {
    const randomness = recording();
    const vault = await open(null, randomness);
    await vault.hold([nameOf(0)]);
    await mkdir(`${file()}.new`);
    await expect(vault.hold([nameOf(1)])).rejects.toMatchObject({ code: 'OUTPUT_DENIED', exitCode: 73 });
    await expect(vault.destroy([nameOf(0)])).rejects.toMatchObject({ code: 'OUTPUT_DENIED' });
    expect(await contains(randomness.made[0] ?? Buffer.alloc(32))).toBe(true);
    await rmdir(`${file()}.new`);
    await vault.destroy([nameOf(0)]);
    expect(await contains(randomness.made[0] ?? Buffer.alloc(32))).toBe(false);
    expect(await vault.hold([nameOf(0), nameOf(1)])).toMatchObject([null, { born: true }]);
    await vault.close();
  });

  it('says so when its directory cannot be one', async () => {
    await writeFile(directory, '');
    const opening = openDiskVault({
      directory: join(directory, 'below'),
      key: null,
      randomness: recording(),
    });
    await expect(opening).rejects.toMatchObject({ code: 'OUTPUT_DENIED' });
  });
});
