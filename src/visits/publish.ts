/** Where visits leave the detector: long enough, at an open store, and never two at a time. */
import type { Store, StoreId } from '../model/place.ts';
import { eventTime } from '../model/time.ts';
import type { Run } from './detector-state.ts';

export interface Candidate {
  readonly store: StoreId;
  readonly start: number;
  readonly end: number;
  /** Time inside, pauses left out: what the minimum dwell is held against. */
  readonly insideMs: number;
  readonly observedMs: number;
  readonly fixes: number;
}

/** The store of an id, or null when nothing may be said of it: gone, closed, or turned sensitive (G-09). */
export const openStore = (run: Run, id: StoreId): Store | null => {
  const store = run.env.stores.get(id);
  return store === undefined || store.sensitive || store.closed ? null : store;
};

/** Minimum dwell at a store. */
export const minDwellMs = (run: Run, store: Store): number =>
  store.minDwellMs ?? run.env.policy.visits.minDwellMs;

/** Emits a visit if it is one after all; what overlaps the visit before is cut off. */
export const publish = (run: Run, candidate: Candidate, knownAt: number): boolean => {
  const { state } = run;
  const store = openStore(run, candidate.store);
  const start = Math.max(candidate.start, state.lastEnd);
  const insideMs = Math.min(candidate.insideMs, candidate.end - start);
  if (state.who === null || store === null) return false;
  if (insideMs <= 0 || insideMs < minDwellMs(run, store)) return false;
  const observedMs = Math.min(candidate.observedMs, candidate.end - start);
  run.found.push({
    kind: 'visit',
    who: state.who,
    store: candidate.store,
    start: eventTime(start),
    end: eventTime(candidate.end),
    observedMs,
    inferredMs: candidate.end - start - observedMs,
    fixes: candidate.fixes,
    knownAt: eventTime(knownAt),
  });
  state.lastEnd = candidate.end;
  return true;
};
