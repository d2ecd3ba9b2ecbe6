/** The hidden folder OUT/.oboro in which a run keeps its lock, its saved state and its spools until it is finished. */
import { link, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { OboroError } from '../../model/errors.ts';
import type { Randomness } from '../../ports/clock.ts';

const FOLDER = '.oboro';
const KEY_BYTES = 32;

export class Workspace {
  readonly out: string;
  readonly dir: string;

  private constructor(out: string) {
    this.out = out;
    this.dir = join(out, FOLDER);
  }

  /** Makes OUT and takes its lock. Throws OUTPUT_DENIED, or OUTPUT_BUSY when another live process has it. */
  static async open(out: string): Promise<Workspace> {
    const workspace = new Workspace(out);
    try {
      await mkdir(workspace.dir, { recursive: true, mode: 0o700 });
      await takeLock(workspace.lockPath);
    } catch (cause) {
      if (cause instanceof OboroError) throw cause;
      throw new OboroError('OUTPUT_DENIED', `${out}: cannot be written`, { cause });
    }
    return workspace;
  }

  get checkpointPath(): string {
    return join(this.dir, 'checkpoint');
  }

  get vaultDir(): string {
    return join(this.dir, 'vault');
  }

  get spoolDir(): string {
    return join(this.dir, 'spool');
  }

  get lockPath(): string {
    return join(this.dir, 'lock');
  }

  /** A random key that lives as long as the run: it seals spools and keys the consent book. */
  async runKey(randomness: Randomness): Promise<Buffer> {
    const path = join(this.dir, 'run.key');
    try {
      const held = await readFile(path);
      if (held.length === KEY_BYTES) return held;
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
    }
    const key = randomness.bytes(KEY_BYTES);
    await writeFile(path, key, { mode: 0o600 });
    return key;
  }

  /** True when OUT holds results but no saved state that they belong to. */
  async hasForeignResults(): Promise<boolean> {
    const names = await readdir(this.out);
    return names.some((name) => name === 'tables' || name === 'ledger.jsonl' || name === 'manifest.json');
  }

  /** Removes state, spools and keys of a finished run; the vault's list of destroyed epochs goes with them. */
  async clear(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }

  async unlock(): Promise<void> {
    await rm(this.lockPath, { force: true });
  }
}

/**
 * The lock appears with its holder's name in it or not at all: a file that is there but still empty would look like
 * that of a dead process.
 */
const takeLock = async (path: string): Promise<void> => {
  const own = `${path}.${String(process.pid)}`;
  await writeFile(own, String(process.pid), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await linked(own, path)) return;
      const holder = Number(await readFile(path, 'utf8').catch(() => '0'));
      if (isAlive(holder)) throw busy(holder);
      await moveAside(path, holder, own);
    }
    throw busy(0);
  } finally {
    await rm(own, { force: true });
  }
};

const ATTEMPTS = 5;

const busy = (holder: number): OboroError =>
  new OboroError('OUTPUT_BUSY', `process ${String(holder)} is already writing there`, {
    hint: 'Wait for it, or give another --out directory.',
    retriable: true,
  });

const linked = async (own: string, path: string): Promise<boolean> => {
  try {
    await link(own, path);
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw cause;
  }
};

/** Takes a dead process's lock away; if somebody living has taken it meanwhile, it is put back. */
const moveAside = async (path: string, holder: number, own: string): Promise<void> => {
  const aside = `${own}.aside`;
  try {
    await rename(path, aside);
  } catch (cause) {
    if (isMissing(cause)) return;
    throw cause;
  }
  const taken = Number(await readFile(aside, 'utf8').catch(() => '0'));
  if (taken !== holder) await linked(aside, path);
  await rm(aside, { force: true });
};

const isAlive = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
};

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
