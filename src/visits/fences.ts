/** Mode A: visits to wide stores, decided fence by fence with hysteresis, one store at a time. */
import { distanceM, signedDistanceM } from '../place/geometry.ts';
import type { NearStore } from '../place/store-index.ts';
import { enteredFence, isMoreSpecific } from './attribution.ts';
import { arrivalAt, departureAt, extend } from './departure.ts';
import type { Fence, Left, Run, Waiting } from './detector-state.ts';
import { DETECTOR } from './parameters.ts';
import { publishLeft } from './timeline.ts';

/** Takes one fix, in event-time order. */
export const stepFence = (run: Run, fix: Waiting): void => {
  const { state, env } = run;
  const { fence } = state;
  const stores = env.stores.near(fix.cell);
  if (fence === null) {
    if (stores.length > 0) enter(run, fix, enteredFence(stores, fix, state.sigmaM));
    return;
  }
  const store = env.stores.get(fence.store);
  if (store === undefined || store.sensitive || store.closed) {
    state.fence = null;
    return;
  }
  const metres = signedDistanceM(store, fix.position);
  const other = stores.length > 1 || metres > 0 ? enteredFence(stores, fix, state.sigmaM) : null;
  if (metres <= DETECTOR.marginSigmas * fix.sigmaM) {
    const present = stores.find((near) => near.store.id === fence.store);
    if (other !== null && present !== undefined && isMoreSpecific(other, present))
      return change(run, fix, other, 0);
    fence.exit = null;
    extend(fence, fix.at);
    fence.depth = Math.max(fence.depth, -metres / fix.sigmaM);
    settle(fence, fix);
    return;
  }
  stepOutside(run, fence, fix, { metres, other });
};

const settle = (fence: Fence, fix: Waiting): void => {
  if (distanceM(fence.anchor, fix.position) > Math.max(DETECTOR.stillM, 2 * fix.sigmaM)) {
    fence.anchor = fix.position;
    fence.anchorAt = fix.at;
    return;
  }
  if (fix.at - fence.anchorAt < DETECTOR.stillMs) return;
  if (fence.stillAt === null && fence.mergedMs === 0) {
    const start = Math.min(fence.anchorAt, fence.start + DETECTOR.walkMs);
    if (start > fence.start) {
      fence.observedMs -= start - fence.start;
      fence.start = start;
    }
  }
  fence.stillAt = fix.at;
};

/** A fix outside the present fence: enough of them, one far off, or another store's fence mean departure. */
const stepOutside = (
  run: Run,
  fence: Fence,
  fix: Waiting,
  { metres, other }: { readonly metres: number; readonly other: NearStore | null },
): void => {
  fence.exit ??= { fix, distanceM: metres, count: 0 };
  fence.exit.count += 1;
  const away = metres > Math.max(DETECTOR.leaveAtOnceM, DETECTOR.leaveAtOnceSigmas * fix.sigmaM);
  const long = fence.exit.count >= DETECTOR.leaveFixes && fix.at - fence.exit.fix.at >= DETECTOR.leaveAfterMs;
  if (away || long || other !== null) change(run, fix, other, metres);
};

const change = (run: Run, fix: Waiting, to: NearStore | null, metres: number): void => {
  const { fence } = run.state;
  if (fence === null) return;
  fence.exit ??= { fix, distanceM: metres, count: 1 };
  const end = departureAt(fence.lastIn, fence.exit);
  leave(
    run,
    fence,
    fence.stillAt === null
      ? end
      : Math.max(
          fence.stillAt,
          end - (fence.exit.fix.at - fence.lastIn <= DETECTOR.midpointMs ? DETECTOR.walkMs : 0),
        ),
    fix.at,
  );
  enter(run, fix, to);
};

const enter = (run: Run, fix: Waiting, to: NearStore | null): void => {
  if (to === null) return;
  const depth = -signedDistanceM(to.store, fix.position) / fix.sigmaM;
  const { state } = run;
  const { left } = state;
  const start = Math.max(arrivalAt(state.last, fix), left?.end ?? 0);
  const store = to.store.id;
  if (left !== null && left.store === store && start - left.end <= DETECTOR.mergeMs) {
    state.left = null;
    state.fence = {
      ...left,
      lastIn: fix.at,
      fixes: left.fixes + 1,
      exit: null,
      mergedMs: left.insideMs - (start - left.start),
      anchor: fix.position,
      anchorAt: fix.at,
      depth: Math.max(left.depth, depth),
      stillAt: null,
    };
    return;
  }
  if (left !== null) publishLeft(run, fix.at);
  const observedMs = fix.at - start;
  state.fence = {
    store,
    start,
    firstAt: fix.at,
    lastIn: fix.at,
    fixes: 1,
    observedMs,
    exit: null,
    mergedMs: 0,
    anchor: fix.position,
    anchorAt: start,
    depth,
    stillAt: null,
  };
};

/** Closes the present fence; it waits a while for a return. */
export const leave = (run: Run, fence: Fence, end: number, knownAt: number): void => {
  const { state } = run;
  state.fence = null;
  if (state.left !== null) publishLeft(run, knownAt);
  state.left = leftAt(fence, end);
  if (knownAt >= returnBy(state.left)) publishLeft(run, knownAt);
};

export const leftAt = (fence: Fence, end: number): Left => ({
  store: fence.store,
  start: fence.start,
  firstAt: fence.firstAt,
  lastIn: fence.lastIn,
  fixes: fence.fixes,
  observedMs: fence.observedMs,
  end,
  insideMs: end - fence.start + fence.mergedMs,
  depth: fence.depth,
});

/** No later fix can mean a return in time: arrival is put at most half a midpoint gap before its fix. */
export const returnBy = (left: Left): number => left.end + DETECTOR.mergeMs + DETECTOR.midpointMs / 2;

/** Closes a fence whose device has been silent for longer than the bridge. */
export const expireFence = (run: Run, knownAt: number): void => {
  const { fence } = run.state;
  if (fence === null) return;
  leave(run, fence, fence.exit === null ? fence.lastIn : departureAt(fence.lastIn, fence.exit), knownAt);
};
