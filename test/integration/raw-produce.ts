/** Sends a record batch to a broker as it is, which no client would do. */
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

const PRODUCE_3 = Buffer.from([0, 0, 0, 3]);
const ABSENT = Buffer.from([0xff, 0xff]);
const ACKS_ALL = Buffer.from([0xff, 0xff]);

/** Produce, version 3: to partition 0 of a topic at the broker that leads it. Rejects with the broker's error code. */
export const produceRaw = async (broker: string, topic: string, batch: Buffer): Promise<void> => {
  const request = Buffer.concat([
    PRODUCE_3,
    int32(1),
    text('raw'),
    ABSENT,
    ACKS_ALL,
    int32(20_000),
    int32(1),
    text(topic),
    int32(1),
    int32(0),
    int32(batch.length),
    batch,
  ]);
  const framed = Buffer.concat([int32(request.length), request]);
  const answer = await ask(
    broker,
    framed,
    (bytes) => bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0),
  );
  // length, correlation, topics, name, partitions, partition, then the code
  const code = answer.readInt16BE(4 + 4 + 4 + 2 + Buffer.byteLength(topic) + 4 + 4);
  if (code !== 0) throw new Error(`the broker answered with code ${code}`);
};
