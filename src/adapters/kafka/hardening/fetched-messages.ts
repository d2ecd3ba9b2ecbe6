/** Decodes what one fetch brought of one partition: within limits, past empty batches, and never stuck on a bad one. */
import { crc32c } from './crc32c.ts';
import { TooLarge } from './inflate.ts';
import type { Codec, LeftOut, QuarantineReason, WireDecoder, WireRecord } from './kafkajs-shapes.ts';
import type { HardenedState } from './limits.ts';
import {
  BATCH_HEADER_BYTES,
  batchSize,
  CRC_FROM,
  MAGIC_AT,
  readHead,
  readRecords,
  RECORD_BATCH_MAGIC,
} from './record-batch.ts';
import type { BatchHead } from './record-batch.ts';

/** What the decoding takes from kafkajs itself. */
export interface Surroundings {
  readonly state: HardenedState;
  /** The registered codec, null for 0; throws for one that is not registered. */
  readonly codecOf: (codec: number) => Codec | null;
  /** kafkajs's own decoding of the message formats before record batches, which brokers from 4.0 on never send. */
  readonly decodeOldFormat: (bytes: Buffer) => Promise<readonly WireRecord[]>;
}

interface Decoded {
  readonly records: WireRecord[];
  /** Without compression. */
  readonly byteCount: number;
}

class LeaveOut extends Error {
  readonly reason: QuarantineReason;

  constructor(reason: QuarantineReason) {
    super(reason);
    this.reason = reason;
  }
}

/** A control record that moves the position over a range of which there is nothing to show. */
const placeholder = (head: BatchHead, leftOut?: LeftOut): WireRecord => ({
  magicByte: RECORD_BATCH_MAGIC,
  attributes: 0,
  timestamp: head.context.maxTimestamp,
  offset: head.lastOffset,
  key: null,
  value: null,
  headers: {},
  isControlRecord: true,
  batchContext: head.context,
  ...(leftOut === undefined ? {} : { leftOut }),
});

const findCodec = (codec: number, codecOf: Surroundings['codecOf']): Codec | null => {
  if (codec === 0) return null;
  try {
    const found = codecOf(codec);
    if (found !== null) return found;
  } catch {
    // kafkajs throws "not implemented" here
  }
  throw new LeaveOut('unknown-codec');
};

const bodyOf = async (head: BatchHead, { state, codecOf }: Surroundings): Promise<Buffer> => {
  const codec = findCodec(head.codec, codecOf);
  const body = codec === null || head.recordCount === 0 ? head.body : await codec.decompress(head.body);
  // Codecs other than gzip have no limit of their own; then it is noticed after the fact.
  if (body.length > state.limits.maxBatchBytes) throw new LeaveOut('too-large');
  return body;
};

const decodeBatch = async (batch: Buffer, head: BatchHead, around: Surroundings): Promise<Decoded> => {
  const { limits, isCrcChecked } = around.state;
  if (isCrcChecked && crc32c(batch, CRC_FROM) !== head.crc) throw new LeaveOut('checksum');
  if (head.recordCount > limits.maxBatchRecords) throw new LeaveOut('too-many-records');
  const body = await bodyOf(head, around);
  return { records: readRecords(head, body), byteCount: body.length };
};

const reasonOf = (fault: unknown): QuarantineReason => {
  if (fault instanceof LeaveOut) return fault.reason;
  return fault instanceof TooLarge ? 'too-large' : 'malformed';
};

/** The records of a batch; of one that cannot be decoded, the placeholder alone. */
const decodeOrLeaveOut = async (batch: Buffer, around: Surroundings): Promise<Decoded> => {
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

const decodeBatches = async (bytes: Buffer, around: Surroundings): Promise<readonly WireRecord[]> => {
  const { maxFetchRecords, maxFetchBytes } = around.state.limits;
  const records: WireRecord[] = [];
  let [at, byteCount] = [0, 0];
  while (bytes.length - at >= BATCH_HEADER_BYTES && bytes.readInt8(at + MAGIC_AT) === RECORD_BATCH_MAGIC) {
    const end = at + batchSize(bytes, at);
    if (end > bytes.length) break; // the broker cuts the last batch where the size asked for ends
    const decoded = await decodeOrLeaveOut(bytes.subarray(at, end), around);
    for (const record of decoded.records) records.push(record);
    byteCount += decoded.byteCount;
    at = end;
    if (records.length >= maxFetchRecords || byteCount >= maxFetchBytes) break;
  }
  return records;
};

/**
 * Takes the place of kafkajs's `decodeMessages`.
 * @returns a function that reads the length and the record set from the decoder and resolves with its records
 * @throws MalformedBytes when the size of a batch cannot be: there is no way to find the next one
 */
export const messagesDecoder =
  (around: Surroundings) =>
  async (decoder: WireDecoder): Promise<readonly WireRecord[]> => {
    const size = decoder.readInt32();
    if (size <= MAGIC_AT || !decoder.canReadBytes(size)) return [];
    const bytes = decoder.readBytes(size);
    if (bytes.readInt8(MAGIC_AT) < RECORD_BATCH_MAGIC) return around.decodeOldFormat(bytes);
    return decodeBatches(bytes, around);
  };
