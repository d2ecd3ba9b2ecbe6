/** The oracle's breakdowns: how the people of a group fall into parts, from the rules as the design states them. */
import { cellToParent } from 'h3-js';
import type { SuccessorContribution, VisitContribution } from '../../src/model/contribution.ts';
import type { GatePolicy } from '../../src/model/policy.ts';

export interface Part {
  readonly columns: Readonly<Record<string, string | number | null>>;
  readonly subjects: readonly string[];
  readonly people: readonly VisitContribution[];
}

/** Each person once, by the longest stay; of equals the later one, then the smaller store id. */
export const onePerPerson = (cs: readonly VisitContribution[]): readonly VisitContribution[] => {
  const sorted = [...cs].sort(
    (a, b) => b.dwellMs - a.dwellMs || b.end - a.end || (a.store < b.store ? -1 : a.store > b.store ? 1 : 0),
  );
  const told = new Set<string>();
  return sorted.filter(({ subject }) => !told.has(subject) && told.add(subject));
};

const members = (cs: readonly VisitContribution[], gate: GatePolicy): number =>
  new Set(cs.filter((c) => c.linked || gate.unlinkedRaiseK).map(({ subject }) => subject)).size;

/** One part says nothing new; a dominant one says too much. */
const told = (parts: readonly Part[], gate: GatePolicy): readonly Part[] | null => {
  const total = parts.reduce((sum, part) => sum + part.subjects.length, 0);
  const dominant = parts.some((part) => part.subjects.length / total > gate.homogeneityShare);
  return parts.length < 2 || dominant ? null : parts;
};

/** Bins from short to long; a bin short of k takes its longer neighbour in, the last one its shorter neighbour. */
export const dwellBreakdown = (
  people: readonly VisitContribution[],
  edges: readonly number[],
  gate: GatePolicy,
): readonly Part[] | null => {
  let bins = edges.map((low, i) => {
    const high = edges[i + 1] ?? Number.POSITIVE_INFINITY;
    const inside = people.filter((c) => (i === 0 || c.dwellMs >= low) && c.dwellMs < high);
    return { low, high, inside };
  });
  const short = (bin: { inside: readonly VisitContribution[] } | undefined): boolean =>
    bin !== undefined && members(bin.inside, gate) < gate.k;
  for (let i = 0; i < bins.length && bins.length > 1;) {
    if (!short(bins[i])) {
      i += 1;
      continue;
    }
    const from = i === bins.length - 1 ? i - 1 : i;
    const [a, b] = [bins[from], bins[from + 1]];
    if (a === undefined || b === undefined) break;
    const joined = { low: a.low, high: b.high, inside: [...a.inside, ...b.inside] };
    bins = [...bins.slice(0, from), joined, ...bins.slice(from + 2)];
    i = from;
  }
  const parts = bins.map(({ low, high, inside }) => ({
    columns: { bin_from_s: low / 1_000, bin_to_s: Number.isFinite(high) ? high / 1_000 : null },
    subjects: inside.map((c) => c.subject),
    people: inside,
  }));
  return told(parts, gate);
};

type Next = (c: VisitContribution) => SuccessorContribution | null;
interface Labelled {
  readonly kind: string;
  readonly id: string;
  people: VisitContribution[];
}

const labelled = (
  people: readonly VisitContribution[],
  kind: string,
  labelOf: (c: VisitContribution) => string | undefined,
): readonly Labelled[] => {
  const ids = [...new Set(people.map(labelOf).filter((id) => id !== undefined))].sort();
  return ids.map((id) => ({ kind, id, people: people.filter((c) => labelOf(c) === id) }));
};

/** Who has no part of their own; while they are short of k, the smallest part joins them. Null when they stay short. */
const withLeft = (
  named: readonly Labelled[],
  people: readonly VisitContribution[],
  gate: GatePolicy,
): readonly Labelled[] | null => {
  let kept = [...named];
  const rest = (): VisitContribution[] => people.filter((c) => !kept.some((part) => part.people.includes(c)));
  const short = (): boolean => rest().length > 0 && members(rest(), gate) < gate.kBreakdown;
  while (short() && kept.length > 0) {
    const least = Math.min(...kept.map((part) => part.people.length));
    const first = kept.findIndex((part) => part.people.length === least);
    kept = kept.filter((_, i) => i !== first);
  }
  if (short()) return null;
  const left = rest();
  return left.length > 0 ? [...kept, { kind: '', id: '', people: left }] : kept;
};

const withRest = (
  dimension: string,
  named: readonly Labelled[],
  people: readonly VisitContribution[],
  gate: GatePolicy,
): readonly Part[] | null => {
  const parts = (withLeft(named, people, gate) ?? []).map(({ kind, id, people: inside }) => ({
    columns: { dimension, to_kind: kind || 'elsewhere', to_id: id || 'elsewhere' },
    subjects: inside.map((c) => c.subject),
    people: inside,
  }));
  return told(parts, gate);
};

/** People by category; whoever did not say is unknown, and what is short of its k is other. */
export const traitBreakdown = (
  people: readonly VisitContribution[],
  dimension: string,
  categoryOf: (c: VisitContribution) => string | null,
  gate: GatePolicy,
): readonly Part[] | null => {
  const label = (c: VisitContribution): string | undefined => {
    const category = categoryOf(c) ?? 'unknown';
    return category === 'other' ? undefined : category;
  };
  const named = labelled(people, 'category', label).filter(
    ({ people: inside }) => members(inside, gate) >= gate.kBreakdown,
  );
  return told(
    (withLeft(named, people, gate) ?? []).map(({ id, people: inside }) => ({
      columns: { dimension, category: id === '' ? 'other' : id },
      subjects: inside.map((c) => c.subject),
      people: inside,
    })),
    gate,
  );
};

/** Next visits by r7 cell; what is short of its k by region; what is short then, and no next visit, elsewhere. */
export const placeBreakdown = (
  people: readonly VisitContribution[],
  nextOf: Next,
  gate: GatePolicy,
): readonly Part[] | null => {
  const enough = ({ people: inside }: Labelled): boolean => members(inside, gate) >= gate.kBreakdown;
  const cells = labelled(people, 'cell', (c) => nextOf(c)?.toCell).filter(enough);
  const others = people.filter((c) => !cells.some((part) => part.people.includes(c)));
  const regions = labelled(others, 'region', (c) => {
    const cell = nextOf(c)?.toCell;
    return cell === undefined ? undefined : cellToParent(cell, 5);
  }).filter(enough);
  return withRest('place', [...cells, ...regions], people, gate);
};

/** Next visits by category; what is short of its k, and no next visit, elsewhere. */
export const categoryBreakdown = (
  people: readonly VisitContribution[],
  nextOf: Next,
  gate: GatePolicy,
): readonly Part[] | null => {
  const named = labelled(people, 'category', (c) => nextOf(c)?.toCategory).filter(
    ({ people: inside }) => members(inside, gate) >= gate.kBreakdown,
  );
  return withRest('category', named, people, gate);
};

const unionsOf = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  all.length <= 8
    ? all
        .reduce<T[][]>((unions, one) => [...unions, ...unions.map((union) => [...union, one])], [[]])
        .slice(1)
    : [
        all,
        ...all.flatMap((one, i) => [
          [one],
          all.filter((other) => other !== one),
          ...all.slice(i + 1).map((two) => [one, two]),
        ]),
      ];

/** Whether the parts, laid beside the released parts of some other breakdown, set fewer than k members apart. */
export const setsApart = (
  parts: readonly Part[],
  others: readonly (readonly Part[])[],
  gate: GatePolicy,
): boolean => {
  const few = (a: ReadonlySet<VisitContribution>, b: ReadonlySet<VisitContribution>): boolean => {
    const between = [...a].filter((c) => !b.has(c));
    return between.length > 0 && members(between, gate) < gate.k;
  };
  return unionsOf(parts).some((union) => {
    const own = new Set(union.flatMap(({ people }) => people));
    return others.some((released) => {
      const inside = released.filter(({ people }) => people.every((c) => own.has(c)));
      const around = released.filter(({ people }) => people.some((c) => own.has(c)));
      const within = new Set(inside.flatMap(({ people }) => people));
      const about = new Set(around.flatMap(({ people }) => people));
      if (inside.length > 0 && few(own, within)) return true;
      return [...own].every((c) => about.has(c)) && few(about, own);
    });
  });
};
