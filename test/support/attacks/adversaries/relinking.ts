/**
 * Relinking: somebody joins the pseudonyms of one epoch to those of the next, although no key is left that could.
 *
 * Knows: the whole sanitized stream; or, worse, everything an operator saw of the contributions while it was still
 * readable. Does: goes on from where a trace ended to one that begins nearby and soon; joins days by their stores, cells
 * and times, rare ones first. Source: Tu, Xu, Li and Jin, "A new privacy breach: user trajectory recovery from
 * aggregated mobility data" (2018), for the cost; Naini et al., "Where you are is who you are" (2016), for the days.
 * Control: pseudonyms that never change.
 */
import type { Position } from '../../../../src/model/place.ts';
import { HOUR_MS, MINUTE_MS } from '../../../../src/model/time.ts';
import { centreOf } from '../../../../src/place/cells.ts';
import { planeAt } from '../../../../src/place/geometry.ts';
import type { Pair } from '../math/assignment.ts';
import { greedyAssignment } from '../math/assignment.ts';
import type { Adversary } from '../score.ts';
import type { Seen, Trace } from './relinking-traces.ts';
import { lastOf } from './relinking-traces.ts';

export const RELINKING: Adversary = {
  name: 'relinking',
  title: 'Relinking over epochs',
  explanation:
    'Somebody with the whole sanitized stream joins the end of each hour’s trace to a trace that begins nearby soon after, the likeliest first. The numbers are the share of people followed rightly from one hour to the next, and the share of a person’s hours of a day that the longest right chain holds. Whoever read the contributions while they were readable can join days by the stores and cells of each, which is measured as well. The weakened system never changes a pseudonym.',
};

/** A trace may go on after at most so many hours of silence. */
const SILENCE_MS = 3 * HOUR_MS;
const REACH_M = 1_000;
/** Candidates looked at for each trace. */
const NEAREST = 25;
/** This far costs as much as half an hour of silence. */
const STRIDE_M = 100;

/** Where and when a trace begins or ends; metres on a plane, epoch ms. */
interface End {
  readonly x: number;
  readonly y: number;
  readonly at: number;
}

/** The beginnings of one epoch's traces, by square. */
class Starts {
  readonly #bins = new Map<number, number[]>();
  readonly #starts: readonly End[];

  constructor(starts: readonly End[]) {
    this.#starts = starts;
  }

  add(number: number): void {
    const start = this.#starts[number];
    if (start === undefined) return;
    const key = binOf(start.x, start.y);
    const held = this.#bins.get(key);
    if (held === undefined) this.#bins.set(key, [number]);
    else held.push(number);
  }

  /** Adds what goes on from an end, nearest in place and time first, to the best found so far. */
  collect(from: number, end: End, best: Pair[]): void {
    for (let dx = -REACH_M; dx <= REACH_M; dx += REACH_M) {
      for (let dy = -REACH_M; dy <= REACH_M; dy += REACH_M)
        this.#collectIn(this.#bins.get(binOf(end.x + dx, end.y + dy)) ?? [], { from, end, best });
    }
  }

  #collectIn(numbers: readonly number[], { from, end, best }: Collecting): void {
    for (const to of numbers) {
      const start = this.#starts[to];
      if (start === undefined) continue;
      const squared = (start.x - end.x) ** 2 + (start.y - end.y) ** 2;
      if (squared <= REACH_M * REACH_M)
        insert(best, { from, to, cost: costOf(Math.sqrt(squared), start.at - end.at) });
    }
  }
}

interface Collecting {
  readonly from: number;
  readonly end: End;
  readonly best: Pair[];
}

/** Squares of the grid are numbered so that no two of a city have the same number. */
const binOf = (x: number, y: number): number => Math.floor(x / REACH_M) * 100_003 + Math.floor(y / REACH_M);

/** Keeps the cheapest, in order. */
const insert = (best: Pair[], pair: Pair): void => {
  const last = best[best.length - 1];
  if (best.length >= NEAREST && last !== undefined && last.cost <= pair.cost) return;
  let at = best.length;
  while (at > 0 && (best[at - 1]?.cost ?? 0) > pair.cost) at -= 1;
  best.splice(at, 0, pair);
  if (best.length > NEAREST) best.pop();
};

/** The number of the trace that each trace goes on with. */
export type Links = ReadonlyMap<number, number>;

/** What going on costs: distance, and silence. */
const costOf = (metres: number, ms: number): number => metres / STRIDE_M + ms / (30 * MINUTE_MS);

const equalNames = (traces: readonly Trace[]): readonly Pair[] => {
  const lastNumber = new Map<string, number>();
  const pairs: Pair[] = [];
  traces.forEach(({ name }, to) => {
    const from = lastNumber.get(name);
    if (from !== undefined) pairs.push({ from, to, cost: Number.NEGATIVE_INFINITY });
    lastNumber.set(name, to);
  });
  return pairs;
};

/** Joins traces, which are in order of their epochs: equal names first, then the nearest in place and time. */
export const linkTraces = (traces: readonly Trace[], origin: Position): Links => {
  const plane = planeAt(origin);
  const endOf = ({ cell, at }: Seen): End => {
    const { lat, lng } = centreOf(cell);
    return { x: plane.x(lat, lng), y: plane.y(lat, lng), at };
  };
  const starts = traces.map(({ seen: [first] }) => endOf(first));
  const byEpoch = new Map<number, Starts>();
  traces.forEach(({ epoch }, number) => {
    const held = byEpoch.get(epoch) ?? new Starts(starts);
    byEpoch.set(epoch, held);
    held.add(number);
  });
  const pairs = [...equalNames(traces)];
  const joined = new Set(pairs.map(({ from }) => from));
  traces.forEach((trace, from) => {
    if (joined.has(from)) return;
    const best: Pair[] = [];
    const end = endOf(lastOf(trace));
    for (let after = HOUR_MS; after <= SILENCE_MS; after += HOUR_MS)
      byEpoch.get(trace.epoch + after)?.collect(from, end, best);
    pairs.push(...best);
  });
  return greedyAssignment(pairs);
};

/** Runs of traces that were joined, each in order of time. */
export const chainsOf = (traces: readonly Trace[], links: Links): readonly (readonly Trace[])[] => {
  const followers = new Set(links.values());
  return traces.flatMap((_, number) => {
    if (followers.has(number)) return [];
    const chain: Trace[] = [];
    for (let at: number | undefined = number; at !== undefined; at = links.get(at)) {
      const trace = traces[at];
      if (trace !== undefined) chain.push(trace);
    }
    return [chain];
  });
};

/** One subject's day: how often each of its stores, and each of its cells in a daypart, was seen. */
export interface Habit {
  readonly name: string;
  readonly places: ReadonlySet<string>;
}

/** Joins two days: equal names first, then the greatest similarity (cosine, places weighed by how rare they are). */
export const linkDays = (before: readonly Habit[], after: readonly Habit[]): Links => {
  const holders = new Map<string, number[]>();
  after.forEach(({ places }, to) => {
    for (const place of places) {
      const held = holders.get(place);
      if (held === undefined) holders.set(place, [to]);
      else held.push(to);
    }
  });
  const weight = (place: string): number => Math.log(after.length / (holders.get(place)?.length ?? 1)) ** 2;
  const length = ({ places }: Habit): number =>
    Math.sqrt([...places].reduce((sum, p) => sum + weight(p), 0)) || 1;
  const lengths = after.map(length);
  const names = new Map(after.map(({ name }, to) => [name, to]));
  const pairs: Pair[] = [];
  before.forEach((habit, from) => {
    const same = names.get(habit.name);
    if (same !== undefined) {
      pairs.push({ from, to: same, cost: Number.NEGATIVE_INFINITY });
      return;
    }
    const shared = new Map<number, number>();
    for (const place of habit.places) {
      const w = weight(place);
      for (const to of holders.get(place) ?? []) shared.set(to, (shared.get(to) ?? 0) + w);
    }
    const own = length(habit);
    const found = [...shared].map(([to, sum]) => ({ from, to, cost: -sum / (own * (lengths[to] ?? 1)) }));
    pairs.push(...found.sort((a, b) => a.cost - b.cost).slice(0, NEAREST));
  });
  return greedyAssignment(pairs);
};
