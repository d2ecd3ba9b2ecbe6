/** Distances in metres on the ground: between positions, and signed from a position to a store's footprint. */
import type { Footprint, Position, Ring, Store } from '../model/place.ts';

/** Mean Earth radius (IUGG), metres. */
const EARTH_RADIUS_M = 6_371_008.8;
const DEGREE = Math.PI / 180;
export const METRES_PER_DEGREE = EARTH_RADIUS_M * DEGREE;

/** Below this many degrees apart, and away from the poles, the flat formula is right to 0.1 %. */
const FLAT_LIMIT_DEG = 0.5;
const POLAR_LATITUDE = 80;

/** Difference of two longitudes in degrees, the short way round the antimeridian. */
export const lngDelta = (from: number, to: number): number => {
  const delta = to - from;
  return delta > 180 ? delta - 360 : delta < -180 ? delta + 360 : delta;
};

/** Ground distance in metres: equirectangular nearby, haversine afar and near the poles. */
export const distanceM = (a: Position, b: Position): number => {
  const dLat = b.lat - a.lat;
  const dLng = lngDelta(a.lng, b.lng);
  const near =
    dLat < FLAT_LIMIT_DEG && dLat > -FLAT_LIMIT_DEG && dLng < FLAT_LIMIT_DEG && dLng > -FLAT_LIMIT_DEG;
  if (!near || a.lat > POLAR_LATITUDE || a.lat < -POLAR_LATITUDE) return haversineM(a, b);
  const x = dLng * Math.cos((a.lat + b.lat) * (DEGREE / 2));
  return Math.sqrt(x * x + dLat * dLat) * METRES_PER_DEGREE;
};

const haversineM = (a: Position, b: Position): number => {
  const sinLat = Math.sin(((b.lat - a.lat) * DEGREE) / 2);
  const sinLng = Math.sin(((b.lng - a.lng) * DEGREE) / 2);
  const h = sinLat * sinLat + Math.cos(a.lat * DEGREE) * Math.cos(b.lat * DEGREE) * sinLng * sinLng;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
};

/** A local plane in metres around an origin: equirectangular, near a pole azimuthal equidistant about that pole. */
export interface Plane {
  readonly x: (lat: number, lng: number) => number;
  readonly y: (lat: number, lng: number) => number;
}

export const planeAt = (origin: Position): Plane => {
  if (Math.abs(origin.lat) > POLAR_LATITUDE) return polarPlane(origin);
  const perLng = Math.cos(origin.lat * DEGREE) * METRES_PER_DEGREE;
  return {
    x: (_lat, lng) => lngDelta(origin.lng, lng) * perLng,
    y: (lat) => (lat - origin.lat) * METRES_PER_DEGREE,
  };
};

const polarPlane = (origin: Position): Plane => {
  const pole = origin.lat > 0 ? 90 : -90;
  const radius = (lat: number): number => Math.abs(pole - lat) * METRES_PER_DEGREE;
  const x0 = radius(origin.lat) * Math.sin(origin.lng * DEGREE);
  const y0 = radius(origin.lat) * Math.cos(origin.lng * DEGREE);
  return {
    x: (lat, lng) => radius(lat) * Math.sin(lng * DEGREE) - x0,
    y: (lat, lng) => radius(lat) * Math.cos(lng * DEGREE) - y0,
  };
};

/**
 * Metres from a position to a store's border, negative inside; a hole is outside. A polygon may cross the
 * antimeridian in one piece or, as RFC 7946 §3.1.9 wants it, cut there: the cut is not a border.
 */
export const signedDistanceM = (store: Pick<Store, 'position' | 'footprint'>, p: Position): number =>
  store.footprint.kind === 'circle'
    ? distanceM(store.position, p) - store.footprint.radiusM
    : signedToPolygonsM(store.footprint, p);

type PolygonFootprint = Extract<Footprint, { kind: 'polygon' }>;

const signedToPolygonsM = (footprint: PolygonFootprint, p: Position): number => {
  const plane = planeAt(p);
  let inside = false;
  let nearest = Number.POSITIVE_INFINITY;
  for (const rings of footprint.polygons) {
    let crossings = 0;
    for (const ring of rings) {
      const side = ringSide(ring, plane);
      crossings += side.crossings;
      if (side.squared < nearest) nearest = side.squared;
    }
    if (crossings % 2 === 1) inside = true;
  }
  const distance = Math.sqrt(nearest);
  return inside ? -distance : distance;
};

interface RingSide {
  /** Edges that a ray eastward from the plane's origin crosses. */
  readonly crossings: number;
  /** Square of the distance from the plane's origin to the nearest edge. */
  readonly squared: number;
}

const ringSide = (ring: Ring, plane: Plane): RingSide => {
  let crossings = 0;
  let squared = Number.POSITIVE_INFINITY;
  let previous = ring[ring.length - 1];
  if (previous === undefined) return { crossings, squared };
  let x0 = plane.x(previous[1], previous[0]);
  let y0 = plane.y(previous[1], previous[0]);
  for (const vertex of ring) {
    const x1 = plane.x(vertex[1], vertex[0]);
    const y1 = plane.y(vertex[1], vertex[0]);
    if (y0 > 0 !== y1 > 0 && x0 + ((x1 - x0) * -y0) / (y1 - y0) > 0) crossings += 1;
    if (!isSeam(previous, vertex)) squared = Math.min(squared, squaredToSegment(x0, y0, x1, y1));
    x0 = x1;
    y0 = y1;
    previous = vertex;
  }
  return { crossings, squared };
};

/** Both ends on the antimeridian: the cut of a polygon that goes on beyond it. */
const isSeam = (a: readonly [number, number], b: readonly [number, number]): boolean =>
  Math.abs(a[0]) === 180 && Math.abs(b[0]) === 180;

/** Square of the distance from (0, 0) to the segment. */
const squaredToSegment = (x0: number, y0: number, x1: number, y1: number): number => {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, -(x0 * dx + y0 * dy) / length));
  const x = x0 + along * dx;
  const y = y0 + along * dy;
  return x * x + y * y;
};
