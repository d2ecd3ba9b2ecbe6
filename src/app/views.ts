/** Reaches the Redis that the configuration names, and the views in it. */
import type { HostPort, RedisClient, RedisTarget } from '../adapters/redis/connect.ts';
import { connectRedis, untilReady } from '../adapters/redis/connect.ts';
import { RedisConsentViews } from '../adapters/redis/consent-views.ts';
import { RedisReleaseViews } from '../adapters/redis/release-views.ts';
import { systemClock } from '../adapters/system/clock.ts';
import type { Config } from '../config/config.ts';
import type { RedisConfig, TlsConfig } from '../config/connections.ts';
import type { ConsentViews, ReleaseViews } from '../ports/views.ts';
import { readPem } from './pem.ts';

export interface Views {
  readonly client: RedisClient;
  /** Begins all keys of the deployment. */
  readonly space: string;
  readonly consents: ConsentViews;
  readonly releases: ReleaseViews;
  close(): Promise<void>;
}

/** Longest wait for the first connection, ms; the views work on without it. */
const CONNECT_WITHIN_MS = 2_000;

/** Null where no Redis is set up. `onFault` is told of each write that failed. */
export const openViews = async (
  { redis, kafka }: Pick<Config, 'redis' | 'kafka'>,
  onFault: () => void = () => undefined,
): Promise<Views | null> => {
  const target = targetOf(redis);
  if (target === null) return null;
  const { username, password, commandTimeoutMs } = redis;
  const tls = await tlsOf(redis.tls);
  const client = connectRedis({ target, username, password, tls, commandTimeoutMs });
  await untilReady(client, CONNECT_WITHIN_MS);
  const space = `${redis.keyPrefix}${kafka.application}.${kafka.deployment}`;
  const consents = new RedisConsentViews({ client, clock: systemClock, space, onFault });
  return {
    ...{ client, space, consents },
    releases: new RedisReleaseViews({ client, space, onFault }),
    close: async () => {
      await consents.end();
      client.disconnect();
    },
  };
};

const addressOf = (node: string): HostPort => {
  const colon = node.lastIndexOf(':');
  return { host: node.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(node.slice(colon + 1)) };
};

const targetOf = (redis: RedisConfig): RedisTarget | null => {
  const { mode, database: db } = redis;
  if (mode === 'none') return null;
  const addresses = redis.nodes.map(addressOf);
  if (mode === 'cluster') return { kind: 'cluster', nodes: addresses };
  const [first] = addresses;
  if (mode === 'single' && first !== undefined) return { kind: 'single', at: first, db };
  const { sentinelName, sentinelUsername: username, sentinelPassword: password } = redis;
  return { kind: 'sentinel', sentinels: addresses, name: sentinelName ?? '', db, username, password };
};

const tlsOf = async ({ enabled, caFile, certFile, keyFile }: TlsConfig) => {
  if (!enabled) return null;
  return {
    ...(caFile === null ? {} : { ca: await readPem(caFile) }),
    ...(certFile === null ? {} : { cert: await readPem(certFile) }),
    ...(keyFile === null ? {} : { key: await readPem(keyFile) }),
  };
};
