import { afterAll, beforeAll, expect, it } from 'vitest';
import { KafkaClients } from '../../src/adapters/kafka/client.ts';
import { KafkaGroupReader } from '../../src/adapters/kafka/group-reader.ts';
import { KafkaLog } from '../../src/adapters/kafka/log.ts';
import { topicPlans } from '../../src/adapters/kafka/topic-plan.ts';
import { setUpTopics } from '../../src/adapters/kafka/topic-setup.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { openPatiently } from '../../src/app/feed/patient-writer.ts';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import type { WorkerAssembly } from '../../src/app/worker/assembly.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { asLedgerLine } from '../../src/release/ledger-shape.ts';
import { verifyLedger } from '../../src/release/ledger-verify.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../src/runtime/stream/topics.ts';
import { avroCodec } from '../../src/wire/avro.ts';
import { unframed } from '../../src/wire/framed.ts';
import { scratchFolder } from '../support/cli.ts';
import { smallCity, writeConfig } from '../support/inputs.ts';
import { startKafka } from '../support/services/kafka.ts';
import type { KafkaCluster } from '../support/services/kafka.ts';
import { describeWithProcesses } from '../support/services/needs.ts';
import type { RowsByTable } from '../support/stream/stream.ts';
import { embeddedRows, faultBox, feedOf, inputOf, rowsIn, workerOf } from '../support/stream/stream.ts';

const MEMBERS = 250;

describeWithProcesses('the same answer everywhere: a day of the city on Kafka', ['kafka'], () => {
  const scratch = scratchFolder();
  let expected: RowsByTable;

  const configFor = async (kafka: KafkaCluster): Promise<Config> => {
    const more = [
      `kafka: { brokers: [${kafka.brokers.join(', ')}], sessionTimeout: PT6S, heartbeat: PT0.5S }`,
      'stream: { commitInterval: PT0.1S, idleAfter: PT5S, snapshotMinBytes: 65536 }',
    ].join('\n');
    const file = writeConfig(`${scratch.path}/config.yaml`, { vault: `${scratch.path}/none`, more });
    return loadConfig({ file, environment: {} });
  };

  beforeAll(async () => {
    smallCity(`${scratch.path}/input`, MEMBERS);
    const file = writeConfig(`${scratch.path}/plain.yaml`, { vault: `${scratch.path}/none` });
    const config = await loadConfig({ file, environment: {} });
    expected = await embeddedRows(config, inputOf(await feedOf(`${scratch.path}/input`, 1), 1));
  });

  afterAll(scratch.remove);

  it.each([
    { workers: 1, partitions: 4 },
    { workers: 3, partitions: 4 },
    { workers: 1, partitions: 12 },
    { workers: 3, partitions: 12 },
  ])('G-10 G-12 $workers workers, $partitions partitions', async ({ workers, partitions }) => {
    const kafka = await startKafka();
    try {
      const config = await configFor(kafka);
      const records = await feedOf(`${scratch.path}/input`, partitions);
      const seen = await runOnKafka({ config, records, workers, partitions });
      expect(seen.rows).toEqual(expected);
      for (const lines of seen.ledgers) {
        const { problems, epochs } = verifyLedger(lines);
        expect(problems).toEqual([]);
        expect(epochs.filter(({ destroyed }) => !destroyed)).toEqual([]);
      }
    } finally {
      await kafka.stop();
    }
  });
});

interface Deployment {
  readonly config: Config;
  readonly records: readonly FeedRecord[];
  readonly workers: number;
  readonly partitions: number;
}

const runOnKafka = async ({ config, records, workers, partitions }: Deployment) => {
  const clients = await KafkaClients.open(config.kafka);
  const sizes = { inputPartitions: partitions, gatePartitions: partitions, replication: 1, minInsync: 1 };
  await setUpTopics(clients, topicPlans({ ...config.topics, ...sizes }));
  const log = new KafkaLog(clients);
  const feed = await openPatiently(log, 'test.feed', systemClock);
  await feed.commit(records.filter(({ topic }) => topic !== 'ref.stores'));
  await feed.close();
  const { failed, fail } = faultBox();
  const { stores } = inputOf(records, partitions);
  const readerOf = (role: 'sanitize' | 'aggregate'): KafkaGroupReader =>
    new KafkaGroupReader({
      clients,
      group: `test.${role}`,
      topics: role === 'sanitize' ? SANITIZE_TOPICS : [TOPICS.contributions],
    });
  const running: WorkerAssembly[] = [];
  const logs = Array.from({ length: workers }, () => new KafkaLog(clients));
  for (const own of logs) {
    const worker = workerOf({ config, log: own, readerOf, stores, failed: fail });
    await worker.start();
    running.push(worker);
  }
  await Promise.race([everyChainIsEnded(log, partitions), failed]);
  await Promise.all(running.map((worker) => worker.stop()));
  const values = await everything(log, partitions);
  await Promise.all([log, ...logs].map((one) => one.close()));
  const ledgers = Array.from({ length: partitions }, (_, partition) =>
    (values.get(`${TOPICS.ledger}|${partition}`) ?? []).map(ledgerLine),
  );
  const of = (topic: string): readonly Buffer[] =>
    [...values].filter(([place]) => place.startsWith(`${topic}|`)).flatMap(([, held]) => held);
  return { rows: rowsIn(of, config), ledgers };
};

const ledgerLine = (value: Buffer): unknown => {
  const line = avroCodec('release.ledger').decode(unframed(value));
  return line.kind === 'keep' ? line.value : null;
};

/** Resolves when every ledger chain says that the day's statistics salt is destroyed. */
const everyChainIsEnded = async (log: KafkaLog, partitions: number): Promise<void> => {
  const ended = new Set<number>();
  await new Promise<void>((resolve, reject) => {
    log
      .tail(TOPICS.ledger, ({ partition, records }) => {
        for (const { value } of records) {
          const line = value === null ? null : asLedgerLine(ledgerLine(value));
          const entry = line?.entry;
          if (entry?.type === 'epoch_destroyed' && entry.audience === 'statistics') ended.add(partition);
        }
        if (ended.size === partitions) resolve();
      })
      .catch(reject);
  });
};

/** Values of the published tables and the ledger, by topic and partition. */
const everything = async (log: KafkaLog, partitions: number): Promise<ReadonlyMap<string, Buffer[]>> => {
  const values = new Map<string, Buffer[]>();
  for (const table of ['visits', 'dwell', 'transitions', 'footfall', 'ledger']) {
    for (let partition = 0; partition < partitions; partition++) {
      const topic = `release.${table}`;
      const held: Buffer[] = [];
      await log.readToEnd({ topic, partition }, null, ({ records }) => {
        for (const { value } of records) if (value !== null) held.push(value);
      });
      values.set(`${topic}|${partition}`, held);
    }
  }
  return values;
};
