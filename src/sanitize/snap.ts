/** Coarsens a fix to the cell and time bucket that shop look-ups may see. */
import type { Pseudonym } from '../model/identity.ts';
import type { CellId } from '../model/place.ts';
import { resolutionOf } from '../model/place.ts';
import type { SnapPolicy } from '../model/policy.ts';
import type { RawFix } from '../model/raw.ts';
import type { SanitizedLocation } from '../model/sanitized.ts';
import type { EpochStart, EventTime } from '../model/time.ts';
import { DAY_MS, HOUR_MS, SECOND_MS, eventTime } from '../model/time.ts';
import { parentAt } from '../place/cells.ts';
import type { StoreIndex } from '../place/store-index.ts';
import { POOL_RESOLUTION } from '../place/units.ts';
import type { Zone } from '../time/zone.ts';
import { RecentMap } from './recent-map.ts';

const MIN_BUCKET_MS = 300 * SECOND_MS;
const REMEMBERED_CELLS = 65_536;

/** What is shown of a position in one r9 cell, by day and by night. */
interface Shown {
  readonly day: ShownCell;
  readonly night: ShownCell;
  /** Of a nearby-shop request at night: shops are near, so the cell may be as by day. */
  readonly nightRequest: ShownCell;
}

interface ShownCell {
  readonly cell: CellId;
  readonly resolution: number;
}

/** Remembers what each cell is shown as, for one list of stores and one policy at a time. */
export class SnapCells {
  #stores: StoreIndex | null = null;
  #policy: SnapPolicy | null = null;
  #shown = new RecentMap<Shown>(REMEMBERED_CELLS);

  /** `fine` is the H3 r9 cell of the position. */
  shownAs(fine: CellId, stores: StoreIndex, policy: SnapPolicy): Shown {
    if (stores !== this.#stores || policy !== this.#policy) {
      this.#stores = stores;
      this.#policy = policy;
      this.#shown = new RecentMap(REMEMBERED_CELLS);
    }
    const known = this.#shown.get(fine);
    if (known !== undefined) return known;
    const shown = chooseCells(fine, stores, policy);
    this.#shown.set(fine, shown);
    return shown;
  }
}

/**
 * Coarser where few stores make a cell telling, and coarser still at night: that is a home, in a city also near a store.
 * A request alone keeps its cell near stores. It belongs to no trace, so it does not say whose home it is (ADR 18).
 */
const chooseCells = (fine: CellId, stores: StoreIndex, policy: SnapPolicy): Shown => {
  const isDense = stores.countInR7(parentAt(fine, POOL_RESOLUTION)) >= policy.denseStores;
  const day = coarsen(fine, isDense ? policy.resolution : policy.sparseResolution);
  const night = coarsen(day.cell, policy.nightResolution);
  return { day, night, nightRequest: stores.inCatchment(fine) ? day : night };
};

const coarsen = (cell: CellId, wanted: number): ShownCell => {
  const own = resolutionOf(cell);
  return wanted >= own ? { cell, resolution: own } : { cell: parentAt(cell, wanted), resolution: wanted };
};

/** Under which pseudonym a location is shown. */
export interface ShownUnder {
  readonly pseudonym: Pseudonym;
  readonly epoch: EpochStart;
}

/** What `snap` needs of `SanitizeEnv`. */
export interface SnapEnv {
  readonly policy: { readonly snap: SnapPolicy };
  readonly calendar: { readonly zone: Zone };
  readonly stores: StoreIndex;
  readonly snaps: SnapCells;
}

/**
 * The record of `location.sanitized` for a fix in the H3 r9 cell `fine`. Its times are the bucket's: neither position
 * nor time is finer than cell and bucket. It may be used until `expiresMs` after the start of its bucket.
 *
 * @guarantee G-08
 */
export const snap = (fix: RawFix, fine: CellId, under: ShownUnder, env: SnapEnv): SanitizedLocation => {
  const policy = env.policy.snap;
  const bucketMs = Math.max(policy.bucketMs, MIN_BUCKET_MS);
  const bucketStart = Math.floor(fix.at / bucketMs) * bucketMs;
  const { day, night, nightRequest } = env.snaps.shownAs(fine, env.stores, policy);
  const { zone } = env.calendar;
  // A bucket that begins at night is a night's bucket, so that its start alone tells which rule held.
  const atNight = day !== night && (isNight(fix.at, zone, policy) || isNight(bucketStart, zone, policy));
  const { cell, resolution } = atNight ? (fix.requestId === null ? night : nightRequest) : day;
  return {
    pseudonym: under.pseudonym,
    epoch: under.epoch,
    cell,
    resolution,
    bucketStart: eventTime(bucketStart),
    bucketS: bucketMs / SECOND_MS,
    requestId: fix.requestId,
    expiresAt: eventTime(bucketStart + policy.expiresMs),
  };
};

const isNight = (at: number, zone: Zone, { nightFromHour, nightToHour }: SnapPolicy): boolean => {
  const local = at + zone.offsetAt(at as EventTime);
  const hour = Math.floor((local % DAY_MS) / HOUR_MS);
  if (nightFromHour <= nightToHour) return hour >= nightFromHour && hour < nightToHour;
  return hour >= nightFromHour || hour < nightToHour;
};
