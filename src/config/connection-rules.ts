/** What must hold between the keys of connections: nothing secret or personal crosses a network in the clear. */
import { durationMs } from './duration.ts';
import { areLoopback, isLoopback } from './loopback.ts';
import type { Rule } from './rule.ts';
import type { Settings } from './schema.ts';

type Tls = Settings['kafka']['tls'];

const bothOrNone = (a: string | null, b: string | null): boolean => (a === null) === (b === null);

const ownCertificate = (section: string, of: (settings: Settings) => Tls): Rule => ({
  key: `${section}.tls.keyFile`,
  expected: `the key of ${section}.tls.certFile: both, or neither`,
  holds: (settings) => bothOrNone(of(settings).certFile, of(settings).keyFile),
});

const filesNeedTls = (section: string, of: (settings: Settings) => Tls): Rule => ({
  key: `${section}.tls.enabled`,
  expected: `true, because ${section}.tls names certificates that would not be used`,
  holds: (settings) =>
    of(settings).enabled || (of(settings).caFile === null && of(settings).certFile === null),
});

const isHttps = (address: string): boolean => new URL(address).protocol === 'https:';

const KAFKA_RULES: readonly Rule[] = [
  {
    key: 'kafka.tls.enabled',
    expected:
      'true, because records and passwords would cross the network in the clear to brokers that are not on this machine; kafka.allowPlaintext: true accepts that',
    holds: ({ kafka }) => kafka.tls.enabled || kafka.allowPlaintext || areLoopback(kafka.brokers),
  },
  ownCertificate('kafka', ({ kafka }) => kafka.tls),
  filesNeedTls('kafka', ({ kafka }) => kafka.tls),
  {
    key: 'kafka.sasl.password',
    expected: 'a password, and a user in kafka.sasl.username, exactly where kafka.sasl.mechanism is not none',
    holds: ({ kafka: { sasl } }) =>
      [sasl.username, sasl.password].every((value) => (value === null) === (sasl.mechanism === 'none')),
  },
  {
    key: 'kafka.heartbeat',
    expected: 'a third of kafka.sessionTimeout at most, so that one lost sign of life is not a lost member',
    holds: ({ kafka }) => 3 * durationMs(kafka.heartbeat) <= durationMs(kafka.sessionTimeout),
  },
  {
    key: 'kafka.maxWait',
    expected: 'shorter than kafka.requestTimeout',
    holds: ({ kafka }) => durationMs(kafka.maxWait) < durationMs(kafka.requestTimeout),
  },
  {
    key: 'stream.commitInterval',
    expected: 'a quarter of kafka.transactionTimeout at most',
    holds: ({ kafka, stream }) =>
      4 * durationMs(stream.commitInterval) <= durationMs(kafka.transactionTimeout),
  },
  {
    key: 'topics.minInsync',
    expected: 'topics.replication at most, else nothing could ever be written',
    holds: ({ topics }) => topics.minInsync <= topics.replication,
  },
];

const REDIS_RULES: readonly Rule[] = [
  {
    key: 'redis.tls.enabled',
    expected:
      'true, because views and passwords would cross the network in the clear to a Redis that is not on this machine; redis.allowPlaintext: true accepts that',
    holds: ({ redis }) =>
      redis.mode === 'none' || redis.tls.enabled || redis.allowPlaintext || areLoopback(redis.nodes),
  },
  ownCertificate('redis', ({ redis }) => redis.tls),
  filesNeedTls('redis', ({ redis }) => redis.tls),
  {
    key: 'redis.sentinelName',
    expected: 'a name exactly where redis.mode is sentinel',
    holds: ({ redis }) => (redis.mode === 'sentinel') === (redis.sentinelName !== null),
  },
  {
    key: 'redis.sentinelUsername',
    expected: 'no user where there is no redis.sentinelPassword',
    holds: ({ redis }) => redis.sentinelUsername === null || redis.sentinelPassword !== null,
  },
  {
    key: 'redis.sentinelPassword',
    expected: 'no password, because redis.mode is not sentinel and it would not be used',
    holds: ({ redis }) => redis.mode === 'sentinel' || redis.sentinelPassword === null,
  },
  {
    key: 'redis.database',
    expected: '0, because a cluster has no other database',
    holds: ({ redis }) => redis.mode !== 'cluster' || redis.database === 0,
  },
  {
    key: 'redis.nodes',
    expected: 'one node where redis.mode is single',
    holds: ({ redis }) => redis.mode !== 'single' || redis.nodes.length === 1,
  },
  {
    key: 'redis.username',
    expected: 'no user where there is no redis.password',
    holds: ({ redis }) => redis.username === null || redis.password !== null,
  },
];

const REGISTRY_RULES: readonly Rule[] = [
  {
    key: 'registry.url',
    expected:
      'an https address, because passwords and schemas would cross the network in the clear to a registry that is not on this machine; registry.allowPlaintext: true accepts that',
    holds: ({ registry }) =>
      isHttps(registry.url) || registry.allowPlaintext || isLoopback(new URL(registry.url).hostname),
  },
  {
    key: 'registry.password',
    expected: 'a password exactly where there is a registry.username',
    holds: ({ registry }) => bothOrNone(registry.username, registry.password),
  },
  {
    key: 'registry.caFile',
    expected: 'no file, because registry.url is not https and it would not be used',
    holds: ({ registry }) => registry.caFile === null || isHttps(registry.url),
  },
];

export const CONNECTION_RULES: readonly Rule[] = [...KAFKA_RULES, ...REDIS_RULES, ...REGISTRY_RULES];
