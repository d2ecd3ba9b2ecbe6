/** The sections of the stream: units, secrets, and that none of them touches the policy. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { printConfig } from '../../../src/config/print.ts';
import { workerRules } from '../../../src/config/worker-rules.ts';
import { EXIT, OboroError } from '../../../src/model/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'oboro-connections-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const load = (text: string, environment: Record<string, string> = {}) => {
  const file = join(folder, 'oboro.yaml');
  writeFileSync(file, text);
  return loadConfig({ file, environment });
};

describe('the sections of the stream', () => {
  it('come in milliseconds and bytes', async () => {
    const { kafka, stream, redis, registry, metrics, topics } = await load('');
    expect(kafka).toMatchObject({
      brokers: ['127.0.0.1:9092'],
      application: 'oboro',
      deployment: 'main',
      sessionTimeoutMs: 30_000,
      heartbeatMs: 3_000,
      rebalanceTimeoutMs: 60_000,
      connectionTimeoutMs: 3_000,
      requestTimeoutMs: 15_000,
      transactionTimeoutMs: 60_000,
      maxBytesPerPartition: 524_288,
      maxWaitMs: 100,
    });
    expect(stream).toEqual({
      commitIntervalMs: 500,
      commitRecords: 5_000,
      commitBytes: 4_194_304,
      markEveryMs: 60_000,
      idleAfterMs: 60_000,
      snapshotMinBytes: 16_777_216,
      snapshotFactor: 2,
      inboxBytes: 8_388_608,
      stopDeadlineMs: 20_000,
    });
    expect(topics).toEqual({ inputPartitions: 12, gatePartitions: 12, replication: 3, minInsync: 2 });
    expect(redis).toMatchObject({ mode: 'none', keyPrefix: 'oboro:', commandTimeoutMs: 500 });
    expect(registry).toMatchObject({ url: 'http://127.0.0.1:8081', requestTimeoutMs: 5_000 });
    expect(metrics).toEqual({ host: '127.0.0.1', port: 9_464 });
    expect([kafka, kafka.tls, kafka.brokers, stream, redis, topics].every(Object.isFrozen)).toBe(true);
  });

  it('do not touch the policy hash', async () => {
    const silent = await load('');
    const other = await load(
      'kafka: { deployment: other, maxWait: PT1S }\nstream: { commitInterval: PT1S }\ntopics: { inputPartitions: 3 }\nredis: { mode: single }\nregistry: { url: "https://r" }\nmetrics: { port: 1 }\n',
    );
    expect(other.kafka.deployment).toBe('other');
    expect(other.policyHash).toBe(silent.policyHash);
  });

  it('take a password from the file that a variable names, and never print it', async () => {
    const secret = join(folder, 'password');
    writeFileSync(secret, 'canary\n');
    const config = await load('kafka: { sasl: { mechanism: plain, username: oboro } }\n', {
      OBORO__KAFKA__SASL__PASSWORD_FILE: secret,
      OBORO__REDIS__PASSWORD: 'canary-2',
    });
    expect(config.kafka.sasl.password).toBe('canary');
    expect(config.redis.password).toBe('canary-2');
    for (const json of [true, false]) {
      const printed = printConfig(config, { json });
      expect(printed).not.toContain('canary');
      expect(printed).toContain('[hidden]');
    }
  });

  it('take lists from variables', async () => {
    const config = await load('', { OBORO__KAFKA__BROKERS: '[127.0.0.1:1, localhost:2]' });
    expect(config.kafka.brokers).toEqual(['127.0.0.1:1', 'localhost:2']);
  });
});

describe('the examples', () => {
  it('cluster.yaml is whole but for its passwords', async () => {
    const file = 'config/cluster.yaml';
    const environment = {
      OBORO__KAFKA__SASL__PASSWORD: 'a',
      OBORO__REDIS__PASSWORD: 'b',
      OBORO__REGISTRY__PASSWORD: 'c',
    };
    const config = await loadConfig({ file, environment });
    expect(() => workerRules(config)).not.toThrow();
    const without = loadConfig({ file, environment: {} });
    await expect(without).rejects.toThrow(/3 problems/);
  });

  it('local.yaml needs nothing more', async () => {
    const config = await loadConfig({ file: 'config/local.yaml', environment: {} });
    expect(() => workerRules(config)).not.toThrow();
    expect(config.topics).toEqual({ inputPartitions: 4, gatePartitions: 4, replication: 1, minInsync: 1 });
  });
});

describe('workerRules', () => {
  it('G-07 want a key for the salts where a broker is on another machine', async () => {
    const config = await load('kafka: { brokers: ["kafka-1:9092"], tls: { enabled: true } }\n');
    const refusal = (): unknown => {
      try {
        workerRules(config);
        return null;
      } catch (cause) {
        return cause;
      }
    };
    const error = refusal();
    if (!(error instanceof OboroError)) throw new Error('expected an OboroError');
    expect(error).toMatchObject({ code: 'CFG_INVALID', exitCode: EXIT.config });
    expect(error.message).toMatch(/default vault\.keyFile: expected a key file/);
    expect(error.hint).toContain('vault.keyFile');
  });

  it.each([
    ['kafka: { brokers: ["kafka-1:9092"], tls: { enabled: true } }\nvault: { keyFile: vault.key }\n'],
    ['kafka: { brokers: ["127.0.0.1:9092", "localhost:9093"] }\n'],
    [''],
  ])('accept %j', async (text) => {
    const config = await load(text);
    expect(() => workerRules(config)).not.toThrow();
  });
});
