/** Stage G on a log: one partition of contributions in; released rows, the ledger and, for the first task, the vault out. */
import { OboroError } from '../../model/errors.ts';
import type { Control } from '../../model/control.ts';
import type { SaltName } from '../../model/identity.ts';
import type { LedgerLine } from '../../model/ledger.ts';
import type { EpochStart, EventTime, WallTime, Watermark } from '../../model/time.ts';
import { HOUR_MS, epochStart, wallTime } from '../../model/time.ts';
import type { LogBatch, Outgoing, Position } from '../../ports/log.ts';
import { Counters } from '../counters.ts';
import type { ReleasedDays } from '../flow.ts';
import { GateTask } from '../gate-task.ts';
import { KeyRing } from '../key-ring.ts';
import { Chain } from './chain.ts';
import type { ContributionCodec, GatePosition } from './codecs.ts';
import { CommitLane } from './commit-lane.ts';
import { GateEpochs, Marks } from './gate-epochs.ts';
import type { GateStreamOptions } from './gate-options.ts';
import { GateSalts } from './gate-salts.ts';
import { positionLost, unreadableContributions } from './lost.ts';
import type { Pending, StreamTask } from './stream-task.ts';
import { newIn } from './stream-task.ts';
import { ReleaseFeed } from './release-feed.ts';
import { TOPICS, VAULT_PARTITION } from './topics.ts';
import { tellBytes, tellCounts } from './tell-counts.ts';
import { VaultWriter } from './vault-writer.ts';

const POSITION_EVERY_MS = HOUR_MS;

export class GateStream<R> implements StreamTask {
  readonly #o: GateStreamOptions<R>;
  readonly #ring = new KeyRing();
  readonly #counters = new Counters();
  readonly #salts: GateSalts;
  readonly #codec: ContributionCodec;
  readonly #task: GateTask<R>;
  readonly #chain: Chain;
  readonly #storeDays: ReleasedDays;
  readonly #marks: Marks;
  readonly #epochs = new GateEpochs();
  readonly #vaultWriter: VaultWriter | null;
  readonly #unlisten: () => void;
  readonly #releases: ReleaseFeed;
  #lane: CommitLane | null = null;
  #records: Outgoing[] = [];
  #bytes = 0;
  #urgent = false;
  #position = 0;
  #saved: GatePosition | null = null;
  #savedAt: WallTime = wallTime(0);
  #isPositionDue = false;
  #rows: Record<string, number> = {};

  constructor(options: GateStreamOptions<R>) {
    this.#o = options;
    const { flow, contributions } = options.make(this.#ring);
    const { vault, vaultCodec, gatePartitions, deathOf, deadlineOf } = options;
    this.#salts = new GateSalts({ ring: this.#ring, vault, clock: options.clock });
    this.#codec = contributions;
    this.#releases = new ReleaseFeed({ views: options.releases, partition: options.partition });
    this.#chain = new Chain(options.rules);
    this.#storeDays = flow.storeDays;
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
      for (const { value } of records) if (value !== null) this.#load(output.ledgerLine(value));
    });
    await log.readToEnd({ topic: TOPICS.gate, partition }, null, ({ records }) => {
      for (const { value } of records) if (value !== null) this.#saved = output.readPosition(value);
    });
    this.#ledger(this.#chain.begin(this.#o.genesis));
    await this.#startOver();
    this.#savedAt = this.#o.clock.now();
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
    this.#endByWallTime(this.#o.clock.now());
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
    this.#endByWallTime(now);
  }

  get pending(): Pending {
    const records = Math.max(this.#records.length, this.#isPositionDue ? 1 : 0);
    return { records, bytes: this.#bytes, urgent: this.#urgent };
  }

  async commit(): Promise<void> {
    const { output, partition, telemetry, clock } = this.#o;
    if (this.#records.length === 0 && !this.#isPositionDue) return;
    const counted = this.#counters.take();
    const tellReleases = this.#releases.take();
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
    this.#savedAt = clock.now();
    this.#isPositionDue = false;
    if (records.length > 0) await this.#writer.commit(records);
    tellCounts(telemetry, counted);
    tellReleases();
    for (const [table, n] of Object.entries(rows)) telemetry.add('releasedRows', { table }, n);
  }

  positions(): readonly Position[] {
    return [{ topic: TOPICS.contributions, partition: this.#o.partition, offset: this.#position }];
  }

  async close(): Promise<void> {
    this.#unlisten();
    this.#salts.close();
    for (const name of this.#ring.held()) this.#ring.retire(name);
    await this.#lane?.close();
  }

  /**
   * Salts past their deadline die now, whatever is read or waited for. And even where nothing is released for long, the
   * place to begin from must stay inside what the topic keeps.
   */
  #endByWallTime(now: WallTime): void {
    this.#isPositionDue ||= now - this.#savedAt >= POSITION_EVERY_MS;
    for (const { audience, epoch } of this.#vaultWriter?.turn(now) ?? []) {
      const { journal, telemetry } = this.#o;
      this.#urgent = true;
      journal.error('salt_expired', { audience, epochStartMs: epoch });
      telemetry.add('saltsExpired', { audience });
    }
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
    if (restart < start || restart > end) {
      // Fails where somebody else has long gone on from here: then nothing is lost.
      const value = this.#codec.control({ kind: 'want', names: [] });
      await this.#writer.commit([
        { topic: TOPICS.contributions, partition: VAULT_PARTITION, key: null, value },
      ]);
      throw positionLost(TOPICS.contributions, partition);
    }
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
    } else if (control.kind === 'receipt') {
      const { receipt, date } = control;
      this.#ledger(this.#chain.note({ type: 'erasure', receipt, date, no: offset }));
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

  #load(line: LedgerLine): void {
    this.#chain.load(line);
    if (line.entry.type === 'release') this.#storeDays.note(line.entry);
  }

  #release(released: R): void {
    const { entryOf, output, partition } = this.#o;
    const entry = entryOf(released);
    const line = this.#chain.release(entry);
    this.#storeDays.note(entry);
    // Also what comes again: it mends views that were lost.
    this.#releases.note(entry);
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
