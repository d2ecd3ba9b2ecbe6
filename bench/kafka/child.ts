/** Starts measured processes of this bench, and collects what they tell. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from './samples.ts';

const KILL_AFTER_MS = 15_000;

/** A process that runs one mode of this bench. */
export class Child {
  readonly samples: Sample[] = [];
  readonly #process: ChildProcess;
  readonly #results: unknown[] = [];

  constructor(script: string, args: readonly string[], execArgv: readonly string[] = []) {
    this.#process = fork(script, [...args], {
      execArgv: [...process.execArgv, ...execArgv],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.on('message', (message: Sample | { readonly result: unknown }) => {
      if ('result' in message) this.#results.push(message.result);
      else this.samples.push(message);
    });
  }

  get done(): number {
    return this.samples.at(-1)?.done ?? 0;
  }

  get isGone(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** What the process answers in the end. */
  async result<T>(): Promise<T> {
    while (this.#results.length === 0 && !this.isGone) await sleep(20);
    if (this.#results.length === 0) throw new Error('a measured process ended without a result');
    return this.#results[0] as T;
  }

  async stop(): Promise<void> {
    if (this.isGone) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), KILL_AFTER_MS);
    await gone;
    clearTimeout(late);
  }
}

/** Waits until processes have together done so many; throws when one has gone or nothing moves any more. */
export const untilDone = async (
  children: readonly Child[],
  count: number,
  patienceMs: number,
): Promise<void> => {
  let last = -1;
  let since = Date.now();
  for (;;) {
    const done = children.reduce((sum, child) => sum + child.done, 0);
    if (done >= count) return;
    if (children.some(({ isGone }) => isGone)) throw new Error('a measured process has ended too early');
    if (done > last) since = Date.now();
    last = done;
    if (Date.now() - since > patienceMs)
      throw new Error(`nothing moves after ${String(done)} of ${String(count)}`);
    await sleep(20);
  }
};
