/** Where things are: positions in WGS84 degrees, H3 cells, stores and their footprints. */
import type { Brand } from './brand.ts';

/** WGS84 degrees. */
export interface Position {
  readonly lat: number;
  readonly lng: number;
}

/** An H3 index as 15 hex digits. */
export type CellId = Brand<string, 'CellId'>;
export type StoreId = Brand<string, 'StoreId'>;

/** One ring of `[lng, lat]` pairs, as in GeoJSON (RFC 7946); the first and last are equal. */
export type Ring = readonly (readonly [number, number])[];

/** Outer ring first, then holes. */
export type PolygonRings = readonly Ring[];

export type Footprint =
  | { readonly kind: 'circle'; readonly radiusM: number }
  | { readonly kind: 'polygon'; readonly polygons: readonly PolygonRings[] };

export interface Store {
  readonly id: StoreId;
  readonly name: string;
  readonly category: string;
  /** The store's point; for a polygon its centroid. */
  readonly position: Position;
  readonly footprint: Footprint;
  /** Overrides the policy's minimum dwell; null takes the policy's. */
  readonly minDwellMs: number | null;
  /** Fixes in or near a sensitive place produce nothing at all (G-09). */
  readonly sensitive: boolean;
  readonly closed: boolean;
}

export const cellId = (index: string): CellId => index as CellId;
export const storeId = (id: string): StoreId => id as StoreId;

/** Resolution (0–15) of an H3 index: bits 52–55 of the 64 (H3 index layout, mode 1). */
export const resolutionOf = (cell: CellId): number => Number.parseInt(cell.slice(1, 2), 16);
