/** The stored form of a vault: open salts, wrapped when a key is configured, and the destroyed epochs by name. */
import { z } from 'zod';
import { OboroError } from '../../model/errors.ts';
import type { SaltName } from '../../model/identity.ts';
import { AUDIENCES } from '../../model/identity.ts';
import { epochStart } from '../../model/time.ts';
import type { Randomness } from '../../ports/clock.ts';
import { commitmentOf } from './commitment.ts';
import { SaltTable } from './salt-table.ts';
import type { Wrapper } from './wrap.ts';
import { WRAP_IV_BYTES } from './wrap.ts';

const FORMAT = 'oboro vault';

const hex256 = z.string().regex(/^[0-9a-f]{64}$/u);
const run = z.tuple([z.int(), z.int().nonnegative(), z.int().positive()]);
const vaultSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  /** Null when the salts are not wrapped. */
  keyCheck: hex256.nullable(),
  salts: z.array(
    z.strictObject({ audience: z.enum(AUDIENCES), epoch: z.int(), commitment: hex256, salt: z.base64() }),
  ),
  destroyed: z.strictObject({ statistics: z.array(run), nearby: z.array(run), fraud: z.array(run) }),
});
type StoredSalt = z.infer<typeof vaultSchema>['salts'][number];

export interface VaultKeys {
  readonly file: string;
  /** Null stores the salts in the clear. */
  readonly wrapper: Wrapper | null;
}

/** What was read, and whether it is stored as the configuration now asks. */
export interface ReadVault {
  readonly table: SaltTable;
  /** False when the file is in the clear although a key is configured: it must be written again. */
  readonly isWrappedAsAsked: boolean;
}

/**
 * Reads the stored form. Throws STATE_CORRUPT when it is not one, VAULT_KEY when it is wrapped under another key or
 * none is configured, VAULT_COMMITMENT when a salt is not the one that was committed to.
 */
export const decodeVault = (text: string, { file, wrapper }: VaultKeys): ReadVault => {
  const stored = parseStored(text, file);
  const opener = openerFor(stored.keyCheck, { file, wrapper });
  const table = new SaltTable(stored.destroyed);
  for (const salt of stored.salts) {
    const name: SaltName = { audience: salt.audience, epoch: epochStart(salt.epoch) };
    const bytes =
      opener === null ? Buffer.from(salt.salt, 'base64') : opener.unwrap(salt.salt, boundOf(salt));
    if (commitmentOf(name, bytes) !== salt.commitment) throw broken(name, file);
    table.put(name, bytes);
  }
  return { table, isWrappedAsAsked: (opener === null) === (wrapper === null) };
};

/** The stored form of a table; every salt is wrapped under a fresh random iv. */
export const encodeVault = (table: SaltTable, wrapper: Wrapper | null, randomness: Randomness): string => {
  const salts = table.all().map(({ name, bytes, commitment }) => {
    const named = { audience: name.audience, epoch: name.epoch, commitment };
    const salt =
      wrapper === null
        ? bytes.toString('base64')
        : wrapper.wrap(bytes, boundOf(named), randomness.bytes(WRAP_IV_BYTES));
    return { ...named, salt };
  });
  const keyCheck = wrapper?.check ?? null;
  return `${JSON.stringify({ format: FORMAT, version: 1, keyCheck, salts, destroyed: table.destroyed.runs() })}\n`;
};

const parseStored = (text: string, file: string): z.infer<typeof vaultSchema> => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new OboroError('STATE_CORRUPT', `the vault is not readable: ${file}: expected JSON`);
  }
  const parsed = vaultSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new OboroError('STATE_CORRUPT', `the vault is not readable: ${file}: field ${field}`);
};

const openerFor = (keyCheck: string | null, { file, wrapper }: VaultKeys): Wrapper | null => {
  if (keyCheck === null) return null;
  if (wrapper === null)
    throw new OboroError('VAULT_KEY', `the vault is wrapped and no key is configured: ${file}`);
  if (!wrapper.matches(keyCheck)) {
    throw new OboroError(
      'VAULT_KEY',
      `the vault is wrapped under another key than the configured one: ${file}`,
    );
  }
  return wrapper;
};

const boundOf = ({ audience, epoch, commitment }: Omit<StoredSalt, 'salt'>): string =>
  `${audience}\0${String(epoch)}\0${commitment}`;

const broken = ({ audience, epoch }: SaltName, file: string): OboroError =>
  new OboroError(
    'VAULT_COMMITMENT',
    `the ${audience} salt of epoch ${String(epoch)} is not the one committed to at its birth: ${file}`,
    { hint: 'Restore the vault as it was; a lost salt is never replaced inside its epoch.' },
  );
