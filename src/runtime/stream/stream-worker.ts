/** A worker's share of one stage: a runner for every partition that the group has given it. */
import type { Clock } from '../../ports/clock.ts';
import type { GroupReader, LogBatch } from '../../ports/log.ts';
import type { Journal, Role, Telemetry } from '../../ports/telemetry.ts';
import type { RunnerState, TaskRunnerOptions } from './task-runner.ts';
import { TaskRunner } from './task-runner.ts';

export interface StreamWorkerOptions extends Pick<
  TaskRunnerOptions,
  'role' | 'first' | 'reader' | 'clock' | 'telemetry' | 'journal' | 'settings'
> {
  readonly role: Role;
  readonly reader: GroupReader;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly journal: Journal;
  readonly make: (partition: number) => ReturnType<TaskRunnerOptions['make']>;
  /** Called once with a fault that ends this process. */
  readonly failed: (fault: unknown) => void;
}

export class StreamWorker {
  readonly #o: StreamWorkerOptions;
  readonly #runners = new Map<number, TaskRunner>();
  /** Runners that are letting go: their partition must not be taken over again before they have. */
  readonly #leaving = new Map<number, Promise<void>>();
  #isStopping = false;
  #hasJoined = false;

  constructor(options: StreamWorkerOptions) {
    this.#o = options;
  }

  async start(): Promise<void> {
    await this.#o.reader.join({
      assigned: (partitions) => this.#assigned(partitions),
      batch: (batch) => this.#batch(batch),
      crashed: (fault) => this.#o.failed(fault),
    });
  }

  /** Resolves when every task has committed and let go, and the group knows. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const runners = [...this.#runners.values()];
    await Promise.all([...runners.map((runner) => runner.stop()), ...this.#leaving.values()]);
    await this.#o.reader.leave();
  }

  /** The runners by state, and whether the group has answered at all. */
  get states(): { readonly role: Role; readonly joined: boolean; readonly tasks: readonly RunnerState[] } {
    const tasks = [...this.#runners.values()].map(({ state }) => state);
    return { role: this.#o.role, joined: this.#hasJoined, tasks };
  }

  get runners(): readonly TaskRunner[] {
    return [...this.#runners.values()];
  }

  #batch(batch: LogBatch): void {
    this.#runners.get(batch.partition)?.batch(batch);
  }

  #assigned(partitions: readonly number[]): void {
    this.#hasJoined = true;
    if (this.#isStopping) return;
    const { role, journal } = this.#o;
    journal.info('assigned', { role, count: partitions.length });
    for (const [partition, runner] of this.#runners) {
      if (partitions.includes(partition)) runner.goOn();
      else this.#lose(partition, runner);
    }
    for (const partition of partitions) if (!this.#runners.has(partition)) this.#begin(partition);
  }

  #lose(partition: number, runner: TaskRunner): void {
    this.#runners.delete(partition);
    // One that never began still has the one before it to wait for.
    const before = this.#leaving.get(partition);
    const left: Promise<void> = Promise.all([before, runner.lose()]).then(() => {
      if (this.#leaving.get(partition) === left) this.#leaving.delete(partition);
    });
    this.#leaving.set(partition, left);
  }

  #begin(partition: number): void {
    const { make, role, first, reader, clock, telemetry, journal, settings, failed } = this.#o;
    const runner = new TaskRunner({
      ...{ role, partition, first, reader, clock, telemetry, journal, settings, failed },
      make: () => make(partition),
    });
    this.#runners.set(partition, runner);
    // One process never fences itself: an attempt of its own that is letting go comes first.
    const leaving = this.#leaving.get(partition);
    if (leaving === undefined) runner.start();
    else void leaving.then(() => runner.start());
  }
}
