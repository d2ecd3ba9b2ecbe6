/**
 * A downstream reader in a process of its own: reads the committed records of a one-partition topic to its end and
 * prints what it saw as JSON. The only difference between its two ways is where kafkajs comes from.
 *   node committed-reader.mjs stock|hardened BROKERS TOPIC [MAX-BYTES [SILENT]]
 */
import { createRequire } from 'node:module';
import process from 'node:process';

const [way, brokers, topic, maxBytes = '1048576', silent = ''] = process.argv.slice(2);
const quarantined = [];
const values = [];
let count = 0;

const hardened = async () => {
  const { hardenKafkajs } = await import('../../dist/kafkajs-hardening.js');
  const onQuarantined = (range) => quarantined.push(range);
  return hardenKafkajs({
    limits: { maxBatchBytes: 4_000_000 },
    ...(silent === '' ? { onQuarantined } : {}),
  });
};

const kafkajs = way === 'hardened' ? await hardened() : createRequire(import.meta.url)('kafkajs');

const kafka = new kafkajs.Kafka({
  brokers: brokers.split(','),
  logLevel: kafkajs.logLevel.NOTHING,
  retry: { retries: 10, initialRetryTime: 50 },
});

const admin = kafka.admin();
await admin.connect();
const [{ high }] = await admin.fetchTopicOffsets(topic);
await admin.disconnect();

const consumer = kafka.consumer({
  groupId: `${topic}-${way}-${process.pid}`,
  maxWaitTimeInMs: 50,
  maxBytesPerPartition: Number(maxBytes),
});
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });

/** Reading has stalled when so many fetches in a row moved nothing. */
const FETCHES = 20;
let idle = 0;
const { FETCH, END_BATCH_PROCESS, CRASH } = consumer.events;

const outcome = await new Promise((resolve) => {
  consumer.on(FETCH, () => {
    idle += 1;
    if (idle > FETCHES) resolve({ outcome: 'stalled' });
  });
  consumer.on(END_BATCH_PROCESS, ({ payload }) => {
    if (payload.firstOffset !== null) idle = 0;
    if (Number(payload.lastOffset) + 1 >= Number(high) && payload.firstOffset !== null)
      resolve({ outcome: 'end' });
  });
  consumer.on(CRASH, ({ payload: { restart, error } }) => {
    // A group is loaded when its coordinator is new; kafkajs starts again by itself then.
    if (!restart) resolve({ outcome: 'crashed', fault: error.message });
  });
  void consumer.run({
    eachBatch: async ({ batch }) => {
      count += batch.messages.length;
      for (const { value } of batch.messages.slice(0, 10)) values.push(String(value).slice(0, 40));
    },
  });
});

process.stdout.write(JSON.stringify({ ...outcome, count, values: values.slice(0, 50), quarantined }));
process.exit(0);
