/** The shapes inside kafkajs 2.2.4 that the hardened parts take and give back; kafkajs publishes no types for them. */

export interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly partitionLeaderEpoch: number;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly maxTimestamp: string;
  /** 0: set by the producer; 1: set by the broker. */
  readonly timestampType: 0 | 1;
  readonly magicByte: number;
}

export type Headers = Readonly<Record<string, Buffer | null | readonly (Buffer | null)[]>>;

/** A record as kafkajs passes it from the wire to `eachBatch`. */
export interface WireRecord {
  readonly magicByte: number;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  /** Never shown to the application; its offset still moves the position. */
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
  /** Set on the record that stands for a batch that is left out. */
  readonly leftOut?: LeftOut;
}

/** Why a batch is left out, without anything of its content. */
export interface LeftOut {
  readonly reason: QuarantineReason;
  readonly firstOffset: string;
  readonly lastOffset: string;
  /** Size of the batch as it was sent. */
  readonly byteCount: number;
}

/**
 * `too-many-records` and `too-large`: over a limit (`HardeningLimits`); `unknown-codec`: compressed in a way that is
 * not registered; `malformed`: what is inside does not decode; `checksum`: the CRC does not fit (`checkCrc`).
 */
export type QuarantineReason = 'too-many-records' | 'too-large' | 'unknown-codec' | 'malformed' | 'checksum';

export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

export interface Codec {
  readonly compress: (encoder: { readonly buffer: Buffer }) => Promise<Buffer>;
  readonly decompress: (bytes: Buffer) => Promise<Buffer>;
}

/** kafkajs's reader over an answer of the broker; standing before the length of the record set. */
export interface WireDecoder {
  readInt32(): number;
  readBytes(length: number): Buffer;
  canReadBytes(length: number): boolean;
}

export interface PartitionData {
  readonly partition: number;
  readonly abortedTransactions?: readonly AbortedTransaction[];
  readonly messages: readonly WireRecord[];
}

/** What one fetch brought of one partition. */
export interface FetchedBatch {
  readonly messagesWithinOffset: readonly WireRecord[];
}

export type FetchedBatchClass = new (
  topic: string,
  fetchedOffset: string,
  data: PartitionData,
) => FetchedBatch;
