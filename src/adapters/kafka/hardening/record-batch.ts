/** Decodes one Kafka record batch (magic 2) into the records that kafkajs works with. */
import { ByteCursor, MalformedBytes } from './byte-cursor.ts';
import type { BatchContext, Headers, WireRecord } from './kafkajs-shapes.ts';

/** Where the fields of a batch lie. Source: the Kafka record batch format, version 2. */
const AT = {
  baseOffset: 0,
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
  records: 61,
} as const;

const LENGTH_FIELD_END = 12;
const CODEC_MASK = 0x07;
const TIMESTAMP_TYPE_FLAG = 0x08;
const TRANSACTIONAL_FLAG = 0x10;
const CONTROL_FLAG = 0x20;

export const RECORD_BATCH_MAGIC = 2;

/** Bytes that a batch has at least: without them neither its size nor its offsets can be read. */
export const BATCH_HEADER_BYTES = AT.records;

/** Position of the magic byte, the same in the message formats before this one. */
export const MAGIC_AT = AT.magic;

/** The head of a batch, and what comes after it. */
export interface BatchHead {
  readonly context: BatchContext;
  readonly baseOffset: bigint;
  /** The offset after which reading goes on, also when the records at the end were compacted away. */
  readonly lastOffset: string;
  /** 0 is none; 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
  readonly codec: number;
  readonly recordCount: number;
  readonly crc: number;
  /** The records, compressed as the codec says. */
  readonly body: Buffer;
}

/** Size of the batch that starts here, head included; may be more than what was sent. */
export const batchSize = (bytes: Buffer, at: number): number => {
  const length = bytes.readInt32BE(at + AT.length);
  if (length < AT.records - LENGTH_FIELD_END) throw new MalformedBytes('a batch shorter than its head');
  return LENGTH_FIELD_END + length;
};

/** First byte that the checksum covers. */
export const CRC_FROM = AT.attributes;

/** Reads the head of a whole batch. */
export const readHead = (batch: Buffer): BatchHead => {
  const attributes = batch.readInt16BE(AT.attributes);
  const baseOffset = batch.readBigInt64BE(AT.baseOffset);
  const lastOffsetDelta = batch.readInt32BE(AT.lastOffsetDelta);
  return {
    context: {
      firstOffset: String(baseOffset),
      firstTimestamp: String(batch.readBigInt64BE(AT.baseTimestamp)),
      partitionLeaderEpoch: batch.readInt32BE(AT.leaderEpoch),
      inTransaction: (attributes & TRANSACTIONAL_FLAG) !== 0,
      isControlBatch: (attributes & CONTROL_FLAG) !== 0,
      lastOffsetDelta,
      producerId: String(batch.readBigInt64BE(AT.producerId)),
      producerEpoch: batch.readInt16BE(AT.producerEpoch),
      firstSequence: batch.readInt32BE(AT.baseSequence),
      maxTimestamp: String(batch.readBigInt64BE(AT.maxTimestamp)),
      timestampType: (attributes & TIMESTAMP_TYPE_FLAG) === 0 ? 0 : 1,
      magicByte: batch.readInt8(AT.magic),
    },
    baseOffset,
    lastOffset: String(baseOffset + BigInt(lastOffsetDelta)),
    codec: attributes & CODEC_MASK,
    recordCount: batch.readInt32BE(AT.recordCount),
    crc: batch.readUInt32BE(AT.crc),
    body: batch.subarray(AT.records),
  };
};

/** A name that comes twice has all its values; built from entries, so that no name reaches a prototype. */
const readHeaders = (cursor: ByteCursor): Headers => {
  const count = cursor.varint();
  if (count <= 0) {
    if (count < -1) throw new MalformedBytes('a negative number of headers');
    return {};
  }
  if (count > cursor.left) throw new MalformedBytes('more headers than bytes');
  const values = new Map<string, (Buffer | null)[]>();
  for (let i = 0; i < count; i += 1) {
    const name = cursor.bytes()?.toString('utf8') ?? 'null';
    const value = cursor.bytes();
    const before = values.get(name);
    if (before === undefined) values.set(name, [value]);
    else before.push(value);
  }
  const single = (all: readonly (Buffer | null)[]): Headers[string] =>
    all.length === 1 ? (all[0] ?? null) : all;
  return Object.fromEntries([...values].map(([name, all]) => [name, single(all)]));
};

/** Decodes the records of a batch from its body without compression. */
export const readRecords = (head: BatchHead, body: Buffer): WireRecord[] => {
  const { context, baseOffset, recordCount } = head;
  const [base, baseTimestamp] = [Number(baseOffset), Number(context.firstTimestamp)];
  const cursor = new ByteCursor(body);
  let lastDelta = -1;
  const readRecord = (): WireRecord => {
    const attributes = cursor.byte();
    const timestampDelta = cursor.varlong();
    const offsetDelta = cursor.varint();
    if (offsetDelta <= lastDelta || offsetDelta > context.lastOffsetDelta) {
      throw new MalformedBytes('offsets out of order');
    }
    lastDelta = offsetDelta;
    return {
      magicByte: context.magicByte,
      attributes,
      timestamp: context.timestampType === 1 ? context.maxTimestamp : String(baseTimestamp + timestampDelta),
      offset: String(base + offsetDelta),
      key: cursor.bytes(),
      value: cursor.bytes(),
      headers: readHeaders(cursor),
      isControlRecord: context.isControlBatch,
      batchContext: context,
    };
  };
  const records: WireRecord[] = [];
  for (let i = 0; i < recordCount; i += 1) records.push(cursor.framed(readRecord));
  return records;
};
