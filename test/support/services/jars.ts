/** Fetches the jars of the broker and of the schema registry once for a checkout, however many processes ask at once. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cacheFolder, missingPrograms, pomFile } from './programs.ts';

export interface Jars {
  /** Folder of the broker's jars: its class path. */
  readonly kafka: string;
  /** The registry's runnable jar. */
  readonly registry: string;
}

const FETCH_LIMIT_MS = 300_000;
const REGISTRY_JAR = 'apicurio-registry-app-3.0.9-runner.jar';

const run = promisify(execFile);

/** One folder for each content of the POM: another version is fetched beside the old one. */
const folderOf = (): string => {
  const version = createHash('sha256').update(readFileSync(pomFile())).digest('hex').slice(0, 12);
  return join(cacheFolder(), version);
};

const jarsIn = (folder: string): Jars => ({
  kafka: join(folder, 'kafka'),
  registry: join(folder, 'registry', REGISTRY_JAR),
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** True when the lock was taken; a lock whose holder is dead is broken. */
const takeLock = async (lock: string): Promise<boolean> => {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true });
    return false;
  }
};

const fetchInto = async (folder: string): Promise<void> => {
  const missing = missingPrograms(['java', 'mvn']);
  if (missing.length > 0) throw new Error(`the test services need ${missing.join(' and ')}`);
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  const args = ['--batch-mode', '--quiet', '--file', pomFile(), `-Dinto=${partial}`, 'package'];
  try {
    await run('mvn', args, { timeout: FETCH_LIMIT_MS });
  } catch (fault) {
    const output = fault instanceof Error && 'stdout' in fault ? String(fault.stdout) : '';
    throw new Error(`mvn could not fetch the test services:\n${output.slice(0, 2_000)}`);
  }
  if (!existsSync(jarsIn(partial).registry)) throw new Error(`mvn fetched no ${REGISTRY_JAR}`);
  await rename(partial, folder);
};

/** True when the jars are there already, so that neither Maven nor a network is needed. */
export const areJarsThere = (): boolean => existsSync(folderOf());

/** Fetches under the lock, or waits a little when another process has it. */
const fetchOrWait = async (folder: string): Promise<void> => {
  const lock = `${folder}.lock`;
  if (!(await takeLock(lock))) {
    await wait(200);
    return;
  }
  try {
    if (!existsSync(folder)) await fetchInto(folder);
  } finally {
    await rm(lock, { force: true });
  }
};

/**
 * The jars, fetched when they are not there.
 * @throws Error when Java or Maven is missing, or when the fetch fails.
 */
export const ensureJars = async (): Promise<Jars> => {
  const folder = folderOf();
  await mkdir(cacheFolder(), { recursive: true });
  const deadline = performance.now() + FETCH_LIMIT_MS;
  while (!existsSync(folder)) {
    if (performance.now() > deadline) throw new Error('another process is fetching the test services');
    await fetchOrWait(folder);
  }
  return jarsIn(folder);
};
