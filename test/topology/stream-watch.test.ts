/** What a worker on a log tells its operators: nothing exact of the gate, and the truth of a task that waits. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandomness } from '../../src/adapters/system/clock.ts';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import { WorkerAssembly } from '../../src/app/worker/assembly.ts';
import { LagWatch } from '../../src/app/worker/lag-watch.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { wallTime } from '../../src/model/time.ts';
import type { SchemaRegistry } from '../../src/ports/registry.ts';
import type { Telemetry } from '../../src/ports/telemetry.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../src/runtime/stream/topics.ts';
import { scratchFolder } from '../support/cli.ts';
import { smallCity, writeConfig } from '../support/inputs.ts';
import { MemoryLog, MemoryReader } from '../support/stream/memory-log.ts';
import { faultBox, feedOf, fixedSalt, inputOf } from '../support/stream/stream.ts';
import { noJournal, noTelemetry, ownRegistry, topicsOf } from '../support/stream/stream.ts';

const MEMBERS = 250;
const [PARTITIONS, GATE_PARTITIONS] = [2, 3];

interface Given {
  readonly config: Config;
  readonly log: MemoryLog;
  readonly records: readonly FeedRecord[];
  readonly telemetry?: Telemetry;
  readonly registry?: SchemaRegistry;
}

const aWorker = ({ config, log, records, telemetry = noTelemetry, registry = ownRegistry() }: Given) => {
  const { failed, fail } = faultBox();
  const worker = new WorkerAssembly({
    ...{ config, log, telemetry, registry, journal: noJournal, failed: fail },
    ...{ clock: systemClock, randomness: systemRandomness, codeVersion: 'test' },
    ...{ roles: ['sanitize', 'aggregate'], wrapper: null, imported: fixedSalt },
    deploymentKey: Buffer.alloc(32, 7),
    stores: inputOf(records, PARTITIONS).stores,
    readerOf: (role) =>
      role === 'sanitize'
        ? new MemoryReader(log, SANITIZE_TOPICS, PARTITIONS)
        : new MemoryReader(log, [TOPICS.contributions], GATE_PARTITIONS),
  });
  return { worker, failed };
};

/** Resolves when the test holds, which is looked at whenever the process has nothing else to do. */
const until = async (test: () => boolean): Promise<void> => {
  while (!test()) await new Promise((resolve) => setImmediate(resolve));
};

const scratch = scratchFolder();
let config: Config;
let records: readonly FeedRecord[];

beforeAll(async () => {
  smallCity(`${scratch.path}/input`, MEMBERS);
  const file = writeConfig(`${scratch.path}/config.yaml`, {
    vault: `${scratch.path}/none`,
    more: 'stream: { commitInterval: PT0.05S, idleAfter: PT1S, snapshotMinBytes: 65536 }',
  });
  config = await loadConfig({ file, environment: {} });
  records = await feedOf(`${scratch.path}/input`, PARTITIONS);
});

afterAll(scratch.remove);

describe('G-15 the numbers of a worker', () => {
  it('of its gate tasks move in whole steps, and only those', async () => {
    const counted = new Map<string, number[]>();
    const sizes: number[] = [];
    const telemetry: Telemetry = {
      ...noTelemetry,
      add: (name, labels, n = 1) => {
        const key = [name, ...Object.values(labels)].join(' ');
        counted.set(key, [...(counted.get(key) ?? []), n]);
      },
      observe: (name, labels, value) => {
        if (name === 'commitRecords' && labels.role === 'aggregate') sizes.push(value);
      },
    };
    const log = new MemoryLog(topicsOf(PARTITIONS, GATE_PARTITIONS));
    log.append(records.filter(({ topic }) => topic !== 'ref.stores'));
    const { worker, failed } = aWorker({ config, log, records, telemetry });
    await worker.start();
    const isOver = (): boolean => log.records(TOPICS.vault).length > 0 && worker.vault.held().length === 0;
    await Promise.race([until(isOver), failed]);
    await worker.stop();

    const told = (...beginnings: readonly string[]): readonly number[] =>
      [...counted].filter(([key]) => beginnings.some((one) => key.startsWith(one))).flatMap(([, ns]) => ns);
    const ofGate = told('records gate ', 'releasedRows ');
    expect(ofGate.length).toBeGreaterThan(0);
    expect(ofGate.filter((n) => n % 100 !== 0)).toEqual([]);
    expect(told('bytesIn aggregate').length).toBeGreaterThan(0);
    expect(told('bytesIn aggregate').filter((n) => n % 100_000 !== 0)).toEqual([]);
    expect(sizes.length).toBeGreaterThan(0);
    expect(sizes.filter((n) => n === 0 || n % 100 !== 0)).toEqual([]);
    const sum = (ns: readonly number[]): number => ns.reduce((all, n) => all + n, 0);
    const events = records.filter(({ topic }) => topic.startsWith('raw.'));
    // Subjects and events are shared out by a key, so a worker's count of them is of nobody and nowhere.
    expect(sum(told('records wire keep'))).toBeGreaterThanOrEqual(events.length);
  });
});

describe('the lag of a task that waits', () => {
  /** A record that names a schema which nobody here knows. */
  const UNKNOWN = Buffer.from([0, 0, 0, 0xff, 0xff, 1]);
  const value = { key: Buffer.from('ann'), value: UNKNOWN, partition: 1 };

  it.each(['raw.gps', 'privacy.consent'])('for the registry grows with every record of %s', async (topic) => {
    let isAway = false;
    const own = ownRegistry();
    const registry: SchemaRegistry = {
      ...own,
      schemasOf: (of) => (isAway ? Promise.resolve({ kind: 'away' }) : own.schemasOf(of)),
    };
    const log = new MemoryLog(topicsOf(PARTITIONS, GATE_PARTITIONS));
    const { worker, failed } = aWorker({ config, log, records, registry });
    let now = 0;
    const watch = new LagWatch({ worker, log, clock: { now: () => wallTime(now) } });
    const looks = async () => {
      now += 20_000;
      await watch.look();
      const lag = watch.lags().find((one) => one.topic === topic && one.partition === 1);
      return { records: lag?.records, ageMs: watch.rightsAgeMs() };
    };
    await worker.start();
    await Promise.race([until(() => worker.sanitizeTasks().length === PARTITIONS), failed]);
    expect(await looks()).toEqual({ records: 0, ageMs: 0 });

    isAway = true;
    log.append([{ topic, ...value }]);
    const isWaiting = (): boolean => worker.workers.some(({ states }) => states.tasks.includes('waiting'));
    await Promise.race([until(isWaiting), failed]);
    const areRights = topic !== 'raw.gps';
    expect(await looks()).toEqual({ records: 1, ageMs: areRights ? 20_000 : 0 });
    log.append([
      { topic, ...value },
      { topic, ...value },
    ]);
    expect(await looks()).toEqual({ records: 3, ageMs: areRights ? 40_000 : 0 });
    await worker.stop();
  });
});
