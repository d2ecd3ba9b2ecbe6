/** Pass-throughs of raw.gps in kafkajs alone: as its documentation shows it, and as fast as its producer goes with transactions. */
import type { Consumer, EachBatchPayload, Kafka, Message, Producer } from 'kafkajs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { hardenKafkajs } from '../../src/adapters/kafka/hardening/harden.ts';
import type { Meter } from './samples.ts';
import { PASS_TOPIC } from './topics.ts';

const INPUT = 'raw.gps';

/** A group of its own in every run: the one before may not have been missed yet. */
const groupOf = (name: string): string => `bench.${name}.${String(process.pid)}`;

/** The reader is hardened; the producer is kafkajs's own. */
const kafkajs = hardenKafkajs();

export interface PassOptions {
  readonly brokers: readonly string[];
  readonly partitions: number;
  readonly commitMs: number;
}

const clientOf = ({ brokers }: PassOptions): Kafka =>
  new kafkajs.Kafka({ brokers: [...brokers], clientId: 'bench', logLevel: kafkajs.logLevel.NOTHING });

/** Records of a send: more would be encoded in more than linear time, and refused by the broker for their size. */
const SEND = 1_000;

/** Sends what comes under the default partitioner; positions are committed by kafkajs, at least once. */
export const passNaively = async (options: PassOptions, meter: Meter): Promise<void> => {
  const kafka = clientOf(options);
  const producer = kafka.producer();
  const consumer = kafka.consumer({ groupId: groupOf('naive') });
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

/** As the worker reads. */
const MAX_BYTES = 512 * 1_024;
const MAX_WAIT_MS = 100;
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

  constructor(
    producer: Producer,
    meter: Meter,
    { partition, commitMs }: { partition: number; commitMs: number },
  ) {
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
      consumerGroupId: groupOf('tuned'),
      topics: [{ topic: INPUT, partitions: [{ partition: this.#partition, offset: next }] }],
    });
    await transaction.commit();
    this.#meter.add(messages.length);
  }
}

/** Exactly once, with the hardened reader, a transactional producer per partition and explicit partitions. */
export const passTuned = async (options: PassOptions, meter: Meter): Promise<void> => {
  const { partitions, commitMs } = options;
  const lanes = await Promise.all(
    Array.from({ length: partitions }, async (_, partition) => {
      const producer = clientOf(options).producer({
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
      return new Lane(producer, meter, { partition, commitMs });
    }),
  );
  const consumer: Consumer = clientOf(options).consumer({
    groupId: groupOf('tuned'),
    maxBytesPerPartition: MAX_BYTES,
    maxWaitTimeInMs: MAX_WAIT_MS,
  });
  await consumer.connect();
  await consumer.subscribe({ topic: INPUT, fromBeginning: true });
  for (const lane of lanes) void lane.run();
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: true,
    partitionsConsumedConcurrently: partitions,
    eachBatch: async (payload) => {
      await lanes[payload.batch.partition]?.put(payload);
    },
  });
};
