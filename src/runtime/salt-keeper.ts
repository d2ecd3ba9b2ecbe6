/** Fetches the salts a batch needs before it runs, and says when an epoch is over and its salt must die (G-07). */
import { OboroError } from '../model/errors.ts';
import type { SaltName } from '../model/identity.ts';
import { AUDIENCES } from '../model/identity.ts';
import type { EpochBornEntry } from '../model/ledger.ts';
import type { EventTime, Watermark } from '../model/time.ts';
import { epochStart } from '../model/time.ts';
import type { HeldSalt, SaltVault } from '../ports/salts.ts';
import type { Calendar } from '../time/calendar.ts';
import { nearbyEpochAt } from '../time/calendar.ts';
import type { Grace } from '../time/schedule.ts';
import { saltDeath } from '../time/schedule.ts';
import type { KeyRing } from './key-ring.ts';

export interface SaltKeeperOptions {
  readonly vault: SaltVault;
  readonly ring: KeyRing;
  readonly calendar: Calendar;
  readonly grace: Grace;
  readonly latenessMs: number;
}

export class SaltKeeper {
  readonly #o: SaltKeeperOptions;
  readonly #wanted = new Map<string, SaltName>();
  #lastNearby = -1;
  #lastStatistics: { readonly start: number; readonly end: number } = { start: 0, end: 0 };
  /** Event time of the next death of a held salt; Infinity when none is held. */
  #nextDeath = Number.POSITIVE_INFINITY;

  constructor(options: SaltKeeperOptions) {
    this.#o = options;
  }

  /** Notes that events of this time are about to be processed. */
  want(at: EventTime): void {
    const nearby = nearbyEpochAt(at);
    if (nearby !== this.#lastNearby) {
      this.#lastNearby = nearby;
      this.#note({ audience: 'nearby', epoch: nearby });
    }
    if (at < this.#lastStatistics.start || at >= this.#lastStatistics.end) {
      this.#lastStatistics = this.#o.calendar.epochAt(at);
      this.#note({ audience: 'statistics', epoch: epochStart(this.#lastStatistics.start) });
    }
  }

  /** Notes salts by name: those of a state that is being restored. */
  need(names: readonly SaltName[]): void {
    for (const name of names) this.#note(name);
  }

  /**
   * Fetches what was wanted; epochs already over at the watermark stay closed and get no salt. Gives the birth of
   * every salt that was not held before, made just now or found in the vault: after a kill between the vault's
   * writing and the ledger's the birth must still be recorded.
   */
  async fetch(now: Watermark): Promise<readonly EpochBornEntry[]> {
    if (this.#wanted.size === 0) return [];
    const names = [...this.#wanted.values()];
    const open = names.filter((name) => this.deathOf(name) > now);
    for (const name of names) if (!open.includes(name)) this.#o.ring.markClosed(name);
    // What could not be fetched is still wanted when it is tried again.
    const held = await this.#o.vault.hold(open);
    this.#wanted.clear();
    const born: EpochBornEntry[] = [];
    held.forEach((salt, i) => {
      const name = open[i];
      if (name === undefined) return;
      if (salt === null) {
        this.#o.ring.markClosed(name);
        return;
      }
      this.#take(name, salt);
      born.push(bornEntry(name, salt.commitment));
    });
    return born;
  }

  /** When an epoch's salt must be gone. */
  deathOf(name: SaltName): EventTime {
    return saltDeath(name, this.#o);
  }

  /** Held salts whose epoch is over at the watermark, oldest first within an audience. */
  due(now: Watermark): readonly SaltName[] {
    if (now < this.#nextDeath) return [];
    const due: SaltName[] = [];
    this.#nextDeath = Number.POSITIVE_INFINITY;
    for (const name of this.#o.ring.held()) {
      const death = this.deathOf(name);
      if (death <= now) due.push(name);
      else this.#nextDeath = Math.min(this.#nextDeath, death);
    }
    return due.sort(
      (a, b) => AUDIENCES.indexOf(a.audience) - AUDIENCES.indexOf(b.audience) || a.epoch - b.epoch,
    );
  }

  /**
   * Fetches salts that were held when a state was saved; their births are in the ledger. Throws VAULT_COMMITMENT when
   * the vault has lost one: a lost salt is never replaced inside its epoch.
   *
   * @guarantee G-07
   */
  async resume(names: readonly SaltName[]): Promise<void> {
    for (const name of names) this.#note(name);
    const wanted = [...this.#wanted.values()];
    this.#wanted.clear();
    const held = await this.#o.vault.hold(wanted);
    wanted.forEach((name, i) => {
      const salt = held[i] ?? null;
      const isLost = salt === null || (salt.born && !this.#o.vault.imported);
      if (isLost) throw lostSalt(name);
      this.#take(name, salt);
    });
  }

  #take(name: SaltName, salt: HeldSalt): void {
    this.#o.ring.add(salt);
    this.#nextDeath = Math.min(this.#nextDeath, this.deathOf(name));
  }

  #note(name: SaltName): void {
    if (!this.#o.ring.knows(name)) this.#wanted.set(`${name.audience}|${String(name.epoch)}`, name);
  }
}

const lostSalt = ({ audience, epoch }: SaltName): OboroError =>
  new OboroError('VAULT_COMMITMENT', `the vault has lost the ${audience} salt of epoch ${String(epoch)}`, {
    hint: 'What is not released of this epoch cannot be any more. Restore the vault, or start over: with an empty --out directory, or on Kafka as docs/operations.md says.',
  });

const bornEntry = ({ audience, epoch }: SaltName, commitment: string): EpochBornEntry => ({
  type: 'epoch_born',
  audience,
  epochStartMs: epoch,
  commitment,
});
