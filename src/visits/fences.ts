/** Mode A: visits to wide stores, decided fence by fence with hysteresis, one store at a time. */
import { signedDistanceM } from '../place/geometry.ts';
import type { NearStore } from '../place/store-index.ts';
import { enteredFence, isMoreSpecific } from './attribution.ts';
import { arrivalAt, departureAt, extend, leftAt } from './departure.ts';
import type { Fence, Left, Run, Waiting } from './detector-state.ts';
import { DETECTOR } from './parameters.ts';
import { stand, standingAt, walkMs, walkedOutMs } from './standing.ts';
import { openStore } from './publish.ts';
import { publishLeft } from './timeline.ts';

/** Takes one fix, in event-time order. */
export const stepFence = (run: Run, fix: Waiting): void => {
  const { state, env } = run;
  const stores = env.stores.near(fix.cell);
  if (state.fence !== null) stepFrom(run, state.fence, stores, fix);
  else if (stores.length > 0) enter(run, fix, enteredFence(stores, fix, state.sigmaM));
};

/** A device that was inside a fence. */
const stepFrom = (run: Run, fence: Fence, stores: readonly NearStore[], fix: Waiting): void => {
  const store = openStore(run, fence.store);
  if (store === null) {
    run.state.fence = null;
    return;
  }
  const metres = signedDistanceM(store, fix.position);
  const inside = metres <= DETECTOR.marginSigmas * fix.sigmaM;
  // A lone store that holds the device has no rival.
  const other = inside && stores.length < 2 ? null : enteredFence(stores, fix, run.state.sigmaM);
  if (!inside) stepOutside(run, fence, fix, { metres, other });
  else if (other !== null && isRival(stores, fence, other)) change(run, fence, fix, { metres: 0, other });
  else stepInside(fence, fix, metres);
};

/** Only a much narrower fence takes over from one that still holds the device. */
const isRival = (stores: readonly NearStore[], fence: Fence, other: NearStore): boolean => {
  const present = stores.find((near) => near.store.id === fence.store);
  return present !== undefined && isMoreSpecific(other, present);
};

const stepInside = (fence: Fence, fix: Waiting, metres: number): void => {
  fence.exit = null;
  extend(fence, fix.at);
  fence.depth = Math.max(fence.depth, -metres / fix.sigmaM);
  stand(fence, fix);
};

interface Outside {
  /** Metres outside the present fence. */
  readonly metres: number;
  /** The fence that the fix is inside. */
  readonly other: NearStore | null;
}

/** A fix outside the present fence: enough of them, one far off, or another store's fence mean departure. */
const stepOutside = (run: Run, fence: Fence, fix: Waiting, outside: Outside): void => {
  fence.exit ??= { fix, distanceM: outside.metres, count: 0 };
  fence.exit.count += 1;
  const { exit } = fence;
  const away = outside.metres > Math.max(DETECTOR.leaveAtOnceM, DETECTOR.leaveAtOnceSigmas * fix.sigmaM);
  const long = exit.count >= DETECTOR.leaveFixes && fix.at - exit.fix.at >= DETECTOR.leaveAfterMs;
  if (away || long || outside.other !== null) change(run, fence, fix, outside);
};

/** Leaves the present fence for another or none. */
const change = (run: Run, fence: Fence, fix: Waiting, { metres, other }: Outside): void => {
  const exit = fence.exit ?? { fix, distanceM: metres, count: 1 };
  const end = departureAt(fence.lastIn, exit);
  const seenLeaving = exit.fix.at - fence.lastIn <= DETECTOR.midpointMs;
  leave(run, fence, { end, walkedOutMs: seenLeaving ? walkedOutMs(fence) : 0, knownAt: fix.at });
  enter(run, fix, other);
};

const enter = (run: Run, fix: Waiting, near: NearStore | null): void => {
  if (near === null) return;
  const { state } = run;
  const { left } = state;
  const start = Math.max(arrivalAt(state.last, fix), left?.end ?? 0);
  const depth = -signedDistanceM(near.store, fix.position) / fix.sigmaM;
  if (left !== null && left.store === near.store.id && start - left.end <= DETECTOR.mergeMs) {
    state.left = null;
    state.fence = resumed(left, fix, start, depth);
    return;
  }
  if (left !== null) publishLeft(run, fix.at);
  state.fence = {
    store: near.store.id,
    start,
    firstAt: fix.at,
    lastIn: fix.at,
    fixes: 1,
    observedMs: fix.at - start,
    exit: null,
    mergedMs: 0,
    depth,
    walkMs: walkMs(near.inradiusM),
    walkedInMs: 0,
    standing: standingAt(fix.position, start),
  };
};

/** The same visit after a short absence, whose time does not count as inside. */
const resumed = (left: Left, fix: Waiting, start: number, depth: number): Fence => ({
  store: left.store,
  start: left.start,
  firstAt: left.firstAt,
  lastIn: fix.at,
  fixes: left.fixes + 1,
  observedMs: left.observedMs,
  exit: null,
  mergedMs: left.insideMs - (start - left.start),
  depth: Math.max(left.depth, depth),
  walkMs: left.walkMs,
  walkedInMs: left.walkedInMs,
  // It has stood before: walking in again takes nothing off.
  standing: { ...standingAt(fix.position, start), stillAt: start },
});

interface Leaving {
  readonly end: number;
  readonly walkedOutMs: number;
  readonly knownAt: number;
}

/** Closes the present fence; it waits a while for a return. */
const leave = (run: Run, fence: Fence, leaving: Leaving): void => {
  const { state } = run;
  state.fence = null;
  if (state.left !== null) publishLeft(run, leaving.knownAt);
  state.left = leftAt(fence, leaving.end, leaving.walkedOutMs);
  if (leaving.knownAt >= returnBy(state.left)) publishLeft(run, leaving.knownAt);
};

/** From here on no fix can mean a return in time: arrival is put at most half a midpoint gap before its fix. */
export const returnBy = (left: Left): number => left.end + DETECTOR.mergeMs + DETECTOR.midpointMs / 2;

/** Closes a fence whose device has been silent for longer than the bridge, or whose epoch is over. */
export const expireFence = (run: Run, knownAt: number): void => {
  const { fence } = run.state;
  if (fence === null) return;
  const end = fence.exit === null ? fence.lastIn : departureAt(fence.lastIn, fence.exit);
  leave(run, fence, { end, walkedOutMs: 0, knownAt });
};
