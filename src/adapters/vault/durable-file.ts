/** Replaces a small secret file so that after a crash either the old or the new content is whole, and wipes the old one. */
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OboroError } from '../../model/errors.ts';

const OWNER_ONLY = 0o600;
const DIRECTORY_OWNER_ONLY = 0o700;

/** The name under which new content is written before it takes the place of the old. */
const temporaryOf = (file: string): string => `${file}.new`;

/**
 * Writes the content to a new file (mode 0600), syncs it, renames it over the old one and syncs the directory; then
 * overwrites the old content with zeros. The overwriting is best effort: journalling and copy-on-write file systems
 * and flash translation keep copies of their own, against which only a wrapping key helps. Throws OUTPUT_DENIED.
 */
export const replaceDurably = async (file: string, content: string): Promise<void> => {
  let old: FileHandle | null = null;
  try {
    await mkdir(dirname(file), { recursive: true, mode: DIRECTORY_OWNER_ONLY });
    old = await openExisting(file);
    await writeSynced(temporaryOf(file), content);
    await rename(temporaryOf(file), file);
    await syncDirectory(dirname(file));
    if (old !== null) await zero(old);
  } catch (cause) {
    throw new OboroError('OUTPUT_DENIED', `cannot write ${file}`, { cause });
  } finally {
    await old?.close();
  }
};

/** Wipes and removes what a crash in the middle of `replaceDurably` left behind. Throws OUTPUT_DENIED. */
export const discardUnfinished = async (file: string): Promise<void> => {
  const unfinished = temporaryOf(file);
  let left: FileHandle | null = null;
  try {
    left = await openExisting(unfinished);
    if (left === null) return;
    await zero(left);
    await unlink(unfinished);
  } catch (cause) {
    throw new OboroError('OUTPUT_DENIED', `cannot remove ${unfinished}`, { cause });
  } finally {
    await left?.close();
  }
};

const writeSynced = async (file: string, content: string): Promise<void> => {
  const handle = await open(file, 'w', OWNER_ONLY);
  try {
    await handle.chmod(OWNER_ONLY);
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const zero = async (handle: FileHandle): Promise<void> => {
  const { size } = await handle.stat();
  await handle.write(Buffer.alloc(size), 0, size, 0);
  await handle.sync();
};

const openExisting = async (file: string): Promise<FileHandle | null> => {
  try {
    return await open(file, 'r+');
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw cause;
  }
};

/** True for the error of a file or directory that is not there. */
export const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
