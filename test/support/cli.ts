/** Starts the built command line as a user does, and waits for what it does: its end, a word it says, a file it writes. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ENTRY = join(ROOT, 'bin', 'oboro.js');
/** Longer than anything a healthy run takes here; a run that hangs is ended by it. */
const PATIENCE_MS = 60_000;
const POLL_MS = 2;

/** How a process ended, and all that it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Largest file that the process may write, in KiB: a full disk for every user, root included. */
  readonly fileLimitKb?: number;
}

/** A process that was started and may still run. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly isOver: () => boolean;
  readonly said: () => { readonly stdout: string; readonly stderr: string };
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** What a configuration file says must hold: no variable of the machine that runs the tests may reach in. */
const environment = (more: StartOptions['env'] = {}): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('OBORO') && name !== 'NODE_OPTIONS' && !name.startsWith('VITEST'),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...more };
};

const commandOf = (args: readonly string[], limitKb: number | undefined): readonly [string, ...string[]] => {
  const node = [ENTRY, ...args];
  if (limitKb === undefined) return [process.execPath, ...node];
  // bash counts in KiB, other shells in blocks of 512 bytes.
  return ['bash', '-c', `ulimit -f ${limitKb}; exec "$@"`, 'bash', process.execPath, ...node];
};

/** Starts `oboro` with these arguments. */
export const start = (args: readonly string[], options: StartOptions = {}): Running => {
  const [command, ...rest] = commandOf(args, options.fileLimitKb);
  const child = spawn(command, rest, {
    cwd: options.cwd ?? ROOT,
    env: environment(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const said = () => ({ stdout: String(Buffer.concat(out)), stderr: String(Buffer.concat(err)) });
  let over = false;
  const hanging = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      over = true;
      clearTimeout(hanging);
      resolve({ code, signal, ...said() });
    });
  });
  const { pid = 0 } = child;
  return { pid, ended, isOver: () => over, said, kill: (signal) => void child.kill(signal) };
};

/** Runs `oboro` to its end. */
export const oboro = (args: readonly string[], options: StartOptions = {}): Promise<Ended> =>
  start(args, options).ended;

/**
 * Waits until a condition holds while the process runs; false when the process ended before. Throws when neither
 * comes: then the test waits for something that never happens.
 */
export const until = async (running: Running, condition: () => boolean): Promise<boolean> => {
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    if (condition()) return true;
    if (running.isOver()) return false;
    await pause(POLL_MS);
  }
  running.kill('SIGKILL');
  const { stderr } = await running.ended;
  throw new Error(`waited in vain; the process said: ${stderr}`);
};

/** Sends a signal as soon as a condition holds, and gives how the process ended. Throws when it ended before. */
export const signalWhen = async (
  running: Running,
  condition: () => boolean,
  signal: NodeJS.Signals,
): Promise<Ended> => {
  const held = await until(running, condition);
  if (held) running.kill(signal);
  const ended = await running.ended;
  if (!held) throw new Error(`ended (${String(ended.code)}) before the moment came: ${ended.stderr}`);
  return ended;
};

/** A folder of its own for the tests of one file, and its removal. */
export const scratchFolder = (): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'oboro-e2e-'));
  const remove = (): void => {
    if (existsSync(path)) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  };
  return { path, remove };
};

/** A step of a run in front of which it gets a signal; see test/e2e/kill-switch.mjs. */
export interface KillStep {
  /** Matches `action file`, as in `rename checkpoint.tmp`. */
  readonly step: RegExp;
  /** Which of the matching steps: 1 by default. */
  readonly nth?: number;
  /** Half of what the step writes is written before. */
  readonly torn?: boolean;
  readonly signal?: NodeJS.Signals;
}

/** The environment that makes a run with this output folder get a signal at a step. */
export const killedAt = (out: string, { step, nth = 1, torn, signal }: KillStep): Record<string, string> => ({
  ...watched(out),
  KILL_STEP: step.source,
  KILL_NTH: String(nth),
  KILL_TORN: torn === true ? 'yes' : '',
  KILL_SIGNAL: signal ?? 'SIGKILL',
});

/** The environment that makes a run write its steps to a file, one a line. */
export const stepsNoted = (out: string, log: string): Record<string, string> => ({
  ...watched(out),
  KILL_LOG: log,
});

const watched = (out: string): Record<string, string> => ({
  NODE_OPTIONS: `--import=${new URL('../e2e/kill-switch.mjs', import.meta.url).href}`,
  KILL_UNDER: out,
});
