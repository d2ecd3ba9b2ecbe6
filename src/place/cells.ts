/** H3 cells of positions, with memory: asking h3 costs about two microseconds, and most events repeat a cell. */
import { cellToBoundary, cellToLatLng, cellToParent, latLngToCell } from 'h3-js';
import type { CellId, Position } from '../model/place.ts';
import { cellId } from '../model/place.ts';
import { planeAt } from './geometry.ts';

const CACHE_LIMIT = 100_000;

/** The H3 cell of a position; asks h3 every time. */
export const cellAt = (position: Position, resolution: number): CellId =>
  cellId(latLngToCell(position.lat, position.lng, resolution));

const parents: Map<CellId, CellId>[] = Array.from({ length: 16 }, () => new Map<CellId, CellId>());

/** The ancestor of a cell at a coarser or equal resolution; remembered. */
export const parentAt = (cell: CellId, resolution: number): CellId => {
  const known = parents[resolution];
  const found = known?.get(cell);
  if (found !== undefined) return found;
  const parent = cellId(cellToParent(cell, resolution));
  if (known !== undefined) remember(known, cell, parent);
  return parent;
};

const centres = new Map<CellId, Position>();

/** The centre of a cell; remembered. */
export const centreOf = (cell: CellId): Position => {
  const found = centres.get(cell);
  if (found !== undefined) return found;
  const [lat, lng] = cellToLatLng(cell);
  const centre = { lat, lng };
  remember(centres, cell, centre);
  return centre;
};

/** A full cache starts anew: simple, bounded, and soon warm again. */
const remember = <K, V>(cache: Map<K, V>, key: K, value: V): void => {
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(key, value);
};

/** A cell and the circle around its centre inside which a position surely belongs to it. */
export interface CellSpot {
  readonly cell: CellId;
  readonly centre: Position;
  /** Square of the circle's radius, in degrees of latitude. */
  readonly safeSquared: number;
  /** Degrees of latitude to one degree of longitude here. */
  readonly lngScale: number;
}

/** Share of a cell's inscribed circle that is taken as safe, so that rounding cannot give a wrong cell. */
const SAFE_SHARE = 0.95;

/**
 * Cells of one resolution for positions that mostly stay where they were. The caller keeps the spot of each key
 * and hands it back; the answer is exactly that of `cellAt`.
 */
export class CellMemo {
  readonly resolution: number;
  readonly #spots = new Map<CellId, CellSpot>();

  constructor(resolution: number) {
    this.resolution = resolution;
  }

  /** The spot of the position's cell; `last` is what this gave for the same key before, or null. */
  spotAt(position: Position, last: CellSpot | null): CellSpot {
    if (last !== null && isSafe(last, position)) return last;
    const cell = cellAt(position, this.resolution);
    if (last !== null && last.cell === cell) return last;
    const known = this.#spots.get(cell);
    if (known !== undefined) return known;
    const spot = spotOf(cell);
    remember(this.#spots, cell, spot);
    return spot;
  }
}

const isSafe = (spot: CellSpot, position: Position): boolean => {
  const y = position.lat - spot.centre.lat;
  const x = (position.lng - spot.centre.lng) * spot.lngScale;
  return x * x + y * y < spot.safeSquared;
};

const METRES_PER_DEGREE_CEILING = 111_200;
/** Towards the poles one scale per cell is not exact enough. */
const SAFE_LATITUDE = 80;

const spotOf = (cell: CellId): CellSpot => {
  const centre = centreOf(cell);
  const inscribedM = Math.abs(centre.lat) > SAFE_LATITUDE ? 0 : inscribedRadiusM(cell, centre);
  const safe = (SAFE_SHARE * inscribedM) / METRES_PER_DEGREE_CEILING;
  return { cell, centre, safeSquared: safe * safe, lngScale: Math.cos((centre.lat * Math.PI) / 180) };
};

/** Metres from the cell's centre to its nearest edge. */
const inscribedRadiusM = (cell: CellId, centre: Position): number => {
  const plane = planeAt(centre);
  const corners = cellToBoundary(cell).map(([lat, lng]) => [plane.x(lat, lng), plane.y(lat, lng)] as const);
  let least = Number.POSITIVE_INFINITY;
  let [x0, y0] = corners.at(-1) ?? [0, 0];
  for (const [x1, y1] of corners) {
    const length = Math.hypot(x1 - x0, y1 - y0);
    if (length > 0) least = Math.min(least, Math.abs(x0 * y1 - x1 * y0) / length);
    [x0, y0] = [x1, y1];
  }
  return least;
};
