/** Requests to a broker byte by byte: what no client would send, and what kafkajs does not ask. */
import { ask } from '../support/services/sockets.ts';

const text = (content: string): Buffer => {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};

const ONE = int32(1);
const PARTITION_0 = int32(0);

/** Resolves with the answer to one topic and one partition, from the partition's error code on. */
const request = async (
  broker: string,
  api: { readonly key: number; readonly version: number },
  topic: string,
  parts: readonly Buffer[],
): Promise<Buffer> => {
  const whole = Buffer.concat([int16(api.key), int16(api.version), ONE, text('raw'), ...parts]);
  const answer = await ask(
    broker,
    Buffer.concat([int32(whole.length), whole]),
    (bytes) => bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0),
  );
  // length, correlation, number of topics, name, number of partitions, partition
  const found = answer.subarray(4 + 4 + 4 + 2 + Buffer.byteLength(topic) + 4 + 4);
  const code = found.readInt16BE(0);
  if (code !== 0) throw new Error(`the broker answered with code ${code}`);
  return found.subarray(2);
};

const TIMEOUT_MS = int32(20_000);

/** Writes a batch as it is to partition 0 of a topic, at the broker that leads it. */
export const produceRaw = async (broker: string, topic: string, batch: Buffer): Promise<void> => {
  const [noTransaction, acksOfAll] = [int16(-1), int16(-1)];
  const content = [ONE, text(topic), ONE, PARTITION_0, int32(batch.length), batch];
  await request(broker, { key: 0, version: 3 }, topic, [noTransaction, acksOfAll, TIMEOUT_MS, ...content]);
};

/** The end of partition 0, open transactions included; kafkajs only tells where the first of those begins. */
export const highWatermark = async (broker: string, topic: string): Promise<number> => {
  const latest = Buffer.alloc(8, 0xff);
  const parts = [int32(-1), ONE, text(topic), ONE, PARTITION_0, latest];
  const found = await request(broker, { key: 2, version: 1 }, topic, parts);
  return Number(found.readBigInt64BE(8));
};
