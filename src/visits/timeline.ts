/** One place at a time: settles what a fence and a stay both claim, and publishes fences once nobody can return to them. */
import type { NearStore } from '../place/store-index.ts';
import { hasFence, storeOfStay } from './attribution.ts';
import type { Fence, Left, Run, Stay, Stayed } from './detector-state.ts';
import { leftAt } from './departure.ts';
import { dropHeld } from './outside.ts';
import { DETECTOR } from './parameters.ts';
import { minDwellMs, openStore, publish } from './publish.ts';
import { withoutWalking } from './standing.ts';

/** The small store in which a stay's centre lies; null when it lies in none, or in one that is judged by its fence. */
const smallStoreOf = (run: Run, stay: Stay): NearStore | null => {
  const found = storeOfStay(run.env.stores.near(stay.cell), stay);
  return found === null || hasFence(found, run.state.sigmaM) ? null : found;
};

/** Publishes the fence that was left, up to a stay at a small store inside or beside it. */
export const publishLeft = (run: Run, knownAt: number): void => {
  const { state } = run;
  const { left } = state;
  if (left === null) return;
  if (state.stayed !== null && state.stayed.end <= left.start) publishStayed(run, knownAt);
  state.left = null;
  if (publishUntil(run, left, claimOn(run, left), knownAt)) dropHeld(state, left.firstAt, left.lastIn);
};

/** From when on a stay at a small store claims the time of a fence. */
const claimOn = (run: Run, left: Left): number => {
  const { stay, stayed } = run.state;
  if (stayed !== null) return stayed.start;
  const claims = stay !== null && stay.sure && stay.start < left.end && smallStoreOf(run, stay) !== null;
  return claims ? stay.start : left.end;
};

/** Publishes the part of a fence before a moment; the rest was spent at a more specific store. */
const publishUntil = (run: Run, left: Left, moment: number, knownAt: number): boolean => {
  const store = openStore(run, left.store);
  if (store === null) return false;
  const leastMs = minDwellMs(run, store);
  // A visit that mostly had to be inferred rests on few fixes: one of them must be surely inside.
  if (left.observedMs < leastMs && left.depth < DETECTOR.inferSigmas) return false;
  const cutMs = Math.max(0, left.end - moment);
  const part = cutMs === 0 ? left : { ...left, end: moment, insideMs: left.insideMs - cutMs, walkedOutMs: 0 };
  return publish(run, { ...part, ...withoutWalking(part, leastMs) }, knownAt);
};

interface Ending {
  readonly end: number;
  readonly knownAt: number;
}

/** A stay is over: if it was at a small store, it waits whether the next one is there too. */
export const endStay = (run: Run, stay: Stay, { end, knownAt }: Ending): void => {
  const { state } = run;
  const store = smallStoreOf(run, stay)?.store.id ?? null;
  const { stayed } = state;
  if (stayed !== null && stayed.store === store && stay.start - stayed.end <= DETECTOR.mergeMs) {
    state.stayed = {
      ...stayed,
      lastIn: stay.lastIn,
      fixes: stayed.fixes + stay.fixes,
      observedMs: stayed.observedMs + stay.observedMs,
      insideMs: stayed.insideMs + end - stay.start,
      end,
      settleAt: end + DETECTOR.settleMs,
    };
    return;
  }
  publishStayed(run, knownAt);
  if (store === null) return;
  const { start, firstAt, lastIn, fixes, observedMs } = stay;
  const span = { start, firstAt, lastIn, fixes, observedMs };
  state.stayed = { ...span, store, end, insideMs: end - start, settleAt: end + DETECTOR.settleMs };
};

/** Decides whether the device is still at the store of its last stay; if not, that visit is over. */
export const settleStayed = (run: Run, knownAt: number): void => {
  const { stay, stayed } = run.state;
  if (stayed === null) return;
  const near = stay !== null && stay.start - stayed.end <= DETECTOR.mergeMs ? smallStoreOf(run, stay) : null;
  if (near?.store.id === stayed.store) stayed.settleAt = Number.POSITIVE_INFINITY;
  else publishStayed(run, knownAt);
};

/** Publishes the last stay; a fence that claims the same time keeps what came before. */
export const publishStayed = (run: Run, knownAt: number): void => {
  const { state } = run;
  const { left, fence, stayed } = state;
  if (stayed === null) return;
  state.stayed = null;
  if (left !== null && left.start < stayed.end) {
    state.left = null;
    publishUntil(run, left, stayed.start, knownAt);
  }
  if (fence !== null && fence.start < stayed.end) yieldFence(run, fence, stayed, knownAt);
  if (publish(run, stayed, knownAt)) dropHeld(state, stayed.firstAt, stayed.lastIn);
};

/** The fence keeps its time before the stay, and goes on after it when its device was still seen inside. */
const yieldFence = (run: Run, fence: Fence, stayed: Stayed, knownAt: number): void => {
  publishUntil(run, leftAt(fence, fence.lastIn, 0), stayed.start, knownAt);
  if (fence.lastIn < stayed.end) run.state.fence = null;
  else Object.assign(fence, { start: stayed.end, firstAt: fence.lastIn, observedMs: 0, mergedMs: 0 });
};
