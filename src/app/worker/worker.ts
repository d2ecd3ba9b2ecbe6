/** Runs one worker process: joins the groups, shows itself to its operators, and leaves in order when it is told to. */
import { KafkaGroupReader } from '../../adapters/kafka/group-reader.ts';
import { groupName } from '../../adapters/kafka/names.ts';
import { systemClock, systemRandomness } from '../../adapters/system/clock.ts';
import { codeOf } from '../../adapters/telemetry/error-code.ts';
import type { CheckName } from '../../adapters/telemetry/health.ts';
import { LoopPulse, ReadyBoard } from '../../adapters/telemetry/health.ts';
import { OperationsListener } from '../../adapters/telemetry/operations-listener.ts';
import { PromTelemetry } from '../../adapters/telemetry/prom-telemetry.ts';
import { readImported, saltsOf } from '../../adapters/vault/imported.ts';
import type { Config } from '../../config/config.ts';
import { workerRules } from '../../config/worker-rules.ts';
import type { SchemaRegistry } from '../../ports/registry.ts';
import type { Journal, Role } from '../../ports/telemetry.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../runtime/stream/topics.ts';
import type { Cluster } from '../cluster.ts';
import { deploymentKeys, openCluster, storesOn } from '../cluster.ts';
import { importFolder } from '../run/vault.ts';
import { CODE_VERSION } from '../version.ts';
import { openViews } from '../views.ts';
import { WorkerAssembly } from './assembly.ts';
import { countingLog, countingRegistry } from './counting.ts';
import { Observer } from './observer.ts';

export interface WorkerOptions {
  readonly config: Config;
  readonly roles: readonly Role[];
  readonly journal: Journal;
  /** Aborted when the worker is to leave. */
  readonly signal: AbortSignal;
  /** Port of the operations listener; null for none. */
  readonly port: number | null;
}

const STALLED_MS = 10_000;
/** Longest wait for connections to close. */
const CLOSE_MS = 2_000;
/** Redis is not among them: work goes on without it. */
const CHECKS: readonly CheckName[] = ['group', 'tasks', 'consent', 'kafka', 'registry'];

/** Resolves when the worker has left; rejects with the fault that ended it. */
export const runWorker = async (options: WorkerOptions): Promise<void> => {
  const { config, journal, signal } = options;
  workerRules(config);
  const board = new ReadyBoard(CHECKS);
  const pulse = new LoopPulse({ stalledAfterMs: STALLED_MS });
  const telemetry = new PromTelemetry({
    version: CODE_VERSION,
    policyHash: config.policyHash,
    checks: board.checks,
  });
  const listener =
    options.port === null
      ? null
      : await OperationsListener.open({
          ...{ host: config.metrics.host, port: options.port, metrics: telemetry },
          ...{ alive: [pulse], ready: board.checks },
        });
  const cluster = await openCluster(config);
  try {
    await serve(options, { board, telemetry, cluster });
  } catch (cause) {
    if (!signal.aborted) journal.error('worker_failed', { code: codeOf(cause) });
    throw cause;
  } finally {
    await inTime(cluster.close(), CLOSE_MS);
    await listener?.close();
    pulse.stop();
  }
};

interface Surroundings {
  readonly board: ReadyBoard;
  readonly telemetry: PromTelemetry;
  readonly cluster: Cluster;
}

const serve = async (options: WorkerOptions, { board, telemetry, cluster }: Surroundings): Promise<void> => {
  const { config, roles, journal, signal } = options;
  const { clients } = cluster;
  const log = countingLog(cluster.log, telemetry);
  const registry = countingRegistry(cluster.registry, telemetry, (isThere) =>
    board.say('registry', isThere ? 'ok' : 'unreachable'),
  );
  const keys = await deploymentKeys(config);
  await untilThere(registry, journal, signal);
  if (signal.aborted) return;
  const stores = await storesOn(log, registry, systemClock);
  journal.info('stores_read', { count: stores.length });
  const views = await openViews(config, () => telemetry.add('serviceErrors', { service: 'redis' }));
  const imported = await readImported(importFolder(config));
  let fail: (fault: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const worker = new WorkerAssembly({
    ...{ config, roles, journal, telemetry, log, registry, stores, codeVersion: CODE_VERSION },
    ...{ clock: systemClock, randomness: systemRandomness, ...keys, failed: (fault) => fail(fault) },
    readerOf: (role) =>
      new KafkaGroupReader({
        clients,
        group: groupName(config.kafka, role),
        topics: role === 'sanitize' ? SANITIZE_TOPICS : [TOPICS.contributions],
      }),
    imported: imported === null ? null : saltsOf(imported),
    views: views?.consents ?? null,
    releases: views?.releases ?? null,
  });
  const observer = new Observer({ worker, board, telemetry, log, clock: systemClock, views });
  try {
    await worker.start();
    journal.info('worker_started', { count: roles.length });
    observer.start();
    await Promise.race([failed, aborted(signal)]);
  } finally {
    observer.stop();
    board.say('group', 'stopping');
    await inTime(worker.stop(), config.stream.stopDeadlineMs);
    await views?.close();
    journal.info('worker_stopped');
  }
};

const ASK_AGAIN_MS = 2_000;

/** Without the registry nothing can be encoded: a worker waits for it, not ready, instead of falling over again and again. */
const untilThere = async (registry: SchemaRegistry, journal: Journal, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    try {
      await registry.idOf(TOPICS.ledger);
      return;
    } catch (cause) {
      if (codeOf(cause) !== 'SERVICE_AWAY') throw cause;
      journal.warn('service_away', { code: 'SERVICE_AWAY', service: 'registry' });
      await systemClock.sleep(ASK_AGAIN_MS, signal).catch(() => undefined);
    }
  }
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** What does not end in time is left to whoever takes over: fencing cleans up behind us. */
const inTime = async (ending: Promise<void>, deadlineMs: number): Promise<void> => {
  const over = new AbortController();
  const deadline = systemClock.sleep(deadlineMs, over.signal).catch(() => undefined);
  await Promise.race([ending.catch(() => undefined), deadline]);
  over.abort();
};
