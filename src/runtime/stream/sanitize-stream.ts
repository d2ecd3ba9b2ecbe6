/** Stage S on a log: one partition of all personal inputs in; locations, dead letters, contributions and a changelog out. */
import { OboroError } from '../../model/errors.ts';
import type { RawEvent } from '../../model/raw.ts';
import type { EventTime, WallTime, Watermark } from '../../model/time.ts';
import { SECOND_MS, eventTime, watermark } from '../../model/time.ts';
import type { LogBatch, LogRecord, Place, Position } from '../../ports/log.ts';
import { Counters } from '../counters.ts';
import { EARLIEST } from '../engine.ts';
import type { SanitizeFlow } from '../flow.ts';
import { KeyRing } from '../key-ring.ts';
import { SaltKeeper } from '../salt-keeper.ts';
import { SanitizeTask } from '../sanitize-task.ts';
import { Changelog } from './changelog.ts';
import type { DeadLetterRecord } from './codecs.ts';
import { CommitLane } from './commit-lane.ts';
import { ConsentFeed } from './consent-feed.ts';
import { ConsentTopic } from './consent-topic.ts';
import { decodeBatch } from './decode-batch.ts';
import { InputClocks } from './input-clocks.ts';
import { Outbox } from './outbox.ts';
import type { Pending, StreamTask } from './stream-task.ts';
import { readRights } from './read-rights.ts';
import { replay } from './replay.ts';
import { positionLost, refuseOther } from './lost.ts';
import type { SanitizeStanding, SanitizeStreamOptions } from './sanitize-options.ts';
import { RightsDesk } from './rights-desk.ts';
import { newIn } from './stream-task.ts';
import { StreamSink } from './stream-sink.ts';
import { tellBytes, tellCounts } from './tell-counts.ts';
import { WantedSalts } from './wanted-salts.ts';
import { EVENT_TOPICS, RIGHT_TOPICS, TOPICS } from './topics.ts';

const TICK_MS = 10 * SECOND_MS;

const EVENTS: readonly string[] = EVENT_TOPICS;
const RIGHTS: readonly string[] = RIGHT_TOPICS;

export class SanitizeStream implements StreamTask {
  readonly #o: SanitizeStreamOptions;
  readonly #ring = new KeyRing();
  readonly #counters = new Counters();
  readonly #flow: SanitizeFlow;
  readonly #task: SanitizeTask;
  readonly #salts: SaltKeeper;
  readonly #wanted: WantedSalts;
  readonly #clocks: InputClocks;
  readonly #outbox: Outbox;
  readonly #changelog: Changelog;
  readonly #views: ConsentFeed;
  readonly #rights: RightsDesk;
  readonly #sink: StreamSink;
  readonly #positions = new Map<string, number>();
  readonly #unlisten: () => void;
  #lane: CommitLane | null = null;
  #now: Watermark = watermark(EARLIEST - TICK_MS);
  #marked: Watermark = this.#now;
  #moved = false;
  #wallBound: EventTime = EARLIEST;

  constructor(options: SanitizeStreamOptions) {
    this.#o = options;
    const { flow, calendar, contributions, changelog } = options.make(this.#ring);
    const { settings, partitionOf, gatePartitions } = options;
    const { grace, latenessMs } = settings;
    this.#flow = flow;
    this.#outbox = new Outbox({ codec: contributions, partitionOf, gatePartitions });
    const place = { topic: TOPICS.state, partition: options.partition };
    this.#changelog = new Changelog({ codec: changelog, place, log: options.log, settings });
    this.#views = new ConsentFeed({ views: options.views, partition: options.partition, flow });
    this.#clocks = new InputClocks({ topics: EVENTS, idleAfterMs: settings.idleAfterMs });
    const vault = new WantedSalts({
      ...{ view: options.vault, clock: options.clock },
      ask: (names) => this.#writer.commit([this.#outbox.want(names)]),
    });
    this.#wanted = vault;
    this.#salts = new SaltKeeper({ vault, ring: this.#ring, calendar, grace, latenessMs });
    const { partition, output } = options;
    const sink = { partition, output, outbox: this.#outbox, changelog: this.#changelog };
    this.#sink = new StreamSink(sink, this.#now);
    this.#task = new SanitizeTask(flow, this.#sink, this.#counters);
    this.#rights = new RightsDesk({
      ...{ task: this.#task, views: this.#views },
      topic: new ConsentTopic({ partition, flow, encode: output.consent, now: options.clock.now() }),
      write: (record) => this.#outbox.record(record),
      receipt: (receipt) => this.#outbox.receipt(receipt),
    });
    this.#unlisten = options.vault.onDestroyed((name) => {
      this.#ring.markClosed(name);
      this.#task.dropEpoch(name);
    });
  }

  async takeOver(): Promise<readonly Position[]> {
    const { log, transactionalId } = this.#o;
    this.#lane = new CommitLane(await log.openWriter(transactionalId));
    this.#believe();
    const committed = await this.#restore();
    for (const topic of RIGHTS) await this.#readRights(topic, committed.get(topic) ?? null);
    for (const topic of EVENTS) await this.#startOf(topic, committed.get(topic) ?? null);
    this.#views.open(this.#rightsRead);
    return this.positions();
  }

  async take(batch: LogBatch): Promise<void> {
    const fresh = newIn(batch, this.#positions.get(batch.topic) ?? Number.POSITIVE_INFINITY);
    if (fresh === null) return;
    const decoded = await decodeBatch(this.#o.input, fresh);
    this.#believe();
    await this.#fetchSalts(decoded.events);
    this.#rights.take(decoded.rights, this.#o.clock.now(), fresh.topic === 'privacy.consent');
    for (const event of decoded.events) this.#event(fresh.topic, event);
    for (const [outcome, n] of decoded.outcomes) this.#counters.add('wire', outcome, n);
    for (const { record, reason } of decoded.faults) this.#setAside(fresh, record, reason);
    this.#positions.set(fresh.topic, fresh.next);
    this.#clocks.stands(fresh.topic, fresh.next >= fresh.end, this.#o.clock.now());
    tellBytes(this.#o.telemetry, 'sanitize', fresh);
    this.#moved = true;
  }

  turn(now: WallTime): void {
    this.#believe();
    this.#rights.turn(now);
    if (this.#clocks.turn(now)) this.#ripen();
  }

  get pending(): Pending {
    const { count, bytes } = this.#outbox;
    return {
      records: this.#moved || this.#changelog.operations.count > 0 ? Math.max(count, 1) : count,
      bytes: bytes + this.#changelog.operations.bytes,
      urgent: false,
    };
  }

  async commit(): Promise<void> {
    const { markEveryMs } = this.#o.settings;
    const mark = watermark(Math.floor(this.#now / markEveryMs) * markEveryMs);
    if (mark > this.#marked) {
      this.#marked = mark;
      this.#outbox.broadcast({ kind: 'mark', task: String(this.#o.partition), watermark: mark });
      this.#moved = true;
    }
    if (this.pending.records === 0) return;
    this.#moved = false;
    const outputs = this.#outbox.take();
    const saved = this.#changelog.next(
      {
        ...this.#o.shape,
        positions: this.positions(),
        clocks: this.#clocks.record(),
        now: this.#now,
        marked: this.#marked,
      },
      () => this.#task.parts(),
    );
    const counted = this.#counters.take();
    const tellViews = this.#views.take(this.#rightsRead);
    await this.#writer.commit([...outputs, ...saved]);
    tellCounts(this.#o.telemetry, counted);
    tellViews();
    await this.#changelog.trim();
  }

  positions(): readonly Position[] {
    const { partition } = this.#o;
    return [...this.#positions].map(([topic, offset]) => ({ topic, partition, offset }));
  }

  /** Writes the consent view of this partition anew. */
  rebuildViews(): void {
    this.#views.rebuild();
  }

  clockOf(topic: string): EventTime {
    return this.#clocks.clockOf(topic);
  }

  /** How the task stands, for its operators. */
  get stands(): SanitizeStanding {
    return {
      watermark: this.#now,
      keys: this.#task.keys,
      changelogBytes: this.#changelog.bytes,
    };
  }

  async close(): Promise<void> {
    await this.#wanted.close();
    this.#views.close();
    this.#unlisten();
    for (const name of this.#ring.held()) this.#ring.retire(name);
    await this.#lane?.close();
  }

  /** Grows with every consent and erasure that is read, whichever worker reads it. */
  get #rightsRead(): number {
    return RIGHTS.reduce((sum, topic) => sum + (this.#positions.get(topic) ?? 0), 0);
  }

  get #writer(): CommitLane {
    if (this.#lane === null) throw new OboroError('BUG', 'a task commits before it was taken over');
    return this.#lane;
  }

  /** Nothing later than this is believed. */
  #believe(): void {
    this.#wallBound = eventTime(this.#o.clock.now() + this.#o.settings.skewMs);
    this.#flow.believeUpTo(this.#wallBound);
  }

  #isHonest(at: EventTime): boolean {
    return at >= EARLIEST && at <= this.#wallBound;
  }

  async #fetchSalts(events: readonly RawEvent[]): Promise<void> {
    if (events.length === 0) return; // A choice waits for no salt.
    for (const { at } of events) if (this.#isHonest(at)) this.#salts.want(at);
    await this.#salts.fetch(this.#now);
  }

  #event(topic: string, event: RawEvent): void {
    if (this.#isHonest(event.at)) this.#clocks.saw(topic, event.at);
    this.#task.event(event, this.#clocks.clockOf(topic));
    this.#ripen();
  }

  /** Moves event time as far as the inputs allow, on a grid, so that batch sizes cannot be seen in any result. */
  #ripen(): void {
    const ripe = this.#clocks.slowest - this.#o.settings.latenessMs;
    if (ripe < this.#now + TICK_MS) return;
    const now = watermark(Math.floor(ripe / TICK_MS) * TICK_MS);
    this.#changelog.operations.advance(now);
    this.#advance(now);
    this.#moved = true;
  }

  #advance(now: Watermark): void {
    this.#now = now;
    this.#task.advance(now);
    this.#sink.floor = now;
    for (const name of this.#salts.due(now)) {
      this.#task.dropEpoch(name);
      if (name.audience === 'statistics') this.#outbox.sealEpoch(name.epoch);
      this.#ring.retire(name);
    }
  }

  #setAside(place: Place, record: LogRecord, reason: DeadLetterRecord['reason']): void {
    const { partition, output, clock } = this.#o;
    this.#outbox.record(output.deadLetter({ reason, place, record, atMs: clock.now() }, partition));
  }

  async #restore(): Promise<ReadonlyMap<string, number>> {
    const saved = await this.#changelog.read();
    if (saved === null) return new Map();
    const { header } = saved;
    refuseOther(header, this.#o.shape);
    this.#salts.need(saved.salts);
    await this.#salts.fetch(header.now);
    this.#sink.isReplaying = true;
    if (saved.base !== null) this.#now = saved.base.now;
    this.#sink.floor = this.#now;
    this.#task.restore(this.#now, this.#changelog.partsOf(saved));
    replay(this.#changelog.operationsOf(saved), this.#task, (now) => this.#advance(now));
    this.#sink.isReplaying = false;
    this.#counters.take();
    this.#marked = header.marked;
    this.#clocks.restore(header.clocks);
    return new Map(header.positions.map(({ topic, offset }) => [topic, offset]));
  }

  async #readRights(topic: string, acted: number | null): Promise<void> {
    const { log, partition, input, clock } = this.#o;
    const end = await readRights(
      { log, input, place: { topic, partition }, acted },
      {
        remember: (right) => this.#rights.remember(right, clock.now()),
        right: (right) => this.#rights.afterRestore(right, clock.now()),
        setAside: (place, { record, reason }) => this.#setAside(place, record, reason),
      },
    );
    this.#counters.take();
    this.#positions.set(topic, end);
    this.#moved ||= end > (acted ?? 0);
  }

  async #startOf(topic: string, committed: number | null): Promise<void> {
    const { log, partition, clock } = this.#o;
    const { start, end } = await log.bounds({ topic, partition });
    if (committed !== null && (committed < start || committed > end)) {
      await this.#writer.commit([this.#outbox.want([])]); // Fails where somebody else has long gone on from here.
      throw positionLost(topic, partition);
    }
    const position = committed ?? start;
    this.#positions.set(topic, position);
    this.#clocks.stands(topic, position >= end, clock.now());
  }
}
