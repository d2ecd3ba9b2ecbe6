/** When a device came or went between two fixes: half way when they are close in time, else by the time that travel takes. */
import type { Exit, Fence, Left, Span, Waiting } from './detector-state.ts';
import { DETECTOR, TRAVEL } from './parameters.ts';

/**
 * The moment of departure between the last fix inside and the first outside. Phones that save power send nothing
 * while still, so after a long gap the device is taken to have left as late as it could have.
 */
export const departureAt = (lastIn: number, exit: Exit): number => {
  const gap = exit.fix.at - lastIn;
  if (gap <= DETECTOR.midpointMs) return lastIn + Math.round(gap / 2);
  return Math.max(lastIn, exit.fix.at - travelMs(exit.distanceM));
};

/** The time that the quickest way of travel takes; a longer way never takes less. */
export const travelMs = (distanceM: number): number => {
  let least = Number.POSITIVE_INFINITY;
  for (const { setOffMs, mps } of TRAVEL) least = Math.min(least, setOffMs + (distanceM / mps) * 1_000);
  return Math.round(least);
};

/** The moment of arrival: half way from the fix before, when that is near in time. */
export const arrivalAt = (before: Waiting | null, fix: Waiting): number =>
  before !== null && fix.at - before.at <= DETECTOR.midpointMs
    ? fix.at - Math.round((fix.at - before.at) / 2)
    : fix.at;

/** Adds one fix inside to a span. */
export const extend = (span: Span, at: number): void => {
  const gap = at - span.lastIn;
  if (gap <= DETECTOR.observedGapMs) span.observedMs += gap;
  span.lastIn = at;
  span.fixes += 1;
};

/** What a fence comes to when it ends at a moment. */
export const leftAt = (fence: Fence, end: number, walkedOutMs: number): Left => ({
  store: fence.store,
  start: fence.start,
  firstAt: fence.firstAt,
  lastIn: fence.lastIn,
  fixes: fence.fixes,
  observedMs: fence.observedMs,
  depth: fence.depth,
  walkMs: fence.walkMs,
  walkedInMs: fence.walkedInMs,
  walkedOutMs,
  end,
  insideMs: end - fence.start + fence.mergedMs,
});
