/** Connects to Redis, alone, behind Sentinel or as a cluster, so that nothing is sent twice and nothing waits for long. */
import type { ConnectionOptions } from 'node:tls';
import { Cluster, Redis } from 'ioredis';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export type RedisTarget =
  | { readonly kind: 'single'; readonly at: HostPort; readonly db: number }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly HostPort[];
      /** Name of the master group. */
      readonly name: string;
      readonly db: number;
      readonly username: string | null;
      readonly password: string | null;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly HostPort[] };

/** How to reach Redis. That plaintext is for loopback only is checked where configuration is. */
export interface RedisOptions {
  readonly target: RedisTarget;
  /** ACL user; null is `default`. */
  readonly username: string | null;
  readonly password: string | null;
  /** Null for plaintext; otherwise verified, with PEM texts and the name the certificate must hold. */
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
  } | null;
  /** Longest wait for one reply, ms. */
  readonly commandTimeoutMs: number;
}

export type RedisClient = Redis | Cluster;

const CONNECT_TIMEOUT_MS = 3_000;
const RETRY_FIRST_MS = 50;
const RETRY_MOST_MS = 2_000;

/** Doubles from 50 ms to 2 s, for ever. */
const retryDelay = (times: number): number =>
  Math.min(RETRY_FIRST_MS * 2 ** Math.min(times, 10), RETRY_MOST_MS);

/** A server that was made a replica: leave it, and let the caller hear of its command. */
const leavesReplica = (error: Error): boolean => error.message.startsWith('READONLY');

const settingsOf = ({ username, password, tls, commandTimeoutMs }: RedisOptions) => ({
  ...(username === null ? {} : { username }),
  ...(password === null ? {} : { password }),
  ...(tls === null ? {} : { tls: { ...tls } satisfies ConnectionOptions }),
  // A command in flight when a connection breaks is not sent again: it fails, by this time-out at the latest.
  autoResendUnfulfilledCommands: false,
  commandTimeout: commandTimeoutMs,
  maxRetriesPerRequest: 1,
  autoResubscribe: false,
  connectTimeout: CONNECT_TIMEOUT_MS,
  // Says nothing of this process to others who share the server.
  disableClientInfo: true,
  reconnectOnError: leavesReplica,
});

const connectCluster = (options: RedisOptions, nodes: readonly HostPort[]): Cluster =>
  new Cluster(
    nodes.map(({ host, port }) => ({ host, port })),
    {
      enableOfflineQueue: false,
      clusterRetryStrategy: retryDelay,
      clusterNodeRetryStrategy: retryDelay,
      // Zero: a command whose connection broke is not sent again.
      retryDelayOnFailover: 0,
      redisOptions: settingsOf(options),
    },
  );

const connectOne = (options: RedisOptions): Redis => {
  const { target } = options;
  const settings = { ...settingsOf(options), enableOfflineQueue: false, retryStrategy: retryDelay };
  if (target.kind !== 'sentinel') {
    return target.kind === 'single'
      ? new Redis({ ...settings, ...target.at, db: target.db })
      : new Redis(settings);
  }
  return new Redis({
    ...settings,
    sentinels: target.sentinels.map(({ host, port }) => ({ host, port })),
    name: target.name,
    db: target.db,
    failoverDetector: true,
    sentinelRetryStrategy: retryDelay,
    ...(target.username === null ? {} : { sentinelUsername: target.username }),
    ...(target.password === null ? {} : { sentinelPassword: target.password }),
    ...(options.tls === null ? {} : { enableTLSForSentinelMode: true, sentinelTLS: { ...options.tls } }),
  });
};

/**
 * A client that connects in the background and goes on trying for ever. Until it is connected, and whenever it is
 * not, commands fail at once.
 */
export const connectRedis = (options: RedisOptions): RedisClient => {
  const { target } = options;
  const client = target.kind === 'cluster' ? connectCluster(options, target.nodes) : connectOne(options);
  // Without a listener the library prints the error, address and all. Commands tell what matters.
  client.on('error', () => undefined);
  return client;
};

/** Resolves with true when the client is connected, with false when it is not within a time. */
export const untilReady = (client: RedisClient, withinMs: number): Promise<boolean> => {
  if (client.status === 'ready') return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (isReady: boolean) => (): void => {
      clearTimeout(timer);
      client.off('ready', ready);
      resolve(isReady);
    };
    const ready = settle(true);
    const timer = setTimeout(settle(false), withinMs);
    client.once('ready', ready);
  });
};
