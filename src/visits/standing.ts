/** Tells standing from walking inside a wide fence, so that the walk from its border and back is no dwell. */
import type { Position } from '../model/place.ts';
import { distanceM } from '../place/geometry.ts';
import type { Fence, Left, Standing, Waiting } from './detector-state.ts';
import { DETECTOR, TRAVEL } from './parameters.ts';

/** How long the walk from the border to the middle of a fence takes at most. */
export const walkMs = (inradiusM: number): number =>
  Math.min(DETECTOR.walkMaxMs, Math.round((inradiusM / TRAVEL[0].mps) * 1_000));

export const standingAt = (anchor: Position, since: number): Standing => ({ anchor, since, stillAt: null });

/** Takes a fix inside: one near the anchor for long enough is standing, one far from it is a new anchor. */
export const stand = (fence: Fence, fix: Waiting): void => {
  const { standing } = fence;
  const roamM = Math.max(DETECTOR.stillM, DETECTOR.stillSigmas * fix.sigmaM);
  if (distanceM(standing.anchor, fix.position) > roamM) {
    standing.anchor = fix.position;
    standing.since = fix.at;
    return;
  }
  if (fix.at - standing.since < DETECTOR.stillMs) return;
  if (standing.stillAt === null) fence.walkedInMs = Math.min(standing.since - fence.start, fence.walkMs);
  standing.stillAt = fix.at;
};

/** How long a device that was seen leaving had walked before its last fix inside. */
export const walkedOutMs = ({ standing, walkMs, lastIn }: Fence): number =>
  standing.stillAt === null ? 0 : Math.min(walkMs, lastIn - standing.stillAt);

interface Dwell {
  readonly start: number;
  readonly end: number;
  readonly insideMs: number;
}

/** Takes the walk in and out off a visit, as far as it stays as long as a visit must be. */
export const withoutWalking = (left: Left, leastMs: number): Dwell => {
  const walkedMs = left.walkedInMs + left.walkedOutMs;
  const offMs = Math.max(0, Math.min(walkedMs, left.insideMs - leastMs));
  const offStartMs = walkedMs === 0 ? 0 : Math.round((offMs * left.walkedInMs) / walkedMs);
  return {
    start: left.start + offStartMs,
    end: left.end - (offMs - offStartMs),
    insideMs: left.insideMs - offMs,
  };
};
