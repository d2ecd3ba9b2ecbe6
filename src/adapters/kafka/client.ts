/** The one place that loads kafkajs and makes clients of it: hardened, silenced, told what to trust. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ConnectionOptions } from 'node:tls';
import type { Kafka, LogEntry, SASLOptions } from 'kafkajs';
import { OboroError } from '../../model/errors.ts';
import { installFastProduce } from './fast-produce.ts';
import { hardenKafkajs } from './hardening/harden.ts';
import type { Quarantined } from './hardening/limits.ts';

/** A range of a partition that cannot be read, and why; nothing of its content. */
export type Unreadable = Pick<Quarantined, 'firstOffset' | 'lastOffset' | 'byteCount' | 'reason'>;

/** What kafkajs makes of one partition of one fetch; its class is not exported, but every reader goes through it. */
export interface FetchedBatch {
  readonly topic: string;
  readonly partition: number;
  /** The position that was asked for. */
  readonly fetchedOffset: string;
  readonly highWatermark: string;
  /** Everything that was looked at: markers, aborted records, and what stands for what cannot be read. */
  readonly rawMessages: readonly { readonly leftOut?: Unreadable }[];
  readonly messages: readonly {
    readonly offset: string;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
  }[];
  lastOffset(): string;
}

type BatchClass = (new (topic: string, fetchedOffset: string, partition: unknown) => FetchedBatch) & {
  readonly prototype: {
    isEmpty: (this: FetchedBatch) => boolean;
    isEmptyDueToFiltering: (this: FetchedBatch) => boolean;
  };
};

/** Ranges that were told unreadable and not asked for yet, by place: those of aborted transactions never are. */
const told = new Set<string>();

const rangeName = (topic: string, partition: number, { firstOffset }: Unreadable): string =>
  `${topic}/${String(partition)}/${firstOffset}`;

installFastProduce(createRequire(import.meta.url));

export const kafkajs = hardenKafkajs({
  onQuarantined: (range) => told.add(rangeName(range.topic, range.partition, range)),
});
export const Batch = createRequire(import.meta.url)('kafkajs/src/consumer/batch.js') as BatchClass;

// kafkajs passes over batches that hold markers or aborted records only; but they move the position, and whoever counts
// positions must see that. Only what brought nothing at all stays unseen.
Batch.prototype.isEmpty = function isEmpty() {
  return this.rawMessages.length === 0;
};
Batch.prototype.isEmptyDueToFiltering = () => false;

/** The ranges of a batch that nobody can read, so that its reader says what becomes of them. */
export const unreadableIn = ({ topic, partition, rawMessages }: FetchedBatch): readonly Unreadable[] =>
  rawMessages.flatMap(({ leftOut }) =>
    leftOut !== undefined && told.delete(rangeName(topic, partition, leftOut)) ? [leftOut] : [],
  );

/** The fault of a reader that cannot do without what is unreadable. */
export const unreadableFault = (
  { topic, partition }: FetchedBatch,
  { firstOffset, lastOffset, reason }: Unreadable,
): OboroError =>
  new OboroError(
    'STATE_CORRUPT',
    `${topic}-${String(partition)} offsets ${firstOffset} to ${lastOffset} cannot be read (${reason})`,
  );

export interface TlsSettings {
  readonly enabled: boolean;
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

export interface SaslSettings {
  readonly mechanism: 'none' | 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string | null;
  readonly password: string | null;
}

/** How a cluster is reached; times in milliseconds, sizes in bytes. */
export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly application: string;
  readonly deployment: string;
  readonly tls: TlsSettings;
  readonly sasl: SaslSettings;
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly transactionTimeoutMs: number;
  readonly maxBytesPerPartition: number;
  readonly maxWaitMs: number;
}

export interface ClientOptions {
  /** What the client does; the last part of its client id. */
  readonly role: string;
  /** Sees what kafkajs would log; nothing of it is ever written, because it may quote records. */
  readonly listen?: (entry: LogEntry) => void;
}

/** Makes clients for one cluster. Each is a `Kafka` of its own: kafkajs shares caches between the parts of one. */
export class KafkaClients {
  readonly settings: KafkaSettings;
  readonly #ssl: ConnectionOptions | false;

  private constructor(settings: KafkaSettings, ssl: ConnectionOptions | false) {
    this.settings = settings;
    this.#ssl = ssl;
  }

  /** Reads the certificates. Throws CFG_UNREADABLE. */
  static async open(settings: KafkaSettings): Promise<KafkaClients> {
    return new KafkaClients(settings, await sslOf(settings.tls));
  }

  client({ role, listen }: ClientOptions): Kafka {
    const { brokers, application, deployment, connectionTimeoutMs, requestTimeoutMs, sasl } = this.settings;
    const identity = saslOf(sasl);
    return new kafkajs.Kafka({
      brokers: [...brokers],
      clientId: `${application}.${deployment}.${role}`,
      ssl: this.#ssl,
      ...(identity === null ? {} : { sasl: identity }),
      connectionTimeout: connectionTimeoutMs,
      authenticationTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 },
      logLevel: listen === undefined ? kafkajs.logLevel.NOTHING : kafkajs.logLevel.ERROR,
      logCreator: () => listen ?? (() => undefined),
    });
  }
}

const sslOf = async (tls: TlsSettings): Promise<ConnectionOptions | false> => {
  if (!tls.enabled) return false;
  const [ca, cert, key] = await Promise.all([
    readPem(tls.caFile),
    readPem(tls.certFile),
    readPem(tls.keyFile),
  ]);
  return {
    rejectUnauthorized: true,
    ...(ca === null ? {} : { ca: [ca] }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  };
};

const readPem = async (file: string | null): Promise<Buffer | null> => {
  if (file === null) return null;
  try {
    return await readFile(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new OboroError('CFG_UNREADABLE', `${file} cannot be read (${code})`, { cause });
  }
};

const saslOf = ({ mechanism, username, password }: SaslSettings): SASLOptions | null =>
  mechanism === 'none' ? null : { mechanism, username: username ?? '', password: password ?? '' };
