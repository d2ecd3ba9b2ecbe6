/** The broker's side of the model: topics and both coordinators. It answers requests; it knows nothing of who waits. */
import type { Bounds, Outgoing, Place } from '../../../src/ports/log.ts';
import type { Chance } from '../simulator/chance.ts';
import type { Answer, Network } from '../simulator/network.ts';
import { done, fault } from '../simulator/network.ts';
import { Groups } from './groups.ts';
import type { Read } from './partition-log.ts';
import { PartitionLog } from './partition-log.ts';
import { Transactions } from './transactions.ts';

/** Defects that the model can be given; an oracle that does not notice them is worth nothing. */
export interface Defects {
  /** Every writer has an identifier of its own: nobody is ever fenced. */
  readonly randomIds?: boolean;
  /** Readers are shown aborted records. */
  readonly leakyReaders?: boolean;
}

export interface ModelClusterOptions {
  readonly network: Network;
  readonly chance: Chance;
  readonly topics: Readonly<Record<string, number>>;
  readonly defects?: Defects;
  readonly transactionTimeoutMs?: number;
}

const TRANSACTION_TIMEOUT_MS = 60_000;
const SESSION_MS = 30_000;
const REBALANCE_MS = 60_000;
/** Most entries that one answer to a fetch looks at; small, so that batches end anywhere. */
const MOST_LOOKS = 24;

export class ModelCluster {
  readonly transactions: Transactions;
  readonly groups: Groups;
  readonly defects: Defects;
  readonly #o: ModelClusterOptions;
  readonly #topics = new Map<string, readonly PartitionLog[]>();
  #writers = 0;

  constructor(options: ModelClusterOptions) {
    this.#o = options;
    const { network, chance, topics, defects = {} } = options;
    this.defects = defects;
    for (const [topic, partitions] of Object.entries(topics)) this.createTopic(topic, partitions);
    const timeoutMs = options.transactionTimeoutMs ?? TRANSACTION_TIMEOUT_MS;
    this.transactions = new Transactions({ network, logOf: (place) => this.find(place), timeoutMs });
    this.groups = new Groups({ network, chance, sessionMs: SESSION_MS, rebalanceMs: REBALANCE_MS });
  }

  createTopic(topic: string, partitions: number): void {
    const logs = Array.from({ length: partitions }, (_, partition) => new PartitionLog(topic, partition));
    this.#topics.set(topic, logs);
  }

  get topics(): readonly string[] {
    return [...this.#topics.keys()];
  }

  partitions(topic: string): readonly PartitionLog[] {
    return this.#topics.get(topic) ?? [];
  }

  find({ topic, partition }: Place): PartitionLog | null {
    return this.#topics.get(topic)?.[partition] ?? null;
  }

  /** The identifier under which a writer is known. */
  identify(id: string): string {
    this.#writers += 1;
    return this.defects.randomIds === true ? `${id}.random-${this.#writers}` : id;
  }

  /** Writes from outside, without a transaction. */
  append({ topic, partition, key, value }: Outgoing): void {
    this.find({ topic, partition })?.append([{ key, value }], null);
  }

  bounds(place: Place): Answer<Bounds> {
    const log = this.find(place);
    return log === null ? missing() : done({ start: log.start, end: log.end });
  }

  deleteBefore(place: Place, offset: number): Answer<null> {
    const log = this.find(place);
    if (log === null) return missing();
    log.deleteBefore(offset);
    return done(null);
  }

  /** What is there from an offset on; waits for more where nothing is, or says so. `null` when the offset is not there. */
  fetch(place: Place, from: number): Answer<Read | null> {
    const log = this.find(place);
    if (log === null) return missing();
    const { chance } = this.#o;
    const looks = chance.one(0.3) ? chance.between(1, 4) : chance.between(1, MOST_LOOKS);
    const read = log.read(from, looks, this.defects.leakyReaders === true);
    if (read === null || read.next > from || chance.one(0.1)) return done(read);
    return {
      kind: 'park',
      until: (wake) => {
        log.whenever(() => log.stable > from, wake);
      },
    };
  }
}

const missing = (): Answer<never> => fault('TOPIC_MISSING', 'there is no such partition');
