/** One place at a time: settles what a fence and a stay both claim, and publishes fences once nobody can return to them. */
import type { NearStore } from '../place/store-index.ts';
import { hasFence, storeOfStay } from './attribution.ts';
import type { Fence, Left, Run, Stay } from './detector-state.ts';
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
  const { left, stay } = run.state;
  if (left === null) return;
  run.state.left = null;
  const claimed = stay !== null && stay.sure && stay.start < left.end && smallStoreOf(run, stay) !== null;
  const told = publishUntil(run, left, claimed ? stay.start : left.end, knownAt);
  if (told) dropHeld(run.state, left.firstAt, left.lastIn);
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

/** Publishes a stay at a small store; a fence that claims the same time keeps what came before. */
export const publishStay = (run: Run, stay: Stay, { end, knownAt }: Ending): void => {
  const near = smallStoreOf(run, stay);
  if (near === null) return;
  const { state } = run;
  const { left, fence } = state;
  state.left = null;
  if (left !== null) publishUntil(run, left, stay.start, knownAt);
  if (fence !== null && fence.start < end) yieldFence(run, fence, stay, { end, knownAt });
  const visit = {
    store: near.store.id,
    start: stay.start,
    end,
    insideMs: end - stay.start,
    observedMs: stay.observedMs,
    fixes: stay.fixes,
  };
  if (publish(run, visit, knownAt)) dropHeld(state, stay.firstAt, stay.lastIn);
};

/** The fence keeps its time before the stay, and goes on after it when its device was still seen inside. */
const yieldFence = (run: Run, fence: Fence, stay: Stay, { end, knownAt }: Ending): void => {
  publishUntil(run, leftAt(fence, fence.lastIn, 0), stay.start, knownAt);
  if (fence.lastIn < end) run.state.fence = null;
  else Object.assign(fence, { start: end, firstAt: fence.lastIn, observedMs: 0, mergedMs: 0 });
};
