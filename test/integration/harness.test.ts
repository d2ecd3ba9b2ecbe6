/** The services of the tests themselves: they start, answer, survive a kill on their data, and the proxy bends what it should. */
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { Redis } from 'ioredis';
import type { Admin, Consumer, Kafka as KafkaClient } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KINDS } from '../support/services/kinds.ts';
import { API } from '../support/services/kafka-frames.ts';
import { startProxy } from '../support/services/kafka-proxy.ts';
import type { FaultProxy } from '../support/services/kafka-proxy.ts';
import { startKafka } from '../support/services/kafka.ts';
import type { KafkaCluster } from '../support/services/kafka.ts';
import { describeWithProcesses, describeWithServices } from '../support/services/needs.ts';
import { startRedis } from '../support/services/redis.ts';

const { Kafka, logLevel } = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs');

const clientOf = (brokers: readonly string[]): KafkaClient =>
  new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    requestTimeout: 3_000,
    retry: { initialRetryTime: 50, retries: 8 },
  });

const withAdmin = async <T>(brokers: readonly string[], act: (admin: Admin) => Promise<T>): Promise<T> => {
  const admin = clientOf(brokers).admin();
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.disconnect();
  }
};

const createTopic = (brokers: readonly string[], topic: string): Promise<unknown> =>
  withAdmin(brokers, (admin) => admin.createTopics({ topics: [{ topic, numPartitions: 1 }] }));

const produce = async (
  brokers: readonly string[],
  topic: string,
  values: readonly string[],
): Promise<void> => {
  const producer = clientOf(brokers).producer();
  await producer.connect();
  try {
    await producer.send({ topic, messages: values.map((value) => ({ value })) });
  } finally {
    await producer.disconnect();
  }
};

/** The first `count` values of a topic. */
const consume = async (
  brokers: readonly string[],
  topic: string,
  count: number,
): Promise<readonly string[]> => {
  const consumer: Consumer = clientOf(brokers).consumer({ groupId: `${topic}-${randomUUID()}` });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    return await new Promise<readonly string[]>((resolve, reject) => {
      const values: string[] = [];
      const eachMessage = ({ message }: { message: { value: Buffer | null } }): Promise<void> => {
        values.push(String(message.value));
        if (values.length === count) resolve(values);
        return Promise.resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
};

describeWithServices('the shared services', KINDS, ({ kafka, redis, registry }) => {
  it('Kafka makes a topic and gives back what is written to it', async () => {
    const topic = `harness-${process.pid}`;
    await createTopic(kafka, topic);
    await produce(kafka, topic, ['a', 'b']);
    expect(await consume(kafka, topic, 2)).toEqual(['a', 'b']);
  });

  it('Kafka makes no topic by itself', async () => {
    const made = await withAdmin(kafka, (admin) => admin.listTopics());
    await expect(produce(kafka, 'never-made', ['a'])).rejects.toThrow(/topic-partition/);
    expect(made).not.toContain('never-made');
  });

  it('Redis keeps a value', async () => {
    const client = new Redis(redis);
    await client.set('harness', 'kept');
    expect(await client.get('harness')).toBe('kept');
    await client.quit();
  });

  it('the registry gives back a schema by its id', async () => {
    const registered = await fetch(`${registry}/subjects/harness-value/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: '"long"' }),
    });
    const { id } = (await registered.json()) as { readonly id: number };
    const found = (await (await fetch(`${registry}/schemas/ids/${id}`)).json()) as {
      readonly schema: string;
    };
    expect(found.schema).toBe('"long"');
  });
});

describeWithProcesses('services of a test alone', ['kafka', 'redis'], () => {
  let proxy: FaultProxy;
  let cluster: KafkaCluster;

  beforeAll(async () => {
    proxy = await startProxy();
    cluster = await startKafka({ advertisedPorts: [proxy.port] });
    proxy.forwardTo(cluster.ports[0] ?? 0);
    await createTopic(cluster.direct, 'kept');
  });

  afterAll(async () => {
    await proxy.close();
    await cluster.stop();
  });

  it('clients are led through the proxy', async () => {
    expect(cluster.brokers).toEqual([proxy.address]);
    await produce(cluster.brokers, 'kept', ['1']);
    proxy.refuse();
    await expect(createTopic(cluster.brokers, 'unreached')).rejects.toThrow(/[Cc]onnection/);
    proxy.heal();
    expect(await consume(cluster.brokers, 'kept', 1)).toEqual(['1']);
  });

  it('an answer can be held: the broker has done it, the client does not know', async () => {
    const held = proxy.inject({ api: API.produce, direction: 'response', act: 'hold', times: 1 });
    let isKnown = false;
    const sent = produce(cluster.brokers, 'kept', ['2']).then(() => (isKnown = true));
    await held.met();
    expect(await consume(cluster.direct, 'kept', 2)).toEqual(['1', '2']);
    expect(isKnown).toBe(false);
    held.release();
    await sent;
    expect(held.hits).toBe(1);
  });

  it('a request can be cut: it is sent again', async () => {
    const cut = proxy.inject({ api: API.produce, direction: 'request', act: 'close', times: 1 });
    await produce(cluster.brokers, 'kept', ['3']);
    expect(cut.hits).toBe(1);
    expect(await consume(cluster.direct, 'kept', 3)).toEqual(['1', '2', '3']);
  });

  it('a broker killed and started again has its data', async () => {
    await cluster.kill();
    expect(cluster.nodes.map(({ isRunning }) => isRunning)).toEqual([false]);
    await cluster.restart();
    expect(await consume(cluster.direct, 'kept', 3)).toEqual(['1', '2', '3']);
  });

  it.each([
    ['everysec', 'kept'],
    ['off', null],
  ] as const)('a Redis with AOF %s killed and started again has %s', async (aof, expected) => {
    const server = await startRedis({ aof });
    try {
      const before = new Redis(server.url);
      await before.set('key', 'kept');
      before.disconnect();
      await server.kill();
      await server.restart();
      const after = new Redis(server.url);
      expect(await after.get('key')).toBe(expected);
      after.disconnect();
    } finally {
      await server.stop();
    }
  });
});
