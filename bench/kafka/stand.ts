/** The bench's one broker, its topics and what is in them before anything is measured. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readStores, writeCity } from '../../examples/city/write.ts';
import { KafkaClients } from '../../src/adapters/kafka/client.ts';
import { KafkaLog } from '../../src/adapters/kafka/log.ts';
import { topicPlans } from '../../src/adapters/kafka/topic-plan.ts';
import { setUpTopics } from '../../src/adapters/kafka/topic-setup.ts';
import { feedTo } from '../../src/app/commands/feed.ts';
import { packageRoot } from '../../src/app/package-root.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Outgoing } from '../../src/ports/log.ts';
import { benchRegistry } from './registry.ts';
import { PASS_TOPIC } from './topics.ts';

const KEPT: ReadonlySet<string> = new Set(['ref.stores', 'privacy.consent', 'privacy.erasure']);

export interface StandOptions {
  readonly brokers: readonly string[];
  readonly partitions: number;
  readonly commitMs: number;
}

/** The demo configuration, for the bench's broker. */
export const configOf = ({ brokers, partitions, commitMs }: StandOptions): Promise<Config> =>
  loadConfig({
    file: join(packageRoot(), 'config', 'demo.yaml'),
    environment: {
      OBORO__KAFKA__BROKERS: `[${brokers.join(', ')}]`,
      OBORO__TOPICS__INPUT_PARTITIONS: String(partitions),
      OBORO__TOPICS__GATE_PARTITIONS: String(partitions),
      OBORO__TOPICS__REPLICATION: '1',
      OBORO__TOPICS__MIN_INSYNC: '1',
      OBORO__STREAM__COMMIT_INTERVAL: `PT${String(commitMs / 1_000)}S`,
      // The other inputs are empty: they must not hold event time back for the whole of a short run.
      OBORO__STREAM__IDLE_AFTER: 'PT1S',
      OBORO__REGISTRY__URL: 'http://127.0.0.1:1',
    },
  });

const FEW = 1_000;
const ATTEMPTS = 60;
const PAUSE_MS = 250;

export class Stand {
  readonly #config: Config;
  readonly #clients: KafkaClients;

  private constructor(config: Config, clients: KafkaClients) {
    this.#config = config;
    this.#clients = clients;
  }

  static async open(config: Config): Promise<Stand> {
    const stand = new Stand(config, await KafkaClients.open(config.kafka));
    await stand.#create();
    await stand.#stores();
    return stand;
  }

  /** Takes away what runs have written, groups' positions included; with `raw`, the input as well. */
  async reset({ raw = false } = {}): Promise<void> {
    const admin = this.#clients.client({ role: 'bench' }).admin();
    await admin.connect();
    try {
      const there = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
      const topics = there.filter((topic) => !KEPT.has(topic) && (raw || !topic.startsWith('raw.')));
      await admin.deleteTopics({ topics });
      for (let i = 0; i < ATTEMPTS; i++) {
        const left = await admin.listTopics();
        if (!topics.some((topic) => left.includes(topic))) break;
        await sleep(PAUSE_MS);
      }
      const { groups } = await admin.listGroups();
      await admin.deleteGroups(groups.map(({ groupId }) => groupId)).catch(() => undefined);
    } finally {
      await admin.disconnect();
    }
    await this.#create();
  }

  /** Appends records as any producer would; returns how many. */
  async fill(records: Iterable<readonly Outgoing[]>): Promise<number> {
    const producer = this.#clients.client({ role: 'bench' }).producer({
      allowAutoTopicCreation: false,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    await producer.connect();
    let count = 0;
    for (const some of records) {
      for (let i = 0; i < some.length; i += FEW) {
        const few = some.slice(i, i + FEW);
        const [first] = few;
        if (first === undefined) continue;
        await producer.send({
          topic: first.topic,
          messages: few.map(({ key, value, partition }) => ({ key, value, partition })),
        });
        count += few.length;
      }
    }
    await producer.disconnect();
    return count;
  }

  async #create(): Promise<void> {
    const plans = topicPlans(this.#config.topics);
    const like = plans.find(({ topic }) => topic === 'location.sanitized');
    const all = like === undefined ? plans : [...plans, { ...like, topic: PASS_TOPIC }];
    for (let i = 0; ; i++) {
      try {
        await setUpTopics(this.#clients, all);
        return;
      } catch (cause) {
        if (i === ATTEMPTS) throw cause;
        await sleep(PAUSE_MS);
      }
    }
  }

  async #stores(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'oboro-bench-'));
    const log = new KafkaLog(this.#clients);
    try {
      const stores = readStores(join(packageRoot(), 'examples', 'city'));
      writeCity(folder, { seed: 1, members: 1, days: 1, startDate: '2024-05-15', stores });
      const inputs = readdirSync(folder)
        .filter((name) => name.startsWith('ref.stores'))
        .map((name) => join(folder, name));
      // A feed wants events, too; there are none of this day.
      inputs.push(join(folder, 'raw.gps.jsonl'));
      writeFileSync(join(folder, 'raw.gps.jsonl'), '');
      const { signal } = new AbortController();
      await feedTo({ log, registry: benchRegistry }, { inputs, config: this.#config, signal });
    } finally {
      await log.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
