/** Footfall: fixes outside any stay. A fix is held until no stay or visit can claim it any more. */
import { eventTime } from '../model/time.ts';
import type { DetectorState, Run, Waiting } from './detector-state.ts';
import { DETECTOR } from './parameters.ts';

/** Holds a fix on the move, at most two per cell and daypart. */
export const holdOutside = (run: Run, fix: Waiting): void => {
  const { state, env } = run;
  if (env.footfall === null) return;
  const key = env.footfall(eventTime(fix.at), fix.cell);
  const already = state.emitted.get(`${key.cell}|${String(key.windowStart)}`) ?? 0;
  if (already >= DETECTOR.outsidePerCell) return;
  let alike = 0;
  for (const held of state.held) {
    if (held.cell === key.cell && held.windowStart === key.windowStart) alike += 1;
  }
  if (already + alike >= DETECTOR.outsidePerCell || state.held.length >= DETECTOR.heldCells) return;
  state.held.push({ cell: key.cell, windowStart: key.windowStart, at: fix.at });
};

/** Forgets the held fixes of a stay or visit. */
export const dropHeld = (state: DetectorState, from: number, to: number): void => {
  if (state.held.length > 0) state.held = state.held.filter(({ at }) => at < from || at > to);
};

/** Emits the held fixes from before every open claim. */
export const emitHeld = (run: Run, knownAt: number): void => {
  const { state } = run;
  if (state.held.length === 0 || state.who === null) return;
  const claim = earliestClaim(state);
  let count = 0;
  for (const { cell, windowStart, at } of state.held) {
    if (at >= claim) break;
    count += 1;
    const key = `${cell}|${String(windowStart)}`;
    const already = state.emitted.get(key);
    if (already === undefined && state.emitted.size >= DETECTOR.emittedCells) continue;
    state.emitted.set(key, (already ?? 0) + 1);
    run.found.push({ kind: 'outside', who: state.who, cell, windowStart, knownAt: eventTime(knownAt) });
  }
  if (count > 0) state.held.splice(0, count);
};

const earliestClaim = ({ fence, left, stay, stayed }: DetectorState): number =>
  Math.min(
    fence?.firstAt ?? Number.POSITIVE_INFINITY,
    left?.firstAt ?? Number.POSITIVE_INFINITY,
    stayed?.firstAt ?? Number.POSITIVE_INFINITY,
    stay === null || stay.sure ? Number.POSITIVE_INFINITY : stay.firstAt,
  );
