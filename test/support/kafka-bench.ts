/** Kafka as tests prepare and look at it: topics, plain and torn writes, compaction; the product's own parts do the rest. */
import type { Admin, Producer } from 'kafkajs';
import type { KafkaSettings } from '../../src/adapters/kafka/client.ts';
import { KafkaClients } from '../../src/adapters/kafka/client.ts';
import { KafkaLog } from '../../src/adapters/kafka/log.ts';
import type { Outgoing, Place } from '../../src/ports/log.ts';
import type { LogSubject } from '../contract/log-stage.ts';

/** Settings for a cluster on this machine, with the short times of tests. */
export const kafkaSettings = (
  brokers: readonly string[],
  more: Partial<KafkaSettings> = {},
): KafkaSettings => ({
  brokers,
  application: 'oboro',
  deployment: 'test',
  tls: { enabled: false, caFile: null, certFile: null, keyFile: null },
  sasl: { mechanism: 'none', username: null, password: null },
  sessionTimeoutMs: 6_000,
  heartbeatMs: 500,
  rebalanceTimeoutMs: 10_000,
  connectionTimeoutMs: 3_000,
  requestTimeoutMs: 10_000,
  transactionTimeoutMs: 30_000,
  maxBytesPerPartition: 512 * 1_024,
  maxWaitMs: 100,
  ...more,
});

/** Segments that roll at once and are cleaned at the first chance. */
const COMPACTED = {
  'cleanup.policy': 'compact',
  'segment.ms': '100',
  'min.cleanable.dirty.ratio': '0.01',
  'min.compaction.lag.ms': '0',
  'delete.retention.ms': '0',
  'file.delete.delay.ms': '0',
};

const EXPIRED = {
  'cleanup.policy': 'delete',
  'retention.ms': '1',
  'segment.ms': '100',
  'file.delete.delay.ms': '0',
};

const IN_THE_CLEAR = { 'compression.type': 'uncompressed' };

const FEW = 500;

const topicMessages = (records: readonly Outgoing[]) =>
  records.map(({ topic, key, value, partition }) => ({ topic, messages: [{ key, value, partition }] }));

export class KafkaBench {
  readonly clients: KafkaClients;
  readonly admin: Admin;
  readonly #plain: Producer;
  readonly #torn: Producer[] = [];

  private constructor(clients: KafkaClients) {
    this.clients = clients;
    this.admin = clients.client({ role: 'test-admin' }).admin();
    this.#plain = clients.client({ role: 'test' }).producer({
      allowAutoTopicCreation: false,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
  }

  static async open(settings: KafkaSettings): Promise<KafkaBench> {
    const bench = new KafkaBench(await KafkaClients.open(settings));
    await bench.admin.connect();
    await bench.#plain.connect();
    return bench;
  }

  /** Shortens what the topics keep: all of the first is too old at once, of the second the last of a key stays. */
  async forgetSoon(expiring: readonly string[], compacted: readonly string[]): Promise<void> {
    await this.#configure(expiring, { ...EXPIRED, ...IN_THE_CLEAR });
    await this.#configure(compacted, { ...COMPACTED, ...IN_THE_CLEAR });
  }

  /** Stores what is written from now on uncompressed, so that its bytes can be searched. */
  async storeInTheClear(topics: readonly string[]): Promise<void> {
    await this.#configure(topics, IN_THE_CLEAR);
  }

  async #configure(topics: readonly string[], settings: Readonly<Record<string, string>>): Promise<void> {
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    // ConfigResourceTypes.TOPIC
    const resources = topics.map((name) => ({ type: 2, name, configEntries }));
    await this.admin.alterConfigs({ validateOnly: false, resources });
  }

  async createTopic(
    topic: string,
    {
      partitions,
      compacted = false,
      config = {},
    }: {
      readonly partitions: number;
      readonly compacted?: boolean;
      readonly config?: Readonly<Record<string, string>>;
    },
  ): Promise<void> {
    const entries = Object.entries({ ...(compacted ? COMPACTED : {}), ...config });
    await this.admin.createTopics({
      topics: [
        {
          topic,
          numPartitions: partitions,
          configEntries: entries.map(([name, value]) => ({ name, value })),
        },
      ],
    });
  }

  async append(records: readonly Outgoing[]): Promise<void> {
    for (let i = 0; i < records.length; i += FEW) {
      const few = records.slice(i, i + FEW);
      const topics = [...new Set(few.map(({ topic }) => topic))];
      await this.#plain.sendBatch({
        topicMessages: topics.map((topic) => ({
          topic,
          messages: few
            .filter((record) => record.topic === topic)
            .map(({ key, value, partition }) => ({ key, value, partition })),
        })),
      });
    }
  }

  async hang(id: string, records: readonly Outgoing[]): Promise<() => Promise<void>> {
    const producer = this.clients.client({ role: 'torn' }).producer({
      transactionalId: id,
      maxInFlightRequests: 1,
      idempotent: true,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
      retry: { initialRetryTime: 10, retries: 20, maxRetryTime: 100 },
    });
    this.#torn.push(producer);
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.sendBatch({ topicMessages: topicMessages(records) });
    return () => transaction.abort();
  }

  /** Resolves when the cleaner has emptied what lies before the active segment. */
  async compact({ topic, partition }: Place): Promise<void> {
    const log = new KafkaLog(this.clients);
    let least = Number.POSITIVE_INFINITY;
    for (let calm = 0; calm < 5;) {
      // A new segment is begun by a write only.
      await this.append([
        { topic, partition, key: Buffer.from('rolled'), value: Buffer.from('x') },
        { topic, partition, key: Buffer.from('rolled'), value: null },
      ]);
      let count = 0;
      await log.readToEnd({ topic, partition }, null, ({ records }) => {
        count += records.filter(({ key }) => key?.toString() !== 'rolled').length;
      });
      calm = count < least ? 0 : calm + (least <= 6 ? 1 : 0);
      least = Math.min(least, count);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await log.close();
  }

  subject(): LogSubject {
    return {
      open: () => Promise.resolve(new KafkaLog(this.clients)),
      createTopic: (topic, shape) => this.createTopic(topic, shape),
      append: (records) => this.append(records),
      hang: (id, records) => this.hang(id, records),
      compact: (place) => this.compact(place),
      cleanUp: () => Promise.resolve(),
    };
  }

  async close(): Promise<void> {
    await Promise.all(
      [this.#plain, this.admin, ...this.#torn].map((one) => one.disconnect().catch(() => undefined)),
    );
  }
}
