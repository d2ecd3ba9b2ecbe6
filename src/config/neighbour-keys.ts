/** The keys of what stands beside the stream: Redis, the schema registry and the metrics. */
import {
  choice,
  duration,
  hosts,
  onOff,
  pathOrNull,
  secret,
  section,
  url,
  whole,
  word,
  wordOrNull,
} from './key-facts.ts';
import { tls } from './stream-keys.ts';

export const redis = section('Redis holds views for lookups, never the truth.', {
  mode: choice(['none', 'single', 'sentinel', 'cluster'], {
    by: 'none',
    meaning: 'How Redis is set up; none works without it.',
  }),
  nodes: hosts({
    by: ['127.0.0.1:6379'],
    meaning: 'The server, or the sentinels, or some nodes of the cluster.',
  }),
  sentinelName: wordOrNull({ by: null, meaning: 'Name of the primary that the sentinels watch.' }),
  sentinelUsername: wordOrNull({
    by: null,
    meaning: 'User of the sentinels themselves; null is the default user.',
  }),
  sentinelPassword: secret({ by: null, meaning: 'Password of the sentinels themselves.' }),
  database: whole([0, 65_535], {
    by: 0,
    unit: 'database',
    meaning: 'Number of the database; a cluster has only 0.',
  }),
  allowPlaintext: onOff({
    by: false,
    meaning: 'Accepts an unencrypted connection to a Redis that is not on this machine.',
  }),
  tls: tls('Encryption of the connections to Redis.'),
  username: wordOrNull({ by: null, meaning: 'Redis user; null is the default user.' }),
  password: secret({ by: null, meaning: 'Password of the Redis user.' }),
  keyPrefix: word({ by: 'oboro:', meaning: 'What all our keys begin with.' }),
  commandTimeout: duration(['PT0.05S', 'PT30S'], {
    by: 'PT0.5S',
    meaning: 'Longest wait for an answer.',
  }),
});

export const registry = section('The schema registry (Confluent-compatible).', {
  url: url({ by: 'http://127.0.0.1:8081', meaning: 'Address of the registry.' }),
  allowPlaintext: onOff({
    by: false,
    meaning: 'Accepts an unencrypted connection to a registry that is not on this machine.',
  }),
  username: wordOrNull({ by: null, meaning: 'User, where the registry asks for one.' }),
  password: secret({ by: null, meaning: 'Password of the user.' }),
  caFile: pathOrNull({
    by: null,
    meaning: 'PEM file of the authorities that are trusted; null trusts those that Node.js knows.',
  }),
  requestTimeout: duration(['PT0.5S', 'PT1M'], { by: 'PT5S', meaning: 'Longest wait for an answer.' }),
});

export const metrics = section('Where a worker tells how it is (Prometheus).', {
  host: word({
    by: '127.0.0.1',
    meaning: 'Address to listen on; off loopback, anyone who reaches it can read.',
  }),
  port: whole([0, 65_535], { by: 9_464, unit: 'port', meaning: 'Port to listen on; 0 takes a free one.' }),
});
