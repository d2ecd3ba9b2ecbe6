/** Reads committed records of named partitions without a group: kafkajs has no `assign()`, so this asks the brokers themselves. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Assigner, Cluster } from 'kafkajs';
import { OboroError } from '../../model/errors.ts';
import type { Bounds, LogBatch, Place } from '../../ports/log.ts';
import type { FetchedBatch, KafkaClients } from './client.ts';
import { Batch, unreadableFault, unreadableIn } from './client.ts';
import { faultOf, isOutOfRange, isPassing } from './faults.ts';

/** Where reading of a partition of one topic stands. */
export interface Want {
  readonly partition: number;
  readonly offset: number;
}

/** One round of fetching in one topic. */
export interface Round {
  readonly topic: string;
  readonly wants: readonly Want[];
  /** Bytes of one partition. */
  readonly maxBytes: number;
  readonly maxWaitMs: number;
}

interface Answered {
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly { readonly partition: number }[];
  }[];
}

const READ_COMMITTED = 1;

/** A fault that lasts longer than this is no passing one, milliseconds. */
const PATIENCE_MS = 10_000;

/** A topic that was just made is unknown to a broker for a moment, milliseconds. */
const UNKNOWN_MS = 1_000;

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/** What the reader of a fetched batch needs; headers are left behind here (G-15). */
export const logBatchOf = (batch: FetchedBatch): LogBatch => {
  const from = Number(batch.fetchedOffset);
  const next = batch.rawMessages.length === 0 ? from : Math.max(from, Number(batch.lastOffset()) + 1);
  const records = batch.messages.map(({ offset, key, value }) => ({ offset: Number(offset), key, value }));
  const end = Math.max(next, Number(batch.highWatermark));
  return { topic: batch.topic, partition: batch.partition, from, records, next, end };
};

export class Fetcher {
  readonly #cluster: Cluster;
  #isClosed = false;

  constructor(clients: KafkaClients, role: string) {
    this.#cluster = clusterOf(clients, role);
  }

  /** Null when there is no such topic. */
  async partitionsOf(topic: string): Promise<number | null> {
    try {
      return await this.#insist(topic, async () => {
        await this.#cluster.refreshMetadata();
        return this.#cluster.findTopicPartitionMetadata(topic).length;
      });
    } catch (cause) {
      if (cause instanceof OboroError && cause.code === 'TOPIC_MISSING') return null;
      throw cause;
    }
  }

  /** First and last offsets; the end counts records of open transactions too. */
  async bounds({ topic, partition }: Place): Promise<Bounds> {
    return this.#insist(topic, async () => {
      const start = await this.#offset(topic, partition, true);
      return { start, end: await this.#offset(topic, partition, false) };
    });
  }

  /**
   * One round of fetching: what each of the partitions has from its offset on, as far as something came in `maxWaitMs`.
   * Null when one of the offsets lies outside its partition.
   */
  async fetch({ topic, wants, ...limits }: Round): Promise<readonly LogBatch[] | null> {
    return this.#insist(topic, async () => {
      const byLeader = new Map<string, Want[]>();
      for (const want of wants) {
        const leader = this.#leaderOf(topic, want.partition);
        byLeader.set(leader, [...(byLeader.get(leader) ?? []), want]);
      }
      const asked = [...byLeader].map(([leader, of]) => this.#ask(leader, { topic, wants: of, ...limits }));
      try {
        return (await Promise.all(asked)).flat();
      } catch (cause) {
        if (isOutOfRange(cause)) return null;
        throw cause;
      }
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#cluster.disconnect().catch(() => undefined);
  }

  async #ask(leader: string, { topic, wants, maxBytes, maxWaitMs }: Round): Promise<readonly LogBatch[]> {
    const broker = await this.#cluster.findBroker({ nodeId: leader });
    const { responses } = (await broker.fetch({
      isolationLevel: READ_COMMITTED,
      minBytes: 1,
      maxBytes,
      maxWaitTime: maxWaitMs,
      topics: [
        {
          topic,
          partitions: wants.map(({ partition, offset }) => ({
            partition,
            fetchOffset: String(offset),
            maxBytes,
          })),
        },
      ],
    })) as Answered;
    const offsets = new Map(wants.map(({ partition, offset }) => [partition, offset]));
    return responses.flatMap(({ partitions }) =>
      partitions.map((one) => {
        const from = String(offsets.get(one.partition) ?? 0);
        const batch = new Batch(topic, from, one);
        const [range] = unreadableIn(batch);
        if (range !== undefined) throw unreadableFault(batch, range);
        return logBatchOf(batch);
      }),
    );
  }

  async #offset(topic: string, partition: number, fromBeginning: boolean): Promise<number> {
    const [answer] = await this.#cluster.fetchTopicsOffset([
      { topic, partitions: [{ partition }], fromBeginning },
    ]);
    const offset = answer?.partitions[0]?.offset;
    if (offset === undefined) throw missing(topic, partition);
    return Number(offset);
  }

  #leaderOf(topic: string, partition: number): string {
    const found = this.#cluster
      .findTopicPartitionMetadata(topic)
      .find(({ partitionId }) => partitionId === partition);
    if (found === undefined) throw missing(topic, partition);
    return String(found.leader);
  }

  /** Does something that needs the topic's leaders; tries again while the fault may be a passing one. */
  async #insist<T>(topic: string, attempt: () => Promise<T>): Promise<T> {
    const since = Date.now();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        await this.#cluster.connect();
        await this.#cluster.addTargetTopic(topic);
        return await attempt();
      } catch (cause) {
        const fault = faultOf(cause, `${topic} could not be read`);
        const patience = fault.code === 'TOPIC_MISSING' ? UNKNOWN_MS : PATIENCE_MS;
        const isOver = !isPassing(cause) || Date.now() - since > patience;
        if (isOver || this.#isClosed) throw fault;
        this.#forget(cause);
        await sleep(pauseMs);
        await this.#cluster.refreshMetadata().catch(() => undefined);
      }
    }
  }

  /** A broker whose connection was lost is looked up again. */
  #forget(cause: unknown): void {
    if (!(cause instanceof Error) || cause.name !== 'KafkaJSConnectionClosedError') return;
    const { host, port } = cause as Error & { readonly host?: string; readonly port?: number };
    if (host !== undefined && port !== undefined) this.#cluster.removeBroker({ host, port });
  }
}

const missing = (topic: string, partition: number): OboroError =>
  new OboroError('TOPIC_MISSING', `${topic} has no partition ${String(partition)}`, {
    hint: 'Make the topics with "oboro topics create".',
  });

/**
 * The cluster object behind a consumer that never joins a group. kafkajs hands it to whoever shares out partitions, which
 * is the one public way to it.
 */
const clusterOf = (clients: KafkaClients, role: string): Cluster => {
  const found: Cluster[] = [];
  const nobody: Assigner = {
    name: 'none',
    version: 0,
    assign: () => Promise.resolve([]),
    protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }),
  };
  clients.client({ role }).consumer({
    groupId: role,
    allowAutoTopicCreation: false,
    metadataMaxAge: 60_000,
    // For offsets only, so that an end is the end of all records; fetches say themselves what they want.
    readUncommitted: true,
    partitionAssigners: [
      ({ cluster }) => {
        found.push(cluster);
        return nobody;
      },
    ],
  });
  const [cluster] = found;
  if (cluster === undefined) throw new OboroError('BUG', 'kafkajs made a consumer without a cluster');
  return cluster;
};
