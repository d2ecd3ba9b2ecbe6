/** The salts a vault has at hand and the epochs it must never serve again: the part that all vaults share. */
import type { Audience, SaltName } from '../../model/identity.ts';
import { AUDIENCES } from '../../model/identity.ts';
import type { EpochStart } from '../../model/time.ts';
import type { HeldSalt } from '../../ports/salts.ts';
import { commitmentOf } from './commitment.ts';
import type { DestroyedRuns } from './destroyed-epochs.ts';
import { DestroyedEpochs } from './destroyed-epochs.ts';

/** What a `hold` found and made. */
export interface Holding {
  readonly salts: readonly (HeldSalt | null)[];
  /** The names that were made now, each once. */
  readonly born: readonly SaltName[];
}

/** Salts in memory by audience and epoch, with the destroyed ones as names only. */
export class SaltTable {
  readonly destroyed: DestroyedEpochs;
  readonly #salts: Readonly<Record<Audience, Map<EpochStart, HeldSalt>>> = {
    statistics: new Map(),
    nearby: new Map(),
    fraud: new Map(),
  };

  constructor(destroyed?: DestroyedRuns) {
    this.destroyed = new DestroyedEpochs(destroyed);
  }

  /** All salts at hand. */
  all(): readonly HeldSalt[] {
    return AUDIENCES.flatMap((audience) => [...this.#salts[audience].values()]);
  }

  /** Takes in a salt that exists already. The buffer is kept, not copied. */
  put(name: SaltName, bytes: Buffer): HeldSalt {
    const held: HeldSalt = { name, bytes, commitment: commitmentOf(name, bytes), born: false };
    this.#salts[name.audience].set(name.epoch, held);
    return held;
  }

  /** Finds the salts or makes them; a destroyed one is null, and a name asked twice is born once. */
  hold(names: readonly SaltName[], make: (name: SaltName) => Buffer): Holding {
    const born: SaltName[] = [];
    const salts = names.map((name) => {
      if (this.destroyed.has(name)) return null;
      const known = this.#salts[name.audience].get(name.epoch);
      if (known !== undefined) return known;
      born.push(name);
      return { ...this.put(name, make(name)), born: true };
    });
    return { salts, born };
  }

  /** Remembers the names as destroyed and drops their salts; true when something changed. */
  destroy(names: readonly SaltName[]): boolean {
    const fresh = names.filter((name) => !this.destroyed.has(name));
    for (const name of fresh) this.destroyed.add(name);
    this.drop(fresh);
    return fresh.length > 0;
  }

  /** Zeroes and forgets salts. The buffers are shared with the key ring, so its copy ends with them. */
  drop(names: readonly SaltName[]): void {
    for (const { audience, epoch } of names) {
      this.#salts[audience].get(epoch)?.bytes.fill(0);
      this.#salts[audience].delete(epoch);
    }
  }

  dropAll(): void {
    this.drop(this.all().map((held) => held.name));
  }
}
