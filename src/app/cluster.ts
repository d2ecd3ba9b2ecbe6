/** Reaches the neighbours that the configuration names: the log, the registry, the stores, the keys. */
import { hkdfSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { KafkaClients } from '../adapters/kafka/client.ts';
import { KafkaLog } from '../adapters/kafka/log.ts';
import type { RegistryOptions } from '../adapters/registry/client.ts';
import { ConfluentRegistry } from '../adapters/registry/registry.ts';
import { SchemaTeacher } from '../adapters/registry/schema-source.ts';
import { Wrapper, readKeyFile } from '../adapters/vault/wrap.ts';
import type { Config } from '../config/config.ts';
import { OboroError } from '../model/errors.ts';
import type { Store, StoreId } from '../model/place.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log, LogBatch } from '../ports/log.ts';
import type { SchemaRegistry } from '../ports/registry.ts';
import { TopicIntake } from '../wire/intake-record.ts';

export interface Cluster {
  readonly clients: KafkaClients;
  readonly log: KafkaLog;
  readonly registry: SchemaRegistry;
  close(): Promise<void>;
}

export const openCluster = async (config: Config): Promise<Cluster> => {
  const clients = await KafkaClients.open(config.kafka);
  const log = new KafkaLog(clients);
  const registry = await openRegistry(config);
  return {
    clients,
    log,
    registry,
    close: async () => {
      registry.close();
      await log.close();
    },
  };
};

export const registryOptions = async ({ registry }: Config): Promise<RegistryOptions> => {
  const { url, username, password, caFile, requestTimeoutMs } = registry;
  return {
    url,
    auth: username === null ? null : { username, password: password ?? '' },
    tls: caFile === null ? null : { ca: await readPem(caFile) },
    timeoutMs: requestTimeoutMs,
  };
};

const openRegistry = async (config: Config): Promise<SchemaRegistry> =>
  new ConfluentRegistry({ ...(await registryOptions(config)), memoryFile: null });

const readPem = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new OboroError('CFG_UNREADABLE', `${file} cannot be read (${code})`, { cause });
  }
};

export interface DeploymentKeys {
  /** Wraps the salts; null on a cluster of this machine that was given no key. */
  readonly wrapper: Wrapper | null;
  /** Keys the consent book and the views. */
  readonly deploymentKey: Buffer;
}

const KEY_BYTES = 32;
const ON_LOOPBACK = Buffer.alloc(KEY_BYTES, 'oboro on loopback');

/** Both keys come from the key outside the cluster (HKDF-SHA-256); without one, from what every installation knows. */
export const deploymentKeys = async ({ vault, kafka }: Config): Promise<DeploymentKeys> => {
  const key = vault.keyFile === null ? null : await readKeyFile(vault.keyFile);
  const info = `oboro deployment v1 ${kafka.application} ${kafka.deployment}`;
  return {
    wrapper: key === null ? null : new Wrapper(key),
    deploymentKey: Buffer.from(hkdfSync('sha256', key ?? ON_LOOPBACK, '', info, KEY_BYTES)),
  };
};

/** The store list as it stands now, every partition read to its end. */
export const storesOn = async (
  log: Pick<Log, 'partitionsOf' | 'readToEnd'>,
  registry: SchemaRegistry,
  clock: Clock,
): Promise<readonly Store[]> => {
  const topic = 'ref.stores';
  const partitions = await log.partitionsOf(topic);
  if (partitions === null) {
    throw new OboroError('TOPIC_MISSING', `there is no topic ${topic}`, {
      hint: 'Make the topics with: oboro topics create',
    });
  }
  const intake = new TopicIntake({ topic, partitions });
  await new SchemaTeacher({ registry, clock }).admit(intake);
  const stores = new Map<StoreId, Store>();
  const take = (batch: LogBatch): void => {
    for (const record of batch.records) {
      const outcome = intake.decode(record, batch.partition);
      if (outcome.kind === 'keep') stores.set(outcome.value.id, outcome.value);
      else if (outcome.kind === 'removed') stores.delete(outcome.key.toString() as StoreId);
      else if (outcome.kind === 'wait') throw registryAway();
    }
  };
  for (let partition = 0; partition < partitions; partition++) {
    await log.readToEnd({ topic, partition }, null, take);
  }
  return [...stores.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
};

const registryAway = (): OboroError =>
  new OboroError('SERVICE_AWAY', 'the schema registry cannot be reached, and the store list needs it', {
    retriable: true,
    hint: 'See registry.url in the configuration.',
  });
