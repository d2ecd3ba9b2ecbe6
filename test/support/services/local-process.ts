/** A service run as a child process: logged to a file, killed when this process dies, stopped and started at will. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';

export interface Launch {
  /** Named in errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Standard output and error are appended here. */
  readonly logFile: string;
  /** Resolves with true as soon as the service answers; a rejection is a no. */
  readonly probe: () => Promise<boolean>;
  readonly readyWithinMs?: number;
}

const READY_WITHIN_MS = 60_000;
const PROBE_EVERY_MS = 50;
const TERMINATE_WITHIN_MS = 15_000;
const TAIL_LINES = 30;

/** Kills the child when the pipe that only this process holds closes: on any death, SIGKILL included. */
const guard = (pid: number): ChildProcess =>
  spawn('sh', ['-c', 'cat >/dev/null; kill -9 "$1" 2>/dev/null', 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

export class LocalProcess {
  readonly #launch: Launch;
  #child: ChildProcess | null = null;

  constructor(launch: Launch) {
    this.#launch = launch;
  }

  get logFile(): string {
    return this.#launch.logFile;
  }

  get isRunning(): boolean {
    return this.#child !== null && !hasEnded(this.#child);
  }

  /** The last lines of the log, for errors. */
  logTail(): string {
    return readFileSync(this.#launch.logFile, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  }

  /** Starts the program and waits until it answers. */
  async start(): Promise<void> {
    if (this.isRunning) throw new Error(`${this.#launch.name} is running already`);
    const child = this.#spawn();
    this.#child = child;
    try {
      await this.#untilReady(child);
    } catch (fault) {
      await this.kill();
      throw fault;
    }
  }

  /** SIGKILL: nothing is flushed, nobody is told. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL', TERMINATE_WITHIN_MS);
  }

  /** SIGTERM, and SIGKILL when that takes too long. */
  async terminate(withinMs: number = TERMINATE_WITHIN_MS): Promise<void> {
    await this.#end('SIGTERM', withinMs);
  }

  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  #spawn(): ChildProcess {
    const { command, args, env, logFile } = this.#launch;
    const log = openSync(logFile, 'a');
    const child = spawn(command, args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
      detached: true, // Ctrl-C on the terminal is for the tests, which then stop it
    });
    closeSync(log);
    child.on('error', () => undefined); // seen by #untilReady as a child without a pid
    if (child.pid === undefined) throw new Error(`${this.#launch.name}: ${command} could not be started`);
    const guardian = guard(child.pid);
    child.once('exit', () => guardian.kill('SIGKILL'));
    child.unref();
    guardian.unref();
    return child;
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const { name, probe, readyWithinMs = READY_WITHIN_MS } = this.#launch;
    const deadline = performance.now() + readyWithinMs;
    while (!(await probe().catch(() => false))) {
      if (hasEnded(child)) throw new Error(`${name} ended while starting:\n${this.logTail()}`);
      if (performance.now() > deadline) throw new Error(`${name} did not answer in time:\n${this.logTail()}`);
      await wait(PROBE_EVERY_MS);
    }
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM', withinMs: number): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT'); // a paused one would not take SIGTERM
    const harder = setTimeout(() => child.kill('SIGKILL'), withinMs);
    await ended;
    clearTimeout(harder);
  }
}
