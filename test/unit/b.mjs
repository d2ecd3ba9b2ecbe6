// test/unit/adapters/kafka/hardening/wire-decoder.ts
import { createRequire } from "node:module";

// src/adapters/kafka/hardening/crc32c.ts
var POLYNOMIAL = 2197175160;
var SLICES = 8;
var tables = (() => {
  const made = Array.from({ length: SLICES }, () => new Uint32Array(256));
  const [first] = made;
  if (first === void 0) return [];
  for (let byte = 0; byte < 256; byte += 1) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? rest >>> 1 ^ POLYNOMIAL : rest >>> 1;
    first[byte] = rest;
  }
  for (const [k, table] of made.entries()) {
    const before = made[k - 1];
    if (before === void 0) continue;
    before.forEach((rest, byte) => table[byte] = rest >>> 8 ^ (first[rest & 255] ?? 0));
  }
  return made;
})();
var flat = new Uint32Array(SLICES * 256);
tables.forEach((table, k) => flat.set(table, k * 256));
var T = (k, byte) => flat[k * 256 + (byte & 255)] ?? 0;
var crc32c = (bytes, from = 0, to = bytes.length) => {
  let crc = 4294967295;
  let at = from;
  for (; at + SLICES <= to; at += SLICES) {
    const low = crc ^ bytes.readUInt32LE(at);
    const high = bytes.readUInt32LE(at + 4);
    crc = T(7, low) ^ T(6, low >>> 8) ^ T(5, low >>> 16) ^ T(4, low >>> 24) ^ T(3, high) ^ T(2, high >>> 8) ^ T(1, high >>> 16) ^ T(0, high >>> 24);
  }
  for (; at < to; at += 1) crc = crc >>> 8 ^ T(0, crc ^ (bytes[at] ?? 0));
  return (crc ^ 4294967295) >>> 0;
};

// src/adapters/kafka/hardening/inflate.ts
import { promisify } from "node:util";
import { unzip } from "node:zlib";
var TooLarge = class extends Error {
  name = "TooLarge";
};
var inflate = promisify(unzip);
var isOverLimit = (fault) => fault instanceof Error && "code" in fault && fault.code === "ERR_BUFFER_TOO_LARGE";
var cappedGzip = (plain, maxBytes) => ({
  compress: (encoder) => plain.compress(encoder),
  decompress: async (bytes) => {
    try {
      return await inflate(bytes, { maxOutputLength: maxBytes() });
    } catch (fault) {
      throw isOverLimit(fault) ? new TooLarge("inflates to more than the limit") : fault;
    }
  }
});

// src/adapters/kafka/hardening/byte-cursor.ts
var MalformedBytes = class extends Error {
  name = "MalformedBytes";
};
var MORE = 128;
var BITS = 127;
var VARINT_BYTES = 5;
var VARLONG_BYTES = 10;
var ABSENT = -1;
var ByteCursor = class {
  #bytes;
  #at;
  #end;
  constructor(bytes) {
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = bytes.length;
  }
  /** Bytes that are left. */
  get left() {
    return this.#end - this.#at;
  }
  byte() {
    const byte = this.#at < this.#end ? this.#bytes[this.#at] : void 0;
    if (byte === void 0) throw new MalformedBytes("bytes are missing");
    this.#at += 1;
    return byte;
  }
  varint() {
    let [raw, shift] = [0, 0];
    for (let count = 0; count < VARINT_BYTES; count += 1) {
      const byte = this.byte();
      raw |= (byte & BITS) << shift;
      if (byte < MORE) return raw >>> 1 ^ -(raw & 1);
      shift += 7;
    }
    throw new MalformedBytes("a number of more than 32 bits");
  }
  /** As exact number where it is one; times and their differences are. */
  varlong() {
    let [raw, shift] = [0n, 0n];
    for (let count = 0; count < VARLONG_BYTES; count += 1) {
      const byte = this.byte();
      raw |= BigInt(byte & BITS) << shift;
      if (byte < MORE) return Number(raw >> 1n ^ -(raw & 1n));
      shift += 7n;
    }
    throw new MalformedBytes("a number of more than 64 bits");
  }
  /** A byte string with its length before it; null when the length is -1. Shares memory with the batch. */
  bytes() {
    const length = this.varint();
    if (length === ABSENT) return null;
    if (length < 0 || length > this.left) throw new MalformedBytes("a length past the end");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
  /** Reads one record with its length before it, and holds the reader to that length. */
  framed(read) {
    const length = this.varint();
    if (length < 0 || length > this.left) throw new MalformedBytes("a length past the end");
    const [outer, end] = [this.#end, this.#at + length];
    this.#end = end;
    const value = read();
    if (this.#at !== end) throw new MalformedBytes("a record shorter than its length");
    this.#end = outer;
    return value;
  }
};

// src/adapters/kafka/hardening/record-batch.ts
var AT = {
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
  records: 61
};
var LENGTH_FIELD_END = 12;
var CODEC_MASK = 7;
var TIMESTAMP_TYPE_FLAG = 8;
var TRANSACTIONAL_FLAG = 16;
var CONTROL_FLAG = 32;
var RECORD_BATCH_MAGIC = 2;
var BATCH_HEADER_BYTES = AT.records;
var MAGIC_AT = AT.magic;
var batchSize = (bytes, at) => {
  const length = bytes.readInt32BE(at + AT.length);
  if (length < AT.records - LENGTH_FIELD_END) throw new MalformedBytes("a batch shorter than its head");
  return LENGTH_FIELD_END + length;
};
var CRC_FROM = AT.attributes;
var readHead = (batch) => {
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
      magicByte: batch.readInt8(AT.magic)
    },
    baseOffset,
    lastOffset: String(baseOffset + BigInt(lastOffsetDelta)),
    codec: attributes & CODEC_MASK,
    recordCount: batch.readInt32BE(AT.recordCount),
    crc: batch.readUInt32BE(AT.crc),
    body: batch.subarray(AT.records)
  };
};
var readHeaders = (cursor) => {
  const count = cursor.varint();
  if (count <= 0) {
    if (count < -1) throw new MalformedBytes("a negative number of headers");
    return {};
  }
  if (count > cursor.left) throw new MalformedBytes("more headers than bytes");
  const values = /* @__PURE__ */ new Map();
  for (let i = 0; i < count; i += 1) {
    const name = cursor.bytes()?.toString("utf8") ?? "null";
    const value = cursor.bytes();
    const before = values.get(name);
    if (before === void 0) values.set(name, [value]);
    else before.push(value);
  }
  const single = (all) => all.length === 1 ? all[0] ?? null : all;
  return Object.fromEntries([...values].map(([name, all]) => [name, single(all)]));
};
var readRecords = (head, body) => {
  const { context, baseOffset, recordCount } = head;
  const [base, baseTimestamp] = [Number(baseOffset), Number(context.firstTimestamp)];
  const cursor = new ByteCursor(body);
  let lastDelta = -1;
  const readRecord = () => {
    const attributes = cursor.byte();
    const timestampDelta = cursor.varlong();
    const offsetDelta = cursor.varint();
    if (offsetDelta <= lastDelta || offsetDelta > context.lastOffsetDelta) {
      throw new MalformedBytes("offsets out of order");
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
      batchContext: context
    };
  };
  const records = [];
  for (let i = 0; i < recordCount; i += 1) records.push(cursor.framed(readRecord));
  return records;
};

// src/adapters/kafka/hardening/fetched-messages.ts
var LeaveOut = class extends Error {
  reason;
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
};
var placeholder = (head, leftOut) => ({
  magicByte: RECORD_BATCH_MAGIC,
  attributes: 0,
  timestamp: head.context.maxTimestamp,
  offset: head.lastOffset,
  key: null,
  value: null,
  headers: {},
  isControlRecord: true,
  batchContext: head.context,
  ...leftOut === void 0 ? {} : { leftOut }
});
var findCodec = (codec, codecOf) => {
  if (codec === 0) return null;
  try {
    const found = codecOf(codec);
    if (found !== null) return found;
  } catch {
  }
  throw new LeaveOut("unknown-codec");
};
var bodyOf = async (head, { state, codecOf }) => {
  const codec = findCodec(head.codec, codecOf);
  const body = codec === null || head.recordCount === 0 ? head.body : await codec.decompress(head.body);
  if (body.length > state.limits.maxBatchBytes) throw new LeaveOut("too-large");
  return body;
};
var decodeBatch = async (batch, head, around) => {
  const { limits, isCrcChecked } = around.state;
  if (isCrcChecked && crc32c(batch, CRC_FROM) !== head.crc) throw new LeaveOut("checksum");
  if (head.recordCount > limits.maxBatchRecords) throw new LeaveOut("too-many-records");
  const body = await bodyOf(head, around);
  return { records: readRecords(head, body), byteCount: body.length };
};
var reasonOf = (fault) => {
  if (fault instanceof LeaveOut) return fault.reason;
  return fault instanceof TooLarge ? "too-large" : "malformed";
};
var decodeOrLeaveOut = async (batch, around) => {
  const head = readHead(batch);
  const { firstOffset } = head.context;
  const { lastOffset } = head;
  try {
    const decoded = await decodeBatch(batch, head, around);
    if (decoded.records.at(-1)?.offset !== lastOffset) decoded.records.push(placeholder(head));
    return decoded;
  } catch (fault) {
    const leftOut = { reason: reasonOf(fault), firstOffset, lastOffset, byteCount: batch.length };
    return { records: [placeholder(head, leftOut)], byteCount: 0 };
  }
};
var decodeBatches = async (bytes, around) => {
  const { maxFetchRecords, maxFetchBytes } = around.state.limits;
  const records = [];
  let [at, byteCount] = [0, 0];
  while (bytes.length - at >= BATCH_HEADER_BYTES && bytes.readInt8(at + MAGIC_AT) === RECORD_BATCH_MAGIC) {
    const end = at + batchSize(bytes, at);
    if (end > bytes.length) break;
    const decoded = await decodeOrLeaveOut(bytes.subarray(at, end), around);
    for (const record of decoded.records) records.push(record);
    byteCount += decoded.byteCount;
    at = end;
    if (records.length >= maxFetchRecords || byteCount >= maxFetchBytes) break;
  }
  return records;
};
var messagesDecoder = (around) => async (decoder) => {
  const size = decoder.readInt32();
  if (size <= MAGIC_AT || !decoder.canReadBytes(size)) return [];
  const bytes = decoder.readBytes(size);
  if (bytes.readInt8(MAGIC_AT) < RECORD_BATCH_MAGIC) return around.decodeOldFormat(bytes);
  return decodeBatches(bytes, around);
};

// src/adapters/kafka/hardening/limits.ts
var DEFAULT_LIMITS = {
  maxBatchRecords: 5e5,
  maxBatchBytes: 64 * 1024 * 1024,
  maxFetchRecords: 5e4,
  maxFetchBytes: 32 * 1024 * 1024
};

// test/unit/adapters/kafka/hardening/wire-decoder.ts
var load = createRequire(import.meta.url);
var Decoder = load("kafkajs/src/protocol/decoder.js");
var gzip = load("kafkajs/src/protocol/message/compression/gzip.js");
var compression = load("kafkajs/src/protocol/message/compression/index.js");
var stockDecode = load("kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js");
var stockFilter = load("kafkajs/src/consumer/filterAbortedMessages.js");
var recordSet = (...batches2) => {
  const bytes = Buffer.concat(batches2);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return new Decoder(Buffer.concat([length, bytes]));
};
var decode = (batches2, { limits, isCrcChecked = false } = {}) => {
  const state = { limits: { ...DEFAULT_LIMITS, ...limits }, isCrcChecked, listeners: /* @__PURE__ */ new Set() };
  const capped = cappedGzip(gzip, () => state.limits.maxBatchBytes);
  return messagesDecoder({
    state,
    codecOf: (codec) => codec === 1 ? capped : compression.lookupCodecByAttributes(codec),
    decodeOldFormat: () => Promise.resolve([])
  })(recordSet(...batches2));
};

// test/unit/adapters/kafka/hardening/craft-batch.ts
import { gzipSync } from "node:zlib";
var varint = (value) => {
  let rest = BigInt(value) >= 0n ? BigInt(value) << 1n : (-BigInt(value) << 1n) - 1n;
  const bytes = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 128);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
};
var byteString = (content) => {
  if (content === null || content === void 0) return varint(-1);
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(bytes.length), bytes]);
};
var craftRecord = (record, index = 0) => {
  const headers = record.headers ?? [];
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(record.timestampDelta ?? 0),
    varint(record.delta ?? index),
    byteString(record.key),
    byteString(record.value),
    varint(headers.length),
    ...headers.flatMap(([name, value]) => [byteString(name), byteString(value)])
  ]);
  return Buffer.concat([varint(body.length), body]);
};
var attributesOf = (batch) => (batch.codec ?? 0) | (batch.isLogAppendTime === true ? 8 : 0) | (batch.isTransactional === true ? 16 : 0) | (batch.isControl === true ? 32 : 0);
var lastDeltaOf = (batch) => {
  const records = batch.records ?? [];
  const counted = (batch.recordCount ?? records.length) - 1;
  return batch.lastOffsetDelta ?? records.at(-1)?.delta ?? Math.max(0, counted);
};
var writeTimes = (head, { baseTimestamp = 0, maxTimestamp = baseTimestamp }) => {
  head.writeBigInt64BE(BigInt(baseTimestamp), 27);
  head.writeBigInt64BE(BigInt(maxTimestamp), 35);
};
var writeProducer = (head, { producerId = -1 }) => {
  head.writeBigInt64BE(BigInt(producerId), 43);
  head.writeInt16BE(producerId < 0 ? -1 : 0, 51);
  head.writeInt32BE(producerId < 0 ? -1 : 0, 53);
};
var craftBatch = (batch) => {
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

// src/adapters/kafka/hardening/aborted-filter.ts
var inOrderOfBegin = (aborted) => aborted.map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) })).sort((a, b) => Number(a.firstOffset - b.firstOffset));
var ABORT = 0;
var MARKER_KEY_BYTES = 4;
var MARKER_TYPE_AT = 2;
var isAbortMarker = ({ key }) => key !== null && key.length >= MARKER_KEY_BYTES && key.readInt16BE(MARKER_TYPE_AT) === ABORT;
var filterAborted = (messages, aborted) => {
  if (aborted === null || aborted === void 0 || aborted.length === 0) return messages;
  const begins = inOrderOfBegin(aborted);
  const open = /* @__PURE__ */ new Set();
  let next = 0;
  return messages.filter((message) => {
    const offset = BigInt(message.offset);
    for (let begun = begins[next]; begun !== void 0 && begun.firstOffset <= offset; begun = begins[next]) {
      open.add(begun.producerId);
      next += 1;
    }
    const { producerId, inTransaction } = message.batchContext;
    if (message.isControlRecord && message.leftOut === void 0) {
      if (isAbortMarker(message)) open.delete(producerId);
      return true;
    }
    return !(inTransaction && open.has(producerId));
  });
};

// ../../tmp/b.ts
var big = { maxFetchRecords: 1e9, maxFetchBytes: 1e12 };
var batches = Array.from({ length: 200 }, (_, b) => craftBatch({ baseOffset: b * 1e3, baseTimestamp: 17e11, producerId: 5, isTransactional: true, records: Array.from({ length: 1e3 }, (_2, i) => ({ key: "key-" + i, value: Buffer.alloc(190, i), timestampDelta: i, headers: [["a", "b"]] })) }));
var time = async (n, f) => {
  const ts = [];
  for (let i = 0; i < 7; i++) {
    const t = performance.now();
    await f();
    ts.push(performance.now() - t);
  }
  ts.sort((a, b) => a - b);
  console.log(n, ts[3].toFixed(0), "ms", (2e5 / ts[3] * 1e3 / 1e6).toFixed(2), "M/s");
};
await time("ours", () => decode(batches, { limits: big }));
await time("ours crc", () => decode(batches, { limits: big, isCrcChecked: true }));
await time("stock", () => stockDecode(recordSet(...batches)));
await time("ours", () => decode(batches, { limits: big }));
var m = await decode(batches, { limits: big });
var ab = [{ producerId: "6", firstOffset: "3" }];
await time("filter ours", async () => filterAborted(m, ab));
await time("filter stock", async () => stockFilter({ messages: m, abortedTransactions: ab }));
