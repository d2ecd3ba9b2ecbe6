/** The vault's only writer, a part of the first gate task: makes salts that are asked for, destroys those that nobody needs any more. */
import { OboroError } from '../../model/errors.ts';
import type { SaltName } from '../../model/identity.ts';
import type { EpochStart, EventTime, WallTime, Watermark } from '../../model/time.ts';
import { HOUR_MS, SECOND_MS, wallTime } from '../../model/time.ts';
import type { Outgoing } from '../../ports/log.ts';
import type { Chain } from './chain.ts';
import type { ContributionCodec, VaultCodec, VaultEntry } from './codecs.ts';
import { TOPICS, VAULT_PARTITION } from './topics.ts';
import type { VaultView } from './vault-view.ts';

export interface VaultWriterOptions {
  readonly view: VaultView;
  readonly codec: Pick<VaultCodec, 'make' | 'encode'>;
  readonly control: ContributionCodec['control'];
  readonly chain: Chain;
  readonly gatePartitions: number;
  /** When an epoch's salt must be gone. */
  readonly deathOf: (name: SaltName) => EventTime;
  /** When it must be gone by wall time, whatever is not released yet. */
  readonly deadlineOf: (name: SaltName, bornAt: WallTime) => WallTime;
  readonly write: (record: Outgoing) => void;
}

const LOOKS_EVERY_MS = 10 * SECOND_MS;

/** As long as a segment of the vault's topic is open. */
const ROLL_MS = HOUR_MS;

const nameOf = ({ audience, epoch }: SaltName): string => `${audience}|${String(epoch)}`;

export class VaultWriter {
  readonly #o: VaultWriterOptions;
  /** Made or destroyed by this attempt; the view hears of it after the commit. */
  readonly #made = new Set<string>();
  readonly #destroyed = new Set<string>();
  #looksAt: WallTime = wallTime(0);
  #rolledAt: WallTime = wallTime(0);
  readonly #doneBy = new Map<EpochStart, Set<number>>();

  constructor(options: VaultWriterOptions) {
    this.#o = options;
  }

  /**
   * Makes the salts that never were. A salt that the ledger knows and the vault does not is lost, and is not replaced
   * inside its epoch. Throws VAULT_COMMITMENT.
   *
   * @guarantee G-07
   */
  want(names: readonly SaltName[], now: WallTime): void {
    const { view, codec, chain } = this.#o;
    for (const name of names) {
      if (this.#made.has(nameOf(name)) || view.of(name) !== undefined) continue;
      if (chain.knows('epoch_destroyed', name)) continue;
      if (chain.knows('epoch_born', name)) throw lostSalt(name);
      this.#made.add(nameOf(name));
      const entry = codec.make(name);
      this.#o.write(codec.encode(entry, now));
      // The salt that is used comes from the vault's topic, and is zeroed there when it dies.
      if (!entry.imported) entry.bytes?.fill(0);
      this.#tell({ type: 'epoch_born', ...told(name), commitment: entry.commitment }, name);
    }
  }

  /** A gate task is done with an epoch; when all are, its salt dies. */
  done(partition: number, epoch: EpochStart, now: WallTime): void {
    const by = this.#doneBy.get(epoch) ?? new Set<number>();
    this.#doneBy.set(epoch, by.add(partition));
    if (by.size === this.#o.gatePartitions) this.#destroy({ audience: 'statistics', epoch }, now);
  }

  /** Destroys the salts whose epochs are over for every sanitize task, statistics aside: those wait for the gates. */
  advance(watermark: Watermark, now: WallTime): void {
    for (const name of this.#o.view.held()) {
      if (name.audience !== 'statistics' && this.#o.deathOf(name) <= watermark) this.#destroy(name, now);
    }
  }

  /**
   * Destroys the salts that have outlived their deadline: event time stands still, and what is not released of their
   * epochs is withheld. Gives their names, so that somebody is told.
   *
   * @guarantee G-07
   */
  turn(now: WallTime): readonly SaltName[] {
    if (now < this.#looksAt) return [];
    this.#looksAt = wallTime(now + LOOKS_EVERY_MS);
    this.#roll(now);
    const { view, deadlineOf } = this.#o;
    return view.held().filter((name) => {
      const bornAt = view.bornAt(name);
      return bornAt !== undefined && deadlineOf(name, bornAt) <= now && this.#destroy(name, now);
    });
  }

  /**
   * The broker closes a segment of the vault, and so compacts dead salts away, only when something is appended after
   * its time: where nothing is, the newest death is told again.
   */
  #roll(now: WallTime): void {
    const { view, codec } = this.#o;
    const { lastDeath } = view;
    if (lastDeath === null || now - Math.max(this.#rolledAt, lastDeath.writtenAt) < ROLL_MS) return;
    this.#rolledAt = now;
    this.#o.write(codec.encode({ ...lastDeath, imported: false }, now));
  }

  /** True when it was alive until now. */
  #destroy(name: SaltName, now: WallTime): boolean {
    const { view, codec } = this.#o;
    const known = view.of(name);
    if (known === undefined || known === 'destroyed' || this.#destroyed.has(nameOf(name))) return false;
    this.#destroyed.add(nameOf(name));
    const entry: VaultEntry = { name, bytes: null, commitment: known.commitment, imported: false };
    this.#o.write(codec.encode(entry, now));
    this.#tell({ type: 'epoch_destroyed', ...told(name) }, name);
    return true;
  }

  /** Statistics epochs concern every chain; the others only the first, so that each chain stays short. */
  #tell(entry: Parameters<typeof noteOf>[0], name: SaltName): void {
    const value = this.#o.control(noteOf(entry));
    const partitions = name.audience === 'statistics' ? this.#o.gatePartitions : VAULT_PARTITION + 1;
    for (let partition = 0; partition < partitions; partition++) {
      this.#o.write({ topic: TOPICS.contributions, partition, key: null, value });
    }
  }
}

type NoteEntry = Extract<Parameters<ContributionCodec['control']>[0], { kind: 'note' }>['entry'];
const noteOf = (entry: NoteEntry) => ({ kind: 'note', entry }) as const;

const told = ({ audience, epoch }: SaltName) => ({ audience, epochStartMs: epoch }) as const;

const lostSalt = ({ audience, epoch }: SaltName): OboroError =>
  new OboroError('VAULT_COMMITMENT', `the vault has lost the ${audience} salt of epoch ${String(epoch)}`, {
    hint: 'What is not released of this epoch cannot be any more. Restore oboro.vault, or start a new deployment.',
  });
