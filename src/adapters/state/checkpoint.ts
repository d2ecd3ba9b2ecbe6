/** The saved state of an embedded run: one file, replaced whole, whose personal parts are sealed epoch by epoch. */
import { open, readFile, rename } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import type { KeyOf } from '../../flow/keys.ts';
import { OboroError } from '../../model/errors.ts';
import type { SaltName } from '../../model/identity.ts';
import type { Randomness } from '../../ports/clock.ts';
import { seal, unseal } from './seal.ts';

/** Changes with every change of any state's shape: an older file is refused, not guessed at. */
const FORMAT = 'oboro checkpoint 5';

/** States of one fold in one epoch. */
export interface EpochPart {
  readonly node: string;
  readonly salt: SaltName;
}

/** What a checkpoint consists of: a part that names nobody, and one sealed part per fold and epoch. */
export interface Checkpoint {
  readonly open: unknown;
  readonly parts: readonly EpochPart[];
}

interface Stored {
  readonly format: string;
  readonly open: unknown;
  readonly salts: readonly SaltName[];
  readonly sealed: readonly { readonly salt: SaltName; readonly bytes: Buffer }[];
}

/** Saves under a temporary name, makes it durable, renames. Salts of the parts must be held. */
export const saveCheckpoint = async (
  path: string,
  { open: plain, parts }: Checkpoint,
  means: { readonly keyOf: KeyOf; readonly randomness: Randomness },
): Promise<number> => {
  const sealed = parts.map((part) => ({
    salt: part.salt,
    bytes: seal(stateKey(means.keyOf, part.salt), serialize(part), means.randomness),
  }));
  const stored: Stored = { format: FORMAT, open: plain, salts: parts.map((part) => part.salt), sealed };
  const bytes = serialize(stored);
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  return bytes.length;
};

/** A checkpoint as read from disk, its parts still sealed. */
export interface SealedCheckpoint<Open> {
  readonly open: Open;
  /** Salts that must be held before `unsealParts`. */
  readonly salts: readonly SaltName[];
  readonly sealed: Stored['sealed'];
}

/** Null when there is none. Throws STATE_CORRUPT when the file is none of ours or of another version. */
export const readCheckpoint = async <Open>(path: string): Promise<SealedCheckpoint<Open> | null> => {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new OboroError('STATE_CORRUPT', 'the saved state cannot be read', { cause });
  }
  const stored = parse(bytes);
  if (stored.format !== FORMAT) {
    throw new OboroError('STATE_CORRUPT', 'the saved state was written by another version of oboro', {
      hint: 'Finish the run with the version that began it, or start again with an empty --out directory.',
    });
  }
  return { open: stored.open as Open, salts: stored.salts, sealed: stored.sealed };
};

const parse = (bytes: Buffer): Stored => {
  try {
    return deserialize(bytes) as Stored;
  } catch (cause) {
    throw new OboroError('STATE_CORRUPT', 'the saved state is damaged', {
      cause,
      hint: 'Start again with an empty --out directory.',
    });
  }
};

/** Opens the sealed parts; a closed epoch's part is gone for good and left out. */
export const unsealParts = (sealed: Stored['sealed'], keyOf: KeyOf): readonly unknown[] =>
  sealed.map(({ salt, bytes }) => deserialize(unseal(stateKey(keyOf, salt), Buffer.from(bytes))) as unknown);

const stateKey = (keyOf: KeyOf, salt: SaltName): Buffer => {
  const key = keyOf(salt, 'state');
  if (key === null) {
    throw new OboroError('STATE_CORRUPT', 'the saved state belongs to an epoch whose salt is destroyed', {
      hint: 'Start again with an empty --out directory.',
    });
  }
  return key;
};
