/** Finds the folder of this package, from the bundle as from the sources: what is read at run time lies under it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OboroError } from '../model/errors.ts';

/** The nearest folder above this file with a package.json. */
export const packageRoot = (): string => {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) throw new OboroError('BUG', 'no package.json above the program');
  }
};
