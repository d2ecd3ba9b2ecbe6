/** Lets a pseudonym show a cell at most once per time bucket. */
import type { Fold, Transition } from '../flow/station.ts';
import { stay } from '../flow/station.ts';
import type { CellId } from '../model/place.ts';
import type { SanitizedLocation } from '../model/sanitized.ts';
import type { EpochStart, EventTime } from '../model/time.ts';
import { eventTime } from '../model/time.ts';
import { NEARBY_EPOCH_MS } from '../time/calendar.ts';

/** Cells and buckets one pseudonym may show in its hour; a terminal that asks for more is not moving, it is making it up. */
export const MAX_SHOWN = 256;

/** What one pseudonym has shown in its epoch. */
export interface ShownOnce {
  /** Null until its first record. */
  epoch: EpochStart | null;
  /** Cells, and beside each the start of its bucket, in milliseconds since the start of the epoch. */
  readonly cells: CellId[];
  readonly buckets: number[];
  /** What it showed last: most fixes repeat it. */
  lastCell: CellId | null;
  lastBucket: EventTime | null;
}

/** What the fold needs of the policy. */
export interface OnceEnv {
  /** How far behind its device's newest event an event may come, milliseconds. */
  readonly latenessMs: number;
}

/**
 * A fold keyed by the nearby pseudonym. A record with a request id always passes: it has a pseudonym of its own, and
 * the app waits for it. A repeated one is let go in silence, since the bucket's record already says what it would.
 * A pseudonym is forgotten once the watermark is past its epoch's end and the lateness; what comes later is dropped,
 * so forgetting never lets a record pass twice.
 *
 * @guarantee G-08
 */
export const oncePerBucket: Fold<ShownOnce, SanitizedLocation, SanitizedLocation, OnceEnv> = {
  name: 'once-per-bucket',
  empty: () => ({ epoch: null, cells: [], buckets: [], lastCell: null, lastBucket: null }),
  onEvent: (state, location, now, env) => {
    const isNew = state.epoch === null;
    if (location.requestId !== null) return passing(isNew ? null : state, location);
    if (now >= forgetAt(location.epoch, env))
      return { state: isNew ? null : state, emit: [], dropped: ['late'] };
    if (location.bucketStart === state.lastBucket && location.cell === state.lastCell) return stay(state);
    if (hasShown(state, location)) return stay(state);
    if (state.cells.length >= MAX_SHOWN) return { state, emit: [], dropped: ['buffer_full'] };
    state.epoch = location.epoch;
    state.cells.push(location.cell);
    state.buckets.push(location.bucketStart - location.epoch);
    state.lastCell = location.cell;
    state.lastBucket = location.bucketStart;
    return passing(state, location);
  },
  onWatermark: (state, now, env) =>
    stay(state.epoch === null || now >= forgetAt(state.epoch, env) ? null : state),
  wakesAt: (state, env) => (state.epoch === null ? null : forgetAt(state.epoch, env)),
};

/** Newest first: most records are of the newest bucket. A list of so few is walked faster than a text is hashed. */
const hasShown = (
  { cells, buckets }: ShownOnce,
  { cell, bucketStart, epoch }: SanitizedLocation,
): boolean => {
  const bucket = bucketStart - epoch;
  for (let i = cells.length - 1; i >= 0; i -= 1) {
    if (buckets[i] === bucket && cells[i] === cell) return true;
  }
  return false;
};

const forgetAt = (epoch: EpochStart, { latenessMs }: OnceEnv): EventTime =>
  eventTime(epoch + NEARBY_EPOCH_MS + latenessMs);

const passing = (
  state: ShownOnce | null,
  location: SanitizedLocation,
): Transition<ShownOnce, SanitizedLocation> => ({
  state,
  emit: [location],
  dropped: NO_DROP,
});

const NO_DROP: readonly [] = [];
