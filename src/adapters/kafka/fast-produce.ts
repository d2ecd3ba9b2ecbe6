/** Encodes what a producer sends in one buffer a partition: kafkajs makes an encoder of half a kilobyte for every record, and groups in quadratic time. */
import type { createRequire } from 'node:module';
import { crc32c } from './hardening/crc32c.ts';

type Require = ReturnType<typeof createRequire>;

/** A record as kafkajs hands it down. */
export interface ProducedMessage {
  readonly key?: unknown;
  readonly value: unknown;
  readonly headers?: unknown;
  readonly timestamp?: unknown;
}

interface PartitionData {
  readonly partition: number;
  readonly firstSequence?: number;
  readonly messages: readonly ProducedMessage[];
}

/** What kafkajs's request is made from, as far as it is looked at. */
export interface ProduceGiven {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null;
  /** A Long, which prints as its number. */
  readonly producerId?: { readonly toString: () => string };
  readonly producerEpoch?: number;
  readonly compression?: number;
  readonly topicData: readonly { readonly topic: string; readonly partitions: readonly PartitionData[] }[];
}

/** kafkajs's own writer, as far as it is used. */
interface WireEncoder {
  writeString(text: string | null): WireEncoder;
  writeInt16(value: number): WireEncoder;
  writeInt32(value: number): WireEncoder;
  writeBuffer(bytes: Buffer): WireEncoder;
}

export type EncoderClass = new (initialSize?: number) => WireEncoder;

export interface ProduceRequest {
  readonly encode: () => Promise<unknown>;
}

export type MakeRequest = (given: ProduceGiven) => ProduceRequest;

const GROUP = 'kafkajs/src/producer/groupMessagesPerPartition.js';
const REQUEST = 'kafkajs/src/protocol/requests/produce/v3/request.js';
const ENCODER = 'kafkajs/src/protocol/encoder.js';

/** Bytes of a batch before its records (Kafka record batch format, version 2). */
const HEAD_BYTES = 61;
const CRC_AT = 17;
const CRC_FROM = 21;
const MAGIC = 2;
const TRANSACTIONAL = 16;
const MAX_VARINT = 5;
/** Attributes, time, and the number of headers: one zero byte each. */
const ZEROS = 3;

interface Grouping {
  readonly topic: string;
  readonly partitionMetadata: readonly unknown[];
  readonly messages: readonly ProducedMessage[];
  readonly partitioner: (given: {
    readonly topic: string;
    readonly partitionMetadata: readonly unknown[];
    readonly message: ProducedMessage;
  }) => number;
}

/** Takes the place of kafkajs's grouping, in linear time. */
export const groupMessages = ({
  topic,
  partitionMetadata,
  messages,
  partitioner,
}: Grouping): Record<number, ProducedMessage[]> => {
  const groups: Record<number, ProducedMessage[]> = {};
  if (partitionMetadata.length === 0) return groups;
  for (const message of messages) {
    const partition = partitioner({ topic, partitionMetadata, message });
    const group = groups[partition];
    if (group === undefined) groups[partition] = [message];
    else group.push(message);
  }
  return groups;
};

type Bytes = Buffer | null | undefined;

const isBytes = (value: unknown): value is Bytes =>
  value === null || value === undefined || Buffer.isBuffer(value);

interface Plain {
  readonly key?: Bytes;
  readonly value: Bytes;
}

const isPlain = (message: ProducedMessage): message is Plain =>
  isBytes(message.key) &&
  isBytes(message.value) &&
  message.headers === undefined &&
  message.timestamp === undefined;

const sizeOf = (n: number): number => {
  let rest = n < 0 ? -2 * n - 1 : 2 * n;
  let size = 1;
  for (; rest > 127; size += 1) rest >>>= 7;
  return size;
};

/** Writes a zig-zag varint and gives where the next byte goes. */
const putVarint = (into: Buffer, n: number, at: number): number => {
  let rest = n < 0 ? -2 * n - 1 : 2 * n;
  let end = at;
  for (; rest > 127; rest >>>= 7) {
    into[end] = (rest & 127) | 128;
    end += 1;
  }
  into[end] = rest;
  return end + 1;
};

const putBytes = (into: Buffer, bytes: Bytes, at: number): number => {
  if (bytes === null || bytes === undefined) return putVarint(into, -1, at);
  const start = putVarint(into, bytes.length, at);
  into.set(bytes, start);
  return start + bytes.length;
};

const bytesSize = (bytes: Bytes): number =>
  bytes === null || bytes === undefined ? 1 : sizeOf(bytes.length) + bytes.length;

const putRecords = (into: Buffer, messages: readonly Plain[]): number => {
  let at = HEAD_BYTES;
  messages.forEach(({ key, value }, delta) => {
    at = putVarint(into, ZEROS + sizeOf(delta) + bytesSize(key) + bytesSize(value), at);
    into[at] = 0;
    into[at + 1] = 0;
    at = putVarint(into, delta, at + 2);
    at = putBytes(into, key, at);
    at = putBytes(into, value, at);
    into[at] = 0;
    at += 1;
  });
  return at;
};

interface BatchOf {
  readonly messages: readonly Plain[];
  readonly firstSequence: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly isTransactional: boolean;
  readonly nowMs: number;
}

const batchOf = ({ messages, nowMs, ...by }: BatchOf): Buffer => {
  let most = HEAD_BYTES;
  for (const { key, value } of messages) {
    most += 4 * MAX_VARINT + ZEROS + (key?.length ?? 0) + (value?.length ?? 0);
  }
  const batch = Buffer.allocUnsafe(most);
  const end = putRecords(batch, messages);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(end - 12, 8);
  batch.writeInt32BE(0, 12);
  batch.writeInt8(MAGIC, 16);
  batch.writeInt16BE(by.isTransactional ? TRANSACTIONAL : 0, 21);
  batch.writeInt32BE(messages.length - 1, 23);
  batch.writeBigInt64BE(BigInt(nowMs), 27);
  batch.writeBigInt64BE(BigInt(nowMs), 35);
  batch.writeBigInt64BE(by.producerId, 43);
  batch.writeInt16BE(by.producerEpoch, 51);
  batch.writeInt32BE(by.firstSequence, 53);
  batch.writeInt32BE(messages.length, 57);
  batch.writeUInt32BE(crc32c(batch, CRC_FROM, end), CRC_AT);
  return batch.subarray(0, end);
};

const isOurs = ({ compression = 0, topicData }: ProduceGiven): boolean =>
  compression === 0 &&
  topicData.every(({ partitions }) =>
    partitions.every(({ messages }) => messages.length > 0 && messages.every(isPlain)),
  );

const encodeAll = (given: ProduceGiven, Encoder: EncoderClass, nowMs: number): WireEncoder => {
  const { transactionalId = null, acks, timeout, topicData, producerEpoch = 0 } = given;
  const producerId = BigInt(given.producerId?.toString() ?? -1);
  const isTransactional = transactionalId !== null && transactionalId !== '';
  const out = new Encoder();
  out.writeString(transactionalId).writeInt16(acks).writeInt32(timeout).writeInt32(topicData.length);
  for (const { topic, partitions } of topicData) {
    out.writeString(topic).writeInt32(partitions.length);
    for (const { partition, messages, firstSequence = 0 } of partitions) {
      const by = { firstSequence, producerId, producerEpoch, isTransactional };
      const batch = batchOf({ messages: messages as readonly Plain[], nowMs, ...by });
      out.writeInt32(partition).writeInt32(batch.length).writeBuffer(batch);
    }
  }
  return out;
};

/**
 * Takes the place of kafkajs's produce request, version 3, which all later ones build on. Records of bytes without
 * headers, times of their own and compression are encoded here; whatever else comes is left to kafkajs.
 */
export const produceRequest =
  (original: MakeRequest, Encoder: EncoderClass): MakeRequest =>
  (given) => {
    const request = original(given);
    if (!isOurs(given)) return request;
    return { ...request, encode: () => Promise.resolve(encodeAll(given, Encoder, Date.now())) };
  };

const replaceWith = (load: Require, path: string, make: (original: unknown) => unknown): void => {
  const original: unknown = load(path);
  const module = load.cache[load.resolve(path)];
  if (module === undefined) throw new Error(`kafkajs: ${path} is not in the module cache`);
  module.exports = make(original);
};

/** To be called before kafkajs is loaded. The bytes are those that kafkajs would send. */
export const installFastProduce = (load: Require): void => {
  const Encoder = load(ENCODER) as EncoderClass;
  replaceWith(load, GROUP, () => groupMessages);
  replaceWith(load, REQUEST, (original) => produceRequest(original as MakeRequest, Encoder));
};
