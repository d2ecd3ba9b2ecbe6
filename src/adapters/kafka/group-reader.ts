/** Membership in a consumer group: kafkajs shares out and fetches, and each batch is handed over as it comes. */
import type { Consumer, EachBatchPayload, LogEntry } from 'kafkajs';
import { OboroError } from '../../model/errors.ts';
import type { GroupHandlers, GroupReader, Place, Position } from '../../ports/log.ts';
import { requireCount, stickyAssigner } from './assigner.ts';
import type { FetchedBatch, KafkaClients } from './client.ts';
import { unreadableIn } from './client.ts';
import { faultOf } from './faults.ts';
import { Fetcher, logBatchOf } from './fetcher.ts';
import { neverPasses, positionLost, silentGroup } from './group-faults.ts';
import { PositionNotes } from './position-notes.ts';
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

/** Pause before another try to become a member, milliseconds. */
const AGAIN_MS = 1_000;

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
  /**
   * A position that was not there. Believed with the next heartbeat that the group answers: whoever slept for longer
   * than the topic keeps its records is no member any more, and has lost nothing.
   */
  #doubt: OboroError | null = null;
  readonly #notes = new PositionNotes(async (positions) => {
    const ours = positions.filter(({ partition }) => this.#share.partitions.includes(partition));
    const offsets = ours.map((position) => ({ ...position, offset: String(position.offset) }));
    if (offsets.length > 0) await this.#consumer?.commitOffsets(offsets);
  });

  constructor(options: GroupReaderOptions) {
    this.#o = options;
    this.#watcher = new Fetcher(options.clients, 'watcher');
  }

  async join(handlers: GroupHandlers): Promise<void> {
    this.#handlers = handlers;
    try {
      const count = await this.#countPartitions();
      this.#lastSign = Date.now();
      await this.#enter(count);
      this.#watch = setInterval(() => void this.#look(count), this.#o.watchMs ?? WATCH_MS).unref();
    } catch (cause) {
      await this.leave();
      throw faultOf(cause, `the group ${this.#o.group} could not be joined`);
    }
  }

  /** Becomes a member; resolves with the first assignment. */
  async #enter(count: number): Promise<void> {
    const consumer = this.#makeConsumer(count);
    this.#consumer = consumer;
    await consumer.connect();
    await consumer.subscribe({ topics: [...this.#o.topics], fromBeginning: true });
    const joined = this.#listen(consumer, count);
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.#eachBatch(payload),
    });
    await joined;
  }

  /**
   * kafkajs gives up for good at some of what it hears from a cluster that is just starting, as that there is no
   * coordinator. As long as the group has our patience, another member takes the place of the lost one.
   */
  async #enterAgain(cause: unknown, count: number): Promise<void> {
    let fault = this.#lostGroup(cause);
    while (fault.retriable && !neverPasses(cause) && this.#mayRestart()) {
      await this.#consumer?.disconnect().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      if (this.#state === 'over') return;
      try {
        await this.#enter(count);
        return;
      } catch (again) {
        fault = this.#lostGroup(again);
      }
    }
    this.#crash(fault);
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

  async note(positions: readonly Position[]): Promise<void> {
    try {
      await this.#notes.note(positions);
    } catch (cause) {
      throw faultOf(cause, `the group ${this.#o.group} could not be told its positions`);
    }
  }

  async leave(): Promise<void> {
    this.#state = 'over';
    if (this.#watch !== null) clearInterval(this.#watch);
    const left = Promise.all([this.#consumer?.disconnect(), this.#watcher.close()]).catch(() => undefined);
    await Promise.race([left, new Promise((resolve) => setTimeout(resolve, LEAVE_MS).unref())]);
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
  #listen(consumer: Consumer, count: number): Promise<void> {
    const { GROUP_JOIN, HEARTBEAT, CRASH } = consumer.events;
    let isMember = false;
    consumer.on(HEARTBEAT, () => {
      this.#lastSign = Date.now();
      if (this.#doubt !== null) this.#crash(this.#doubt);
    });
    return new Promise((resolve, reject) => {
      consumer.on(GROUP_JOIN, ({ payload }) => {
        isMember = true;
        this.#assigned(consumer, payload.memberAssignment);
        resolve();
      });
      consumer.on(CRASH, ({ payload: { error, restart } }) => {
        this.#share.assign([]);
        if (restart) return;
        if (isMember) void this.#enterAgain(error, count);
        else reject(error);
      });
    });
  }

  /** Called by kafkajs between the new assignment and the next fetch, so nothing flows that was not asked for. */
  #assigned(consumer: Consumer, byTopic: Readonly<Record<string, readonly number[]>>): void {
    if (this.#state === 'over') return;
    this.#state = 'joined';
    this.#doubt = null;
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
    if (verdict === 'lost') this.#doubt ??= positionLost(place);
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
    this.#doubt ??= positionLost({ topic: String(log['topic']), partition: Number(log['partition']) });
  }

  /** Partition counts are held against those of the start, and the group against our patience. */
  async #look(expected: number): Promise<void> {
    if (Date.now() - this.#lastSign > PATIENCE_MS) this.#crash(silentGroup(this.#o.group, PATIENCE_MS));
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
    void this.leave();
    this.#handlers?.crashed(this.#lostGroup(cause));
  }

  #lostGroup(cause: unknown): OboroError {
    return faultOf(cause, `the group ${this.#o.group} was lost`);
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
