/** Stores by place: which are near an H3 r9 cell, which sensitive places a position is close to, how dense an area is. */
import { cellToLatLng, gridDisk } from 'h3-js';
import type { CellId, Position, Store, StoreId } from '../model/place.ts';
import { cellId } from '../model/place.ts';
import { cellAt, parentAt } from './cells.ts';
import { distanceM, signedDistanceM } from './geometry.ts';
import { extentOf, inradiusM } from './inradius.ts';
import { POOL_RESOLUTION, STORE_RESOLUTION } from './units.ts';

/** A store as the cells around it know it. */
export interface NearStore {
  readonly store: Store;
  /** Radius of the largest circle inside its footprint. */
  readonly inradiusM: number;
}

export interface StoreIndexOptions {
  /** Metres around a footprint that count as its catchment. */
  readonly catchmentM: number;
}

/** `near` and `sensitiveWithin` know footprints up to this far from any position in the cell. */
export const REACH_M = 300;
/** No H3 r9 cell has a corner farther than this from its centre. */
export const R9_CIRCUMRADIUS_M = 235;

const WALK_SLACK_M = 60;

const NONE: readonly NearStore[] = [];

/** An immutable index over a list of stores; the last of several with one id wins. */
export class StoreIndex {
  readonly #byId: ReadonlyMap<StoreId, Store>;
  readonly #all: readonly Store[];
  readonly #near = new Map<CellId, NearStore[]>();
  readonly #sensitive: readonly Store[];
  readonly #sensitiveByCell = new Map<CellId, Store[]>();
  readonly #catchment = new Set<CellId>();
  readonly #countByR7 = new Map<CellId, number>();

  constructor(stores: readonly Store[], options: StoreIndexOptions = { catchmentM: 0 }) {
    this.#byId = new Map(stores.map((store) => [store.id, store]));
    this.#all = [...this.#byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#sensitive = this.#all.filter((store) => store.sensitive);
    const surroundings = new Surroundings();
    for (const store of this.#all) {
      if (store.sensitive) this.#addSensitive(store, surroundings);
      else if (!store.closed) this.#addOpen(store, surroundings, options.catchmentM);
    }
  }

  get size(): number {
    return this.#all.length;
  }

  get(id: StoreId): Store | undefined {
    return this.#byId.get(id);
  }

  /** All stores, closed and sensitive ones too, in id order. */
  all(): readonly Store[] {
    return this.#all;
  }

  /** Open stores, sensitive ones left out, that may lie within `REACH_M` of a position in the r9 cell; in id order. */
  near(cell: CellId): readonly NearStore[] {
    return this.#near.get(cell) ?? NONE;
  }

  /**
   * True when a sensitive place lies within `bufferM` of the position. A closed place stays sensitive.
   * @guarantee G-09
   */
  sensitiveWithin(position: Position, cell: CellId, bufferM: number): boolean {
    if (this.#sensitive.length === 0) return false;
    const candidates = bufferM > REACH_M ? this.#sensitive : this.#sensitiveByCell.get(cell);
    return candidates?.some((store) => signedDistanceM(store, position) <= bufferM) ?? false;
  }

  /** Open stores, sensitive ones left out, whose position lies in the r7 cell. */
  countInR7(r7: CellId): number {
    return this.#countByR7.get(r7) ?? 0;
  }

  /** True when the centre of the r9 cell lies in some open store's catchment. */
  inCatchment(cell: CellId): boolean {
    return this.#catchment.has(cell);
  }

  #addOpen(store: Store, surroundings: Surroundings, catchmentM: number): void {
    const near = { store, inradiusM: inradiusM(store) };
    const touchM = REACH_M + R9_CIRCUMRADIUS_M;
    surroundings.visit(store, Math.max(touchM, catchmentM), (cell, metres) => {
      if (metres <= touchM) append(this.#near, cell, near);
      if (metres <= catchmentM) this.#catchment.add(cell);
    });
    const r7 = parentAt(cellAt(store.position, STORE_RESOLUTION), POOL_RESOLUTION);
    this.#countByR7.set(r7, this.countInR7(r7) + 1);
  }

  #addSensitive(store: Store, surroundings: Surroundings): void {
    surroundings.visit(store, REACH_M + R9_CIRCUMRADIUS_M, (cell) => {
      append(this.#sensitiveByCell, cell, store);
    });
  }
}

const append = <K, V>(lists: Map<K, V[]>, key: K, value: V): void => {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
};

/** A cell on the walk, with what h3 said of it, since stores share their surroundings. */
interface Step {
  readonly cell: CellId;
  readonly centre: Position;
  around: readonly Step[] | null;
  /** The walk that last came by. */
  walk: number;
}

/** Walks the r9 cells around footprints, from neighbour to neighbour. */
class Surroundings {
  readonly #steps = new Map<CellId, Step>();
  #walks = 0;

  /** Every r9 cell whose centre lies within `withinM` of the footprint, with that (signed) distance. */
  visit(store: Store, withinM: number, found: (cell: CellId, metres: number) => void): void {
    // From every cell some neighbour is nearer to the footprint; the slack is for cells that are not quite regular.
    const walkM = withinM + WALK_SLACK_M;
    const measure = measureFrom(store, walkM);
    this.#walks += 1;
    const steps: Step[] = [];
    for (const cell of seeds(store)) this.#join(steps, this.#stepAt(cell));
    for (const step of steps) {
      const metres = measure(step.centre);
      if (metres <= withinM) found(step.cell, metres);
      if (metres <= walkM) for (const next of this.#around(step)) this.#join(steps, next);
    }
  }

  #join(steps: Step[], step: Step): void {
    if (step.walk === this.#walks) return;
    step.walk = this.#walks;
    steps.push(step);
  }

  #stepAt(cell: CellId): Step {
    const known = this.#steps.get(cell);
    if (known !== undefined) return known;
    const [lat, lng] = cellToLatLng(cell);
    const step: Step = { cell, centre: { lat, lng }, around: null, walk: 0 };
    this.#steps.set(cell, step);
    return step;
  }

  #around(step: Step): readonly Step[] {
    step.around ??= gridDisk(step.cell, 1).map((cell) => this.#stepAt(cellId(cell)));
    return step.around;
  }
}

/** One cell on every separate piece of the footprint. */
const seeds = (store: Store): readonly CellId[] => {
  if (store.footprint.kind === 'circle') return [cellAt(store.position, STORE_RESOLUTION)];
  const corners = store.footprint.polygons.flatMap(([outer]) => outer?.slice(0, 1) ?? []);
  return corners.map(([lng, lat]) => cellAt({ lat, lng }, STORE_RESOLUTION));
};

/** Signed distance to the store, without looking at every edge where the whole store is far. */
const measureFrom = (store: Store, farM: number): ((p: Position) => number) => {
  const extentM = extentOf(store.position, store.footprint);
  return (p) => {
    const least = distanceM(store.position, p) - extentM;
    return least > farM ? least : signedDistanceM(store, p);
  };
};
