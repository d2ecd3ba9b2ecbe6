/** Remembers on how many days each store had a released row, as far as the gate asks for it. */
import type { ReleaseEntry } from '../model/ledger.ts';
import type { StoreId } from '../model/place.ts';
import type { EpochStart } from '../model/time.ts';

/** Epochs by store. Public facts: they are in the ledger. */
export type StoreDaysRecord = ReadonlyMap<string, readonly EpochStart[]>;

export class StoreDays {
  readonly #needed: number;
  /** The oldest epochs of each store, ascending; no more than are needed. */
  readonly #days = new Map<string, EpochStart[]>();

  /** `needed` days are enough to know of any store; 0 remembers nothing. */
  constructor(needed: number) {
    this.#needed = needed;
  }

  /** Takes what was released; the same again changes nothing. */
  note({ table, epochStartMs, keys }: Pick<ReleaseEntry, 'table' | 'epochStartMs' | 'keys'>): void {
    if (this.#needed === 0 || table !== 'visits') return;
    const epoch = epochStartMs as EpochStart;
    for (const { unitKind, unitId } of keys) if (unitKind === 'store') this.#add(unitId, epoch);
  }

  /** Days before an epoch on which the store had a released row; counting stops at what is needed. */
  readonly of = (store: StoreId, before: EpochStart): number =>
    this.#days.get(store)?.filter((day) => day < before).length ?? 0;

  record(): StoreDaysRecord {
    return this.#days;
  }

  restore(record: StoreDaysRecord): void {
    this.#days.clear();
    for (const [store, days] of record) this.#days.set(store, [...days]);
  }

  #add(store: string, epoch: EpochStart): void {
    const days = this.#days.get(store) ?? [];
    if (days.includes(epoch)) return;
    const all = [...days, epoch].sort((a, b) => a - b);
    this.#days.set(store, all.slice(0, this.#needed));
  }
}
