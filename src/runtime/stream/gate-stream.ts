/** Stage G on a log: one partition of contributions in; released rows, the ledger and, for the first task, the vault out. */
import { OboroError } from '../../model/errors.ts';
import type { Control } from '../../model/control.ts';
import type { SaltName } from '../../model/identity.ts';
import type { GenesisEntry, LedgerLine, ReleaseEntry } from '../../model/ledger.ts';
import type { EpochStart, EventTime, WallTime, Watermark } from '../../model/time.ts';
import { epochStart } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log, LogBatch, Outgoing, Position } from '../../ports/log.ts';
import type { Journal, Telemetry } from '../../ports/telemetry.ts';
import { Counters } from '../counters.ts';
import type { GateFlow } from '../flow.ts';
import { GateTask } from '../gate-task.ts';
import { KeyRing } from '../key-ring.ts';
import type { LedgerRules } from '../ledger-keeper.ts';
import { Chain } from './chain.ts';
import type { ContributionCodec, GateOutputCodec, GatePosition, VaultCodec } from './codecs.ts';
import { CommitLane } from './commit-lane.ts';
import { GateEpochs, Marks } from './gate-epochs.ts';
import { GateSalts } from './gate-salts.ts';
import { positionLost, unreadableContributions } from './lost.ts';
import type { Pending, StreamTask } from './stream-task.ts';
import { newIn } from './stream-task.ts';
import { TOPICS, VAULT_PARTITION } from './topics.ts';
import { tellBytes, tellCounts } from './tell-counts.ts';
import type { VaultView } from './vault-view.ts';
import { VaultWriter } from './vault-writer.ts';

export interface GateStreamOptions<R> {
  readonly partition: number;
  readonly transactionalId: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly journal: Journal;
  readonly vault: VaultView;
  /** Resolves when the view has everything that was in the vault at the call. */
  readonly vaultCaughtUp: () => Promise<void>;
  /** The flow and the codecs that need its keys, made anew for every attempt. */
  readonly make: (ring: KeyRing) => GateParts<R>;
  readonly vaultCodec: VaultCodec;
  readonly output: GateOutputCodec<R>;
  readonly genesis: GenesisEntry;
  readonly rules: LedgerRules;
  readonly entryOf: (released: R) => ReleaseEntry;
  readonly deathOf: (name: SaltName) => EventTime;
  /** When a salt is destroyed by wall time, whatever is not released yet. */
  readonly deadlineOf: (name: SaltName, bornAt: WallTime) => WallTime;
  readonly sanitizePartitions: number;
  readonly gatePartitions: number;
}

export interface GateParts<R> {
  readonly flow: GateFlow<R>;
  readonly contributions: ContributionCodec;
}

export class GateStream<R> implements StreamTask {
  readonly #o: GateStreamOptions<R>;
  readonly #ring = new KeyRing();
  readonly #counters = new Counters();
  readonly #salts: GateSalts;
  readonly #codec: ContributionCodec;
  readonly #task: GateTask<R>;
  readonly #chain: Chain;
  readonly #marks: Marks;
  readonly #epochs = new GateEpochs();
  readonly #vaultWriter: VaultWriter | null;
  readonly #unlisten: () => void;
  #lane: CommitLane | null = null;
  #records: Outgoing[] = [];
  #bytes = 0;
  #urgent = false;
  #position = 0;
  #saved: GatePosition | null = null;
  #rows: Record<string, number> = {};

  constructor(options: GateStreamOptions<R>) {
    this.#o = options;
    const { flow, contributions } = options.make(this.#ring);
    const { vault, vaultCodec, gatePartitions, deathOf, deadlineOf } = options;
    this.#salts = new GateSalts(this.#ring, vault);
    this.#codec = contributions;
    this.#chain = new Chain(options.rules);
    this.#marks = new Marks(options.sanitizePartitions);
    this.#task = new GateTask(flow, (released) => this.#release(released), this.#counters);
    this.#vaultWriter =
      options.partition === VAULT_PARTITION
        ? new VaultWriter({
            view: vault,
            codec: vaultCodec,
            control: (message) => contributions.control(message),
            chain: this.#chain,
            gatePartitions,
            deathOf,
            deadlineOf,
            write: (record) => this.#write(record),
          })
        : null;
    this.#unlisten = vault.onDestroyed((name) => this.#forget(name));
  }

  async takeOver(): Promise<readonly Position[]> {
    const { log, transactionalId, partition, output, vaultCaughtUp } = this.#o;
    this.#lane = new CommitLane(await log.openWriter(transactionalId));
    await vaultCaughtUp();
    await log.readToEnd({ topic: TOPICS.ledger, partition }, null, ({ records }) => {
      for (const { value } of records) if (value !== null) this.#chain.load(output.ledgerLine(value));
    });
    await log.readToEnd({ topic: TOPICS.gate, partition }, null, ({ records }) => {
      for (const { value } of records) if (value !== null) this.#saved = output.readPosition(value);
    });
    this.#ledger(this.#chain.begin(this.#o.genesis));
    await this.#startOver();
    return this.positions();
  }

  async take(batch: LogBatch): Promise<void> {
    const fresh = newIn(batch, this.#position);
    if (fresh === null) return;
    const reads = fresh.records.map(({ value, unreadable }) => {
      // Nobody else may write here, so a batch that cannot be read is a loss that nothing may be counted past.
      if (unreadable !== undefined) throw unreadableContributions(this.#o.partition);
      return value === null ? null : this.#codec.read(value);
    });
    await this.#salts.fetch(reads);
    fresh.records.forEach(({ offset, value }, i) => {
      const read = reads[i] ?? null;
      if (read === null || value === null) return;
      if (read.kind === 'sealed') this.#contributions(read.epoch, value);
      else this.#control(read, offset);
    });
    this.#position = fresh.next;
    tellBytes(this.#o.telemetry, 'aggregate', fresh);
  }

  /** All that a gate task releases is on the log, so wall time has no say; it ends the life of salts alone. */
  turn(now: WallTime): void {
    for (const { audience, epoch } of this.#vaultWriter?.expire(now) ?? []) {
      const { journal, telemetry } = this.#o;
      journal.error('salt_expired', { audience, epochStartMs: epoch });
      telemetry.add('saltsExpired', { audience });
    }
  }

  get pending(): Pending {
    return { records: this.#records.length, bytes: this.#bytes, urgent: this.#urgent };
  }

  async commit(): Promise<void> {
    const { output, partition, telemetry } = this.#o;
    tellCounts(telemetry, this.#counters.take());
    if (this.#records.length === 0) return;
    const records = this.#records;
    const rows = this.#rows;
    this.#records = [];
    this.#rows = {};
    this.#bytes = 0;
    this.#urgent = false;
    const restart = this.#epochs.restart(this.#position, this.#marks);
    // An epoch that is over must stay over even where reading still begins before it: its salt may be gone by then.
    if (restart.restart !== this.#saved?.restart || restart.over !== this.#saved.over) {
      this.#saved = restart;
      records.push(output.position(restart, partition));
    }
    await this.#writer.commit(records);
    for (const [table, n] of Object.entries(rows)) telemetry.add('releasedRows', { table }, n);
  }

  positions(): readonly Position[] {
    return [{ topic: TOPICS.contributions, partition: this.#o.partition, offset: this.#position }];
  }

  async close(): Promise<void> {
    this.#unlisten();
    for (const name of this.#ring.held()) this.#ring.retire(name);
    await this.#lane?.close();
  }

  /**
   * A salt is destroyed. Of an epoch that is not released to its end, nothing more is: what was counted in it cannot be
   * told again after a restart.
   */
  #forget(name: SaltName): void {
    this.#ring.markClosed(name);
    if (name.audience !== 'statistics') return;
    this.#task.dropEpoch(name.epoch);
    this.#epochs.close(name.epoch);
  }

  get #writer(): CommitLane {
    if (this.#lane === null) throw new OboroError('BUG', 'a task commits before it was taken over');
    return this.#lane;
  }

  /** Goes back to the oldest epoch that is not released to its end; what was released comes again, and is not written. */
  async #startOver(): Promise<void> {
    const { log, partition } = this.#o;
    const { start, end } = await log.bounds({ topic: TOPICS.contributions, partition });
    const restart = this.#saved?.restart ?? start;
    if (restart < start || restart > end) throw positionLost(TOPICS.contributions, partition);
    this.#position = restart;
    if (this.#saved === null) return;
    this.#epochs.restore(this.#saved.over);
    const all = this.#marks.restore(this.#saved.marks);
    if (all !== null) this.#task.advance(all);
  }

  #contributions(epoch: EpochStart, value: Buffer): void {
    if (this.#epochs.isOver(epoch)) return;
    const at = { topic: TOPICS.contributions, partition: this.#o.partition };
    for (const message of this.#codec.open(at, value) ?? []) this.#task.accept(message);
  }

  #control(control: Control, offset: number): void {
    const now = this.#o.clock.now();
    if (control.kind === 'mark') {
      const all = this.#marks.take(control.task, control.watermark);
      if (all !== null) this.#advance(all, now);
    } else if (control.kind === 'want') {
      this.#vaultWriter?.want(control.names, now);
      this.#urgent ||= this.#records.length > 0;
    } else if (control.kind === 'done') {
      this.#vaultWriter?.done(control.partition, control.epoch, now);
    } else {
      this.#take(control.entry, offset);
    }
  }

  /** A salt was made or destroyed. */
  #take(entry: Extract<Control, { kind: 'note' }>['entry'], offset: number): void {
    const line = this.#chain.note(entry);
    this.#ledger(line);
    const { audience, epochStartMs } = entry;
    const event = entry.type === 'epoch_born' ? 'salt_born' : 'salt_destroyed';
    // Every chain hears of a statistics salt; one of them is enough to say so.
    if (line !== null && this.#vaultWriter !== null) this.#o.journal.info(event, { audience, epochStartMs });
    if (entry.audience !== 'statistics') return;
    const epoch = epochStart(entry.epochStartMs);
    if (entry.type === 'epoch_destroyed') {
      // The vault's writer must hear every task's end of an epoch again until its salt is gone.
      this.#epochs.close(epoch);
      return;
    }
    if (this.#epochs.isOver(epoch) && this.#vaultWriter === null) return;
    if (this.#salts.isDestroyed(epoch)) return;
    this.#epochs.open(epoch, offset, this.#marks.copy());
    if (!this.#epochs.isOver(epoch)) this.#task.openEpoch(epoch);
  }

  #advance(all: Watermark, now: WallTime): void {
    this.#task.advance(all);
    const doneAt = (epoch: EpochStart): EventTime => this.#o.deathOf({ audience: 'statistics', epoch });
    for (const epoch of this.#epochs.due(all, doneAt)) this.#endEpoch(epoch);
    this.#vaultWriter?.advance(all, now);
  }

  /** Everything of the epoch that may leave has left. */
  #endEpoch(epoch: EpochStart): void {
    const { partition } = this.#o;
    this.#task.dropEpoch(epoch);
    this.#ring.retire({ audience: 'statistics', epoch });
    this.#epochs.end(epoch, this.#vaultWriter !== null);
    const value = this.#codec.control({ kind: 'done', partition, epoch });
    this.#write({ topic: TOPICS.contributions, partition: VAULT_PARTITION, key: null, value });
  }

  #release(released: R): void {
    const { entryOf, output, partition } = this.#o;
    const entry = entryOf(released);
    const line = this.#chain.release(entry);
    if (line === null) return;
    for (const row of output.rows(released, partition)) this.#write(row);
    this.#ledger(line);
    this.#rows[entry.table] = (this.#rows[entry.table] ?? 0) + entry.rows;
  }

  #ledger(line: LedgerLine | null): void {
    if (line !== null) this.#write(this.#o.output.ledger(line, this.#o.partition));
  }

  #write(record: Outgoing): void {
    this.#records.push(record);
    this.#bytes += record.value?.length ?? 0;
  }
}
