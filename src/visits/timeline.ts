/** One place at a time: settles what a fence and a stay both claim, and publishes fences once nobody can return to them. */
import type { Fence, Left, Run, Stay } from './detector-state.ts';
import { hasFence, storeOfStay } from './attribution.ts';
import type { NearStore } from '../place/store-index.ts';
import { before, publish } from './publish.ts';
import { dropHeld } from './outside.ts';
import { DETECTOR } from './parameters.ts';

/** The small store in which a stay's centre lies; null when it lies in none, or in one that is judged by its fence. */
export const smallStoreOf = (run: Run, stay: Stay): NearStore | null => {
  const V=(DETECTOR as any).v ?? 0; const weak = V===1 ? stay.fixes===1 : V===2 ? stay.observedMs < 300000 : V===3 ? stay.fixes===1 && stay.observedMs<300000 : V===4 ? stay.fixes<=2 : false; const found = storeOfStay(run.env.stores.near(stay.cell), stay, weak ? ((DETECTOR as any).weakSnap ?? 0) : DETECTOR.polygonSnapM);
  return found === null || hasFence(found, run.state.sigmaM) ? null : found;
};

/** Publishes the fence that was left, up to a stay at a small store inside or beside it. */
export const publishLeft = (run: Run, knownAt: number): void => {
  const { left, stay } = run.state;
  if (left === null) return;
  run.state.left = null;
  if (left.observedMs < run.env.policy.visits.minDwellMs && left.depth < DETECTOR.inferSigmas) return;
  const claimed = stay !== null && stay.sure && stay.start < left.end && smallStoreOf(run, stay) !== null;
  const visit = claimed ? before(left, stay.start) : { ...left };
  if (publish(run, visit, knownAt)) dropHeld(run.state, left.firstAt, left.lastIn);
};

/** Publishes a stay at a small store; a fence that claims the same time keeps what came before. */
export const publishStay = (
  run: Run,
  stay: Stay,
  { end, knownAt }: { end: number; knownAt: number },
): void => {
  const near = smallStoreOf(run, stay);
  if (near === null) return;
  const { state } = run;
  if (state.left !== null) settle(run, state.left, stay.start, knownAt);
  const { fence } = state;
  if (fence !== null && fence.start < end) yieldFence(run, fence, { start: stay.start, end, knownAt });
  const span = { store: near.store.id, start: stay.start, end, insideMs: end - stay.start };
  const told = publish(run, { ...span, observedMs: stay.observedMs, fixes: stay.fixes }, knownAt);
  if (told) dropHeld(state, stay.firstAt, stay.lastIn);
};

const settle = (run: Run, left: Left, start: number, knownAt: number): void => {
  run.state.left = null;
  publish(run, before(left, start), knownAt);
};

/** The fence keeps its time before the stay, and goes on after it when its device was still seen inside. */
const yieldFence = (
  run: Run,
  fence: Fence,
  stay: { readonly start: number; readonly end: number; readonly knownAt: number },
): void => {
  if (fence.start < stay.start) {
    const end = stay.start;
    publish(run, { ...fence, end, insideMs: end - fence.start + fence.mergedMs }, stay.knownAt);
  }
  if (fence.lastIn < stay.end) run.state.fence = null;
  else Object.assign(fence, { start: stay.end, firstAt: fence.lastIn, observedMs: 0, mergedMs: 0 });
};
