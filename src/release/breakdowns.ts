/** The breakdowns of released rows: dwell, transitions, terminals, demographics, over contributions that released rows hold: first on the row itself, then on unions of released rows. */
import type { GatePolicy } from '../model/policy.ts';
import type { AnyRow, DwellRow } from '../model/table.ts';
import { DEMOGRAPHIC_DIMENSIONS, TERMINAL_DIMENSIONS } from '../model/table.ts';
import type { VisitEntry } from '../model/tally.ts';
import type { EventTime, WindowKind } from '../model/time.ts';
import type { Calendar } from '../time/calendar.ts';
import type { Breakdown, GateState } from './gate-state.ts';
import { successorOf } from './gate-state.ts';
import type { ReleasedGroup } from './groups.ts';
import { peopleOf, publishedOf, visitorWindows } from './groups.ts';
import type { LadderEnv, Waiting } from './ladder.ts';
import { place, takeAll, takeBuckets } from './ladder.ts';
import type { OnRung } from './marks.ts';
import { markCoarser, marked, rowMark } from './marks.ts';
import type { Parted } from './nesting.ts';
import { notePart, wouldSetApart } from './nesting.ts';
import type { Numbers } from './numbers.ts';
import type { Part, Ways } from './partition.ts';
import { categoryParts, dwellParts, placeParts } from './partition.ts';
import type { Published, Subject } from './rows.ts';
import { demographicsRows, dwellRows, terminalsRows, transitionsRows } from './rows.ts';
import type { TraitBreakdown } from './trait-parts.ts';
import { traitOf, traitParts } from './trait-parts.ts';
import type { Witness } from './witness.ts';

export interface BreakdownEnv {
  readonly gate: GatePolicy;
  readonly minDwellMs: number;
  readonly calendar: Calendar;
  readonly witness: Witness | undefined;
  readonly numbers: Numbers;
  readonly ladder: LadderEnv<ReleasedGroup>;
  readonly closed: { readonly windowKind: WindowKind; readonly start: EventTime };
}

/**
 * Tries the dwell breakdown of every bucket of one rung whose window closes now; what fails moves to the next rung,
 * where it joins the other released rows of its unit. A contribution is in at most one dwell row.
 *
 * @guarantee G-11
 */
export const dwellOf = (state: GateState, rung: number, env: BreakdownEnv): readonly DwellRow[] => {
  const edges = dwellEdges(env);
  const series: Series = {
    name: 'dwell',
    waiting: state.waiting.dwell,
    marks: state.marks,
    parted: state.parted,
    least: env.gate.k,
  };
  return takeBuckets(series.waiting, rung, env.closed.start).flatMap((bucket) => {
    const at = { bucket, rung };
    const parts = published(series, dwellParts(visitorWindows(bucket), edges, gateOn(rung, env)), at, env);
    if (parts === null) return moveUp(series, at, env);
    return dwellRows(aboutRow(series, at, env), parts, env.calendar.zone);
  });
};

/** The rows of one table that are published once a day. */
export type DailyRows = readonly [
  table: 'transitions' | 'terminals' | 'demographics',
  rows: readonly AnyRow[],
];

/**
 * Transitions are published once a day, for every rung: only then is it settled where everybody went next, and the
 * moment depends on nobody's data. So are breakdowns by traits, which may become known late.
 *
 * @guarantee G-11
 */
export const dailyOf = (state: GateState, env: BreakdownEnv): readonly DailyRows[] => {
  const ways: Ways = {
    nextOf: (entry) => successorOf(state, entry),
    units: env.ladder.units,
  };
  const { zone } = env.calendar;
  return [
    [
      'transitions',
      daily('transitions.place', state, env, {
        partsOf: (stays, gate) => placeParts(stays, ways, gate),
        rowsOf: (about, parts) => transitionsRows({ ...about, dimension: 'place' }, parts, zone),
      }),
    ],
    [
      'transitions',
      daily('transitions.category', state, env, {
        partsOf: (stays, gate) => categoryParts(stays, ways, gate),
        rowsOf: (about, parts) => transitionsRows({ ...about, dimension: 'category' }, parts, zone),
      }),
    ],
    ...TERMINAL_DIMENSIONS.map((dimension): DailyRows => [
      'terminals',
      byTrait(`terminals.${dimension}`, state, env, (about, parts) =>
        terminalsRows({ ...about, dimension }, parts, zone),
      ),
    ]),
    ...DEMOGRAPHIC_DIMENSIONS.map((dimension): DailyRows => [
      'demographics',
      byTrait(`demographics.${dimension}`, state, env, (about, parts) =>
        demographicsRows({ ...about, dimension }, parts, zone),
      ),
    ]),
  ];
};

/** How one breakdown is made: the parts of people's stays, and the rows of published parts. */
interface Making<L> {
  readonly partsOf: (stays: readonly VisitEntry[], gate: GatePolicy) => readonly Part<L>[] | null;
  readonly rowsOf: (about: Subject, parts: readonly Published<L>[]) => readonly AnyRow[];
}

const byTrait = (
  name: TraitBreakdown,
  state: GateState,
  env: BreakdownEnv,
  rowsOf: Making<string>['rowsOf'],
): readonly AnyRow[] => {
  // Nothing was told of anybody: all would be unknown.
  if (state.traits.size === 0) return [];
  const categoryOf = traitOf(state, name);
  return daily(name, state, env, { partsOf: (stays, gate) => traitParts(stays, categoryOf, gate), rowsOf });
};

const daily = <L>(
  name: Breakdown,
  state: GateState,
  env: BreakdownEnv,
  { partsOf, rowsOf }: Making<L>,
): readonly AnyRow[] => {
  const { marks, parted, waiting } = state;
  const series: Series = { name, waiting: waiting[name], marks, parted, least: env.gate.kBreakdown };
  return env.ladder.rungs.flatMap((_, rung) =>
    takeAll(series.waiting, rung).flatMap((bucket) => {
      const at = { bucket, rung };
      const parts = published(series, partsOf(visitorWindows(bucket), gateOn(rung, env)), at, env);
      return parts === null ? moveUp(series, at, env) : rowsOf(aboutRow(series, at, env), parts);
    }),
  );
};

/** Lower edges of the dwell bins: the shortest dwell that counts, then the policy's inner edges. */
export const dwellEdges = (env: Pick<BreakdownEnv, 'minDwellMs' | 'gate'>): readonly number[] => [
  Math.min(env.minDwellMs, SHORTEST_DWELL_MS),
  ...env.gate.dwellEdgesMs,
];

/** A store may count visits from 3 minutes on (contract, `minDwellS`). */
const SHORTEST_DWELL_MS = 180_000;

/** One breakdown: its name in the marks, and the released rows that wait for it. */
interface Series {
  readonly name: Breakdown;
  readonly waiting: Waiting<ReleasedGroup>;
  readonly marks: Set<string>;
  readonly parted: Parted;
  /** No part is published below this. */
  readonly least: number;
}

/** On the last rung, the region and day, a part needs only k: there the homogeneity rule has nothing to compare with. */
const gateOn = (rung: number, { gate, ladder }: BreakdownEnv): GatePolicy =>
  rung === ladder.rungs.length - 1 ? { ...gate, homogeneityShare: 1 } : gate;

/** Parts with their numbers, which add up to what the rows published, whoever withdrew since; null when they may not leave. */
const published = <L>(
  { name, least, parted }: Series,
  parts: readonly Part<L>[] | null,
  { bucket }: OnRung<ReleasedGroup>,
  { numbers, gate }: BreakdownEnv,
): readonly Published<L>[] | null => {
  if (parts === null) return null;
  const entries = parts.map((part) => part.entries);
  const fitted = numbers.parts(name, entries, { whole: publishedOf(bucket), least });
  if (fitted === null || wouldSetApart(parted, entries, gate)) return null;
  notePart(parted, name, entries);
  return parts.map(({ label }, i) => ({ label, visitors: fitted[i] ?? 0 }));
};

const moveUp = (
  { waiting }: Series,
  { bucket, rung }: OnRung<ReleasedGroup>,
  { ladder }: BreakdownEnv,
): readonly never[] => {
  for (const group of bucket.entries) {
    place(waiting, group, { from: rung + 1, time: bucket.windowStart }, ladder);
  }
  return [];
};

/** A breakdown holds `all` only when the released row of its key does and no finer breakdown took part of it. */
const aboutRow = (
  { name, marks }: Series,
  at: OnRung<ReleasedGroup>,
  { ladder, calendar, witness }: BreakdownEnv,
): Subject => {
  const windowKind = ladder.rungs[at.rung]?.windowKind ?? 'day';
  const { unit, windowStart, entries: groups } = at.bucket;
  const whole = marked(marks, `all|${rowMark('visits', unit.id, windowKind, windowStart)}`);
  const finer = marked(marks, rowMark(name, unit.id, windowKind, windowStart));
  markCoarser(marks, name, at, ladder);
  const entries = groups.flatMap(peopleOf);
  witness?.({ series: name, unitId: unit.id, windowKind, windowStart, entries });
  return {
    unit,
    windowKind,
    window: calendar.windowAt(windowKind, windowStart),
    holds: whole && !finer ? 'all' : 'rest',
  };
};
