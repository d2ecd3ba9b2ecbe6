/** Drives the whole topology without I/O: events in, released rows, ledger and counts out; also the gate alone. */
import { deserialize, serialize } from 'node:v8';
import { MemoryVault } from '../../src/adapters/vault/memory.ts';
import type { ContributionMessage } from '../../src/model/contribution.ts';
import type { LedgerLine } from '../../src/model/ledger.ts';
import type { SaltName } from '../../src/model/identity.ts';
import type { Store } from '../../src/model/place.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { RawEvent, RawFix, RawRight } from '../../src/model/raw.ts';
import type { SanitizedLocation } from '../../src/model/sanitized.ts';
import type { PlaceTable, RowOf } from '../../src/model/table.ts';
import type { EventTime, Watermark } from '../../src/model/time.ts';
import { DAY_MS, epochStart, eventTime, watermark } from '../../src/model/time.ts';
import type { SaltVault } from '../../src/ports/salts.ts';
import { releaseEntry } from '../../src/release/ledger.ts';
import type { Released, WindowRows } from '../../src/release/released.ts';
import type { CountTable } from '../../src/runtime/counters.ts';
import { Counters } from '../../src/runtime/counters.ts';
import type { EngineRecord } from '../../src/runtime/engine.ts';
import { Engine } from '../../src/runtime/engine.ts';
import { GateTask } from '../../src/runtime/gate-task.ts';
import { KeyRing } from '../../src/runtime/key-ring.ts';
import { LedgerKeeper } from '../../src/runtime/ledger-keeper.ts';
import { SaltKeeper } from '../../src/runtime/salt-keeper.ts';
import { ledgerRules, topology } from '../../src/topology/topology.ts';
import type { Topology } from '../../src/topology/topology.ts';
import type { ChoiceOfTest, PersonOfTest } from './builders.ts';
import { EPOCH, TOWN, aConsent, aPolicy, anErasure, clock } from './builders.ts';
import { SeededBytes } from './seeded.ts';

export interface DriveOptions {
  readonly policy?: Policy;
  readonly stores?: readonly Store[];
  readonly vault?: SaltVault;
  readonly wallBound?: EventTime;
}

/** What a restart starts from: the engine's record after a round through bytes, and the counts. */
export interface Snapshot {
  readonly bytes: Buffer;
  readonly counts: CountTable;
}

const DEPLOYMENT_KEY = Buffer.alloc(32, 7);

/** One run of the embedded engine; every call to `events` is followed by a commit, as at the end of a batch. */
export class Run {
  readonly policy: Policy;
  readonly stores: readonly Store[];
  readonly flow: Topology;
  readonly vault: SaltVault;
  readonly ring = new KeyRing();
  readonly counters = new Counters();
  readonly locations: SanitizedLocation[] = [];
  readonly windows: WindowRows[] = [];
  readonly ledger: LedgerLine[] = [];
  readonly #salts: SaltKeeper;
  readonly #engine: Engine<Released<WindowRows>>;

  constructor({ policy = aPolicy(), stores = TOWN, vault, wallBound = clock('00:00', 60) }: DriveOptions) {
    this.policy = policy;
    this.stores = stores;
    this.vault = vault ?? aVault();
    const { ring, counters } = this;
    const deploymentKey = DEPLOYMENT_KEY;
    this.flow = topology({ policy, stores, keyOf: ring.keyOf, deploymentKey, wallBound });
    const { latenessMs, gate: grace } = policy;
    const { calendar } = this.flow;
    this.#salts = new SaltKeeper({ vault: this.vault, ring, calendar, grace, latenessMs });
    this.#engine = new Engine({
      flow: this.flow,
      ledger: ledgerRules,
      entryOf: releaseEntry,
      salts: this.#salts,
      ring,
      counters,
      latenessMs,
      wallBound,
      sinks: {
        location: (record) => this.locations.push(record),
        release: ({ value }) => this.windows.push(value),
        ledger: (line) => this.ledger.push(line),
      },
    });
  }

  get engine(): Engine<Released<WindowRows>> {
    return this.#engine;
  }

  get counts(): CountTable {
    return this.counters.table();
  }

  count(stage: string, outcome: string): number {
    return this.counters.of(stage, outcome);
  }

  consent(choice: ChoiceOfTest = {}): void {
    this.right(aConsent(choice));
  }

  consents(persons: readonly PersonOfTest[]): void {
    for (const person of persons) this.consent(person);
  }

  erase(person: Parameters<typeof anErasure>[0]): void {
    this.right(anErasure(person));
  }

  right(record: RawRight): void {
    this.#engine.right(record);
  }

  fix(fix: RawFix): Promise<void> {
    return this.events([fix]);
  }

  async events(events: readonly RawEvent[]): Promise<void> {
    await this.#engine.prepare(events);
    for (const event of events) this.#engine.event(event);
    await this.commit();
  }

  /** Batch after batch of so many events. */
  async batches(events: readonly RawEvent[], size: number): Promise<void> {
    for (let i = 0; i < events.length; i += size) await this.events(events.slice(i, i + size));
  }

  advance(to: number): void {
    this.#engine.advance(watermark(to));
  }

  /** Destroys the salts that no saved state needs any more, and records it. */
  async commit(): Promise<void> {
    if (this.#engine.dying.length === 0) return;
    await this.vault.destroy(this.#engine.dying);
    this.#engine.destroyed();
  }

  async finish(): Promise<void> {
    this.#engine.finish();
    await this.commit();
    this.#engine.end();
  }

  rows<T extends PlaceTable>(table: T): readonly RowOf[T][] {
    return this.windows
      .filter((one) => one.table === table)
      .flatMap((one) => one.rows as readonly RowOf[T][]);
  }

  released<T extends PlaceTable>(table: T): readonly RowOf[T][] {
    return this.rows(table).filter((row) => row.status === 'RELEASED');
  }

  /** Every row of every table as a sorted list of texts, to compare runs by. */
  everything(): readonly string[] {
    return this.windows
      .flatMap(({ table, rows }) => rows.map((row) => `${table} ${JSON.stringify(row)}`))
      .sort();
  }

  snapshot(): Snapshot {
    return { bytes: serialize(this.#engine.record()), counts: this.counts };
  }

  /** A new process on the same vault that goes on from this run's snapshot, with what was already written. */
  async restarted(rights: readonly RawRight[] = []): Promise<Run> {
    const { bytes, counts } = this.snapshot();
    const next = new Run({ policy: this.policy, stores: this.stores, vault: this.vault });
    for (const record of rights) next.right(record);
    const record = deserialize(bytes) as EngineRecord;
    await next.#salts.resume([...record.held, ...record.parts.map(({ salt }) => salt)]);
    next.counters.restore(counts);
    next.#engine.restore(record);
    next.locations.push(...this.locations);
    next.windows.push(...this.windows);
    next.ledger.push(...this.ledger);
    return next;
  }
}

/** A memory vault whose salts are the same in every run. */
export const aVault = (seed = 'vault'): MemoryVault => new MemoryVault(new SeededBytes(seed));

/** A run whose ledger has its first line. */
export const drive = async (options: DriveOptions = {}): Promise<Run> => {
  const run = new Run(options);
  run.engine.begin({
    type: 'genesis',
    format: 1,
    policyVersion: run.policy.version,
    policyHash: '0'.repeat(64),
    codeVersion: 'test',
    publicKeys: '0'.repeat(64),
    parameters: { k: run.policy.gate.k },
    vault: 'sealed',
  });
  await run.commit();
  return run;
};

const GATE_SALT = Buffer.alloc(32, 9);

/** The gate stage of one epoch alone: contributions in, released windows and ledger out. */
export class GateRun {
  readonly windows: WindowRows[] = [];
  readonly ledger: LedgerLine[] = [];
  readonly counters = new Counters();
  readonly flow: Topology;
  readonly drawKey: Buffer;
  readonly noiseKey: Buffer;
  readonly #task: GateTask<Released<WindowRows>>;
  readonly #keeper: LedgerKeeper;

  constructor({ policy = aPolicy(), stores = TOWN }: DriveOptions = {}) {
    const ring = new KeyRing();
    const name: SaltName = { audience: 'statistics', epoch: EPOCH };
    ring.add({ name, bytes: Buffer.from(GATE_SALT), commitment: '', born: true });
    this.drawKey = ring.keyOf(name, 'draw') ?? GATE_SALT;
    this.noiseKey = ring.keyOf(name, 'noise') ?? GATE_SALT;
    const wallBound = eventTime(EPOCH + 9 * DAY_MS);
    this.flow = topology({ policy, stores, keyOf: ring.keyOf, deploymentKey: DEPLOYMENT_KEY, wallBound });
    this.#keeper = new LedgerKeeper(ledgerRules, (line) => this.ledger.push(line));
    this.#task = new GateTask(
      this.flow.release,
      (released) => {
        const entry = releaseEntry(released);
        this.#keeper.release(epochStart(entry.epochStartMs), entry);
        this.windows.push(released.value);
      },
      this.counters,
    );
    this.#task.openEpoch(EPOCH);
  }

  accept(...messages: readonly Exclude<ContributionMessage, { kind: 'mark' }>[]): void {
    for (const message of messages) this.#task.accept(message);
  }

  advance(to: number): void {
    this.#task.advance(to as Watermark);
  }

  /** Closes every window of the epoch. */
  finish(): void {
    this.advance(EPOCH + 2 * DAY_MS);
  }

  rows<T extends PlaceTable>(table: T): readonly RowOf[T][] {
    return this.windows
      .filter((one) => one.table === table)
      .flatMap((one) => one.rows as readonly RowOf[T][]);
  }

  released<T extends PlaceTable>(table: T): readonly RowOf[T][] {
    return this.rows(table).filter((row) => row.status === 'RELEASED');
  }
}
