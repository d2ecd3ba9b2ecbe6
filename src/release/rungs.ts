/** The release ladder: for each table the rungs from fine to coarse, and the unit that a contribution has on each. */
import type { FootfallEntry, VisitEntry } from '../model/tally.ts';
import type { UnitKind } from '../model/table.ts';
import type { WindowKind } from '../model/time.ts';
import type { CellId } from '../model/place.ts';
import { resolutionOf } from '../model/place.ts';
import type { StoreUnit, UnitList } from '../place/units.ts';
import {
  FINE_RESOLUTION,
  NIGHT_RESOLUTION,
  POOL_RESOLUTION,
  REGION_RESOLUTION,
  ancestor,
} from '../place/units.ts';

/** What a row is about. */
export interface Unit {
  readonly kind: UnitKind;
  readonly id: string;
  readonly cell: CellId;
  readonly resolution: number;
}

/** One rung: which unit an entry has on it (null: it skips the rung), in windows of which kind. */
export interface Rung<E> {
  readonly windowKind: WindowKind;
  readonly unitKind: UnitKind;
  readonly resolution: number;
  readonly unitOf: (entry: E, units: UnitList) => Unit | null;
}

const cellUnit = (cell: CellId): Unit => ({
  kind: 'cell',
  id: cell,
  cell,
  resolution: resolutionOf(cell),
});

const regionUnit = (region: CellId): Unit => ({
  kind: 'region',
  id: region,
  cell: region,
  resolution: REGION_RESOLUTION,
});

export const storeUnit = (store: StoreUnit): Unit => ({
  kind: 'store',
  id: store.id,
  cell: store.cell,
  resolution: resolutionOf(store.cell),
});

/** A visit, or a released row of visits. */
type InStore = Pick<VisitEntry, 'store'>;

const visitUnit =
  (make: (store: StoreUnit) => Unit) =>
  (entry: InStore, units: UnitList): Unit | null => {
    const store = units.of(entry.store);
    return store === undefined ? null : make(store);
  };

/** store×hour → store×daypart → store×day → r8×day → r7×day → region×day (G-10). */
export const VISIT_RUNGS: readonly Rung<InStore>[] = [
  { windowKind: 'hour', unitKind: 'store', resolution: 9, unitOf: visitUnit(storeUnit) },
  { windowKind: 'daypart', unitKind: 'store', resolution: 9, unitOf: visitUnit(storeUnit) },
  { windowKind: 'day', unitKind: 'store', resolution: 9, unitOf: visitUnit(storeUnit) },
  {
    windowKind: 'day',
    unitKind: 'cell',
    resolution: FINE_RESOLUTION,
    unitOf: visitUnit((store) => cellUnit(store.fine)),
  },
  {
    windowKind: 'day',
    unitKind: 'cell',
    resolution: POOL_RESOLUTION,
    unitOf: visitUnit((store) => cellUnit(store.pool)),
  },
  {
    windowKind: 'day',
    unitKind: 'region',
    resolution: REGION_RESOLUTION,
    unitOf: visitUnit((store) => regionUnit(store.region)),
  },
];

/** The rung of a store and day; the listed rows of the tier dp stand on it. */
export const STORE_DAY = VISIT_RUNGS.findIndex(
  ({ windowKind, unitKind }) => windowKind === 'day' && unitKind === 'store',
);

const seenAt =
  (resolution: number) =>
  (entry: FootfallEntry): Unit | null => {
    const own = resolutionOf(entry.cell);
    if (own < resolution || (own === NIGHT_RESOLUTION && resolution !== NIGHT_RESOLUTION)) return null;
    if (own !== NIGHT_RESOLUTION && resolution === NIGHT_RESOLUTION) return null;
    const cell = ancestor(entry.cell, resolution);
    return cellUnit(cell);
  };

const seenIn = (windowKind: WindowKind, resolution: number): Rung<FootfallEntry> => ({
  windowKind,
  unitKind: 'cell',
  resolution,
  unitOf: seenAt(resolution),
});

/** r8×daypart → r7×daypart → r7×day → region×day; at night r6×daypart → region×day (G-10). */
export const FOOTFALL_RUNGS: readonly Rung<FootfallEntry>[] = [
  seenIn('daypart', FINE_RESOLUTION),
  seenIn('daypart', POOL_RESOLUTION),
  seenIn('daypart', NIGHT_RESOLUTION),
  seenIn('day', POOL_RESOLUTION),
  {
    windowKind: 'day',
    unitKind: 'region',
    resolution: REGION_RESOLUTION,
    unitOf: (entry) => regionUnit(ancestor(entry.cell, REGION_RESOLUTION)),
  },
];
