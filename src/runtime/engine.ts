/** Both stages in one process over one stream of events: what `oboro run` and the test driver drive. */
import type { Contribution, Retraction } from '../model/contribution.ts';
import type { SaltName } from '../model/identity.ts';
import type { GenesisEntry, LedgerLine, ReleaseEntry } from '../model/ledger.ts';
import type { RawEvent, RawRight } from '../model/raw.ts';
import type { SanitizedLocation } from '../model/sanitized.ts';
import type { EpochStart, EventTime, Watermark } from '../model/time.ts';
import { SECOND_MS, eventTime, watermark } from '../model/time.ts';
import type { Counters } from './counters.ts';
import type { Flow } from './flow.ts';
import type { StatePart } from './fold-runner.ts';
import { GateTask } from './gate-task.ts';
import type { KeyRing } from './key-ring.ts';
import type { LedgerRecord, LedgerRules } from './ledger-keeper.ts';
import { LedgerKeeper } from './ledger-keeper.ts';
import type { SaltKeeper } from './salt-keeper.ts';
import { receiptOf } from './receipt.ts';
import { ReceiptBook } from './receipt-book.ts';
import { SanitizeTask } from './sanitize-task.ts';

/** Event time moves on a grid, so that batch sizes cannot be seen in any result. */
const TICK_MS = 10 * SECOND_MS;
/** Nothing before this is a time that a phone could honestly have meant (2000-01-01 UTC). */
export const EARLIEST: EventTime = eventTime(Date.UTC(2000, 0, 1));

export interface EngineSinks<R> {
  readonly location: (record: SanitizedLocation) => void;
  readonly release: (released: R) => void;
  readonly ledger: (line: LedgerLine) => void;
}

/** What drives a gate. */
export type GateDriver = Pick<GateTask<unknown>, 'openEpoch' | 'accept' | 'advance' | 'dropEpoch'>;

export interface EngineOptions<R> {
  /** Is told the same as the gate; for reports on other parameters, which release nothing. */
  readonly beside?: GateDriver | undefined;
  readonly flow: Flow<R>;
  readonly ledger: LedgerRules;
  /** How a release is noted in the ledger. */
  readonly entryOf: (released: R) => ReleaseEntry;
  readonly salts: SaltKeeper;
  readonly ring: KeyRing;
  readonly counters: Counters;
  readonly latenessMs: number;
  /** Nothing later than this can be honest: wall time at the start plus the accepted skew. */
  readonly wallBound: EventTime;
  readonly sinks: EngineSinks<R>;
}

/** Everything a restart needs; the records of an epoch are to be sealed under that epoch's state key. */
export interface EngineRecord {
  readonly clock: EventTime;
  readonly now: Watermark;
  readonly held: readonly SaltName[];
  readonly dying: readonly SaltName[];
  readonly ledger: LedgerRecord;
  readonly storeDays: ReadonlyMap<string, readonly EpochStart[]>;
  /** Receipts of erasures in the ledger. */
  readonly receipts: readonly string[];
  readonly parts: readonly StatePart[];
}

export class Engine<R> {
  readonly #o: EngineOptions<R>;
  readonly #sanitize: SanitizeTask;
  readonly #gate: GateTask<R>;
  readonly #ledger: LedgerKeeper;
  readonly #receipts: ReceiptBook;
  #clock: EventTime = EARLIEST;
  #now: Watermark = watermark(EARLIEST - TICK_MS);
  #nextTick = Number.NEGATIVE_INFINITY;
  #wallBound: EventTime;
  /** Salts whose epoch is over; they are destroyed once no saved state needs them. */
  #dying: SaltName[] = [];

  constructor(options: EngineOptions<R>) {
    this.#o = options;
    this.#wallBound = options.wallBound;
    const { flow, counters, sinks } = options;
    this.#ledger = new LedgerKeeper(options.ledger, sinks.ledger);
    this.#receipts = new ReceiptBook((entry) => this.#ledger.append(entry));
    this.#gate = new GateTask(flow.release, (released) => this.#release(released), counters);
    this.#sanitize = new SanitizeTask(
      flow.sanitize,
      { location: sinks.location, contribution: (message) => this.#accept(message) },
      counters,
    );
  }

  /** Newest honest event time seen: the clock of a run over files. */
  get clock(): EventTime {
    return this.#clock;
  }

  get now(): Watermark {
    return this.#now;
  }

  /** Number of keys with state, by fold. */
  get keys(): Readonly<Record<string, number>> {
    return { ...this.#sanitize.keys, ...this.#gate.keys };
  }

  /** From now on nothing later than this is believed: live input goes on while time does. */
  believeUpTo(latest: EventTime): void {
    this.#wallBound = latest;
    this.#o.flow.sanitize.believeUpTo(latest);
  }

  /** Writes the parameters as the first ledger line, once. */
  begin(genesis: GenesisEntry): void {
    if (!this.#ledger.isEmpty) return;
    this.#ledger.append(genesis);
    this.#receipts.open([]);
  }

  /** Fetches the salts that these events need; to be awaited before they are given. */
  async prepare(events: Iterable<RawEvent>): Promise<void> {
    for (const { at } of events) if (this.#isHonest(at)) this.#o.salts.want(at);
    for (const born of await this.#o.salts.fetch(this.#now)) {
      this.#ledger.append(born);
      if (born.audience !== 'statistics') continue;
      this.#gate.openEpoch(born.epochStartMs as EpochStart);
      this.#o.beside?.openEpoch(born.epochStartMs as EpochStart);
    }
  }

  event(event: RawEvent): void {
    if (event.at > this.#clock && this.#isHonest(event.at)) this.#clock = event.at;
    this.#sanitize.event(event, this.#clock);
    const ripe = this.#clock - this.#o.latenessMs;
    if (ripe >= this.#nextTick) this.advance(watermark(Math.floor(ripe / TICK_MS) * TICK_MS));
  }

  right(record: RawRight): void {
    this.#sanitize.right(record);
    if (record.kind === 'erasure') this.#receipts.take(receiptOf(record));
  }

  /** Moves event time on and releases what it closes. */
  advance(now: Watermark): void {
    if (now <= this.#now) return;
    this.#now = now;
    this.#nextTick = now + TICK_MS;
    this.#sanitize.advance(now);
    this.#gate.advance(now);
    this.#o.beside?.advance(now);
    for (const name of this.#o.salts.due(now)) this.#endEpoch(name);
  }

  /** Closes every window: no more input is expected. */
  finish(): void {
    const last = [...this.#o.ring.held()].map((name) => this.#o.salts.deathOf(name));
    this.advance(watermark(Math.max(this.#now, this.#clock, ...last) + 1));
  }

  /** The last ledger line of a run that came to its end. */
  end(): void {
    this.#ledger.append({ type: 'finished' });
  }

  /** Salts that may be destroyed as soon as the present state is saved. */
  get dying(): readonly SaltName[] {
    return this.#dying;
  }

  /** Records that the vault has destroyed them. */
  destroyed(): void {
    for (const { audience, epoch } of this.#dying) {
      this.#ledger.append({ type: 'epoch_destroyed', audience, epochStartMs: epoch });
    }
    this.#dying = [];
  }

  record(): EngineRecord {
    return {
      clock: this.#clock,
      now: this.#now,
      held: this.#o.ring.held(),
      dying: this.#dying,
      ledger: this.#ledger.record(),
      storeDays: this.#o.flow.release.storeDays.record(),
      receipts: this.#receipts.record(),
      parts: [...this.#sanitize.parts(), ...this.#gate.parts()],
    };
  }

  restore(record: EngineRecord): void {
    this.#clock = record.clock;
    this.#now = record.now;
    this.#nextTick = record.now + TICK_MS;
    this.#dying = [...record.dying];
    this.#ledger.restore(record.ledger);
    this.#o.flow.release.storeDays.restore(record.storeDays);
    this.#sanitize.restore(record.now, record.parts);
    this.#gate.restore(record.now, record.parts);
    this.#receipts.open(record.receipts);
  }

  #accept(message: Contribution | Retraction): void {
    this.#gate.accept(message);
    this.#o.beside?.accept(message);
  }

  #isHonest(at: EventTime): boolean {
    return at >= EARLIEST && at <= this.#wallBound;
  }

  #release(released: R): void {
    const entry = this.#o.entryOf(released);
    this.#ledger.release(entry.epochStartMs as EpochStart, entry);
    this.#o.flow.release.storeDays.note(entry);
    this.#o.sinks.release(released);
  }

  #endEpoch(name: SaltName): void {
    this.#sanitize.dropEpoch(name);
    if (name.audience === 'statistics') {
      this.#gate.dropEpoch(name.epoch);
      this.#o.beside?.dropEpoch(name.epoch);
      this.#ledger.closeEpoch(name.epoch);
    }
    this.#o.ring.retire(name);
    this.#dying.push(name);
  }
}
