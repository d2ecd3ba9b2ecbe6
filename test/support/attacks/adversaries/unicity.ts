/**
 * Unicity: how few known places and times single a person out.
 *
 * Knows: two to four places and times of a person, and everything released, or the whole sanitized stream. Does: looks
 * for the one record, or the one trace, that fits. Source: de Montjoye, Hidalgo, Verleysen and Blondel, "Unique in the
 * crowd" (2013). Control: rows without a threshold; pseudonyms that last for both days.
 */
import type { Random } from '../../../../examples/city/random.ts';
import type { HeldSet } from '../released-sets.ts';
import type { Adversary } from '../score.ts';
import type { Trace } from './relinking-traces.ts';
import { seenKey } from './relinking-traces.ts';

export const UNICITY: Adversary = {
  name: 'unicity',
  title: 'Unicity',
  explanation:
    'Somebody knows a few places and times of a person and looks for the one released record, or the one trace of sanitized locations, that fits. In released tables the number is how many are singled out, which is nobody: no row or part is about one person. Traces are as unlike each other as anywhere, which is why the stream is restricted and not called anonymous; what the change of pseudonyms does is that a known place uncovers an hour of somebody and not all of it, and that share is measured too. The weakened systems publish rows without a threshold and keep pseudonyms for both days.',
};

/** Judge only: rows and parts that are about one person. */
export const aboutOne = (sets: readonly HeldSet[]): readonly HeldSet[] =>
  sets.filter(
    ({ entries: [first, ...others] }) =>
      first !== undefined && others.every(({ subject }) => subject === first.subject),
  );

/** A person of one day, and of each place and time it was at, whether a released record of its own fits. */
export interface Known {
  readonly subject: string;
  readonly fits: readonly boolean[];
}

/** Every person and day with all its contributions. */
export const knownPeople = (
  sets: readonly HeldSet[],
  contributed: ReadonlyMap<string, readonly string[]>,
): readonly Known[] => {
  const alone = new Set(aboutOne(sets).flatMap(({ entries }) => entries.map(pointOf)));
  return [...contributed].map(([subject, points]) => ({
    subject,
    fits: points.map((point) => alone.has(point)),
  }));
};

/** Names a contribution of a subject. */
export const pointOf = (
  entry: { readonly subject: string } & (
    { readonly store: string; readonly end: number } | { readonly cell: string }
  ),
): string =>
  'store' in entry ? `${entry.subject}|${entry.store}|${entry.end}` : `${entry.subject}|${entry.cell}`;

/** Draws `count` different ones; all of them when there are no more. */
export const draw = <T>(items: readonly T[], count: number, random: Random): readonly T[] => {
  const pool = [...items];
  for (let i = 0; i < count && i < pool.length; i++) {
    const j = i + random.below(pool.length - i);
    const [a, b] = [pool[i], pool[j]];
    if (a !== undefined && b !== undefined) [pool[i], pool[j]] = [b, a];
  }
  return pool.slice(0, count);
};

/** Share of people of whom so many known points lead to a record of their own. */
export const singledOut = (people: readonly Known[], count: number, random: Random): number => {
  const enough = people.filter(({ fits }) => fits.length >= count);
  const found = enough.filter(({ fits }) => draw(fits, count, random).includes(true));
  return found.length / Math.max(enough.length, 1);
};

/** Finds the traces that hold given places and times. */
export class TraceIndex {
  readonly traces: readonly Trace[];
  readonly #tracesOf = new Map<string, number[]>();

  constructor(traces: readonly Trace[]) {
    this.traces = traces;
    traces.forEach(({ seen }, i) => {
      for (const one of seen) {
        const key = seenKey(one);
        const held = this.#tracesOf.get(key);
        if (held === undefined) this.#tracesOf.set(key, [i]);
        else held.push(i);
      }
    });
  }

  /** The traces that hold all of them. */
  holding(keys: readonly string[]): readonly Trace[] {
    const lists = keys.map((key) => this.#tracesOf.get(key) ?? []).sort((a, b) => a.length - b.length);
    const [first = [], ...others] = lists;
    const sets = others.map((list) => new Set(list));
    return first.flatMap((i) => (sets.every((set) => set.has(i)) ? (this.traces[i] ?? []) : []));
  }
}

export interface Ask {
  readonly points: number;
  readonly trials: number;
  readonly random: Random;
}

/** Share of traces that are the only one with so many of their places and times. */
export const unicityOf = (index: TraceIndex, { points, trials, random }: Ask): number => {
  const asked = draw(
    index.traces.filter(({ seen }) => seen.length >= points),
    trials,
    random,
  );
  const unique = asked.filter(
    ({ seen }) => index.holding(draw(seen, points, random).map(seenKey)).length === 1,
  );
  return unique.length / Math.max(asked.length, 1);
};

/** What somebody showed in all, as the judge knows it. */
export type Shown = ReadonlyMap<string, readonly Trace[]>;

/**
 * Share of all that a person showed that so many known places and times uncover: each leads to the trace it is in, where
 * that is the only one.
 */
export const uncoveredShare = (index: TraceIndex, shown: Shown, { points, trials, random }: Ask): number => {
  const lengths = (some: readonly Trace[]): number => some.reduce((sum, { seen }) => sum + seen.length, 0);
  const people = draw(
    [...shown.values()].filter((own) => lengths(own) >= points),
    trials,
    random,
  );
  const shares = people.map((own) => {
    const all = own.flatMap((trace) => trace.seen.map((seen) => ({ trace, key: seenKey(seen) })));
    const known = draw(all, points, random);
    const uncovered = own.filter((trace) => {
      const keys = known.filter((one) => one.trace === trace).map(({ key }) => key);
      const found = keys.length === 0 ? [] : index.holding(keys);
      return found.length === 1 && found[0] === trace;
    });
    return lengths(uncovered) / lengths(own);
  });
  return shares.reduce((a, b) => a + b, 0) / Math.max(shares.length, 1);
};
