/** Writes Kafka record batches byte by byte: well-formed ones, compacted ones, and such as no client would write. */
import { gzipSync } from 'node:zlib';
import { crc32c } from '../../../../../src/adapters/kafka/hardening/crc32c.ts';

export interface CraftedRecord {
  readonly key?: Buffer | string | null;
  readonly value?: Buffer | string | null;
  readonly headers?: readonly (readonly [string, Buffer | string | null])[];
  /** Distance from the first offset of the batch; counts up when absent. */
  readonly delta?: number;
  readonly timestampDelta?: number;
}

export interface CraftedBatch {
  readonly baseOffset?: number | bigint;
  readonly records?: readonly CraftedRecord[];
  /** Takes the place of `records`: the body as it is. */
  readonly body?: Buffer;
  /** What the head says, true or not. */
  readonly recordCount?: number;
  readonly lastOffsetDelta?: number;
  readonly baseTimestamp?: number;
  readonly maxTimestamp?: number;
  readonly producerId?: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  readonly isLogAppendTime?: boolean;
  /** 1 compresses; any other number is only written down. */
  readonly codec?: number;
}

/** Zigzag varint; also of 64 bits. */
export const varint = (value: number | bigint): Buffer => {
  let rest = BigInt(value) >= 0n ? BigInt(value) << 1n : (-BigInt(value) << 1n) - 1n;
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
};

const byteString = (content: Buffer | string | null | undefined): Buffer => {
  if (content === null || content === undefined) return varint(-1);
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(bytes.length), bytes]);
};

/** One record with its length. */
export const craftRecord = (record: CraftedRecord, index = 0): Buffer => {
  const headers = record.headers ?? [];
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(record.timestampDelta ?? 0),
    varint(record.delta ?? index),
    byteString(record.key),
    byteString(record.value),
    varint(headers.length),
    ...headers.flatMap(([name, value]) => [byteString(name), byteString(value)]),
  ]);
  return Buffer.concat([varint(body.length), body]);
};

const attributesOf = (batch: CraftedBatch): number =>
  (batch.codec ?? 0) |
  (batch.isLogAppendTime === true ? 0x08 : 0) |
  (batch.isTransactional === true ? 0x10 : 0) |
  (batch.isControl === true ? 0x20 : 0);

const lastDeltaOf = (batch: CraftedBatch): number => {
  const records = batch.records ?? [];
  const counted = (batch.recordCount ?? records.length) - 1;
  return batch.lastOffsetDelta ?? records.at(-1)?.delta ?? Math.max(0, counted);
};

const writeTimes = (
  head: Buffer,
  { baseTimestamp = 0, maxTimestamp = baseTimestamp }: CraftedBatch,
): void => {
  head.writeBigInt64BE(BigInt(baseTimestamp), 27);
  head.writeBigInt64BE(BigInt(maxTimestamp), 35);
};

const writeProducer = (head: Buffer, { producerId = -1 }: CraftedBatch): void => {
  head.writeBigInt64BE(BigInt(producerId), 43);
  head.writeInt16BE(producerId < 0 ? -1 : 0, 51);
  head.writeInt32BE(producerId < 0 ? -1 : 0, 53);
};

/** A whole batch with a checksum that fits. */
export const craftBatch = (batch: CraftedBatch): Buffer => {
  const { records = [], recordCount = records.length } = batch;
  const plain = batch.body ?? Buffer.concat(records.map(craftRecord));
  const body = batch.codec === 1 ? gzipSync(plain) : plain;
  const head = Buffer.alloc(61);
  head.writeBigInt64BE(BigInt(batch.baseOffset ?? 0), 0);
  head.writeInt32BE(head.length - 12 + body.length, 8);
  head.writeInt32BE(-1, 12);
  head.writeInt8(2, 16);
  head.writeInt16BE(attributesOf(batch), 21);
  head.writeInt32BE(lastDeltaOf(batch), 23);
  writeTimes(head, batch);
  writeProducer(head, batch);
  head.writeInt32BE(recordCount, 57);
  const whole = Buffer.concat([head, body]);
  whole.writeUInt32BE(crc32c(whole, 21), 17);
  return whole;
};

/** The key of the control record that ends a transaction. */
export const markerKey = (outcome: 'commit' | 'abort'): Buffer =>
  Buffer.from([0, 0, 0, outcome === 'commit' ? 1 : 0]);

/** The control batch that ends a transaction. */
export const craftMarker = (baseOffset: number, producerId: number, outcome: 'commit' | 'abort'): Buffer =>
  craftBatch({
    baseOffset,
    producerId,
    isTransactional: true,
    isControl: true,
    records: [{ key: markerKey(outcome), value: Buffer.alloc(6) }],
  });
