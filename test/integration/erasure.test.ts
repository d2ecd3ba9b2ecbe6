/** What is left of a person on a real cluster: nothing in the clear outside the inputs, and nothing at all once they are gone. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KafkaGroupReader } from '../../src/adapters/kafka/group-reader.ts';
import { KafkaLog } from '../../src/adapters/kafka/log.ts';
import { topicPlans } from '../../src/adapters/kafka/topic-plan.ts';
import { setUpTopics } from '../../src/adapters/kafka/topic-setup.ts';
import { SealedChangelog } from '../../src/adapters/stream/changelog-codec.ts';
import { systemClock, systemRandomness } from '../../src/adapters/system/clock.ts';
import { openPatiently } from '../../src/app/feed/patient-writer.ts';
import type { WorkerAssembly } from '../../src/app/worker/assembly.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { RawId } from '../../src/model/identity.ts';
import type { RawConsent, RawErasure, RawFix } from '../../src/model/raw.ts';
import { eventTime } from '../../src/model/time.ts';
import type { Outgoing } from '../../src/ports/log.ts';
import { receiptOf } from '../../src/runtime/receipt.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../src/runtime/stream/topics.ts';
import { avroCodec } from '../../src/wire/avro.ts';
import { framedEncoder, unframed } from '../../src/wire/framed.ts';
import { scratchFolder } from '../support/cli.ts';
import { writeConfig } from '../support/inputs.ts';
import { KafkaBench } from '../support/kafka-bench.ts';
import type { KafkaCluster } from '../support/services/kafka.ts';
import { startKafka } from '../support/services/kafka.ts';
import { describeWithProcesses } from '../support/services/needs.ts';
import { faultBox, ownRegistry, workerOf } from '../support/stream/stream.ts';

const MEMBER = 'canary-member-5f1c';
const DEVICE = 'canary-device-9b2e';
const PARTITION = 0;
const ALONE = { inputPartitions: 1, gatePartitions: 1, replication: 1, minInsync: 1 };
const START = Date.parse('2024-05-15T09:00:00+09:00');
const HOME = { lat: 35.681, lng: 139.767 };

const someone = { deviceId: new RawId('device', DEVICE), memberId: new RawId('member', MEMBER) };
const ALL = <K extends string>(names: readonly K[], on: boolean): Record<K, boolean> =>
  Object.fromEntries(names.map((name) => [name, on])) as Record<K, boolean>;

const consent = (at: number, on: boolean): RawConsent => ({
  kind: 'consent',
  ...someone,
  at: eventTime(at),
  policyVersion: 3,
  purposes: ALL(
    ['nearbyShops', 'usageStatistics', 'fraudPrevention', 'serviceImprovement', 'thirdPartyTracking'],
    on,
  ),
  sources: ALL(['location', 'terminalId', 'cookies'], on),
});

const fix = (minute: number): RawFix => ({
  kind: 'fix',
  ...someone,
  at: eventTime(START + minute * 60_000),
  origin: 'APP',
  thirdPartyId: null,
  position: { lat: HOME.lat + minute / 10_000, lng: HOME.lng },
  accuracyM: 8,
  speedMps: null,
  mocked: false,
  requestId: null,
});

const erasure = (at: number): RawErasure => ({
  kind: 'erasure',
  ...someone,
  at: eventTime(at),
  requestId: 'request-1',
});

describeWithProcesses('G-03 G-04 a person on a cluster', ['kafka'], () => {
  const scratch = scratchFolder();
  const { fail, failed } = faultBox();
  let kafka: KafkaCluster;
  let bench: KafkaBench;
  let log: KafkaLog;
  let config: Config;
  let worker: WorkerAssembly;

  const encoders = async () => {
    const registry = ownRegistry();
    const of = async (topic: 'raw.gps' | 'privacy.consent' | 'privacy.erasure') => {
      const encode = framedEncoder(topic, await registry.idOf(topic));
      return (value: unknown): Outgoing => ({
        topic,
        partition: PARTITION,
        key: Buffer.from(MEMBER),
        value: encode(value as never),
      });
    };
    return {
      gps: await of('raw.gps'),
      consent: await of('privacy.consent'),
      erasure: await of('privacy.erasure'),
    };
  };

  const send = async (records: readonly Outgoing[]): Promise<void> => {
    const writer = await openPatiently(log, 'test.producer', systemClock);
    await writer.commit(records);
    await writer.close();
  };

  /** Resolves when a commit of the task has gone past the end of an input. */
  const actedUpon = async (topic: string): Promise<void> => {
    const { end } = await log.bounds({ topic, partition: PARTITION });
    const codec = new SealedChangelog({
      place: { topic: TOPICS.state, partition: PARTITION },
      deployment: 'any',
      keyOf: () => null,
      randomness: systemRandomness,
    });
    await Promise.race([
      failed,
      new Promise<void>((resolve, reject) => {
        log
          .tail(TOPICS.state, ({ records }) => {
            for (const { value } of records) {
              const { positions } = codec.read(value ?? Buffer.alloc(0)).header;
              // A transaction's marker is the last offset of all.
              if (positions.some((one) => one.topic === topic && one.offset >= end - 1)) resolve();
            }
          })
          .catch(reject);
      }),
    ]);
  };

  /** The first receipt of an erasure that comes into a ledger. */
  const receipt = async (): Promise<unknown> => {
    const { decode } = avroCodec('release.ledger');
    return Promise.race([
      failed,
      new Promise<unknown>((resolve, reject) => {
        log
          .tail(TOPICS.ledger, ({ records }) => {
            for (const { value } of records) {
              const line = value === null ? null : decode(unframed(value));
              if (line?.kind === 'keep' && line.value.entry.type === 'erasure') resolve(line.value.entry);
            }
          })
          .catch(reject);
      }),
    ]);
  };

  /** Topics in whose files the text stands in the clear. */
  const topicsHolding = (text: string): readonly string[] => {
    const holding = new Set<string>();
    for (const entry of readdirSync(kafka.dataDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.log')) continue;
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      if (bytes.includes(text)) holding.add(entry.parentPath.replace(/^.*\//, '').replace(/-\d+$/, ''));
    }
    return [...holding].sort();
  };

  beforeAll(async () => {
    kafka = await startKafka({
      config: { 'log.retention.check.interval.ms': 200, 'log.cleaner.backoff.ms': 100 },
    });
    const more = [
      `kafka: { brokers: [${kafka.brokers.join(', ')}], sessionTimeout: PT6S, heartbeat: PT0.5S }`,
      'stream: { commitInterval: PT0.1S, idleAfter: PT5M }',
    ].join('\n');
    const file = writeConfig(`${scratch.path}/config.yaml`, { vault: `${scratch.path}/none`, more });
    config = await loadConfig({ file, environment: {} });
    bench = await KafkaBench.open(config.kafka);
    const plans = topicPlans({ ...config.topics, ...ALONE });
    await setUpTopics(bench.clients, plans);
    await bench.storeInTheClear(plans.map(({ topic }) => topic));
    log = new KafkaLog(bench.clients);
    worker = workerOf({
      ...{ config, log, stores: [], failed: fail },
      readerOf: (role) =>
        new KafkaGroupReader({
          clients: bench.clients,
          group: `test.${role}`,
          topics: role === 'sanitize' ? SANITIZE_TOPICS : [TOPICS.contributions],
        }),
    });
  });

  afterAll(async () => {
    await worker.stop();
    await log.close();
    await bench.close();
    await kafka.stop();
    scratch.remove();
  });

  it('is in the clear in the inputs only, is taken back at once, and is gone with the inputs', async () => {
    const of = await encoders();
    await send([
      of.consent(consent(START - 1, true)),
      ...Array.from({ length: 60 }, (_, i) => of.gps(fix(i))),
    ]);
    await worker.start();
    await actedUpon('raw.gps');
    expect(topicsHolding(MEMBER)).toEqual(['privacy.consent', 'raw.gps']);
    expect(topicsHolding(DEVICE)).toEqual(['privacy.consent', 'raw.gps']);

    const withdrawn = actedUpon(TOPICS.consent);
    await send([of.consent(consent(START + 3_600_000, false))]);
    // Every open window must be clean within five seconds of the record.
    await Promise.race([withdrawn, pause(5_000).then(() => Promise.reject(new Error('not within 5 s')))]);

    await send([
      of.erasure(erasure(START + 3_700_000)),
      { ...of.consent(consent(START, false)), value: null },
    ]);
    await actedUpon(TOPICS.erasure);
    expect(await receipt()).toMatchObject(receiptOf(erasure(START + 3_700_000)));
    await worker.stop();
    expect(topicsHolding(MEMBER)).toEqual(['privacy.consent', 'privacy.erasure', 'raw.gps']);

    await bench.forgetSoon(['raw.gps', TOPICS.erasure], [TOPICS.consent]);
    // Closed segments only are cleaned: somebody else's record closes them.
    const other = { ...of.consent(consent(START, true)), key: Buffer.from('somebody') };
    for (let i = 0; topicsHolding(MEMBER).length > 0 && i < 60; i++) {
      await send([{ ...other, value: Buffer.from('a value that nobody reads') }]);
      await pause(500);
    }
    expect(topicsHolding(MEMBER)).toEqual([]);
    expect(topicsHolding(DEVICE)).toEqual([]);
  });
});
