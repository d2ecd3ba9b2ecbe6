/** `oboro worker`: one process of a deployment, or several at once. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import process from 'node:process';
import { systemClock } from '../../adapters/system/clock.ts';
import { PinoJournal } from '../../adapters/telemetry/pino-journal.ts';
import { loadConfig } from '../../config/load.ts';
import { EXIT, OboroError } from '../../model/errors.ts';
import type { Role } from '../../ports/telemetry.ts';
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
  if (processes > 1 && index === undefined) return new Household(processes).run();
  const config = await loadConfig({ file: flags.config ?? null });
  const { signal, stopListening } = stopSignal();
  const journal = journalOf(flags);
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

const journalOf = ({ json, quiet }: TalkOptions): PinoJournal => {
  const human = process.stderr.isTTY && json !== true;
  return new PinoJournal({
    write: (line) => process.stderr.write(line),
    clock: systemClock,
    human,
    colour: human && process.env['NO_COLOR'] === undefined,
    level: quiet === true ? 'warn' : 'info',
  });
};

const MAX_PROCESSES = 64;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A process that ended so will end so again. */
const HOPELESS: readonly number[] = [EXIT.usage, EXIT.config, EXIT.notPermitted, EXIT.badInput];

/** Starts worker processes, starts again what falls over, and ends when they have all ended. */
class Household {
  readonly #processes: number;
  readonly #children = new Map<number, ChildProcess>();
  #isStopping = false;
  #code: number = EXIT.ok;

  constructor(processes: number) {
    this.#processes = processes;
  }

  async run(): Promise<void> {
    const { signal, stopListening } = stopSignal();
    signal.addEventListener('abort', () => this.#stop(), { once: true });
    await Promise.all(Array.from({ length: this.#processes }, (_, index) => this.#keep(index)));
    stopListening();
    process.exitCode = this.#code;
  }

  async #keep(index: number): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#isStopping) {
      const code = await this.#live(index);
      if (HOPELESS.includes(code)) {
        this.#code = code;
        this.#stop();
        break;
      }
      await systemClock.sleep(pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  #live(index: number): Promise<number> {
    const [, script = '', ...rest] = process.argv;
    const child = fork(script, rest, { env: { ...process.env, [INDEX]: String(index) } });
    this.#children.set(index, child);
    return new Promise((resolve) => {
      child.once('exit', (code) => {
        this.#children.delete(index);
        resolve(code ?? EXIT.bug);
      });
    });
  }

  #stop(): void {
    this.#isStopping = true;
    for (const child of this.#children.values()) child.kill('SIGTERM');
  }
}
