/** A cluster of one test file and the deployments on it, one after the other: topics, settings, fixed salts, input. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { KafkaClients } from '../../../src/adapters/kafka/client.ts';
import { KafkaLog } from '../../../src/adapters/kafka/log.ts';
import { topicPlans } from '../../../src/adapters/kafka/topic-plan.ts';
import { setUpTopics } from '../../../src/adapters/kafka/topic-setup.ts';
import { registerSchemas } from '../../../src/adapters/registry/register.ts';
import { importVault } from '../../../src/adapters/vault/imported.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { registryOptions } from '../../../src/app/cluster.ts';
import { openPatiently } from '../../../src/app/feed/patient-writer.ts';
import type { FeedRecord } from '../../../src/app/feed/records.ts';
import { importFolder } from '../../../src/app/run/vault.ts';
import type { Config } from '../../../src/config/config.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { framed, unframed } from '../../../src/wire/framed.ts';
import { SCHEMAS } from '../../../src/wire/schemas.gen.ts';
import { scratchFolder } from '../cli.ts';
import { writeConfig } from '../inputs.ts';
import { startKafka } from '../services/kafka.ts';
import type { KafkaCluster } from '../services/kafka.ts';
import type { FaultProxy } from '../services/kafka-proxy.ts';
import { startProxy } from '../services/kafka-proxy.ts';
import { abortMarks } from './aborted-marks.ts';
import { Crew } from './workers.ts';
import type { WorkerChoice, WorkerProcess } from './workers.ts';
import { forgetMembers } from './group-members.ts';

export const INPUT_PARTITIONS = 4;
export const GATE_PARTITIONS = 3;

/** Any fixed bytes: every worker and the re-computation get the same salts of it. */
const SALTS = 'the salts of the fault tests, which are no secret at all';

export interface StandOptions {
  /** Base URL of a registry. */
  readonly registry: string;
  /** Workers reach the broker through a proxy. */
  readonly proxied?: boolean;
}

export interface DeploymentOptions {
  /** Settings of the stream beside those that make tests quick. */
  readonly stream?: string;
  readonly kafka?: string;
  /** Where workers find the registry, when not where the stand does. */
  readonly registry?: string;
  /** Port of a Redis, or of a proxy in front of it; there are no views without it. */
  readonly redis?: number;
}

/** The subject of a schema, by topic. */
type Ids = ReadonlyMap<string, number>;

export class Stand {
  readonly kafka: KafkaCluster;
  /** Null unless asked for. */
  readonly proxy: FaultProxy | null;
  readonly #registry: string;
  readonly #scratch = scratchFolder();
  readonly #crew = new Crew();
  #count = 0;

  private constructor(kafka: KafkaCluster, proxy: FaultProxy | null, registry: string) {
    this.kafka = kafka;
    this.proxy = proxy;
    this.#registry = registry;
  }

  static async open({ registry, proxied = false }: StandOptions): Promise<Stand> {
    const proxy = proxied ? await startProxy() : null;
    const kafka = await startKafka(proxy === null ? {} : { advertisedPorts: [proxy.port] });
    proxy?.forwardTo(kafka.ports[0] ?? 0);
    return new Stand(kafka, proxy, registry);
  }

  get folder(): string {
    return this.#scratch.path;
  }

  /** A deployment on empty topics; whatever ran before is killed. */
  async deploy(options: DeploymentOptions = {}): Promise<Deployment> {
    await this.#crew.killAll();
    this.proxy?.heal();
    this.#count += 1;
    const name = `faults-${String(this.#count)}`;
    const { configFile, config } = await this.#configure(name, options);
    const own = await loadConfig({ file: configFile, environment: {} });
    const clients = await KafkaClients.open({ ...own.kafka, brokers: this.kafka.direct });
    await emptyCluster(clients);
    await makeTopics(clients, config);
    const registered = await registerSchemas(
      Object.values(SCHEMAS),
      await registryOptions({ ...config, registry: { ...config.registry, url: this.#registry } }),
    );
    const ids = new Map(registered.map(({ topic, id }) => [topic, id]));
    return new Deployment({ config, configFile, clients, ids, crew: this.#crew });
  }

  async close(): Promise<void> {
    await this.#crew.killAll();
    await this.proxy?.close();
    await this.kafka.stop();
    this.#scratch.remove();
  }

  async #configure(name: string, { stream = '', kafka = '', registry, redis }: DeploymentOptions) {
    const folder = `${this.folder}/${name}`;
    mkdirSync(folder);
    const more = [
      'kafka:',
      `  brokers: [${this.kafka.brokers.join(', ')}]`,
      `  deployment: ${name}`,
      '  sessionTimeout: PT6S',
      '  heartbeat: PT0.5S',
      '  rebalanceTimeout: PT10S',
      '  requestTimeout: PT5S',
      '  transactionTimeout: PT20S',
      ...(kafka === '' ? [] : [`  ${kafka}`]),
      `topics: { inputPartitions: ${String(INPUT_PARTITIONS)}, gatePartitions: ${String(GATE_PARTITIONS)}, replication: 1, minInsync: 1 }`,
      'stream:',
      '  commitInterval: PT0.1S',
      '  snapshotMinBytes: 65536',
      ...(stream.includes('idleAfter') ? [] : ['  idleAfter: PT3S']),
      ...(stream === '' ? [] : [`  ${stream}`]),
      `registry: { url: "${registry ?? this.#registry}", requestTimeout: PT2S }`,
      ...(redis === undefined ? [] : [`redis: { mode: single, nodes: [127.0.0.1:${String(redis)}] }`]),
      'metrics: { port: 0 }',
    ].join('\n');
    const configFile = writeConfig(`${folder}/config.yaml`, { vault: `${folder}/vault`, more });
    const config = await loadConfig({ file: configFile, environment: {} });
    writeFileSync(`${folder}/salts`, SALTS);
    mkdirSync(importFolder(config), { recursive: true });
    await importVault(`${folder}/salts`, importFolder(config));
    return { configFile, config };
  }
}

const emptyCluster = (clients: KafkaClients): Promise<void> =>
  withAdmin(clients, async (admin) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
      if (topics.length === 0) return;
      // Some may be going already.
      if (attempt % 10 === 0) await admin.deleteTopics({ topics, timeout: 10_000 }).catch(() => undefined);
      await pause(100);
    }
    throw new Error('the topics of the deployment before cannot be dropped');
  });

/** A broker that has just dropped topics may not know new ones of their names for a moment. */
const makeTopics = async (clients: KafkaClients, config: Config, attempts = ATTEMPTS): Promise<void> => {
  try {
    await setUpTopics(clients, topicPlans(config.topics));
  } catch (cause) {
    if (attempts === 1) throw cause;
    await pause(100);
    await makeTopics(clients, config, attempts - 1);
  }
};

const withAdmin = async <T>(clients: KafkaClients, act: (admin: Admin) => Promise<T>): Promise<T> => {
  const admin = clients.client({ role: 'test' }).admin();
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.disconnect();
  }
};

interface DeploymentParts {
  readonly config: Config;
  readonly configFile: string;
  /** Past any proxy. */
  readonly clients: KafkaClients;
  readonly ids: Ids;
  readonly crew: Crew;
}

/** Every tenth of a second. */
const ATTEMPTS = 100;

const FEED_BATCH = 2_000;

export class Deployment {
  readonly config: Config;
  readonly configFile: string;
  readonly #parts: DeploymentParts;

  constructor(parts: DeploymentParts) {
    this.config = parts.config;
    this.configFile = parts.configFile;
    this.#parts = parts;
  }

  /** A log of the test's own. */
  openLog(): KafkaLog {
    return new KafkaLog(this.#parts.clients);
  }

  admin<T>(act: (admin: Admin) => Promise<T>): Promise<T> {
    return withAdmin(this.#parts.clients, act);
  }

  /** Makes those that are missing. */
  makeTopics(): Promise<void> {
    return makeTopics(this.#parts.clients, this.config);
  }

  start(choice: WorkerChoice = {}): WorkerProcess {
    return this.#parts.crew.start(this.configFile, choice);
  }

  /** Those that have not ended. */
  get workers(): readonly WorkerProcess[] {
    return this.#parts.crew.all;
  }

  killAll(): Promise<void> {
    return this.#parts.crew.killAll();
  }

  /** Leaves in order; throws when a worker did not end well. */
  async stopAll(): Promise<void> {
    const ends = await Promise.all(this.#parts.crew.all.map((worker) => worker.stop()));
    const bad = ends.filter(({ code }) => code !== 0);
    if (bad.length > 0) throw new Error(`a worker did not leave in order: ${JSON.stringify(bad)}`);
  }

  /** Sends records as they stand in the input folder, framed with this registry's ids. */
  feed(records: readonly FeedRecord[]): Promise<void> {
    return this.feedAsIs(records.map((record) => this.#framed(record)));
  }

  async feedAsIs(records: readonly FeedRecord[]): Promise<void> {
    const log = this.openLog();
    const { application, deployment } = this.config.kafka;
    const writer = await openPatiently(log, `${application}.${deployment}.feed`, systemClock);
    try {
      for (let i = 0; i < records.length; i += FEED_BATCH) {
        await writer.commit(records.slice(i, i + FEED_BATCH));
      }
    } finally {
      await writer.close();
      await log.close();
    }
  }

  /** See aborted-marks.ts. */
  abortMarks(): Promise<void> {
    return abortMarks(this.#parts.clients, { tasks: INPUT_PARTITIONS, gatePartitions: GATE_PARTITIONS });
  }

  /** Tells the group's coordinator of the dead at once, as it would find out itself at the end of their session. */
  async forgetDead(): Promise<void> {
    const { application, deployment } = this.config.kafka;
    const groups = ['sanitize', 'aggregate'].map((role) => `${application}.${deployment}.${role}`);
    await this.admin((admin) => forgetMembers(admin, groups, this.#parts.clients.settings.brokers));
  }

  idOf(topic: string): number {
    return this.#parts.ids.get(topic) ?? -1;
  }

  #framed(record: FeedRecord): FeedRecord {
    return { ...record, value: framed(this.idOf(record.topic), unframed(record.value)) };
  }
}
