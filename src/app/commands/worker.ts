/** `oboro worker`: one process of a deployment, or several at once. */
import { fork } from 'node:child_process';
import process from 'node:process';
import { systemClock } from '../../adapters/system/clock.ts';
import { PinoJournal } from '../../adapters/telemetry/pino-journal.ts';
import { loadConfig } from '../../config/load.ts';
import { EXIT, OboroError } from '../../model/errors.ts';
import type { Journal, Role } from '../../ports/telemetry.ts';
import type { Member } from '../household.ts';
import { Household } from '../household.ts';
import { stopSignal } from '../stop-signal.ts';
import type { TalkOptions } from '../terminal.ts';
import { runWorker } from '../worker/worker.ts';

export interface WorkerFlags extends TalkOptions {
  readonly role: 'all' | Role;
  readonly config?: string;
  readonly processes: string;
}

/** Set for the processes that another one started; it moves their operations port. */
const INDEX = 'OBORO_WORKER_INDEX';

const ROLES: Readonly<Record<WorkerFlags['role'], readonly Role[]>> = {
  all: ['sanitize', 'aggregate'],
  sanitize: ['sanitize'],
  aggregate: ['aggregate'],
};

export const worker = async (flags: WorkerFlags): Promise<void> => {
  const processes = Number(flags.processes);
  if (!Number.isInteger(processes) || processes < 1 || processes > MAX_PROCESSES) {
    throw new OboroError('USAGE', `--processes: a whole number from 1 to ${String(MAX_PROCESSES)} expected`);
  }
  const index = process.env[INDEX];
  if (processes > 1 && index === undefined) return runSeveral(processes, journalOf(flags, null));
  const config = await loadConfig({ file: flags.config ?? null });
  const { signal, stopListening } = stopSignal();
  const journal = journalOf(flags, index === undefined ? null : Number(index));
  try {
    const { port } = config.metrics;
    await runWorker({ config, roles: ROLES[flags.role], journal, signal, port: port + Number(index ?? 0) });
  } finally {
    stopListening();
    endAnyway();
  }
};

const LINGER_MS = 2_000;

/** A worker that has left ends: what still holds its process, such as a request without an answer, is nobody's any more. */
const endAnyway = (): void => {
  setTimeout(() => process.exit(), LINGER_MS).unref();
};

const journalOf = ({ json, quiet }: TalkOptions, own: number | null): PinoJournal => {
  const human = process.stderr.isTTY && json !== true;
  return new PinoJournal({
    write: (line) => process.stderr.write(line),
    clock: systemClock,
    human,
    colour: human && process.env['NO_COLOR'] === undefined,
    level: quiet === true ? 'warn' : 'info',
    worker: own,
  });
};

const MAX_PROCESSES = 64;

/** Starts this very command so many times, and ends with the exit code of its processes. */
const runSeveral = async (processes: number, journal: Journal): Promise<void> => {
  const { signal, stopListening } = stopSignal();
  try {
    const start = (index: number): Member => startAgain(index, journal);
    const household = new Household({ processes, start, clock: systemClock, signal });
    process.exitCode = await household.run();
  } finally {
    stopListening();
  }
};

/**
 * Room for what lives no longer than a batch, MiB: with the 16 of Node.js much of it is copied twice and then taken for
 * old. It can only be chosen when a process starts; whoever chose another keeps it.
 */
const YOUNG = ['--max-semi-space-size=128'];

const startAgain = (index: number, journal: Journal): Member => {
  const [, script = '', ...rest] = process.argv;
  const env = { ...process.env, [INDEX]: String(index) };
  const child = fork(script, rest, { env, execArgv: [...YOUNG, ...process.execArgv] });
  return {
    ended: new Promise((resolve) => {
      child.once('exit', (code, by) => {
        const how = { worker: index, ...(code === null ? { signal: by ?? '' } : { exitCode: code }) };
        if (code === EXIT.ok) journal.info('process_ended', how);
        else journal.warn('process_ended', how);
        resolve(code ?? EXIT.bug);
      });
      // One that could not be started has no exit.
      child.on('error', () => {
        if (child.pid === undefined) resolve(EXIT.bug);
      });
    }),
    stop: () => void child.kill('SIGTERM'),
  };
};
