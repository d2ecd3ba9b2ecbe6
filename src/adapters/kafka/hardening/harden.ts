/** Makes kafkajs 2.2.4 safe as a reader of transactions and of hostile batches, by replacing four of its inner parts. */
import { createRequire } from 'node:module';
import { filterAborted } from './aborted-filter.ts';
import { messagesDecoder } from './fetched-messages.ts';
import { cappedGzip } from './inflate.ts';
import type { AbortedTransaction, Codec, FetchedBatchClass, WireRecord } from './kafkajs-shapes.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { HardenedState, HardeningLimits, QuarantineListener } from './limits.ts';
import { clampTimers } from './request-timers.ts';
import { tellingBatch } from './telling-batch.ts';

export interface HardeningOptions {
  /** `import.meta.url` of the module whose kafkajs is meant; without it, the copy that this package finds. */
  readonly from?: string | URL;
  /** Each one left out keeps its value. */
  readonly limits?: Partial<HardeningLimits>;
  /** Checks the CRC-32C of every batch; off at first. */
  readonly checkCrc?: boolean;
  /**
   * Told of every batch that cannot be read, which is then passed over. While nobody listens, the consumer stops
   * with an error at such a batch.
   */
  readonly onQuarantined?: QuarantineListener;
}

type Kafkajs = typeof import('kafkajs');
type Require = ReturnType<typeof createRequire>;

const VERSION = '2.2.4';
const GZIP = 1;

/** Marks a hardened copy; found again by any bundle that has this file. */
const STATE = Symbol.for('oboro.kafkajs-hardening');

const FILTER = 'kafkajs/src/consumer/filterAbortedMessages.js';
const BATCH = 'kafkajs/src/consumer/batch.js';
const CONSUMER_GROUP = 'kafkajs/src/consumer/consumerGroup.js';
const DECODE = 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js';

interface Filter {
  (given: {
    readonly messages: readonly WireRecord[];
    readonly abortedTransactions?: readonly AbortedTransaction[] | null;
  }): readonly WireRecord[];
  [STATE]?: HardenedState;
}

interface Compression {
  readonly Codecs: Record<number, () => Codec>;
  readonly lookupCodecByAttributes: (codec: number) => Codec | null;
}

type OldFormatDecoder = (decoder: unknown, size: number) => Promise<readonly WireRecord[]>;

const assertVersion = (load: Require): void => {
  const { version } = load('kafkajs/package.json') as { readonly version: string };
  if (version === VERSION) return;
  throw new Error(`the hardening is for kafkajs ${VERSION} and its inner parts; found kafkajs ${version}`);
};

const replace = (load: Require, path: string, part: unknown): void => {
  load(path);
  const module = load.cache[load.resolve(path)];
  if (module === undefined) throw new Error(`kafkajs: ${path} is not in the module cache`);
  module.exports = part;
};

const decoderAround = (load: Require, state: HardenedState): ReturnType<typeof messagesDecoder> => {
  const compression = load('kafkajs/src/protocol/message/compression/index.js') as Compression;
  const plain = load('kafkajs/src/protocol/message/compression/gzip.js') as Codec;
  const gzip = cappedGzip(plain, () => state.limits.maxBatchBytes);
  compression.Codecs[GZIP] = () => gzip;
  const Decoder = load('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => unknown;
  const decodeOld = load('kafkajs/src/protocol/messageSet/decoder.js') as OldFormatDecoder;
  return messagesDecoder({
    state,
    codecOf: (codec) => compression.lookupCodecByAttributes(codec),
    decodeOldFormat: (bytes) => decodeOld(new Decoder(bytes), bytes.length),
  });
};

/** Puts the parts in place; none of what uses them may have been loaded. */
const install = (load: Require): HardenedState => {
  const isLoaded = [BATCH, CONSUMER_GROUP, DECODE].some((path) => load.resolve(path) in load.cache);
  if (isLoaded) {
    throw new Error('kafkajs was loaded before hardenKafkajs(); take it from what hardenKafkajs() returns');
  }
  const state: HardenedState = { limits: DEFAULT_LIMITS, isCrcChecked: false, listeners: new Set() };
  const filter: Filter = ({ messages, abortedTransactions }) => filterAborted(messages, abortedTransactions);
  filter[STATE] = state;
  replace(load, FILTER, filter);
  replace(load, DECODE, decoderAround(load, state));
  const { KafkaJSNonRetriableError: Fault } = load('kafkajs/src/errors.js') as Kafkajs;
  replace(load, BATCH, tellingBatch(load(BATCH) as FetchedBatchClass, state, Fault));
  clampTimers(load('kafkajs/src/network/requestQueue/index.js'));
  return state;
};

const stateOf = (load: Require): HardenedState | undefined => {
  const module = load.cache[load.resolve(FILTER)];
  return (module?.exports as Filter | undefined)?.[STATE];
};

/**
 * Hardens a copy of kafkajs and returns it. May be called again, also to change limits or to add a listener.
 * Take kafkajs from here, or import it later than the call: a static `import` beside it runs before.
 * What it changes is listed in docs/kafkajs-hardening.md.
 * @throws Error when kafkajs is not 2.2.4, or was loaded before
 */
export const hardenKafkajs = (options: HardeningOptions = {}): Kafkajs => {
  const load = createRequire(options.from ?? import.meta.url);
  assertVersion(load);
  const state = stateOf(load) ?? install(load);
  state.limits = { ...state.limits, ...options.limits };
  state.isCrcChecked = options.checkCrc ?? state.isCrcChecked;
  if (options.onQuarantined !== undefined) state.listeners.add(options.onQuarantined);
  return load('kafkajs') as Kafkajs;
};
