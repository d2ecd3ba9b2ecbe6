/** The sections of the stream as the rest of the house gets them: times in milliseconds, sizes in bytes. */
import { durationMs } from './duration.ts';
import type { Settings } from './schema.ts';

export interface TlsConfig {
  readonly enabled: boolean;
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly application: string;
  readonly deployment: string;
  readonly tls: TlsConfig;
  readonly sasl: Readonly<Settings['kafka']['sasl']>;
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly transactionTimeoutMs: number;
  readonly maxBytesPerPartition: number;
  readonly maxWaitMs: number;
}

export type TopicsConfig = Readonly<Settings['topics']>;

export interface StreamConfig {
  readonly commitIntervalMs: number;
  readonly commitRecords: number;
  readonly commitBytes: number;
  readonly markEveryMs: number;
  readonly idleAfterMs: number;
  readonly snapshotMinBytes: number;
  readonly snapshotFactor: number;
  readonly inboxBytes: number;
  readonly stopDeadlineMs: number;
}

export interface RedisConfig {
  readonly mode: Settings['redis']['mode'];
  readonly nodes: readonly string[];
  readonly sentinelName: string | null;
  readonly sentinelUsername: string | null;
  readonly sentinelPassword: string | null;
  readonly database: number;
  readonly tls: TlsConfig;
  readonly username: string | null;
  readonly password: string | null;
  readonly keyPrefix: string;
  readonly commandTimeoutMs: number;
}

export interface RegistryConfig {
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly caFile: string | null;
  readonly requestTimeoutMs: number;
}

export type MetricsConfig = Readonly<Settings['metrics']>;

/** The sections of `Config` that only the stream reads; none of them is part of the policy or of its hash. */
export interface Connections {
  readonly kafka: KafkaConfig;
  readonly topics: TopicsConfig;
  readonly stream: StreamConfig;
  readonly redis: RedisConfig;
  readonly registry: RegistryConfig;
  readonly metrics: MetricsConfig;
}

export const connectionsOf = (settings: Settings): Connections => ({
  kafka: kafkaOf(settings),
  topics: settings.topics,
  stream: streamOf(settings),
  redis: redisOf(settings),
  registry: registryOf(settings),
  metrics: settings.metrics,
});

const kafkaOf = ({ kafka }: Settings): KafkaConfig => ({
  brokers: kafka.brokers,
  application: kafka.application,
  deployment: kafka.deployment,
  tls: kafka.tls,
  sasl: kafka.sasl,
  sessionTimeoutMs: durationMs(kafka.sessionTimeout),
  heartbeatMs: durationMs(kafka.heartbeat),
  rebalanceTimeoutMs: durationMs(kafka.rebalanceTimeout),
  connectionTimeoutMs: durationMs(kafka.connectionTimeout),
  requestTimeoutMs: durationMs(kafka.requestTimeout),
  transactionTimeoutMs: durationMs(kafka.transactionTimeout),
  maxBytesPerPartition: kafka.maxBytesPerPartition,
  maxWaitMs: durationMs(kafka.maxWait),
});

const streamOf = ({ stream }: Settings): StreamConfig => ({
  commitIntervalMs: durationMs(stream.commitInterval),
  commitRecords: stream.commitRecords,
  commitBytes: stream.commitBytes,
  markEveryMs: durationMs(stream.markEvery),
  idleAfterMs: durationMs(stream.idleAfter),
  snapshotMinBytes: stream.snapshotMinBytes,
  snapshotFactor: stream.snapshotFactor,
  inboxBytes: stream.inboxBytes,
  stopDeadlineMs: durationMs(stream.stopDeadline),
});

const redisOf = ({ redis }: Settings): RedisConfig => ({
  mode: redis.mode,
  nodes: redis.nodes,
  sentinelName: redis.sentinelName,
  sentinelUsername: redis.sentinelUsername,
  sentinelPassword: redis.sentinelPassword,
  database: redis.database,
  tls: redis.tls,
  username: redis.username,
  password: redis.password,
  keyPrefix: redis.keyPrefix,
  commandTimeoutMs: durationMs(redis.commandTimeout),
});

const registryOf = ({ registry }: Settings): RegistryConfig => ({
  url: registry.url,
  username: registry.username,
  password: registry.password,
  caFile: registry.caFile,
  requestTimeoutMs: durationMs(registry.requestTimeout),
});
