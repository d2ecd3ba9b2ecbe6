/** The first door: a fix in or near a sensitive place produces nothing at all, whoever sent it. */
import type { RawFix } from '../model/raw.ts';
import type { CellId } from '../model/place.ts';
import type { StoreIndex } from '../place/store-index.ts';

/** Smallest buffer around a sensitive place, metres. */
const MIN_BUFFER_M = 100;
/** Android's accuracy is the 68 % radius of a two-dimensional normal: 1.5 times its standard deviation. */
const ACCURACY_PER_SIGMA = 1.5;
/** Standard deviation of a fix that names no accuracy, metres. */
const DEFAULT_SIGMA_M = 10;

/**
 * The accuracy of a fix in metres, null when it has none. Zero and negative count as none: Android gives 0.0 for a
 * location without accuracy, iOS a negative value, and no receiver is exact.
 */
export const accuracyOf = (fix: RawFix): number | null =>
  fix.accuracyM !== null && fix.accuracyM > 0 ? fix.accuracyM : null;

/** Metres around a sensitive place within which a fix is shielded: 100 or two standard deviations of the fix. */
export const shieldBufferM = (accuracyM: number | null): number => {
  const sigmaM = accuracyM === null ? DEFAULT_SIGMA_M : accuracyM / ACCURACY_PER_SIGMA;
  return Math.max(MIN_BUFFER_M, 2 * sigmaM);
};

/**
 * True when the fix must vanish. `cell` is the H3 r9 cell of its position.
 *
 * @guarantee G-09
 */
export const isShielded = (fix: RawFix, cell: CellId, stores: StoreIndex): boolean =>
  stores.sensitiveWithin(fix.position, cell, shieldBufferM(accuracyOf(fix)));
