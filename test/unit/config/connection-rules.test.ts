/** Rules between the keys of connections: each is broken by some configuration, and spares its neighbour. */
import { describe, expect, it } from 'vitest';
import { CONNECTION_RULES } from '../../../src/config/connection-rules.ts';
import { areLoopback, isLoopback } from '../../../src/config/loopback.ts';
import { parseSettings } from '../../../src/config/parse.ts';

const broken = (text: string): readonly string[] => {
  const parsed = parseSettings({ name: 'c.yaml', text, overrides: [] });
  return parsed.ok ? [] : parsed.problems.map(({ key, what }) => `${key}: ${what}`);
};

const CASES: readonly (readonly [bad: string, rule: string, good: string])[] = [
  [
    'kafka: { brokers: ["kafka-1:9092"] }',
    'kafka.tls.enabled: expected true, because records',
    'kafka: { brokers: ["kafka-1:9092"], tls: { enabled: true } }',
  ],
  [
    'kafka: { brokers: ["127.0.0.1:9092", "10.0.0.1:9092"] }',
    'kafka.tls.enabled: expected true, because records',
    'kafka: { brokers: ["127.0.0.1:9092", "10.0.0.1:9092"], allowPlaintext: true }',
  ],
  [
    'kafka: { brokers: ["k:9092"], sasl: { mechanism: plain, username: u, password: p } }',
    'kafka.tls.enabled: expected true, because records and passwords',
    'kafka: { brokers: ["localhost:9092"], sasl: { mechanism: plain, username: u, password: p } }',
  ],
  [
    'kafka: { tls: { enabled: true, certFile: c.pem } }',
    'kafka.tls.keyFile: expected the key',
    'kafka: { tls: { enabled: true, certFile: c.pem, keyFile: k.pem } }',
  ],
  [
    'kafka: { tls: { enabled: true, keyFile: k.pem } }',
    'kafka.tls.keyFile: expected the key',
    'kafka: { tls: { enabled: true, caFile: ca.pem } }',
  ],
  [
    'kafka: { tls: { caFile: ca.pem } }',
    'kafka.tls.enabled: expected true, because kafka.tls names',
    'kafka: { tls: { enabled: true, caFile: ca.pem } }',
  ],
  [
    'kafka: { sasl: { mechanism: scram-sha-512, username: u } }',
    'kafka.sasl.password: expected a password',
    'kafka: { sasl: { mechanism: scram-sha-512, username: u, password: p } }',
  ],
  [
    'kafka: { sasl: { mechanism: plain, password: p } }',
    'kafka.sasl.password: expected a password',
    'kafka: { sasl: { mechanism: none } }',
  ],
  [
    'kafka: { sasl: { username: u, password: p } }',
    'kafka.sasl.password: expected a password',
    'kafka: { sasl: { mechanism: plain, username: u, password: p } }',
  ],
  ['kafka: { heartbeat: PT11S }', 'kafka.heartbeat: expected a third', 'kafka: { heartbeat: PT10S }'],
  [
    'kafka: { maxWait: PT2S, requestTimeout: PT2S }',
    'kafka.maxWait: expected shorter',
    'kafka: { maxWait: PT1.9S, requestTimeout: PT2S }',
  ],
  [
    'kafka: { transactionTimeout: PT10S }\nstream: { commitInterval: PT3S }',
    'stream.commitInterval: expected a quarter',
    'kafka: { transactionTimeout: PT10S }\nstream: { commitInterval: PT2.5S }',
  ],
  [
    'topics: { replication: 1 }',
    'topics.minInsync: expected topics',
    'topics: { replication: 1, minInsync: 1 }',
  ],
  [
    'redis: { mode: cluster, nodes: ["redis-1:6379"] }',
    'redis.tls.enabled: expected true, because views',
    'redis: { mode: none, nodes: ["redis-1:6379"] }',
  ],
  [
    'redis: { mode: single, nodes: ["redis-1:6379"] }',
    'redis.tls.enabled: expected true, because views',
    'redis: { mode: single, nodes: ["redis-1:6379"], allowPlaintext: true }',
  ],
  [
    'redis: { tls: { enabled: true, certFile: c.pem } }',
    'redis.tls.keyFile: expected the key',
    'redis: { tls: { enabled: true, certFile: c.pem, keyFile: k.pem } }',
  ],
  [
    'redis: { tls: { caFile: ca.pem } }',
    'redis.tls.enabled: expected true, because redis.tls names',
    'redis: { tls: { enabled: true, caFile: ca.pem } }',
  ],
  [
    'redis: { mode: sentinel }',
    'redis.sentinelName: expected a name',
    'redis: { mode: sentinel, sentinelName: primary }',
  ],
  [
    'redis: { mode: cluster, sentinelName: primary }',
    'redis.sentinelName: expected a name',
    'redis: { mode: cluster }',
  ],
  [
    'redis: { mode: single, nodes: ["127.0.0.1:1", "127.0.0.1:2"] }',
    'redis.nodes: expected one node',
    'redis: { mode: cluster, nodes: ["127.0.0.1:1", "127.0.0.1:2"] }',
  ],
  [
    'redis: { mode: sentinel, sentinelName: primary, sentinelUsername: u }',
    'redis.sentinelUsername: expected no user',
    'redis: { mode: sentinel, sentinelName: primary, sentinelUsername: u, sentinelPassword: p }',
  ],
  [
    'redis: { mode: single, sentinelPassword: p }',
    'redis.sentinelPassword: expected no password',
    'redis: { mode: sentinel, sentinelName: primary, sentinelPassword: p }',
  ],
  [
    'redis: { mode: cluster, database: 1 }',
    'redis.database: expected 0',
    'redis: { mode: single, database: 1 }',
  ],
  ['redis: { username: u }', 'redis.username: expected no user', 'redis: { username: u, password: p }'],
  [
    'registry: { url: "http://registry:8081" }',
    'registry.url: expected an https address',
    'registry: { url: "https://registry:8081/apis/ccompat/v7" }',
  ],
  [
    'registry: { url: "http://127.0.0.1.example:8081" }',
    'registry.url: expected an https address',
    'registry: { url: "http://registry:8081", allowPlaintext: true }',
  ],
  [
    'registry: { username: u }',
    'registry.password: expected a password',
    'registry: { username: u, password: p }',
  ],
  [
    'registry: { caFile: ca.pem }',
    'registry.caFile: expected no file',
    'registry: { url: "https://r", caFile: ca.pem }',
  ],
];

describe('the rules of connections', () => {
  it.each(CASES)('%s breaks %s', (bad, rule, good) => {
    expect(broken(bad)).toEqual([expect.stringContaining(rule)]);
    expect(broken(good)).toEqual([]);
  });

  it('have a case each', () => {
    const untested = CONNECTION_RULES.filter(
      ({ key, expected }) => !CASES.some(([, rule]) => `${key}: expected ${expected}`.startsWith(rule)),
    );
    expect(untested.map(({ expected }) => expected)).toEqual([]);
  });

  it('never show what was configured', () => {
    const problems = broken(
      'kafka: { brokers: ["canary:1"], sasl: { username: canary, password: canary } }\nregistry: { url: "http://canary", username: canary }',
    );
    expect(problems.length).toBeGreaterThan(3);
    expect(problems.join('\n')).not.toContain('canary');
  });
});

describe('the form of a connection key', () => {
  it.each([
    ['kafka: { brokers: [] }', 'kafka.brokers: expected a list of host:port'],
    ['kafka: { brokers: ["kafka"] }', 'kafka.brokers.0: expected a list of host:port'],
    ['kafka: { brokers: ["user:pass@kafka:9092"] }', 'kafka.brokers.0: expected a list of host:port'],
    ['kafka: { application: "a.b" }', 'kafka.application: expected a name'],
    ['kafka: { deployment: "" }', 'kafka.deployment: expected a name'],
    ['kafka: { sasl: { mechanism: none, username: "a b" } }', 'kafka.sasl.username: expected up to 128'],
    ['registry: { url: "http://user:pass@127.0.0.1" }', 'registry.url: expected an http or https address'],
    ['registry: { url: "ftp://127.0.0.1" }', 'registry.url: expected an http or https address'],
    ['registry: { url: "http://127.0.0.1:99999" }', 'registry.url: expected an http or https address'],
    ['metrics: { port: 65536 }', 'metrics.port: expected a whole number from 0 to 65535'],
    ['stream: { commitInterval: PT0.01S }', 'stream.commitInterval: expected a duration such as PT0.5S'],
  ])('%s', (text, problem) => {
    expect(broken(text)).toEqual([expect.stringContaining(problem)]);
  });
});

describe('isLoopback', () => {
  it.each([
    ['localhost', true],
    ['LOCALHOST', true],
    ['127.0.0.1', true],
    ['127.9.8.7', true],
    ['::1', true],
    ['[::1]', true],
    ['0.0.0.0', false],
    ['128.0.0.1', false],
    ['127.0.0.1.example', false],
    ['localhost.example', false],
    ['kafka', false],
  ])('%s: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });

  it('holds for a list when it holds for each', () => {
    expect(areLoopback(['localhost:1', '127.0.0.1:2'])).toBe(true);
    expect(areLoopback(['localhost:1', 'kafka:2'])).toBe(false);
  });
});
