/** The public list of units: every store that may be counted, with the cells above it. Pinned at an epoch's birth. */
import { cellToParent, latLngToCell } from 'h3-js';
import type { CellId, Store, StoreId } from '../model/place.ts';
import { cellId } from '../model/place.ts';
import { parentAt } from './cells.ts';

/** H3 resolutions of the pooling hierarchy: store cell, then r8, r7 and the region r5; footfall at night is r6. */
export const STORE_RESOLUTION = 9;
export const FINE_RESOLUTION = 8;
export const POOL_RESOLUTION = 7;
export const NIGHT_RESOLUTION = 6;
export const REGION_RESOLUTION = 5;

/** One store of the public list and the cells it pools into. */
export interface StoreUnit {
  readonly id: StoreId;
  readonly category: string;
  readonly cell: CellId;
  readonly fine: CellId;
  readonly pool: CellId;
  readonly region: CellId;
}

/** Stores by id, in id order. Closed and sensitive stores are no units. */
export class UnitList {
  readonly #byId: ReadonlyMap<StoreId, StoreUnit>;
  readonly #perLabel = new Map<string, number>();

  constructor(stores: readonly Store[]) {
    const open = stores.filter((store) => !store.closed && !store.sensitive);
    const sorted = open.map(unitOf).sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#byId = new Map(sorted.map((unit) => [unit.id, unit]));
    for (const { pool, region, category } of sorted) {
      for (const label of [pool, region, category]) {
        this.#perLabel.set(label, (this.#perLabel.get(label) ?? 0) + 1);
      }
    }
  }

  get size(): number {
    return this.#byId.size;
  }

  of(id: StoreId): StoreUnit | undefined {
    return this.#byId.get(id);
  }

  /** How many stores of the list an r7 cell, a region or a category stands for. */
  storesOf(label: string): number {
    return this.#perLabel.get(label) ?? 0;
  }

  all(): Iterable<StoreUnit> {
    return this.#byId.values();
  }
}

const unitOf = (store: Store): StoreUnit => {
  const cell = latLngToCell(store.position.lat, store.position.lng, STORE_RESOLUTION);
  return {
    id: store.id,
    category: store.category,
    cell: cellId(cell),
    fine: cellId(cellToParent(cell, FINE_RESOLUTION)),
    pool: cellId(cellToParent(cell, POOL_RESOLUTION)),
    region: cellId(cellToParent(cell, REGION_RESOLUTION)),
  };
};

/** The ancestor of a cell at a coarser or equal resolution. */
export const ancestor = (cell: CellId, resolution: number): CellId => parentAt(cell, resolution);
