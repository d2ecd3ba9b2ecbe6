/** The defects of kafkajs 2.2.4 that the hardening takes away, each on a real broker and first without it. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Kafka, Message, Producer, Transaction } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hardenKafkajs } from '../../src/adapters/kafka/hardening/harden.ts';
import { describeWithServices } from '../support/services/needs.ts';
import { craftBatch, craftRecord } from '../unit/adapters/kafka/hardening/craft-batch.ts';
import { highWatermark, produceRaw } from './raw-requests.ts';

const kafkajs = hardenKafkajs();
const run = promisify(execFile);

interface Seen {
  readonly outcome: 'end' | 'stalled' | 'crashed';
  readonly fault?: string;
  readonly count: number;
  readonly values: readonly string[];
  readonly quarantined: readonly unknown[];
}

/** The broker drops what is older than it keeps. */
const baseTimestamp = Date.now();

const READER = join(import.meta.dirname, 'committed-reader.mjs');

describeWithServices('hardened kafkajs beside kafkajs as it is', ['kafka'], ({ kafka: brokers }) => {
  const kafka: Kafka = new kafkajs.Kafka({
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 20, retries: 10 },
  });
  const [broker = ''] = brokers;
  const admin = kafka.admin();
  const producers: Producer[] = [];
  beforeAll(() => admin.connect());
  afterAll(async () => {
    await Promise.all([admin.disconnect(), ...producers.map((producer) => producer.disconnect())]);
  });

  const makeTopic = async (config: Readonly<Record<string, string>> = {}): Promise<string> => {
    const topic = `hardening-${randomUUID()}`;
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true });
    return topic;
  };

  const makeProducer = async (transactionalId?: string): Promise<Producer> => {
    const id = transactionalId === undefined ? {} : { transactionalId };
    const producer = kafka.producer({ ...id, idempotent: true, maxInFlightRequests: 1 });
    producers.push(producer);
    await producer.connect();
    return producer;
  };

  const begin = async (): Promise<Transaction> => (await makeProducer(randomUUID())).transaction();

  const write = (
    to: Pick<Producer, 'send'>,
    topic: string,
    ...messages: readonly Message[]
  ): Promise<unknown> => to.send({ topic, messages: [...messages], acks: -1 });

  const read = async (way: 'stock' | 'hardened', ...rest: readonly string[]): Promise<Seen> => {
    const { stdout } = await run(process.execPath, [READER, way, brokers.join(','), ...rest]);
    return JSON.parse(stdout) as Seen;
  };

  /** Markers are written after the broker has answered: waits until the topic is so long. */
  const untilEnd = async (topic: string, end: number): Promise<void> => {
    await expect.poll(() => highWatermark(broker, topic), { timeout: 20_000, interval: 20 }).toBe(end);
  };

  it('overlapping aborted transactions (row 1): kafkajs shows an aborted record', async () => {
    const topic = await makeTopic();
    const [a, b, c] = [await begin(), await begin(), await begin()];
    await write(a, topic, { value: 'aborted a' });
    await write(b, topic, { value: 'aborted b' });
    await write(c, topic, { value: 'committed' });
    await b.abort();
    await untilEnd(topic, 4);
    await a.abort();
    await c.commit();
    await untilEnd(topic, 6);

    expect(await read('stock', topic)).toMatchObject({ values: ['aborted a', 'committed'] });
    expect(await read('hardened', topic)).toMatchObject({ outcome: 'end', values: ['committed'] });
  });

  it('a key of four zero bytes (row 2): kafkajs shows the rest of the aborted transaction', async () => {
    const topic = await makeTopic();
    const transaction = await begin();
    await write(transaction, topic, { key: Buffer.alloc(4), value: 'aborted 1' }, { value: 'aborted 2' });
    await transaction.abort();
    const plain = await makeProducer();
    await write(plain, topic, { key: Buffer.alloc(4), value: 'plain' });
    await untilEnd(topic, 4);
    expect(await read('stock', topic)).toMatchObject({ values: ['aborted 1', 'aborted 2', 'plain'] });
    expect(await read('hardened', topic)).toMatchObject({ outcome: 'end', values: ['plain'] });
  });

  it('batches emptied by compaction (row 3): kafkajs stands still before them for ever', async () => {
    const topic = await makeTopic({
      'cleanup.policy': 'compact',
      'segment.ms': '1',
      'min.cleanable.dirty.ratio': '0.001',
      'delete.retention.ms': '0',
    });
    for (const value of ['1', '2', '3']) {
      const transaction = await begin();
      await write(transaction, topic, { key: 'counter', value });
      await transaction.commit();
      await untilEnd(topic, 2 * Number(value));
    }
    await write(await makeProducer(), topic, { key: 'other', value: 'end' });
    const seen = (): Promise<readonly string[]> => read('hardened', topic, '1').then(({ values }) => values);
    await expect.poll(seen, { timeout: 60_000, interval: 200 }).toEqual(['3', 'end']);
    expect(await read('stock', topic, '1')).toMatchObject({ outcome: 'stalled', values: [] });
    expect(await read('hardened', topic)).toMatchObject({ outcome: 'end', values: ['3', 'end'] });
  });

  it('a small batch of 300,000 records (row 4): kafkajs crashes on it', async () => {
    const topic = await makeTopic();
    const body = Buffer.concat(Array.from({ length: 300_000 }, (_, delta) => craftRecord({ delta })));
    const batch = craftBatch({ body, recordCount: 300_000, codec: 1, baseTimestamp });
    expect(batch.length).toBeLessThan(700_000);
    await produceRaw(broker, topic, batch);
    await write(await makeProducer(), topic, { value: 'after' });
    const stock = await read('stock', topic);
    expect(stock).toMatchObject({ outcome: 'crashed', count: 0 });
    expect(stock.fault).toContain('Maximum call stack size exceeded');
    expect(await read('hardened', topic)).toMatchObject({ outcome: 'end', count: 300_001 });
  });

  it('a codec that is not registered (row 20): kafkajs crashes on it', async () => {
    const topic = await makeTopic({ 'compression.type': 'zstd' });
    const producer = await makeProducer();
    await write(producer, topic, { value: 'zstd 0' }, { value: 'zstd 1' });
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: [] }],
    });
    await write(producer, topic, { value: 'after' });
    const stock = await read('stock', topic);
    expect(stock).toMatchObject({ outcome: 'crashed', count: 0 });
    expect(stock.fault).toContain('ZSTD compression not implemented');
    const hardened = await read('hardened', topic);
    expect(hardened).toMatchObject({ outcome: 'end', values: ['after'] });
    expect(hardened.quarantined).toMatchObject([
      { topic, partition: 0, firstOffset: '0', lastOffset: '1', reason: 'unknown-codec' },
    ]);
  });

  it('a gzip bomb (row 20): kafkajs inflates it, the hardened one leaves it out', async () => {
    const topic = await makeTopic();
    const bomb = craftBatch({ records: [{ value: Buffer.alloc(8_000_000) }], codec: 1, baseTimestamp });
    expect(bomb.length).toBeLessThan(gzipSync(Buffer.alloc(8_000_000)).length + 100);
    await produceRaw(broker, topic, bomb);
    await write(await makeProducer(), topic, { value: 'after' });
    expect(await read('stock', topic)).toMatchObject({ outcome: 'end', count: 2 });
    const hardened = await read('hardened', topic);
    expect(hardened).toMatchObject({ outcome: 'end', values: ['after'] });
    expect(hardened.quarantined).toMatchObject([
      { topic, firstOffset: '0', lastOffset: '0', reason: 'too-large' },
    ]);
  });

  it('a reader that does not listen stops before what it cannot read, and says where', async () => {
    const topic = await makeTopic();
    await produceRaw(
      broker,
      topic,
      craftBatch({ records: [{ value: Buffer.alloc(8_000_000) }], codec: 1, baseTimestamp }),
    );
    const seen = await read('hardened', topic, '1048576', 'silent');
    expect(seen).toMatchObject({ outcome: 'crashed', count: 0, quarantined: [] });
    expect(seen.fault).toContain(`${topic}-0 offsets 0 to 0 cannot be read (too-large)`);
  });
});
