/** How large the state of a task is, and how long its snapshot and its restoring take, on the real log. */
import { KafkaClients } from '../../src/adapters/kafka/client.ts';
import { KafkaLog } from '../../src/adapters/kafka/log.ts';
import { SealedChangelog } from '../../src/adapters/stream/changelog-codec.ts';
import { systemClock, systemRandomness } from '../../src/adapters/system/clock.ts';
import { deploymentKeys, storesOn } from '../../src/app/cluster.ts';
import type { Config } from '../../src/config/config.ts';
import { AUDIENCES } from '../../src/model/identity.ts';
import { HOUR_MS, SECOND_MS, epochStart, eventTime, watermark } from '../../src/model/time.ts';
import { EARLIEST } from '../../src/runtime/engine.ts';
import { Counters } from '../../src/runtime/counters.ts';
import type { SlotRecord } from '../../src/runtime/fold-runner.ts';
import { KeyRing } from '../../src/runtime/key-ring.ts';
import { SanitizeTask } from '../../src/runtime/sanitize-task.ts';
import { Changelog } from '../../src/runtime/stream/changelog.ts';
import { TOPICS } from '../../src/runtime/stream/topics.ts';
import type { Land } from '../../src/topology/parts.ts';
import { landOf } from '../../src/topology/parts.ts';
import { sanitizeFlow } from '../../src/topology/topology.ts';
import { avroCodec } from '../../src/wire/avro.ts';
import { unframed } from '../../src/wire/framed.ts';
import { RawIds } from '../../src/wire/raw-ids.ts';
import { Load, noonMs } from './load.ts';
import { benchRegistry } from './registry.ts';

export interface StateFigures {
  readonly devices: number;
  /** States of all three folds. */
  readonly keys: number;
  readonly heapMbPerMillionDevices: number;
  readonly snapshotMb: number;
  /** Encoding and sealing; nothing else runs in the process meanwhile. */
  readonly snapshotS: number;
  readonly writeS: number;
}

export interface RestoreFigures {
  readonly restoredKeys: number;
  /** From the broker, still sealed. */
  readonly readS: number;
  /** Reading, opening and restoring, from the first request to the last key. */
  readonly restoreS: number;
}

const FIXES_EACH = 4;
const FEW = 10_000;
const TICK_MS = 10 * SECOND_MS;
const SALT_BYTES = 32;

const secondsSince = (ms: number): number => (performance.now() - ms) / 1_000;

const heapMb = (): number => {
  global.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
};

interface Parts {
  readonly task: SanitizeTask;
  readonly flow: ReturnType<typeof sanitizeFlow>;
  readonly changelog: Changelog;
}

export const measureState = async (config: Config, devices: number): Promise<StateFigures> => {
  const clients = await KafkaClients.open(config.kafka);
  const log = new KafkaLog(clients);
  const load = await Load.open({ profile: 'city', subjects: devices, partitions: 1 }, noonMs(Date.now()));
  const before = heapMb();
  const first = await freshParts(config, log);
  const now = await feed(first, load, config.policy.latenessMs);
  const grownMb = heapMb() - before;
  const keys = Object.values(first.task.keys).reduce((sum, n) => sum + n, 0);

  let since = performance.now();
  const standing = {
    positions: [],
    clocks: [],
    now,
    marked: now,
    partitions: config.topics.inputPartitions,
    rules: '',
  };
  const records = first.changelog.next(standing, () => first.task.parts());
  const snapshotS = secondsSince(since);
  const snapshotMb = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0) / 2 ** 20;
  since = performance.now();
  const writer = await log.openWriter('bench.state');
  await writer.commit(records);
  await writer.close();
  const writeS = secondsSince(since);

  await log.close();
  const heapMbPerMillionDevices = (grownMb / devices) * 1e6;
  return { devices, keys, heapMbPerMillionDevices, snapshotMb, snapshotS, writeS };
};

/** As a worker that has just been started: nothing else is in the process. */
export const measureRestore = async (config: Config): Promise<RestoreFigures> => {
  const log = new KafkaLog(await KafkaClients.open(config.kafka));
  const { task, changelog } = await freshParts(config, log);
  const since = performance.now();
  const saved = await changelog.read();
  const readS = secondsSince(since);
  if (saved === null) throw new Error('nothing was saved');
  task.restore(saved.header.now, changelog.partsOf(saved));
  const restoreS = secondsSince(since);
  const restoredKeys = Object.values(task.keys).reduce((sum, n) => sum + n, 0);
  await log.close();
  return { restoredKeys, readS, restoreS };
};

const freshParts = async (config: Config, log: KafkaLog): Promise<Parts> => {
  const stores = await storesOn(log, benchRegistry, systemClock);
  const land = landOf({ policy: config.policy, stores });
  const { deploymentKey } = await deploymentKeys(config);
  return partsOf({
    ...{ land, deploymentKey, startMs: noonMs(Date.now()), log },
    partitions: config.topics.inputPartitions,
  });
};

interface Means {
  readonly land: Land;
  readonly deploymentKey: Buffer;
  readonly startMs: number;
  readonly log: KafkaLog;
  readonly partitions: number;
}

/** A task with the salts of its hours, as if a gate task had made them. */
const partsOf = ({ land, deploymentKey, startMs, log }: Means): Parts => {
  const ring = new KeyRing();
  const statistics = land.calendar.epochAt(eventTime(startMs)).start;
  for (const audience of AUDIENCES) {
    const epochs =
      audience === 'statistics' ? [statistics] : [epochStart(startMs), epochStart(startMs + HOUR_MS)];
    for (const epoch of epochs) {
      const bytes = Buffer.alloc(SALT_BYTES, `${audience}${String(epoch)}`);
      ring.add({ name: { audience, epoch }, bytes, commitment: '', born: true });
    }
  }
  const { keyOf } = ring;
  const flow = sanitizeFlow({ ...land, keyOf }, { deploymentKey, wallBound: EARLIEST });
  flow.believeUpTo(eventTime(startMs + 2 * HOUR_MS));
  const place = { topic: TOPICS.state, partition: 0 };
  const codec = new SealedChangelog<SlotRecord>({
    ...{ place, deployment: 'bench', keyOf, randomness: systemRandomness },
  });
  const changelog = new Changelog({
    codec,
    place,
    log,
    settings: { snapshotMinBytes: 0, snapshotFactor: 1 },
  });
  const task = new SanitizeTask(
    flow,
    { location: () => undefined, contribution: () => undefined },
    new Counters(),
  );
  return { task, flow, changelog };
};

/** Everybody's consent and fixes through the doors; gives the watermark at the end. */
const feed = async ({ task, flow }: Parts, load: Load, latenessMs: number) => {
  const ids = new RawIds();
  const consent = avroCodec('privacy.consent', ids);
  for (const { value } of await load.consents()) {
    const right = consent.decode(unframed(value ?? Buffer.alloc(0)));
    if (right.kind === 'keep') flow.right(right.value);
  }
  const gps = avroCodec('raw.gps', ids);
  let clock = EARLIEST;
  let now = watermark(EARLIEST);
  for (let left = FIXES_EACH * load.subjects; left > 0; left -= FEW) {
    for (const { value } of load.next(Math.min(left, FEW))) {
      const event = gps.decode(unframed(value ?? Buffer.alloc(0)));
      if (event.kind !== 'keep') continue;
      if (event.value.at > clock) clock = event.value.at;
      task.event(event.value, clock);
    }
    const ripe = watermark(Math.floor((clock - latenessMs) / TICK_MS) * TICK_MS);
    if (ripe <= now) continue;
    now = ripe;
    task.advance(now);
  }
  return now;
};
