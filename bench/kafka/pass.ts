/** Pass-throughs of raw.gps in kafkajs alone: as its documentation shows it, and as fast as its producer goes with transactions. */
import type { Consumer, EachBatchPayload, Message, Producer } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaClients } from '../../src/adapters/kafka/client.ts';
import type { Config } from '../../src/config/config.ts';
import type { Meter } from './samples.ts';
import { PASS_TOPIC } from './stand.ts';

const INPUT = 'raw.gps';

/** Records of a send: more would be encoded in more than linear time, and refused by the broker for their size. */
const SEND = 1_000;

/** Sends what comes under the default partitioner; positions are committed by kafkajs, at least once. */
export const passNaively = async (config: Config, meter: Meter): Promise<void> => {
  const clients = await KafkaClients.open(config.kafka);
  const kafka = clients.client({ role: 'naive' });
  const producer = kafka.producer();
  const consumer = kafka.consumer({ groupId: 'bench.naive' });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic: INPUT, fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch }) => {
      const messages = batch.messages.map(({ key, value }) => ({ key, value }));
      for (let i = 0; i < messages.length; i += SEND) {
        await producer.send({ topic: PASS_TOPIC, messages: messages.slice(i, i + SEND) });
      }
      meter.add(messages.length);
    },
  });
};

/** Records that may wait for one partition. */
const WAITING = 20_000;

/** One partition of the tuned pass-through: a transaction every commit interval, the next batches read meanwhile. */
class Lane {
  readonly #producer: Producer;
  readonly #meter: Meter;
  readonly #commitMs: number;
  readonly #partition: number;
  #waiting: Message[] = [];
  #next = '0';

  constructor(producer: Producer, meter: Meter, { partition, commitMs }: { partition: number; commitMs: number }) {
    this.#producer = producer;
    this.#meter = meter;
    this.#partition = partition;
    this.#commitMs = commitMs;
  }

  async put({ batch }: EachBatchPayload): Promise<void> {
    const partition = this.#partition;
    for (const { key, value } of batch.messages) this.#waiting.push({ key, value, partition });
    this.#next = String(Number(batch.lastOffset()) + 1);
    while (this.#waiting.length > WAITING) await sleep(1);
  }

  async run(): Promise<never> {
    for (;;) {
      const since = performance.now();
      await this.#commit();
      await sleep(Math.max(1, this.#commitMs - (performance.now() - since)));
    }
  }

  async #commit(): Promise<void> {
    const messages = this.#waiting;
    const next = this.#next;
    if (messages.length === 0) return;
    this.#waiting = [];
    const transaction = await this.#producer.transaction();
    for (let i = 0; i < messages.length; i += SEND) {
      await transaction.send({ topic: PASS_TOPIC, messages: messages.slice(i, i + SEND) });
    }
    await transaction.sendOffsets({
      consumerGroupId: 'bench.tuned',
      topics: [{ topic: INPUT, partitions: [{ partition: this.#partition, offset: next }] }],
    });
    await transaction.commit();
    this.#meter.add(messages.length);
  }
}

/** Exactly once, with the hardened reader, a transactional producer per partition and explicit partitions. */
export const passTuned = async (config: Config, meter: Meter): Promise<void> => {
  const clients = await KafkaClients.open(config.kafka);
  const { inputPartitions } = config.topics;
  const lanes = await Promise.all(
    Array.from({ length: inputPartitions }, async (_, partition) => {
      const producer = clients.client({ role: 'tuned' }).producer({
        transactionalId: `bench.tuned.${String(partition)}`,
        idempotent: true,
        maxInFlightRequests: 1,
        createPartitioner:
          () =>
          ({ message }) =>
            message.partition ?? 0,
        retry: { initialRetryTime: 10, retries: 20, maxRetryTime: 1_000 },
      });
      await producer.connect();
      return new Lane(producer, meter, { partition, commitMs: config.stream.commitIntervalMs });
    }),
  );
  const consumer: Consumer = clients.client({ role: 'tuned' }).consumer({
    groupId: 'bench.tuned',
    maxBytesPerPartition: config.kafka.maxBytesPerPartition,
    maxWaitTimeInMs: config.kafka.maxWaitMs,
  });
  await consumer.connect();
  await consumer.subscribe({ topic: INPUT, fromBeginning: true });
  for (const lane of lanes) void lane.run();
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: true,
    partitionsConsumedConcurrently: inputPartitions,
    eachBatch: async (payload) => {
      await lanes[payload.batch.partition]?.put(payload);
    },
  });
};
