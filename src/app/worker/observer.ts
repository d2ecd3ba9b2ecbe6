/** Looks at a worker's tasks every few seconds and tells telemetry and readiness how they stand. */
import type { ReadyBoard } from '../../adapters/telemetry/health.ts';
import { MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { GaugeLabels, Telemetry } from '../../ports/telemetry.ts';
import { AUDIENCES } from '../../model/identity.ts';
import type { Views } from '../views.ts';
import type { SanitizeTask, WorkerAssembly } from './assembly.ts';
import { LagWatch } from './lag-watch.ts';

export interface ObserverOptions {
  readonly worker: WorkerAssembly;
  readonly board: ReadyBoard;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Asked for the ends of inputs; it counts its own faults. */
  readonly log: Pick<Log, 'bounds'>;
  /** Null where there is no Redis. */
  readonly views: Views | null;
}

const EVERY_MS = 2 * SECOND_MS;
const REFRESH_MS = 5 * MINUTE_MS;
/** A withdrawal shall be seen within 5 s; this is no hiccup any more. */
const BEHIND_MS = 30 * SECOND_MS;

export class Observer {
  readonly #o: ObserverOptions;
  readonly #lags: LagWatch;
  #timer: NodeJS.Timeout | null = null;
  #refreshed = 0;
  #shown: readonly Series[] = [];

  constructor(options: ObserverOptions) {
    this.#o = options;
    this.#lags = new LagWatch(options);
  }

  start(): void {
    this.#timer = setInterval(() => void this.watch(), EVERY_MS).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Tells at once what is known, and what has come of asking the log by the next time. */
  async watch(): Promise<void> {
    this.look();
    await this.#lags.look();
  }

  look(): void {
    const { worker, board, telemetry } = this.#o;
    let isJoined = true;
    let isRestored = true;
    let isWaiting = false;
    for (const one of worker.workers) {
      const { joined, tasks, role } = one.states;
      isJoined &&= joined;
      isRestored &&= tasks.every((state) => state !== 'restoring');
      isWaiting ||= tasks.includes('waiting');
      for (const state of ['running', 'restoring', 'waiting'] as const) {
        telemetry.set('tasks', { role, state }, tasks.filter((found) => found === state).length);
      }
    }
    board.say('group', isJoined ? 'ok' : 'not_joined');
    const tasks = isWaiting ? 'waiting' : 'ok';
    board.say('tasks', isRestored ? tasks : 'restoring');
    this.#tellViews();
    this.#tellKafka();
    for (const audience of AUDIENCES) {
      const alive = worker.vault.held().filter((name) => name.audience === audience).length;
      telemetry.set('saltEpochs', { audience }, alive);
    }
    this.#tellTasks();
    this.#tellRights();
  }

  /** Views that are not whole are written anew; now and then all are confirmed, so that they live on. */
  #tellViews(): void {
    const { views, worker, clock } = this.#o;
    if (views === null) return;
    worker.mendViews();
    if (clock.now() - this.#refreshed < REFRESH_MS) return;
    this.#refreshed = clock.now();
    views.consents.refresh();
  }

  #tellKafka(): void {
    const { isAnswering } = this.#lags;
    if (isAnswering !== null) this.#o.board.say('kafka', isAnswering ? 'ok' : 'unreachable');
  }

  /** Lag, delay and size of the sanitize tasks; of gate tasks nothing may be told one by one (G-15). */
  #tellTasks(): void {
    const { worker, telemetry } = this.#o;
    const tasks = worker.sanitizeTasks();
    const before = this.#shown;
    this.#shown = [...tasks.flatMap((task) => this.#seriesOf(task)), ...this.#lagSeries()];
    for (const { name, labels, value } of this.#shown) telemetry.set(name, labels, value);
    // A task that moved to another worker is shown there.
    const isShown = new Set(this.#shown.map(keyOf));
    for (const series of before) {
      if (!isShown.has(keyOf(series))) telemetry.drop(series.name, series.labels);
    }
  }

  #seriesOf({ partition, stands }: SanitizeTask): readonly Series[] {
    const now = this.#o.clock.now();
    const delayS = Math.max(0, (now - stands.watermark) / SECOND_MS);
    return [
      { name: 'watermarkDelaySeconds', labels: { partition }, value: delayS },
      { name: 'changelogBytes', labels: { partition }, value: stands.changelogBytes },
      ...Object.entries(stands.keys).map(([fold, value]) => ({
        name: 'stateKeys' as const,
        labels: { fold, partition },
        value,
      })),
    ];
  }

  #lagSeries(): readonly Series[] {
    return this.#lags.lags().map(({ topic, partition, records: value }) => ({
      name: 'lagRecords' as const,
      labels: { topic, partition },
      value,
    }));
  }

  #tellRights(): void {
    const { telemetry, board } = this.#o;
    const ageMs = this.#lags.rightsAgeMs();
    board.say('consent', (ageMs ?? 0) > BEHIND_MS ? 'behind' : 'ok');
    if (ageMs === null) telemetry.drop('consentViewAgeSeconds', {});
    else telemetry.set('consentViewAgeSeconds', {}, ageMs / SECOND_MS);
  }
}

/** One series of a task. */
type Series = {
  [K in 'watermarkDelaySeconds' | 'changelogBytes' | 'stateKeys' | 'lagRecords']: {
    readonly name: K;
    readonly labels: GaugeLabels[K];
    readonly value: number;
  };
}['watermarkDelaySeconds' | 'changelogBytes' | 'stateKeys' | 'lagRecords'];

const keyOf = ({ name, labels }: Series): string => JSON.stringify([name, labels]);
