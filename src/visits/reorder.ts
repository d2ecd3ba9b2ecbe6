/** Puts one device's fixes into event-time order: a small buffer that gives the same sequence for any arrival within the lateness. */
import type { NearFix } from '../model/sanitized.ts';
import type { DropReason } from '../model/reasons.ts';
import type { DetectorState, Waiting } from './detector-state.ts';
import { DETECTOR } from './parameters.ts';
import { sigmaOf } from './noise.ts';

export interface Arrival {
  /** Watermark at the arrival. */
  readonly now: number;
  readonly latenessMs: number;
  /** End of the fix's epoch: before it, nothing is held beyond it. */
  readonly end: number;
}

/**
 * Puts a fix into the buffer, or says why not. Of two fixes with one time the more accurate stays, then the more
 * southern, then the more western one, so that the arrival order does not matter.
 */
export const accept = (state: DetectorState, fix: NearFix, arrival: Arrival): DropReason | null => {
  const { at } = fix;
  if (at === state.done) return 'duplicate';
  if (at < state.done || at < state.newest - arrival.latenessMs) return 'late';
  if (at > state.newest) state.newest = at;
  return insert(state, waitingOf(fix, arrival));
};

const waitingOf = (fix: NearFix, { now, latenessMs, end }: Arrival): Waiting => {
  const held = now >= end ? now + latenessMs : Math.min(now + latenessMs, end);
  return {
    at: fix.at,
    due: fix.at > now ? fix.at : held,
    position: fix.position,
    cell: fix.cell,
    sigmaM: sigmaOf(fix.accuracyM),
  };
};

const insert = (state: DetectorState, fix: Waiting): DropReason | null => {
  const { waiting } = state;
  let i = waiting.length;
  while (i > 0 && (waiting[i - 1]?.at ?? 0) > fix.at) i -= 1;
  const same = waiting[i - 1];
  if (same !== undefined && same.at === fix.at) {
    if (isBetter(fix, same)) waiting[i - 1] = { ...fix, due: same.due };
    return 'duplicate';
  }
  if (fix.due !== fix.at) state.behind += 1;
  if (i === waiting.length) waiting.push(fix);
  else waiting.splice(i, 0, fix);
  return null;
};

const isBetter = (a: Waiting, b: Waiting): boolean => {
  const order = a.sigmaM - b.sigmaM || a.position.lat - b.position.lat || a.position.lng - b.position.lng;
  return order < 0;
};

/** How many fixes at the head of the buffer are ready at a watermark; a ready fix takes all earlier ones along. */
export const readyCount = (state: DetectorState, now: number, latenessMs: number): number => {
  const { waiting, newest, behind } = state;
  // The device itself has moved on so far that nothing earlier would be accepted any more.
  const complete = newest - latenessMs;
  let ready = Math.max(0, waiting.length - DETECTOR.bufferLimit);
  if (behind > 0) return readyAmongBehind(waiting, now, complete, ready);
  for (; ready < waiting.length; ready += 1) {
    const at = waiting[ready]?.at ?? 0;
    if (at > now && at >= complete) break;
  }
  return ready;
};

const readyAmongBehind = (
  waiting: readonly Waiting[],
  now: number,
  complete: number,
  least: number,
): number => {
  for (let i = waiting.length - 1; i >= least; i -= 1) {
    const fix = waiting[i];
    if (fix !== undefined && (fix.due <= now || fix.at < complete)) return i + 1;
  }
  return least;
};

/** How many fixes at the head of the buffer happened up to a moment. */
export const countUpTo = ({ waiting }: DetectorState, moment: number): number => {
  let count = 0;
  while (count < waiting.length && (waiting[count]?.at ?? 0) <= moment) count += 1;
  return count;
};

/** Takes the first fix out of the buffer. */
export const takeFirst = (state: DetectorState): Waiting | null => {
  const fix = state.waiting.shift();
  if (fix === undefined) return null;
  if (fix.due !== fix.at) state.behind -= 1;
  state.done = fix.at;
  return fix;
};

/** The watermark at which the next fix is due; infinite when none waits. */
export const nextDue = ({ waiting, behind }: DetectorState): number => {
  const first = waiting[0];
  if (first === undefined) return Number.POSITIVE_INFINITY;
  if (behind === 0) return first.due;
  let due = first.due;
  for (const fix of waiting) if (fix.due < due) due = fix.due;
  return due;
};
