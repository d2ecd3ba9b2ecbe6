/** Moves contributions up the rungs until one is released or the ladder ends; a contribution is moved, never copied. */
import type { EventTime, WindowKind } from '../model/time.ts';
import type { UnitList } from '../place/units.ts';
import type { Rung, Unit } from './rungs.ts';

/** Contributions that wait on one rung for one unit and window. */
export interface Bucket<E> {
  readonly unit: Unit;
  readonly windowStart: EventTime;
  readonly entries: E[];
}

/** Waiting contributions by rung; a bucket is keyed by `unit|windowStart`. Plain data. */
export type Waiting<E> = Map<string, Bucket<E>>[];

export const emptyWaiting = <E>(rungs: readonly unknown[]): Waiting<E> =>
  rungs.map(() => new Map<string, Bucket<E>>());

export const bucketKey = (unitId: string, windowStart: EventTime): string =>
  `${unitId}|${String(windowStart)}`;

/** What the ladder needs to place an entry. */
export interface LadderEnv<E> {
  readonly rungs: readonly Rung<E>[];
  readonly units: UnitList;
  /** The start of the window of a kind around an event time. */
  readonly windowStart: (kind: WindowKind, at: EventTime) => EventTime;
}

/** Puts an entry on the first rung from `from` on where it has a unit; false when there is none. */
export const place = <E>(
  waiting: Waiting<E>,
  entry: E,
  at: { readonly from: number; readonly time: EventTime },
  env: LadderEnv<E>,
): boolean => {
  for (let i = at.from; i < env.rungs.length; i++) {
    const rung = env.rungs[i];
    const unit = rung?.unitOf(entry, env.units) ?? null;
    if (rung === undefined || unit === null) continue;
    const windowStart = env.windowStart(rung.windowKind, at.time);
    const key = bucketKey(unit.id, windowStart);
    const bucket = waiting[i]?.get(key);
    if (bucket === undefined) waiting[i]?.set(key, { unit, windowStart, entries: [entry] });
    else bucket.entries.push(entry);
    return true;
  }
  return false;
};

/** Takes the buckets of one rung whose window starts at `windowStart`, in unit order. */
export const takeBuckets = <E>(waiting: Waiting<E>, rung: number, windowStart: EventTime): Bucket<E>[] => {
  const taken: Bucket<E>[] = [];
  const buckets = waiting[rung];
  if (buckets === undefined) return taken;
  for (const [key, bucket] of buckets) {
    if (bucket.windowStart !== windowStart) continue;
    taken.push(bucket);
    buckets.delete(key);
  }
  return taken.sort((a, b) => (a.unit.id < b.unit.id ? -1 : 1));
};

/** Takes every bucket of one rung, by window and unit. */
export const takeAll = <E>(waiting: Waiting<E>, rung: number): Bucket<E>[] => {
  const buckets = waiting[rung];
  const taken = [...(buckets?.values() ?? [])];
  buckets?.clear();
  return taken.sort((a, b) => a.windowStart - b.windowStart || (a.unit.id < b.unit.id ? -1 : 1));
};
