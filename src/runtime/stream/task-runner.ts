/** Runs one task for as long as it is this worker's: takes it over, feeds it, commits it, and starts again at the first doubt (rule R). */
import { OboroError } from '../../model/errors.ts';
import type { EventTime, WallTime } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { GroupReader, LogBatch } from '../../ports/log.ts';
import type { Journal, Role, Telemetry } from '../../ports/telemetry.ts';
import { Fences } from './fences.ts';
import { FlowControl } from './flow-control.ts';
import type { StreamTask } from './stream-task.ts';

export interface RunnerSettings {
  readonly commitIntervalMs: number;
  /** A commit is due early when this much waits. */
  readonly commitRecords: number;
  readonly commitBytes: number;
  /** Bytes of one input that may wait in memory. */
  readonly inboxBytes: number;
}

export interface TaskRunnerOptions {
  readonly role: Role;
  readonly partition: number;
  /** Topics read before all others. */
  readonly first: readonly string[];
  readonly make: () => StreamTask & { readonly clockOf?: (topic: string) => EventTime };
  readonly reader: GroupReader;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly journal: Journal;
  readonly settings: RunnerSettings;
  /** Called with a fault that no take-over can mend. */
  readonly failed: (fault: unknown) => void;
}

export type RunnerState = 'restoring' | 'running' | 'waiting' | 'stopped';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const AWAY_PAUSE_MS = 500;
/** How often the group is told where reading stands. */
const NOTE_EVERY_MS = 5_000;

/** Why a runner was stopped: its task is somebody else's now. */
const LOST = 'lost';

type Task = ReturnType<TaskRunnerOptions['make']>;

export class TaskRunner {
  readonly #o: TaskRunnerOptions;
  readonly #inbox: FlowControl;
  readonly #stop = new AbortController();
  #wake: () => void = () => undefined;
  #state: RunnerState = 'restoring';
  #task: Task | null = null;
  #inFlight: Promise<void> | null = null;
  #fault: { readonly cause: unknown } | null = null;
  #lastCommit = 0 as WallTime;
  #lastNote = 0 as WallTime;
  readonly #fences = new Fences();
  #done: Promise<void> = Promise.resolve();

  constructor(options: TaskRunnerOptions) {
    this.#o = options;
    const { first, reader, settings } = options;
    this.#inbox = new FlowControl({ first, reader, maxBytes: settings.inboxBytes });
  }

  get state(): RunnerState {
    return this.#state;
  }

  get partition(): number {
    return this.#o.partition;
  }

  /** The attempt under way, for those who measure it. */
  get task(): StreamTask | null {
    return this.#task;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Batches of an attempt that is not ready yet are let go: they come again from where the task goes on. */
  batch(batch: LogBatch): void {
    if (this.#state !== 'running' && this.#state !== 'waiting') return;
    this.#inbox.put(batch);
    this.#wake();
  }

  /** The group has been shared out anew and the task stayed here: its inputs, all paused, go on. */
  goOn(): void {
    if (this.#state !== 'running' && this.#state !== 'waiting') return;
    this.#inbox.clear();
    for (const position of this.#task?.positions() ?? []) this.#o.reader.resumeAt(position);
  }

  /** The task is somebody else's now: whatever is not committed is theirs to do again. */
  lose(): Promise<void> {
    this.#stop.abort(LOST);
    this.#wake();
    void this.#task?.close();
    return this.#done;
  }

  /** Commits what is done and lets the task go. */
  stop(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    return this.#done;
  }

  /** A call, since it changes while something is awaited. */
  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#isStopped()) {
      try {
        await this.#attempt();
        pauseMs = FIRST_PAUSE_MS;
      } catch (cause) {
        if (this.#isStopped()) break;
        if (!isRetriable(cause) || this.#isFencedForGood(cause)) {
          this.#o.failed(cause);
          break;
        }
        this.#o.journal.warn('task_lost', { ...this.#about, code: codeOf(cause) });
        this.#o.telemetry.add('takeovers', { role: this.#o.role, result: 'failed' });
        await this.#letGo();
        await this.#sleep(pauseMs);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      } finally {
        await this.#letGo();
      }
    }
    this.#state = 'stopped';
  }

  /** One attempt: it ends when the runner is stopped, or by a fault. */
  async #attempt(): Promise<void> {
    const { clock, reader, role, telemetry, journal } = this.#o;
    const since = clock.now();
    this.#state = 'restoring';
    this.#fault = null;
    this.#inbox.clear();
    const task = this.#o.make();
    this.#task = task;
    const positions = await task.takeOver();
    if (this.#isStopped()) return;
    const durationMs = clock.now() - since;
    telemetry.add('takeovers', { role, result: 'done' });
    telemetry.observe('restoreSeconds', { role }, durationMs / 1_000);
    journal.info('task_restored', { ...this.#about, durationMs });
    this.#state = 'running';
    this.#lastCommit = clock.now();
    for (const position of positions) reader.resumeAt(position);
    while (!this.#isStopped()) await this.#step(task);
    if (this.#stop.signal.reason !== LOST) await this.#finish(task);
  }

  /** Takes one batch, or waits until there is something to do; commits when it is time. */
  async #step(task: Task): Promise<void> {
    this.#check();
    const { clock } = this.#o;
    const batch = this.#inbox.peek((topic) => task.clockOf?.(topic) ?? (0 as EventTime));
    if (batch === null) {
      task.turn(clock.now());
      if (!this.#isCommitDue(task)) await this.#rest(this.#untilCommit());
    } else {
      await this.#take(task, batch);
    }
    if (this.#isCommitDue(task)) await this.#commit(task);
  }

  async #take(task: Task, batch: LogBatch): Promise<void> {
    try {
      await task.take(batch);
    } catch (cause) {
      if (!isAway(cause)) throw cause;
      this.#state = 'waiting';
      this.#o.journal.warn('service_away', { ...this.#about, code: codeOf(cause) });
      await this.#sleep(AWAY_PAUSE_MS);
      return;
    }
    this.#state = 'running';
    this.#inbox.drop(batch);
  }

  /** Hands the next transaction over as soon as the one before it is through. */
  async #commit(task: Task): Promise<void> {
    await this.#inFlight;
    this.#check();
    const { clock, role, telemetry } = this.#o;
    const since = clock.now();
    this.#lastCommit = since;
    const { records, bytes } = task.pending;
    this.#inFlight = task.commit().then(
      () => {
        // What an attempt that was given up still hears is nothing to the one after it.
        if (this.#task !== task) return;
        this.#inFlight = null;
        if (records === 0) return;
        this.#tellGroup(task, clock.now());
        telemetry.add('commits', { role, result: 'done' });
        telemetry.observe('commitSeconds', { role }, (clock.now() - since) / 1_000);
        telemetry.observe('commitRecords', { role }, records);
        telemetry.observe('commitBytes', { role }, bytes);
      },
      (cause: unknown) => {
        telemetry.add('commits', { role, result: 'unknown' });
        this.#o.journal.warn('commit_unknown', { ...this.#about, code: codeOf(cause) });
        if (this.#task !== task) return;
        this.#fault = { cause };
        this.#wake();
      },
    );
  }

  async #finish(task: Task): Promise<void> {
    await this.#commit(task);
    await this.#inFlight;
    this.#check();
    await this.#o.reader.note(task.positions()).catch(() => undefined);
  }

  async #letGo(): Promise<void> {
    const task = this.#task;
    this.#task = null;
    this.#inFlight = null;
    await task?.close();
  }

  #check(): void {
    if (this.#fault !== null) throw this.#fault.cause;
  }

  #isCommitDue(task: Task): boolean {
    const { records, bytes, urgent } = task.pending;
    const { commitRecords, commitBytes } = this.#o.settings;
    if (urgent || records >= commitRecords || bytes >= commitBytes) return true;
    return this.#untilCommit() <= 0;
  }

  #untilCommit(): number {
    return this.#lastCommit + this.#o.settings.commitIntervalMs - this.#o.clock.now();
  }

  /** Waits whatever comes, unless the runner is stopped. */
  async #sleep(ms: number): Promise<void> {
    await this.#o.clock.sleep(ms, this.#stop.signal).catch(() => undefined);
  }

  /** Tells the group where reading stands; lag tools can wait, so a failure is nobody's. */
  #tellGroup(task: Task, now: WallTime): void {
    if (now - this.#lastNote < NOTE_EVERY_MS) return;
    this.#lastNote = now;
    this.#o.reader.note(task.positions()).catch(() => undefined);
  }

  /** Waits, but no longer than until something comes or the runner is stopped. */
  async #rest(ms: number): Promise<void> {
    if (ms <= 0 || this.#isStopped() || this.#fault !== null) return;
    const ended = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([woken, this.#o.clock.sleep(ms, ended.signal).catch(() => undefined)]);
    ended.abort();
  }

  #isFencedForGood(cause: unknown): boolean {
    return codeOf(cause) === 'FENCED' && this.#fences.areTooMany(this.#o.clock.now());
  }

  get #about(): { readonly role: Role; readonly partition: number } {
    return { role: this.#o.role, partition: this.#o.partition };
  }
}

const RETRIABLE: ReadonlySet<string> = new Set([
  'FENCED',
  'TXN_UNKNOWN',
  'KAFKA_AWAY',
  'SERVICE_AWAY',
  'TASK_LOST',
]);

const isRetriable = (cause: unknown): boolean => RETRIABLE.has(codeOf(cause));
const isAway = (cause: unknown): boolean => codeOf(cause) === 'SERVICE_AWAY';

const codeOf = (cause: unknown): string => (cause instanceof OboroError ? cause.code : 'BUG');
