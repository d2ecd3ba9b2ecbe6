/** The keys of the stream: how Kafka is reached, what its topics look like, and how tasks commit. */
import {
  choice,
  decimal,
  duration,
  hosts,
  name,
  onOff,
  pathOrNull,
  secret,
  section,
  whole,
  wordOrNull,
} from './key-facts.ts';

const KIB = 1_024;
const MIB = 1_024 * KIB;

/** How a connection is encrypted; the same keys for every neighbour. */
export const tls = (meaning: string) =>
  section(meaning, {
    enabled: onOff({
      by: false,
      meaning: 'Encrypts the connection and checks the certificate of the other side.',
    }),
    caFile: pathOrNull({
      by: null,
      meaning: 'PEM file of the authorities that are trusted; null trusts those that Node.js knows.',
    }),
    certFile: pathOrNull({
      by: null,
      meaning: 'PEM file of our own certificate, where the other side asks for one (mutual TLS).',
    }),
    keyFile: pathOrNull({ by: null, meaning: 'PEM file of the private key of our own certificate.' }),
  });

export const kafka = section('How Kafka is reached (commands that work on the stream).', {
  brokers: hosts({ by: ['127.0.0.1:9092'], meaning: 'Brokers that are asked first.' }),
  application: name({
    by: 'oboro',
    meaning: 'First part of the names of groups, clients and transactions.',
  }),
  deployment: name({
    by: 'main',
    meaning:
      'Second part of those names; two deployments on one cluster with the same name would fence each other.',
  }),
  allowPlaintext: onOff({
    by: false,
    meaning: 'Accepts an unencrypted connection to a broker that is not on this machine.',
  }),
  tls: tls('Encryption of the connections to Kafka.'),
  sasl: section('How we prove to Kafka who we are.', {
    mechanism: choice(['none', 'plain', 'scram-sha-256', 'scram-sha-512'], {
      by: 'none',
      meaning: 'SASL mechanism.',
    }),
    username: wordOrNull({ by: null, meaning: 'User of the mechanism.' }),
    password: secret({ by: null, meaning: 'Password of the mechanism.' }),
  }),
  sessionTimeout: duration(['PT6S', 'PT5M'], {
    by: 'PT30S',
    meaning: 'A member of the group that is silent for this long loses its partitions.',
  }),
  heartbeat: duration(['PT0.5S', 'PT1M'], { by: 'PT3S', meaning: 'Time between two signs of life.' }),
  rebalanceTimeout: duration(['PT6S', 'PT10M'], {
    by: 'PT1M',
    meaning: 'How long the group waits for its members when partitions are shared out anew.',
  }),
  connectionTimeout: duration(['PT0.5S', 'PT1M'], {
    by: 'PT3S',
    meaning: 'Longest wait for a connection.',
  }),
  requestTimeout: duration(['PT1S', 'PT2M'], { by: 'PT15S', meaning: 'Longest wait for an answer.' }),
  transactionTimeout: duration(['PT10S', 'PT15M'], {
    by: 'PT1M',
    meaning: 'A transaction of a dead worker whose task nobody takes over is ended after this.',
  }),
  maxBytesPerPartition: whole([16 * KIB, 16 * MIB], {
    by: 512 * KIB,
    unit: 'bytes',
    meaning: 'Bytes that one fetch takes of one partition; bounds the memory of a worker.',
  }),
  maxWait: duration(['PT0.01S', 'PT5S'], {
    by: 'PT0.1S',
    meaning: 'How long a broker holds a fetch back when there is nothing to give.',
  }),
});

export const topics = section('What "topics create" makes, and what the worker expects to find.', {
  inputPartitions: whole([1, 1_000], {
    by: 12,
    unit: 'partitions',
    meaning: 'Partitions of every personal input topic: the number of sanitize tasks.',
  }),
  gatePartitions: whole([1, 1_000], {
    by: 12,
    unit: 'partitions',
    meaning: 'Partitions of oboro.contributions and of the release topics: the number of gate tasks.',
  }),
  replication: whole([1, 9], {
    by: 3,
    unit: 'copies',
    meaning: 'Copies of every record; 1 loses records with a broker, for trials only.',
  }),
  minInsync: whole([1, 9], {
    by: 2,
    unit: 'copies',
    meaning: 'Copies that must be written before a record counts as written.',
  }),
});

export const stream = section('How the tasks of the stream commit, save and stop.', {
  commitInterval: duration(['PT0.05S', 'PT10S'], {
    by: 'PT0.5S',
    meaning: 'Time between two commits of a task; readers see results this much later.',
  }),
  commitRecords: whole([1, 1_000_000], {
    by: 5_000,
    unit: 'records',
    meaning: 'A task that has taken this many input records commits before its time.',
  }),
  commitBytes: whole([16 * KIB, 256 * MIB], {
    by: 4 * MIB,
    unit: 'bytes',
    meaning: 'A task that has this much to write commits before its time.',
  }),
  markEvery: duration(['PT1S', 'PT10M'], {
    by: 'PT1M',
    meaning: 'Event time between two marks by which a task tells the gate how far it is.',
  }),
  idleAfter: duration(['PT1S', 'PT1H'], {
    by: 'PT1M',
    meaning: 'An input at its end for this long holds windows open no more.',
  }),
  snapshotMinBytes: whole([64 * KIB, 4_096 * MIB], {
    by: 16 * MIB,
    unit: 'bytes',
    meaning: 'Changes of a task’s state that are written before its whole state is written again.',
  }),
  snapshotFactor: decimal([1, 20], {
    by: 2,
    unit: 'times',
    meaning: 'The changes must also be this many times as large as the last whole state.',
  }),
  inboxBytes: whole([64 * KIB, 1_024 * MIB], {
    by: 8 * MIB,
    unit: 'bytes',
    meaning: 'Input that waits in memory for one task before its reading pauses.',
  }),
  stopDeadline: duration(['PT1S', 'PT10M'], {
    by: 'PT20S',
    meaning: 'Longest time from SIGTERM to the end; what is not committed then is done again by a successor.',
  }),
});
