/** Reads GeoJSON polygons (RFC 7946) into rings, and finds their centroid. */
import type { PolygonRings, Position, Ring } from '../model/place.ts';
import { LAT_RANGE, LNG_RANGE, isObject } from './fields.ts';

const isPosition = (value: unknown): value is readonly [number, number] => {
  if (!Array.isArray(value) || value.length < 2 || value.length > 4) return false;
  const [lng, lat] = value as readonly unknown[];
  return (
    typeof lng === 'number' &&
    typeof lat === 'number' &&
    Math.abs(lng) <= LNG_RANGE &&
    Math.abs(lat) <= LAT_RANGE
  );
};

/** A closed ring of at least four positions; heights are left out. */
const ringOf = (value: unknown): Ring | null => {
  if (!Array.isArray(value) || value.length < 4) return null;
  const ring: (readonly [number, number])[] = [];
  for (const position of value as readonly unknown[]) {
    if (!isPosition(position)) return null;
    ring.push([position[0], position[1]]);
  }
  const first = ring[0];
  const last = ring.at(-1);
  return first !== undefined && last !== undefined && first[0] === last[0] && first[1] === last[1]
    ? ring
    : null;
};

const ringsOf = (value: unknown): PolygonRings | null => {
  if (!Array.isArray(value) || value.length === 0) return null;
  const rings: Ring[] = [];
  for (const item of value as readonly unknown[]) {
    const ring = ringOf(item);
    if (ring === null) return null;
    rings.push(ring);
  }
  return rings;
};

/** The polygons of a GeoJSON Polygon or MultiPolygon geometry; null when it is neither, or not well formed. */
export const polygonsOf = (geometry: unknown): readonly PolygonRings[] | null => {
  if (!isObject(geometry)) return null;
  const coordinates = geometry['coordinates'];
  if (geometry['type'] === 'Polygon') {
    const rings = ringsOf(coordinates);
    return rings === null ? null : [rings];
  }
  if (geometry['type'] !== 'MultiPolygon' || !Array.isArray(coordinates) || coordinates.length === 0)
    return null;
  const polygons: PolygonRings[] = [];
  for (const item of coordinates as readonly unknown[]) {
    const rings = ringsOf(item);
    if (rings === null) return null;
    polygons.push(rings);
  }
  return polygons;
};

/** The position of a GeoJSON Point; null when it is none. */
export const pointOf = (geometry: unknown): Position | null => {
  if (!isObject(geometry) || geometry['type'] !== 'Point') return null;
  const position = geometry['coordinates'];
  return isPosition(position) ? { lat: position[1], lng: position[0] } : null;
};

interface Moment {
  area: number;
  lng: number;
  lat: number;
}

/** Adds a ring's signed area and first moments about `origin` (shoelace formula), taken with the given sign. */
const addRing = (sum: Moment, ring: Ring, origin: readonly [number, number], outer: boolean): void => {
  let area = 0;
  let lng = 0;
  let lat = 0;
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [x0, y0] = ring[i] ?? origin;
    const [x1, y1] = ring[i + 1] ?? origin;
    const [ax, ay, bx, by] = [x0 - origin[0], y0 - origin[1], x1 - origin[0], y1 - origin[1]];
    const cross = ax * by - bx * ay;
    area += cross;
    lng += (ax + bx) * cross;
    lat += (ay + by) * cross;
  }
  const sign = area < 0 === outer ? -1 : 1;
  sum.area += sign * area;
  sum.lng += sign * lng;
  sum.lat += sign * lat;
};

/** Centroid by area in the plane of degrees, exact enough for a building; null when the polygons have no area. */
export const centroidOf = (polygons: readonly PolygonRings[]): Position | null => {
  const origin = polygons[0]?.[0]?.[0];
  if (origin === undefined) return null;
  const sum: Moment = { area: 0, lng: 0, lat: 0 };
  for (const rings of polygons) rings.forEach((ring, i) => addRing(sum, ring, origin, i === 0));
  if (!(sum.area > 0)) return null;
  const lng = origin[0] + sum.lng / (3 * sum.area);
  const lat = origin[1] + sum.lat / (3 * sum.area);
  return Math.abs(lat) <= LAT_RANGE && Math.abs(lng) <= LNG_RANGE ? { lat, lng } : null;
};

/** The GeoJSON geometry of polygons. */
export const geometryOf = (polygons: readonly PolygonRings[]): object => {
  const only = polygons.length === 1 ? polygons[0] : undefined;
  return only === undefined
    ? { type: 'MultiPolygon', coordinates: polygons }
    : { type: 'Polygon', coordinates: only };
};
