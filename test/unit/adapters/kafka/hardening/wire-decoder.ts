/** Hands batches to the hardened decoding as kafkajs does, without a broker. */
import { createRequire } from 'node:module';
import { messagesDecoder } from '../../../../../src/adapters/kafka/hardening/fetched-messages.ts';
import { cappedGzip } from '../../../../../src/adapters/kafka/hardening/inflate.ts';
import type {
  AbortedTransaction,
  Codec,
  WireDecoder,
  WireRecord,
} from '../../../../../src/adapters/kafka/hardening/kafkajs-shapes.ts';
import { DEFAULT_LIMITS } from '../../../../../src/adapters/kafka/hardening/limits.ts';
import type { HardeningLimits } from '../../../../../src/adapters/kafka/hardening/limits.ts';

/** kafkajs's own inner parts, as published. */
const load = createRequire(import.meta.url);

const Decoder = load('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => WireDecoder;
const gzip = load('kafkajs/src/protocol/message/compression/gzip.js') as Codec;
const compression = load('kafkajs/src/protocol/message/compression/index.js') as {
  readonly lookupCodecByAttributes: (codec: number) => Codec | null;
};

export const stockDecode = load('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js') as (
  decoder: WireDecoder,
) => Promise<readonly WireRecord[]>;

export const stockFilter = load('kafkajs/src/consumer/filterAbortedMessages.js') as (given: {
  readonly messages: readonly WireRecord[];
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
}) => readonly WireRecord[];

/** A record set as it stands in an answer: its length, then its bytes. */
export const recordSet = (...batches: readonly Buffer[]): WireDecoder => {
  const bytes = Buffer.concat(batches);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return new Decoder(Buffer.concat([length, bytes]));
};

export interface DecodingOptions {
  readonly limits?: Partial<HardeningLimits>;
  readonly isCrcChecked?: boolean;
}

/** What the hardened decoding makes of batches. */
export const decode = (
  batches: readonly Buffer[],
  { limits, isCrcChecked = false }: DecodingOptions = {},
): Promise<readonly WireRecord[]> => {
  const state = { limits: { ...DEFAULT_LIMITS, ...limits }, isCrcChecked, listeners: new Set<never>() };
  const capped = cappedGzip(gzip, () => state.limits.maxBatchBytes);
  return messagesDecoder({
    state,
    codecOf: (codec) => (codec === 1 ? capped : compression.lookupCodecByAttributes(codec)),
    decodeOldFormat: () => Promise.resolve([]),
  })(recordSet(...batches));
};
