/** Which store a place belongs to: the containing one, the most specific of several, or the nearest within the snap. */
import type { Position } from '../model/place.ts';
import type { NearStore } from '../place/store-index.ts';
import { signedDistanceM } from '../place/geometry.ts';
import { DETECTOR } from './parameters.ts';

/**
 * True when a store is wide enough for its fence to be decided fix by fix (mode A); else fixes scatter over its
 * border and only their mean tells (mode B).
 */
export const hasFence = (near: NearStore, sigmaM: number): boolean =>
  near.inradiusM >= DETECTOR.fenceInradiusM && near.inradiusM >= DETECTOR.fenceSigmas * sigmaM;

/** The fence that a fix is surely inside: of several the narrowest, then the one it is deepest in. */
export const enteredFence = (
  stores: readonly NearStore[],
  fix: { readonly position: Position; readonly sigmaM: number },
  usualSigmaM: number,
): NearStore | null => {
  let best: NearStore | null = null;
  let bestM = 0;
  for (const near of stores) {
    if (!hasFence(near, usualSigmaM)) continue;
    const metres = signedDistanceM(near.store, fix.position);
    if (metres > -DETECTOR.marginSigmas * fix.sigmaM) continue;
    if (best === null || isCloser(near, metres, best, bestM)) {
      best = near;
      bestM = metres;
    }
  }
  return best;
};

/** The store that the centre of a stay belongs to. */
export const storeOfStay = (stores: readonly NearStore[], centre: Position): NearStore | null => {
  let best: NearStore | null = null;
  let bestM = Number.POSITIVE_INFINITY;
  for (const near of stores) {
    const metres = signedDistanceM(near.store, centre);
    const { kind } = near.store.footprint;
    if (metres > (kind === 'polygon' ? DETECTOR.polygonSnapM : DETECTOR.circleSnapM)) continue;
    if (best === null || isCloser(near, metres, best, bestM)) {
      best = near;
      bestM = metres;
    }
  }
  return best;
};

/** A containing store comes before a near one, a much narrower one before a wide one, then the deeper one, then the lower id. */
const isCloser = (a: NearStore, aM: number, b: NearStore, bM: number): boolean => {
  if (aM <= 0 !== bM <= 0) return aM <= 0;
  if (aM <= 0 && isMoreSpecific(a, b)) return true;
  if (aM <= 0 && isMoreSpecific(b, a)) return false;
  return aM < bM;
};

export const isMoreSpecific = (a: NearStore, b: NearStore): boolean =>
  a.inradiusM < DETECTOR.specificShare * b.inradiusM;
