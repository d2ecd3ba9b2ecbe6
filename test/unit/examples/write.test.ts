/** The folder that the simulated city is written to. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cityDigests, writeCity } from '../../../examples/city/write.ts';
import { inputFile } from '../../../src/adapters/files/discover.ts';
import { CITY_FOLDER, optionsFor } from './small-city.ts';

const root = mkdtempSync(join(tmpdir(), 'oboro-city-'));
afterAll(() => rmSync(root, { recursive: true }));

const write = (name: string, seed: number): { dir: string; lines: Readonly<Record<string, number>> } => {
  const dir = join(root, name);
  return { dir, lines: writeCity(dir, optionsFor(80, { seed, days: 2 })) };
};

const first = write('first', 3);
const names = readdirSync(first.dir).sort();

describe('writeCity', () => {
  test('writes inputs by the names that a run looks for, and a README', () => {
    expect(names).toEqual([
      'README.txt',
      'city.json',
      'privacy.consent.jsonl',
      'privacy.erasure.jsonl',
      'raw.access-log.jsonl',
      'raw.device.jsonl',
      'raw.gps.jsonl',
      'ref.stores.csv',
      'ref.stores.sensitive.jsonl',
      'web.log',
    ]);
    expect(names.filter((name) => inputFile(name) === null)).toEqual(['README.txt', 'city.json']);
    expect(readFileSync(join(first.dir, 'README.txt'), 'utf8')).toMatch(/people.*are SIMULATED/);
  });

  test('equal options give equal bytes, another seed others', () => {
    const [again, other] = [write('again', 3), write('other', 4)];
    for (const name of names) {
      const bytes = readFileSync(join(first.dir, name));
      expect(bytes.equals(readFileSync(join(again.dir, name))), name).toBe(true);
    }
    expect(readFileSync(join(other.dir, 'raw.gps.jsonl'), 'utf8')).not.toBe(
      readFileSync(join(first.dir, 'raw.gps.jsonl'), 'utf8'),
    );
  });

  test('says which city it is, and the digests of that city are those of its files', () => {
    const said: unknown = JSON.parse(readFileSync(join(first.dir, 'city.json'), 'utf8'));
    const options = optionsFor(80, { seed: 3, days: 2 });
    const { seed, members, days, startDate } = options;
    expect(said).toEqual({ generator: 'oboro examples/city', seed, members, days, startDate });
    const digests = cityDigests(options);
    expect(Object.keys(digests).sort()).toEqual(
      names.filter((name) => !['README.txt', 'city.json'].includes(name)),
    );
    for (const [name, digest] of Object.entries(digests)) {
      const bytes = readFileSync(join(first.dir, name));
      expect(createHash('sha256').update(bytes).digest('hex'), name).toBe(digest);
    }
  });

  test('counts the lines it wrote', () => {
    for (const [name, count] of Object.entries(first.lines)) {
      const text = readFileSync(join(first.dir, name), 'utf8');
      expect(text === '' ? 0 : text.trimEnd().split('\n').length, name).toBe(count);
    }
    expect(first.lines['raw.gps.jsonl']).toBeGreaterThan(8_000);
  });

  test('gives the stores back as they were read', () => {
    for (const [written, read] of [
      ['ref.stores.csv', 'stores.csv'],
      ['ref.stores.sensitive.jsonl', 'sensitive.jsonl'],
    ] as const) {
      expect(readFileSync(join(first.dir, written), 'utf8')).toBe(
        readFileSync(join(CITY_FOLDER, read), 'utf8'),
      );
    }
  });
});
