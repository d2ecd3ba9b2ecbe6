/** Workers as real processes: started with points at which they fall over, watched by what they say, always ended. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PRELOAD = new URL('fail-points.mjs', import.meta.url).href;
const PATIENCE_MS = 45_000;

/** A request to a broker at which something happens; see fail-points.mjs. */
export interface FaultPoint {
  readonly call: 'initProducerId' | 'addPartitionsToTxn' | 'produce' | 'endTxn' | 'fetch';
  readonly when: 'before' | 'after';
  /** Matches the transactional identifier, or the topics of a fetch joined by commas. */
  readonly about?: string;
  /** Which of the matching requests; the first by default. */
  readonly nth?: number;
  /** From the nth on, at all of them, and without a word. */
  readonly every?: boolean;
  readonly act: 'kill' | 'freeze' | 'term' | 'block' | 'delay';
  readonly ms?: number;
}

export interface WorkerChoice {
  readonly points?: readonly FaultPoint[];
  readonly role?: 'all' | 'sanitize' | 'aggregate';
  /** Negative controls: what is undone. */
  readonly broken?: 'random ids' | 'stock reader';
  readonly env?: Readonly<Record<string, string>>;
}

/** How a worker ended. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One line of the journal, or of a fault point. */
export interface Line {
  readonly event: string;
  readonly role?: string;
  readonly partition?: number;
  readonly count?: number;
  readonly code?: string;
}

interface Waiting {
  readonly test: (line: Line) => boolean;
  left: number;
  readonly resolve: () => void;
  readonly reject: (fault: Error) => void;
}

/** Kills the child when the pipe that only this process holds closes: on any death, SIGKILL included. */
const guard = (pid: number): ChildProcess =>
  spawn('sh', ['-c', 'cat >/dev/null; kill -9 "$1" 2>/dev/null', 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });

const environment = ({ points = [], broken, env }: WorkerChoice): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('OBORO') && name !== 'NODE_OPTIONS' && !name.startsWith('VITEST'),
  );
  return {
    ...Object.fromEntries(kept),
    FAULT_POINTS: JSON.stringify(points),
    FAULT_RANDOM_IDS: broken === 'random ids' ? 'yes' : '',
    FAULT_STOCK_READER: broken === 'stock reader' ? 'yes' : '',
    ...env,
  };
};

export class WorkerProcess {
  readonly ended: Promise<WorkerEnd>;
  readonly #child: ChildProcess;
  readonly #lines: Line[] = [];
  #text = '';
  #rest = '';
  #waiting: Waiting[] = [];
  #end: WorkerEnd | null = null;

  constructor(configFile: string, choice: WorkerChoice) {
    const args = ['worker', '--role', choice.role ?? 'all', '--config', configFile];
    const child = spawn(process.execPath, ['--import', PRELOAD, join(ROOT, 'bin', 'oboro.js'), ...args], {
      cwd: ROOT,
      env: environment(choice),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    const guardian = guard(child.pid ?? 0);
    guardian.unref();
    child.stderr.on('data', (chunk: Buffer) => this.#hear(String(chunk)));
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        guardian.kill('SIGKILL');
        this.#end = { code, signal };
        for (const { reject } of this.#waiting.splice(0)) reject(this.#fault('ended before it said so'));
        resolve({ code, signal });
      });
    });
  }

  get isOver(): boolean {
    return this.#end !== null;
  }

  /** Most memory that it ever had in use, MiB (Linux); null elsewhere, and when it is over. */
  get peakMb(): number | null {
    try {
      const status = readFileSync(`/proc/${String(this.#child.pid)}/status`, 'utf8');
      const found = /^VmHWM:\s+(\d+) kB$/m.exec(status);
      return found === null ? null : Number(found[1]) / 1_024;
    } catch {
      return null;
    }
  }

  /** Everything that it said. */
  get said(): string {
    return this.#text;
  }

  count(test: (line: Line) => boolean): number {
    return this.#lines.filter(test).length;
  }

  /** Resolves when it has said so this often, counted from its start; rejects when it ends before, or never says it. */
  says(test: string | ((line: Line) => boolean), times = 1): Promise<void> {
    const matches = typeof test === 'string' ? (line: Line): boolean => line.event === test : test;
    const left = times - this.count(matches);
    if (left <= 0) return Promise.resolve();
    if (this.#end !== null) return Promise.reject(this.#fault('ended before it said so'));
    return new Promise((resolve, reject) => {
      const tooLong = setTimeout(() => reject(this.#fault('did not say so in time')), PATIENCE_MS);
      const settle = (act: () => void): void => {
        clearTimeout(tooLong);
        act();
      };
      this.#waiting.push({
        test: matches,
        left,
        resolve: () => settle(resolve),
        reject: (fault) => settle(() => reject(fault)),
      });
    });
  }

  /** Resolves with how it ended by itself; rejects when it does not. */
  async exits(): Promise<WorkerEnd> {
    let tooLong: NodeJS.Timeout | null = null;
    const never = new Promise<never>((_, reject) => {
      tooLong = setTimeout(() => reject(this.#fault('did not end in time')), PATIENCE_MS);
    });
    try {
      return await Promise.race([this.ended, never]);
    } finally {
      if (tooLong !== null) clearTimeout(tooLong);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGKILL, whatever state it is in. */
  async kill(): Promise<void> {
    if (this.#end === null) this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** SIGTERM; resolves with how it ended. One that still loads its code would die of it like any program. */
  async stop(): Promise<WorkerEnd> {
    if (this.#end === null) await this.says(() => true).catch(() => undefined);
    if (this.#end === null) this.#child.kill('SIGTERM');
    return this.exits();
  }

  #hear(chunk: string): void {
    this.#text += chunk;
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  #take(text: string): void {
    const line = lineOf(text);
    this.#lines.push(line);
    for (const waiting of this.#waiting) if (waiting.test(line)) waiting.left -= 1;
    const told = this.#waiting.filter(({ left }) => left <= 0);
    this.#waiting = this.#waiting.filter(({ left }) => left > 0);
    for (const { resolve } of told) resolve();
  }

  #fault(what: string): Error {
    const end =
      this.#end === null ? 'it still runs' : `${String(this.#end.code)} ${String(this.#end.signal)}`;
    return new Error(`a worker ${what} (${end}):\n${this.#text.split('\n').slice(-30).join('\n')}`);
  }
}

const lineOf = (text: string): Line => {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return { event: text };
  }
};

/** All workers of a test file: ended when it ends, whatever happened. */
export class Crew {
  readonly #workers = new Set<WorkerProcess>();

  start(configFile: string, choice: WorkerChoice = {}): WorkerProcess {
    const worker = new WorkerProcess(configFile, choice);
    this.#workers.add(worker);
    void worker.ended.then(() => this.#workers.delete(worker));
    return worker;
  }

  get all(): readonly WorkerProcess[] {
    return [...this.#workers];
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.kill()));
  }
}
