/** Runs workers over a log of the tests, with the real composition: feeds input files, waits until all is released, reads what was published. */
import { createHash } from 'node:crypto';
import { systemClock, systemRandomness } from '../../../src/adapters/system/clock.ts';
import { feedRecords } from '../../../src/app/feed/records.ts';
import type { FeedRecord } from '../../../src/app/feed/records.ts';
import { WorkerAssembly } from '../../../src/app/worker/assembly.ts';
import type { Config } from '../../../src/config/config.ts';
import type { SaltName } from '../../../src/model/identity.ts';
import type { Store } from '../../../src/model/place.ts';
import type { RawEvent, RawRight } from '../../../src/model/raw.ts';
import type { PlaceTable } from '../../../src/model/table.ts';
import { eventTime } from '../../../src/model/time.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { GroupReader, Log } from '../../../src/ports/log.ts';
import type { RegisteredSchema, SchemaRegistry } from '../../../src/ports/registry.ts';
import type { SaltVault } from '../../../src/ports/salts.ts';
import type { Journal, Role, Telemetry } from '../../../src/ports/telemetry.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../../src/runtime/stream/topics.ts';
import { calendarOf } from '../../../src/topology/parts.ts';
import type { FileTopic } from '../../../src/wire/decoder.ts';
import { unframed } from '../../../src/wire/framed.ts';
import { TopicIntake } from '../../../src/wire/intake-record.ts';
import { RawIds } from '../../../src/wire/raw-ids.ts';
import { releaseRowCodec } from '../../../src/wire/release-rows.ts';
import { SCHEMAS } from '../../../src/wire/schemas.gen.ts';
import { Run } from '../drive.ts';
import { MemoryLog, MemoryReader } from './memory-log.ts';

const TOPIC_NAMES = Object.keys(SCHEMAS);
const PLACE_TABLES: readonly PlaceTable[] = ['visits', 'dwell', 'transitions', 'footfall'];

/** Our own schemas, with ids by their place in the list. */
export const ownRegistry = (): SchemaRegistry => {
  const of = (topic: string): readonly RegisteredSchema[] => [
    { id: TOPIC_NAMES.indexOf(topic) + 1, schema: SCHEMAS[topic as keyof typeof SCHEMAS] },
  ];
  return {
    idOf: (topic) => Promise.resolve(TOPIC_NAMES.indexOf(topic) + 1),
    schemasOf: (topic) => Promise.resolve({ kind: 'known', schemas: of(topic) }),
    remembered: (topic) => Promise.resolve(of(topic)),
    close: () => undefined,
  };
};

export const noTelemetry: Telemetry = {
  add: () => undefined,
  set: () => undefined,
  drop: () => undefined,
  observe: () => undefined,
};
export const noJournal: Journal = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Everything in a folder of inputs, as a producer sends it. */
export const feedOf = async (folder: string, partitions: number): Promise<readonly FeedRecord[]> => {
  const records: FeedRecord[] = [];
  const options = {
    ...{ inputs: [folder], partitions, storePartitions: 1, registry: ownRegistry() },
    ...{ clock: systemClock, randomness: systemRandomness, latenessMs: 300_000, maxLineBytes: 1_048_576 },
    signal: new AbortController().signal,
  };
  for await (const record of feedRecords(options)) records.push(record);
  return records;
};

export interface FedInput {
  readonly stores: readonly Store[];
  readonly rights: readonly RawRight[];
  readonly events: readonly RawEvent[];
}

/** What the records say, for drivers without a log. */
export const inputOf = (records: readonly FeedRecord[], partitions: number): FedInput => {
  const ids = new RawIds();
  const intakes = new Map<string, TopicIntake<FileTopic>>();
  const decode = (topics: readonly string[]): unknown[] =>
    records.flatMap((record) => {
      if (!topics.includes(record.topic)) return [];
      const intake =
        intakes.get(record.topic) ?? new TopicIntake<FileTopic>({ topic: record.topic, partitions, ids });
      intakes.set(record.topic, intake);
      intake.learn(TOPIC_NAMES.indexOf(record.topic) + 1, SCHEMAS[record.topic]);
      const outcome = intake.decode(record, record.partition);
      return outcome.kind === 'keep' ? [outcome.value] : [];
    });
  return {
    stores: decode(['ref.stores']) as Store[],
    rights: [...decode(['privacy.consent']), ...decode(['privacy.erasure'])] as RawRight[],
    events: decode(['raw.gps', 'raw.device', 'raw.access-log']) as RawEvent[],
  };
};

/** Fixed salts, one a name. */
export const fixedSalt = ({ audience, epoch }: SaltName): Buffer =>
  createHash('sha256')
    .update(`test salt ${audience} ${String(epoch)}`)
    .digest();

export interface StreamOptions {
  readonly config: Config;
  readonly records: readonly FeedRecord[];
  readonly partitions: number;
  readonly gatePartitions: number;
  readonly clock?: Clock;
  readonly fetchRecords?: number;
}

/** Topics of a deployment in memory. */
export const topicsOf = (partitions: number, gatePartitions: number): Readonly<Record<string, number>> => ({
  ...Object.fromEntries(
    [...SANITIZE_TOPICS, 'location.sanitized', 'dead-letter', TOPICS.state].map((t) => [t, partitions]),
  ),
  ...Object.fromEntries(
    [TOPICS.contributions, TOPICS.gate, TOPICS.ledger, ...PLACE_TABLES.map((t) => `release.${t}`)].map(
      (t) => [t, gatePartitions],
    ),
  ),
  [TOPICS.vault]: 1,
});

/** What a worker of a test is given beside its log. */
export interface WorkerOfTest {
  readonly config: Config;
  readonly log: Log;
  readonly readerOf: (role: Role) => GroupReader;
  readonly stores: readonly Store[];
  readonly failed: (fault: unknown) => void;
  readonly clock?: Clock;
}

/** A worker of both roles with fixed salts and our own schemas. */
export const workerOf = ({ clock = systemClock, ...means }: WorkerOfTest): WorkerAssembly =>
  new WorkerAssembly({
    ...means,
    clock,
    codeVersion: 'test',
    roles: ['sanitize', 'aggregate'],
    registry: ownRegistry(),
    randomness: systemRandomness,
    telemetry: noTelemetry,
    journal: noJournal,
    wrapper: null,
    imported: fixedSalt,
    deploymentKey: Buffer.alloc(32, 7),
  });

/** A promise that only rejects, with the first fault that it is told. */
export const faultBox = (): { readonly failed: Promise<never>; readonly fail: (fault: unknown) => void } => {
  let fail: (fault: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  return { failed, fail: (fault) => fail(fault) };
};

/** Runs one worker of both roles until every epoch of the input is released and its salts are destroyed. */
export const runStream = async (options: StreamOptions): Promise<MemoryLog> => {
  const { config, records, partitions, gatePartitions, clock, fetchRecords } = options;
  const log = new MemoryLog(topicsOf(partitions, gatePartitions));
  log.append(records.filter(({ topic }) => topic !== 'ref.stores'));
  const { failed, fail } = faultBox();
  const worker = workerOf({
    ...{ config, log, failed: fail, stores: inputOf(records, partitions).stores },
    ...(clock === undefined ? {} : { clock }),
    readerOf: (role) =>
      role === 'sanitize'
        ? new MemoryReader(log, SANITIZE_TOPICS, partitions, fetchRecords)
        : new MemoryReader(log, [TOPICS.contributions], gatePartitions, fetchRecords),
  });
  await worker.start();
  const done = new Promise<void>((resolve) => {
    const stop = log.listen(() => {
      const { vault } = worker;
      if (log.records(TOPICS.vault).length === 0 || vault.held().length > 0) return;
      stop();
      resolve();
    });
  });
  await Promise.race([done, failed]);
  await worker.stop();
  return log;
};

/** The rows that the embedded engine releases of the same input with the same salts, by table, sorted, as text. */
export const embeddedRows = async (config: Config, input: FedInput): Promise<RowsByTable> => {
  const vault: SaltVault = {
    imported: true,
    hold: (names) =>
      Promise.resolve(names.map((name) => ({ name, bytes: fixedSalt(name), commitment: '', born: false }))),
    destroy: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const wallBound = eventTime(systemClock.now());
  const run = new Run({ policy: config.policy, stores: input.stores, vault, wallBound });
  for (const right of input.rights) run.right(right);
  await run.batches(input.events, 1_000);
  run.engine.finish();
  return byTable((table) => run.rows(table).map(textOf));
};

export type RowsByTable = Readonly<Record<PlaceTable, readonly string[]>>;

const byTable = (rowsOf: (table: PlaceTable) => readonly string[]): RowsByTable => ({
  visits: rowsOf('visits').toSorted(),
  dwell: rowsOf('dwell').toSorted(),
  transitions: rowsOf('transitions').toSorted(),
  terminals: rowsOf('terminals').toSorted(),
  demographics: rowsOf('demographics').toSorted(),
  footfall: rowsOf('footfall').toSorted(),
});

/** Released rows from the values of their topics, by table, sorted, as text. */
export const rowsIn = (
  valuesOf: (topic: string) => readonly (Buffer | null)[],
  config: Config,
): RowsByTable => {
  const { zone } = calendarOf(config.policy);
  return byTable((table) => {
    const codec = releaseRowCodec(table, (at) => zone.iso(at));
    return valuesOf(`release.${table}`).map((value) => {
      const row = codec.decode(unframed(value ?? Buffer.alloc(0)));
      if (row.kind !== 'keep') throw new Error(`a row of ${table} cannot be read`);
      return textOf(row.value);
    });
  });
};

/** Released rows of a log in memory. */
export const releasedRows = (log: MemoryLog, config: Config): RowsByTable =>
  rowsIn((topic) => log.records(topic).map(({ value }) => value), config);

/** One text for equal rows, whatever the order of their columns. */
export const textOf = (row: object): string =>
  JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
