/** Tells whether a folder is a simulated city, to the last byte: real data is never attacked, not even by mistake. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readSync, openSync, closeSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CITY_FILE, cityDigests } from '../../../examples/city/write.ts';
import type { CityNumbers } from './city-choice.ts';
import { cityOptions } from './city-choice.ts';

/** Files that hold no data and may lie beside it. */
const BESIDE = new Set(['README.txt', CITY_FILE]);
const CHUNK_BYTES = 1 << 20;

const digestOf = (path: string): string => {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
};

const isNumbers = (value: unknown): value is CityNumbers => {
  if (typeof value !== 'object' || value === null) return false;
  const { seed, members, days, startDate } = value as Partial<Record<keyof CityNumbers, unknown>>;
  const whole = [seed, members, days].every((n) => typeof n === 'number' && Number.isSafeInteger(n) && n > 0);
  return whole && typeof startDate === 'string' && /^\d{4}-\d\d-\d\d$/.test(startDate);
};

const readNumbers = (path: string): CityNumbers | null => {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!isNumbers(value)) return null;
    const { seed, members, days, startDate } = value;
    return { seed, members, days, startDate };
  } catch {
    return null;
  }
};

export type Judged =
  { readonly ok: true; readonly numbers: CityNumbers } | { readonly ok: false; readonly why: string };

const refused = (why: string): Judged => ({ ok: false, why });

/**
 * A folder is synthetic when `city.json` says which city it is, and that city, generated again, gives the bytes of
 * every file in it. The attacks then run on the generated city, so no byte of the folder itself is ever used.
 */
export const judgeFolder = (dir: string): Judged => {
  const numbers = existsSync(dir) ? readNumbers(join(dir, CITY_FILE)) : null;
  if (numbers === null) return refused(`${CITY_FILE} of the generator is missing or damaged`);
  const digests = cityDigests(cityOptions(numbers));
  const unknown = readdirSync(dir).find((name) => !BESIDE.has(name) && digests[name] === undefined);
  if (unknown !== undefined) return refused(`${unknown} is no file of the generator`);
  for (const [name, digest] of Object.entries(digests)) {
    const path = join(dir, name);
    if (!existsSync(path) || digestOf(path) !== digest)
      return refused(`${name} is not what the generator makes`);
  }
  return { ok: true, numbers };
};
