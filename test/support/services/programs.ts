/** Where the checkout, its cache and the programs are from which local services are started. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';

const POM = join('test', 'support', 'services', 'pom.xml');

const upFrom = (folder: string): string => {
  if (existsSync(join(folder, POM))) return folder;
  if (dirname(folder) === folder) throw new Error(`not inside a checkout: ${POM} is nowhere above`);
  return upFrom(dirname(folder));
};

/** The root of the checkout, also when this file runs from a bundle in `dist/`. */
export const checkoutRoot = (): string => upFrom(import.meta.dirname);

export const pomFile = (): string => join(checkoutRoot(), POM);

/** Git-ignored; may be deleted at any time while no service runs. */
export const cacheFolder = (): string => join(checkoutRoot(), '.cache', 'services');

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

export const isOnPath = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)));

/** Those of the named programs that the machine lacks, with the Debian package that brings each. */
export const missingPrograms = (programs: readonly string[]): readonly string[] =>
  programs
    .filter((program) => !isOnPath(program))
    .map((program) => `${program} (package ${PACKAGES[program] ?? program})`);

const PACKAGES: Readonly<Record<string, string>> = {
  java: 'default-jre-headless',
  mvn: 'maven',
};
