/** Reads certificates and keys in PEM. */
import { readFile } from 'node:fs/promises';
import { OboroError } from '../model/errors.ts';

/** Throws CFG_UNREADABLE. */
export const readPem = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new OboroError('CFG_UNREADABLE', `${file} cannot be read (${code})`, { cause });
  }
};
