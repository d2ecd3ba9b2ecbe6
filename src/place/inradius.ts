/** How wide a footprint is: the radius of the largest circle that fits into it. */
import type { Footprint, Position, Store } from '../model/place.ts';
import { METRES_PER_DEGREE, distanceM, signedDistanceM } from './geometry.ts';

/** Stop when no part of the polygon can beat the best circle by more than this share, or this many metres. */
const PRECISION = 0.05;
const PRECISION_M = 0.5;
const MAX_STEPS = 200;

interface Square {
  readonly centre: Position;
  readonly halfM: number;
  readonly radiusM: number;
}

/**
 * Radius in metres of the largest circle inside the footprint, right to 5 %: for a polygon by splitting squares,
 * most promising first (the "pole of inaccessibility" search of Garcia-Castellanos & Lombardo 2007, with a quadtree).
 */
export const inradiusM = (store: Pick<Store, 'position' | 'footprint'>): number =>
  store.footprint.kind === 'circle' ? store.footprint.radiusM : polygonInradiusM(store, store.footprint);

const polygonInradiusM = (store: Pick<Store, 'position' | 'footprint'>, footprint: Footprint): number => {
  const extentM = extentOf(store.position, footprint);
  const squareAt = (centre: Position, halfM: number): Square => ({
    centre,
    halfM,
    radiusM: -signedDistanceM(store, centre),
  });
  const whole = squareAt(store.position, extentM);
  const open = [whole];
  let best = Math.max(0, whole.radiusM);
  for (let step = 0; step < MAX_STEPS && open.length > 0; step += 1) {
    open.sort((a, b) => reach(a) - reach(b));
    const top = open.pop();
    if (top === undefined || reach(top) - best <= Math.max(PRECISION * best, PRECISION_M)) break;
    for (const centre of quarters(top)) {
      const square = squareAt(centre, top.halfM / 2);
      best = Math.max(best, square.radiusM);
      if (reach(square) > best) open.push(square);
    }
  }
  return best;
};

/** No point of the square can be further inside than this. */
const reach = (square: Square): number => square.radiusM + square.halfM * Math.SQRT2;

const quarters = ({ centre, halfM }: Square): readonly Position[] => {
  const dLat = halfM / 2 / METRES_PER_DEGREE;
  const dLng = dLat / Math.max(0.01, Math.cos((centre.lat * Math.PI) / 180));
  return [-1, 1].flatMap((south) =>
    [-1, 1].map((west) => ({ lat: centre.lat + south * dLat, lng: centre.lng + west * dLng })),
  );
};

/** Metres from a position to the farthest vertex. */
export const extentOf = (from: Position, footprint: Footprint): number => {
  if (footprint.kind === 'circle') return footprint.radiusM;
  let extent = 0;
  for (const rings of footprint.polygons)
    for (const ring of rings)
      for (const [lng, lat] of ring) extent = Math.max(extent, distanceM(from, { lat, lng }));
  return extent;
};
