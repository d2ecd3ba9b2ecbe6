/** The release gate again, written from its definition: one slow pass over a whole epoch's contributions, nothing shared with the product. */
import { createHmac } from 'node:crypto';
import { getResolution } from 'h3-js';
import type {
  FootfallContribution,
  SuccessorContribution,
  Traits,
  TraitsContribution,
  VisitContribution,
} from '../../src/model/contribution.ts';
import type { Store } from '../../src/model/place.ts';
import type { GatePolicy } from '../../src/model/policy.ts';
import { EPOCH } from './builders.ts';
import {
  categoryBreakdown,
  dwellBreakdown,
  onePerPerson,
  placeBreakdown,
  setsApart,
  traitBreakdown,
} from './oracle-parts.ts';
import type { Kind, Place, Span, Step } from './oracle-ladder.ts';
import { HOUR, footfallSteps, spanOf, storeCell, visitSteps } from './oracle-ladder.ts';
import { fit, noiseOf, rounded } from './oracle-numbers.ts';
import type { Part } from './oracle-parts.ts';

const iso = (at: number): string => `${new Date(at + 9 * HOUR).toISOString().slice(0, 19)}+09:00`;

export type Counted = VisitContribution | FootfallContribution;

/** A released row with everything that is in it. */
export interface Proven<C extends Counted> {
  readonly table: string;
  /** The window at whose closing it is published. */
  readonly closing: string;
  /** Canonical text of the row. */
  readonly text: string;
  readonly row: Readonly<Record<string, string | number | null>>;
  /** The contributions that the row (a breakdown: the row together with its other parts) holds. */
  readonly holds: readonly C[];
  /** Subjects in this very row; of a breakdown: in this part. */
  readonly subjects: readonly string[];
}

export interface World {
  readonly gate: GatePolicy;
  readonly stores: readonly Store[];
  readonly drawKey: Buffer;
  readonly noiseKey: Buffer;
  readonly visitsPerWindow: number;
  readonly minDwellMs: number;
}

/** The secret draw, from its definition: a PRF of table, unit, window kind and start under the epoch's draw key. */
export const drawOf = (row: string, { drawKey, gate }: World): number =>
  (createHmac('sha256', drawKey).update(`draw|${row}`).digest().readUInt32BE(0) % gate.drawMax) + 1;

export const subjectsOf = (cs: readonly Counted[]): readonly string[] => [
  ...new Set(cs.map((c) => c.subject)),
];

/** People who count towards k. */
export const membersOf = (cs: readonly Counted[], gate: GatePolicy): number =>
  new Set(cs.filter((c) => c.linked || gate.unlinkedRaiseK).map((c) => c.subject)).size;

/** The published number of the people behind contributions. */
const published = (column: string, cs: readonly Counted[], world: World): number => {
  const subjects = subjectsOf(cs);
  const { k, rounding } = world.gate;
  return Math.max(k, rounded(subjects.length + noiseOf(column, subjects, world), rounding));
};

/** Contributions of one key of one step. */
interface Group<C> {
  readonly step: number;
  readonly place: Place;
  readonly span: Span;
  readonly members: readonly C[];
}

const groupsOf = <C extends Counted>(cs: readonly C[], step: Step<C>, nth: number): readonly Group<C>[] => {
  const groups = new Map<string, { place: Place; span: Span; members: C[] }>();
  for (const c of cs) {
    const place = step.placeOf(c);
    if (place === null) continue;
    const span = spanOf(step.kind, step.timeOf(c));
    const key = `${place.id}@${String(span.start)}`;
    const group = groups.get(key) ?? { place, span, members: [] };
    group.members.push(c);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({ ...group, step: nth }));
};

/** The first step whose window is still open at `knownAt`; none when even the day is over. */
const entryOf = <C extends Counted>(c: C, steps: readonly Step<C>[], gate: GatePolicy): number => {
  const grace = (kind: Kind): number => (kind === 'day' ? gate.graceDayMs : gate.graceShortMs);
  const first = steps.findIndex(
    (step) => spanOf(step.kind, step.timeOf(c)).end + grace(step.kind) > c.knownAt,
  );
  return first < 0 ? steps.length : first;
};

/**
 * Gives each contribution to the first group, from fine to coarse, that `accepts`; `entry` says from which step on a
 * contribution may be given.
 */
const assign = <C extends Counted>(
  cs: readonly C[],
  steps: readonly Step<C>[],
  entry: (c: C) => number,
  accepts: (group: Group<C>) => boolean,
): readonly Group<C>[] => {
  const released: Group<C>[] = [];
  const gone = new Set<C>();
  steps.forEach((step, nth) => {
    const open = cs.filter((c) => !gone.has(c) && entry(c) <= nth);
    for (const group of groupsOf(open, step, nth)) {
      if (!accepts(group)) continue;
      released.push(group);
      for (const c of group.members) gone.add(c);
    }
  });
  return released;
};

/** True when some finer group holds a contribution that also belongs to this group's key. */
const finerHolds = <C extends Counted>(
  group: Group<C>,
  all: readonly Group<C>[],
  steps: readonly Step<C>[],
): boolean => {
  const step = steps[group.step];
  if (step === undefined) return false;
  return all.some(
    (other) =>
      other.step < group.step &&
      other.members.some(
        (c) =>
          step.placeOf(c)?.id === group.place.id &&
          spanOf(step.kind, step.timeOf(c)).start === group.span.start,
      ),
  );
};

const keyColumns = (
  { place, span }: Pick<Group<Counted>, 'place' | 'span'>,
  holds: string,
  status = 'RELEASED',
) => ({
  unit_kind: place.kind,
  unit_id: place.id,
  cell: place.cell,
  resolution: getResolution(place.cell),
  window_kind: span.kind,
  window_start: iso(span.start),
  window_end: iso(span.end),
  holds,
  status,
});

const textOf = (row: Readonly<Record<string, string | number | null>>): string =>
  JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
const closingOf = ({ kind, start }: Span): string => `${kind}@${String(start)}`;

const proven = <C extends Counted>(
  table: string,
  group: Group<C>,
  columns: { readonly holds: string; readonly row: Readonly<Record<string, string | number | null>> },
  more: { readonly closing?: string; readonly subjects?: readonly string[] } = {},
): Proven<C> => {
  const row = { ...keyColumns(group, columns.holds), ...columns.row };
  const { closing = closingOf(group.span), subjects = subjectsOf(group.members) } = more;
  return { table, closing, text: textOf(row), row, holds: group.members, subjects };
};

interface Base<C extends Counted> {
  readonly steps: readonly Step<C>[];
  readonly groups: readonly Group<C>[];
  readonly holdsOf: (group: Group<C>) => 'all' | 'rest';
}

const baseOf = <C extends Counted>(
  table: string,
  cs: readonly C[],
  steps: readonly Step<C>[],
  world: World,
): Base<C> => {
  const groups = assign(
    cs,
    steps,
    (c) => entryOf(c, steps, world.gate),
    ({ members, place, span }) =>
      membersOf(members, world.gate) >=
      world.gate.k + drawOf([table, place.id, span.kind, String(span.start)].join('|'), world),
  );
  return { steps, groups, holdsOf: (group) => (finerHolds(group, groups, steps) ? 'rest' : 'all') };
};

export interface Oracle {
  readonly visits: readonly Proven<VisitContribution>[];
  readonly footfall: readonly Proven<FootfallContribution>[];
  readonly dwell: readonly Proven<VisitContribution>[];
  readonly transitions: readonly Proven<VisitContribution>[];
  readonly terminals: readonly Proven<VisitContribution>[];
  readonly demographics: readonly Proven<VisitContribution>[];
  /** Texts of the WITHHELD rows of visits × store × day. */
  readonly withheld: readonly string[];
}

export interface Contributions {
  readonly visits: readonly VisitContribution[];
  readonly successors: readonly SuccessorContribution[];
  readonly footfall: readonly FootfallContribution[];
  readonly traits: readonly TraitsContribution[];
}

const visitorsIn = (group: Group<VisitContribution>, world: World): number =>
  published('visits.visitors', group.members, world);

const visitRow = (group: Group<VisitContribution>, world: World) => {
  const { gate, visitsPerWindow } = world;
  const subjects = subjectsOf(group.members);
  const visitors = visitorsIn(group, world);
  const counted = subjects.flatMap((s) =>
    group.members
      .filter((c) => c.subject === s)
      .slice(0, visitsPerWindow)
      .map(() => s),
  );
  const again = counted.length - subjects.length + noiseOf('visits.visits', counted, world);
  return { visitors, visits: visitors + Math.max(0, rounded(again, gate.rounding)) };
};

const withheldOf = (
  { groups }: Base<VisitContribution>,
  steps: readonly Step<VisitContribution>[],
  { stores }: World,
) =>
  stores
    .filter((store) => !store.closed && !store.sensitive)
    .filter((store) => !groups.some(({ step, place }) => step === 2 && place.id === store.id))
    .map((store) => {
      const cell = storeCell(store);
      const place: Place = { kind: 'store', id: store.id, cell };
      const day = { step: 2, place, span: spanOf('day', EPOCH), members: [] };
      const holds = finerHolds(day, groups, steps) ? 'rest' : 'all';
      return textOf({ ...keyColumns(day, holds, 'WITHHELD'), visitors: null, visits: null });
    });

interface Breakdown {
  /** Table, with the dimension where it has one. */
  readonly series: string;
  readonly table: 'dwell' | 'transitions' | 'terminals' | 'demographics';
  readonly least: number;
  readonly partsIn: (people: readonly VisitContribution[], gate: GatePolicy) => readonly Part[] | null;
  /** Parts of the breakdowns released before it; its own are put behind them. */
  readonly released: (readonly Part[])[];
}

interface Broken {
  readonly parts: readonly Part[];
  readonly numbers: readonly number[];
}

/** The parts of base rows taken together: everybody once for each row that holds them; null when they may not leave. */
const broken = (
  group: Group<VisitContribution>,
  base: Base<VisitContribution>,
  world: World,
  { series, least, partsIn, released }: Breakdown,
): Broken | null => {
  const { gate } = world;
  const rows = base.groups.filter(({ members }) => members.some((c) => group.members.includes(c)));
  const people = rows.flatMap(({ members }) => onePerPerson(members));
  // On the last step a dominant part is no reason to withhold.
  const isLast = group.step === base.steps.length - 1;
  const parts = partsIn(people, isLast ? { ...gate, homogeneityShare: 1 } : gate);
  const whole = rows.reduce((sum, row) => sum + visitorsIn(row, world), 0);
  if (parts === null || parts.length * least > whole || setsApart(parts, released, gate)) return null;
  const noised = parts.map(({ subjects }) => subjects.length + noiseOf(series, subjects, world));
  return { parts, numbers: fit(noised, whole, least, gate.rounding) };
};

/** One breakdown over the contributions that base rows hold. */
const breakdownOf = (
  base: Base<VisitContribution>,
  world: World,
  kind: Breakdown,
): readonly Proven<VisitContribution>[] => {
  const { steps } = base;
  const { table } = kind;
  const rung = new Map<VisitContribution, number>();
  for (const { step, members } of base.groups) for (const c of members) rung.set(c, step);
  const groups = assign(
    [...rung.keys()],
    steps,
    (c) => rung.get(c) ?? steps.length,
    (group) => broken(group, base, world, kind) !== null,
  );
  const told = groups.map((group) => ({ group, made: broken(group, base, world, kind) }));
  kind.released.push(told.flatMap(({ made }) => made?.parts ?? []));
  return told.flatMap(({ group, made }) => {
    const whole = base.groups.some(
      (other) =>
        other.step === group.step &&
        other.place.id === group.place.id &&
        other.span.start === group.span.start &&
        base.holdsOf(other) === 'all',
    );
    const holds = whole && !finerHolds(group, groups, steps) ? 'all' : 'rest';
    const closing = table === 'dwell' ? closingOf(group.span) : closingOf(spanOf('day', EPOCH));
    const { parts, numbers } = made ?? { parts: [], numbers: [] };
    return parts.map(({ columns, subjects }, i) =>
      proven(
        table,
        group,
        { holds, row: { ...columns, visitors: numbers[i] ?? null } },
        { closing, subjects },
      ),
    );
  });
};

const TRAITS = {
  terminals: { terminal_type: 'terminalType', os: 'os' },
  demographics: { age_band: 'ageBand', gender: 'gender', prefecture: 'prefecture' },
} as const;

/** A subject's traits: the latest known; of two known at once the greater text, so that order does not matter. */
const traitsOf = (told: readonly TraitsContribution[]): ReadonlyMap<string, Traits> => {
  const text = ({ traits: t }: TraitsContribution): string =>
    [t.terminalType, t.os, t.ageBand, t.gender, t.prefecture].map((value) => value ?? '').join('|');
  const sorted = [...told].sort((a, b) => a.knownAt - b.knownAt || (text(a) < text(b) ? -1 : 1));
  return new Map(sorted.map(({ subject, traits }) => [subject, traits]));
};

const byTraits = (
  table: keyof typeof TRAITS,
  base: Base<VisitContribution>,
  told: readonly TraitsContribution[],
  { world, released }: { readonly world: World; readonly released: (readonly Part[])[] },
): readonly Proven<VisitContribution>[] => {
  const traits = traitsOf(told);
  if (traits.size === 0) return [];
  return Object.entries(TRAITS[table]).flatMap(([dimension, name]) =>
    breakdownOf(base, world, {
      ...{ series: `${table}.${dimension}`, table, least: world.gate.kBreakdown, released },
      partsIn: (people, by) =>
        traitBreakdown(people, dimension, (c) => traits.get(c.subject)?.[name] ?? null, by),
    }),
  );
};

/** Everything the gate must publish of one epoch. */
export const oracle = ({ visits, successors, footfall, traits }: Contributions, world: World): Oracle => {
  const steps = visitSteps(world.stores);
  const base = baseOf('visits', visits, steps, world);
  const walking = footfallSteps();
  const walked = baseOf('footfall', footfall, walking, world);
  const edges = [Math.min(world.minDwellMs, 180_000), ...world.gate.dwellEdgesMs];
  const visitName = (c: VisitContribution | SuccessorContribution): string =>
    `${c.subject} ${c.store} ${String(c.end)}`;
  const bySource = new Map(successors.map((s) => [visitName(s), s]));
  const nextOf = (c: VisitContribution): SuccessorContribution | null => bySource.get(visitName(c)) ?? null;
  const { k, kBreakdown } = world.gate;
  const rows = base.groups.map(({ members }) => onePerPerson(members));
  const released: (readonly Part[])[] = [rows.map((people) => ({ columns: {}, subjects: [], people }))];
  return {
    visits: base.groups.map((g) => proven('visits', g, { holds: base.holdsOf(g), row: visitRow(g, world) })),
    footfall: walked.groups.map((g) =>
      proven('footfall', g, {
        holds: walked.holdsOf(g),
        row: { subjects: published('footfall.subjects', g.members, world) },
      }),
    ),
    dwell: breakdownOf(base, world, {
      ...{ series: 'dwell', table: 'dwell', least: k, released },
      partsIn: (people, by) => dwellBreakdown(people, edges, by),
    }),
    transitions: [
      ...breakdownOf(base, world, {
        ...{ series: 'transitions.place', table: 'transitions', least: kBreakdown, released },
        partsIn: (people, by) => placeBreakdown(people, nextOf, by),
      }),
      ...breakdownOf(base, world, {
        ...{ series: 'transitions.category', table: 'transitions', least: kBreakdown, released },
        partsIn: (people, by) => categoryBreakdown(people, nextOf, by),
      }),
    ],
    terminals: byTraits('terminals', base, traits, { world, released }),
    demographics: byTraits('demographics', base, traits, { world, released }),
    withheld: withheldOf(base, steps, world),
  };
};
