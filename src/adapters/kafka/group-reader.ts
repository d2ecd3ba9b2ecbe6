/** Membership in a consumer group: kafkajs shares out and fetches, and each batch is handed over as it comes. */
import type { Consumer, EachBatchPayload, LogEntry } from 'kafkajs';
import { OboroError } from '../../model/errors.ts';
import type { GroupHandlers, GroupReader, Place, Position } from '../../ports/log.ts';
import { requireCount, stickyAssigner } from './assigner.ts';
import type { FetchedBatch, KafkaClients } from './client.ts';
import { unreadableIn } from './client.ts';
import { faultOf } from './faults.ts';
import { Fetcher, logBatchOf } from './fetcher.ts';
import { Share } from './share.ts';
import { withUnreadable } from './unreadable.ts';

export interface GroupReaderOptions {
  readonly clients: KafkaClients;
  /** The full name of the group. */
  readonly group: string;
  /** All have the same partition count. */
  readonly topics: readonly string[];
  /** How often the partition counts are looked at, milliseconds. */
  readonly watchMs?: number;
}

/** What kafkajs says when it is about to go on at the topic's start by itself; a test on a real broker holds the words. */
const RESET = /^Offset out of range, resetting/;

/** A group that cannot be reached for this long is given up, milliseconds. */
const PATIENCE_MS = 300_000;

const WATCH_MS = 30_000;

/** Leaving may have to wait for a rebalance; the group notices our silence anyway, milliseconds. */
const LEAVE_MS = 15_000;

type State = 'new' | 'joined' | 'over';

export class KafkaGroupReader implements GroupReader {
  readonly #o: GroupReaderOptions;
  readonly #share = new Share();
  readonly #watcher: Fetcher;
  #state: State = 'new';
  #consumer: Consumer | null = null;
  #handlers: GroupHandlers | null = null;
  #watch: NodeJS.Timeout | null = null;
  #lastSign = 0;
  #noting: Promise<void> | null = null;
  readonly #unnoted = new Map<string, Position>();

  constructor(options: GroupReaderOptions) {
    this.#o = options;
    this.#watcher = new Fetcher(options.clients, 'watcher');
  }

  async join(handlers: GroupHandlers): Promise<void> {
    this.#handlers = handlers;
    try {
      const count = await this.#countPartitions();
      const consumer = this.#makeConsumer(count);
      this.#consumer = consumer;
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.#o.topics], fromBeginning: true });
      const joined = this.#listen(consumer);
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.#eachBatch(payload),
      });
      await joined;
      this.#watch = setInterval(() => void this.#look(count), this.#o.watchMs ?? WATCH_MS).unref();
    } catch (cause) {
      await this.leave();
      throw faultOf(cause, `the group ${this.#o.group} could not be joined`);
    }
  }

  resumeAt(position: Position): void {
    if (!this.#share.resumeAt(position)) return;
    const { topic, partition, offset } = position;
    this.#quietly((consumer) => {
      consumer.seek({ topic, partition, offset: String(offset) });
      consumer.resume([{ topic, partitions: [partition] }]);
    });
  }

  pause(places: readonly Place[]): void {
    for (const place of places) {
      this.#share.pause(place);
      this.#quietly((consumer) => consumer.pause([{ topic: place.topic, partitions: [place.partition] }]));
    }
  }

  resume(places: readonly Place[]): void {
    for (const place of places) {
      if (!this.#share.resume(place)) continue;
      this.#quietly((consumer) => consumer.resume([{ topic: place.topic, partitions: [place.partition] }]));
    }
  }

  /** One request at a time: what comes while one is under way goes with the next, the newest of each place. */
  note(positions: readonly Position[]): Promise<void> {
    for (const position of positions) this.#unnoted.set(placeName(position), position);
    this.#noting ??= this.#tellPositions();
    return this.#noting;
  }

  async leave(): Promise<void> {
    this.#state = 'over';
    if (this.#watch !== null) clearInterval(this.#watch);
    const left = Promise.all([this.#consumer?.disconnect(), this.#watcher.close()]).catch(() => undefined);
    await Promise.race([left, new Promise((resolve) => setTimeout(resolve, LEAVE_MS).unref())]);
  }

  async #tellPositions(): Promise<void> {
    try {
      // A turn later, so that what is told in one turn goes together.
      await Promise.resolve();
      while (this.#unnoted.size > 0) {
        const ours = [...this.#unnoted.values()].filter((one) =>
          this.#share.partitions.includes(one.partition),
        );
        this.#unnoted.clear();
        const offsets = ours.map(({ topic, partition, offset }) => ({
          topic,
          partition,
          offset: String(offset),
        }));
        if (offsets.length > 0) await this.#consumer?.commitOffsets(offsets);
      }
    } catch (cause) {
      throw faultOf(cause, `the group ${this.#o.group} could not be told its positions`);
    } finally {
      this.#noting = null;
    }
  }

  /** The partition count that all topics share. Throws TOPIC_MISSING and PARTITIONS_CHANGED. */
  async #countPartitions(): Promise<number> {
    const counts = await Promise.all(this.#o.topics.map((topic) => this.#watcher.partitionsOf(topic)));
    const missing = this.#o.topics.filter((_, i) => counts[i] === null);
    if (missing.length > 0) {
      throw new OboroError('TOPIC_MISSING', `there is no topic ${missing.join(', ')}`, {
        hint: 'Make the topics with "oboro topics create".',
      });
    }
    const expected = counts[0] ?? 0;
    this.#o.topics.forEach((topic, i) => requireCount(topic, counts[i] ?? 0, expected));
    return expected;
  }

  #makeConsumer(count: number): Consumer {
    const { clients, group } = this.#o;
    const { settings } = clients;
    const listen = (entry: LogEntry): void => {
      if (RESET.test(entry.log.message)) this.#lose(entry);
    };
    return clients.client({ role: 'group', listen }).consumer({
      groupId: group,
      partitionAssigners: [stickyAssigner({ held: () => this.#share.partitions, count })],
      sessionTimeout: settings.sessionTimeoutMs,
      heartbeatInterval: settings.heartbeatMs,
      rebalanceTimeout: settings.rebalanceTimeoutMs,
      maxBytesPerPartition: settings.maxBytesPerPartition,
      maxWaitTimeInMs: settings.maxWaitMs,
      metadataMaxAge: this.#o.watchMs ?? WATCH_MS,
      allowAutoTopicCreation: false,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 2_000,
        retries: 8,
        restartOnFailure: () => Promise.resolve(this.#mayRestart()),
      },
    });
  }

  /** Resolves with the first assignment, and rejects with a crash before it. */
  #listen(consumer: Consumer): Promise<void> {
    const { GROUP_JOIN, HEARTBEAT, CRASH } = consumer.events;
    this.#lastSign = Date.now();
    consumer.on(HEARTBEAT, () => {
      this.#lastSign = Date.now();
    });
    return new Promise((resolve, reject) => {
      consumer.on(GROUP_JOIN, ({ payload }) => {
        this.#assigned(consumer, payload.memberAssignment);
        resolve();
      });
      consumer.on(CRASH, ({ payload: { error, restart } }) => {
        this.#share.assign([]);
        if (restart) return;
        if (this.#state === 'joined') this.#crash(error);
        else reject(error);
      });
    });
  }

  /** Called by kafkajs between the new assignment and the next fetch, so nothing flows that was not asked for. */
  #assigned(consumer: Consumer, byTopic: Readonly<Record<string, readonly number[]>>): void {
    if (this.#state === 'over') return;
    this.#state = 'joined';
    this.#lastSign = Date.now();
    consumer.pause(Object.entries(byTopic).map(([topic, of]) => ({ topic, partitions: [...of] })));
    const partitions = [...new Set(Object.values(byTopic).flat())].sort((a, b) => a - b);
    this.#share.assign(partitions);
    this.#handlers?.assigned(partitions);
  }

  #eachBatch(payload: EachBatchPayload): Promise<void> {
    const fetched = payload.batch as unknown as FetchedBatch;
    const { topic, partition } = fetched;
    const place = { topic, partition };
    const verdict = this.#share.judge(place, Number(fetched.fetchedOffset));
    if (verdict === 'take' && this.#state === 'joined') this.#hand(() => this.#take(place, payload));
    if (verdict === 'again') this.#readAgain(place);
    if (verdict === 'lost') this.#crash(lost(place));
    return Promise.resolve();
  }

  #take(place: Place, payload: EachBatchPayload): void {
    const fetched = payload.batch as unknown as FetchedBatch;
    const read = withUnreadable(logBatchOf(fetched), unreadableIn(fetched));
    payload.resolveOffset(fetched.lastOffset());
    this.#share.took(place, read.next);
    this.#handlers?.batch(read);
  }

  /** A handler's fault is the process's end; kafkajs would take it for its own and fetch again. */
  #hand(act: () => void): void {
    try {
      act();
    } catch (cause) {
      this.#crash(cause);
    }
  }

  #readAgain(place: Place): void {
    const next = this.#share.nextOf(place);
    if (next !== null) this.#quietly((consumer) => consumer.seek({ ...place, offset: String(next) }));
  }

  /** kafkajs found a position outside its partition. It must not go on elsewhere. */
  #lose({ log }: LogEntry): void {
    this.#crash(lost({ topic: String(log['topic']), partition: Number(log['partition']) }));
  }

  /** Partition counts are held against those of the start, and the group against our patience. */
  async #look(expected: number): Promise<void> {
    if (Date.now() - this.#lastSign > PATIENCE_MS) this.#crash(silent(this.#o.group));
    for (const topic of this.#o.topics) {
      try {
        requireCount(topic, (await this.#watcher.partitionsOf(topic)) ?? 0, expected);
      } catch (cause) {
        if (cause instanceof OboroError && cause.code === 'PARTITIONS_CHANGED') this.#crash(cause);
      }
    }
  }

  #mayRestart(): boolean {
    return this.#state !== 'over' && Date.now() - this.#lastSign < PATIENCE_MS;
  }

  #crash(cause: unknown): void {
    if (this.#state === 'over') return;
    this.#share.assign([]);
    const fault = cause instanceof OboroError ? cause : faultOf(cause, `the group ${this.#o.group} was lost`);
    void this.leave();
    this.#handlers?.crashed(fault);
  }

  /** kafkajs refuses between a crash and its restart; a new assignment comes after it anyway. */
  #quietly(act: (consumer: Consumer) => void): void {
    try {
      if (this.#consumer !== null) act(this.#consumer);
    } catch {
      // Nothing flows: everything was paused by the assignment that follows.
    }
  }
}

const placeName = ({ topic, partition }: Place): string => `${topic}/${String(partition)}`;

const lost = ({ topic, partition }: Place): OboroError =>
  new OboroError(
    'POSITION_LOST',
    `${topic}-${String(partition)}: the position is not in the topic any more`,
    {
      hint: 'The topic was made again, or kept its records for less time than they waited. See docs/operations.md.',
    },
  );

const silent = (group: string): OboroError =>
  new OboroError('KAFKA_AWAY', `the group ${group} has not answered for ${String(PATIENCE_MS / 1_000)} s`, {
    retriable: true,
  });
