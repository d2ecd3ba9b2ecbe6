/** Fixed salts for tests, imported from a file: the same input gives the same releases. Such salts are not secret. */
import { createHash, hkdfSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { OboroError } from '../../model/errors.ts';
import type { SaltName } from '../../model/identity.ts';
import { AUDIENCES } from '../../model/identity.ts';
import { epochStart } from '../../model/time.ts';
import type { HeldSalt, SaltVault } from '../../ports/salts.ts';
import { SALT_BYTES } from './commitment.ts';
import { isMissing, replaceDurably } from './durable-file.ts';
import { SaltTable } from './salt-table.ts';

const FILE = 'imported-salts.json';
const MIN_SEED_BYTES = 16;

const hexBytes = z.string().regex(/^(?:[0-9a-fA-F]{2}){16,64}$/u);
const importSchema = z
  .strictObject({
    salts: z
      .array(z.strictObject({ audience: z.enum(AUDIENCES), epochStartMs: z.int(), saltHex: hexBytes }))
      .optional(),
    seed: hexBytes.optional(),
  })
  .refine(({ seed, salts = [] }) => seed !== undefined || salts.length > 0)
  .refine(
    ({ salts = [] }) =>
      new Set(salts.map((s) => `${s.audience} ${String(s.epochStartMs)}`)).size === salts.length,
  );

/** What an import file holds: salts by name, and the seed from which all other epochs get theirs. */
export interface ImportedSalts {
  readonly seed: Buffer;
  readonly salts: readonly { readonly name: SaltName; readonly bytes: Buffer }[];
}

/**
 * Reads the content of an import file. JSON of the form `{"salts":[{"audience","epochStartMs","saltHex"}]}` and/or
 * `{"seed": hex}` is taken by its fields; anything else of at least 16 bytes is itself the seed. A file with salts and
 * no seed gets the hash of its salts as seed, so that epochs it does not list have fixed salts too.
 * Throws INPUT_INVALID.
 */
export const parseImport = (content: Buffer, file: string): ImportedSalts => {
  const json = importJson(content);
  if (json === null) {
    if (content.length < MIN_SEED_BYTES) throw invalid(file, `at least ${String(MIN_SEED_BYTES)} bytes`);
    return { seed: Buffer.from(content), salts: [] };
  }
  const parsed = importSchema.safeParse(json);
  if (!parsed.success) throw invalid(file, `a valid field ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
  const salts = (parsed.data.salts ?? []).map(({ audience, epochStartMs, saltHex }) => ({
    name: { audience, epoch: epochStart(epochStartMs) },
    bytes: Buffer.from(saltHex, 'hex'),
  }));
  const { seed } = parsed.data;
  return { seed: seed === undefined ? seedOf(salts) : Buffer.from(seed, 'hex'), salts };
};

/** Checks an import file and stores its salts in a directory. Throws INPUT_MISSING, INPUT_INVALID or OUTPUT_DENIED. */
export const importVault = async (file: string, directory: string): Promise<ImportedSalts> => {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (cause) {
    throw new OboroError('INPUT_MISSING', `the import file cannot be read: ${file}`, { cause });
  }
  const imported = parseImport(content, file);
  const stored = {
    seed: imported.seed.toString('hex'),
    salts: imported.salts.map(({ name, bytes }) => ({
      audience: name.audience,
      epochStartMs: name.epoch,
      saltHex: bytes.toString('hex'),
    })),
  };
  await replaceDurably(join(directory, FILE), `${JSON.stringify(stored)}\n`);
  return imported;
};

/** What was imported into a directory; null when nothing was. Throws STATE_CORRUPT. */
export const readImported = async (directory: string): Promise<ImportedSalts | null> => {
  const file = join(directory, FILE);
  try {
    return parseImport(await readFile(file), file);
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw new OboroError('STATE_CORRUPT', `the imported salts are not readable: ${file}`, { cause });
  }
};

/**
 * A vault of imported salts. A destroyed salt is zeroed and stays destroyed for the life of this object only, so that
 * a second run over the same input gives the same result. `born` is true once per object.
 */
export class ImportedVault implements SaltVault {
  readonly imported = true;
  readonly #table = new SaltTable();
  readonly #source: ImportedSalts;

  constructor(source: ImportedSalts) {
    this.#source = source;
  }

  hold(names: readonly SaltName[]): Promise<readonly (HeldSalt | null)[]> {
    return Promise.resolve(this.#table.hold(names, (name) => importedSalt(this.#source, name)).salts);
  }

  destroy(names: readonly SaltName[]): Promise<void> {
    this.#table.destroy(names);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#table.dropAll();
    return Promise.resolve();
  }
}

/** The salt of any name under an import. */
export const saltsOf =
  (source: ImportedSalts) =>
  (name: SaltName): Buffer =>
    importedSalt(source, name);

/** A buffer of its own each time: the vault zeroes it. */
const importedSalt = ({ seed, salts }: ImportedSalts, { audience, epoch }: SaltName): Buffer => {
  const listed = salts.find(({ name }) => name.audience === audience && name.epoch === epoch);
  if (listed !== undefined) return Buffer.from(listed.bytes);
  const label = `oboro imported salt v1 ${audience} ${String(epoch)}`;
  return Buffer.from(hkdfSync('sha256', seed, '', label, SALT_BYTES));
};

/** The file's object when it is meant as one: JSON with a field that we know. */
const importJson = (content: Buffer): object | null => {
  try {
    const json: unknown = JSON.parse(content.toString('utf8'));
    return typeof json === 'object' && json !== null && ('salts' in json || 'seed' in json) ? json : null;
  } catch {
    return null;
  }
};

const seedOf = (salts: ImportedSalts['salts']): Buffer => {
  const hash = createHash('sha256');
  for (const { name, bytes } of salts) hash.update(`${name.audience}\0${String(name.epoch)}\0`).update(bytes);
  return hash.digest();
};

const invalid = (file: string, expected: string): OboroError =>
  new OboroError('INPUT_INVALID', `not an import of salts: ${file}: expected ${expected}`);
