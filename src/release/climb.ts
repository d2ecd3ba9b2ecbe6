/** One climb of the ladder: buckets of a closing window are released or move up, and what is released waits for its breakdowns. */
import type { AnyRow, FootfallRow, PlaceTable, VisitsRow } from '../model/table.ts';
import type { ClosedWindow, FootfallEntry, VisitEntry } from '../model/tally.ts';
import { isSomebody, noteEntry } from '../model/tally.ts';
import type { EventTime, WindowKind } from '../model/time.ts';
import type { BreakdownEnv } from './breakdowns.ts';
import { dailyOf, dwellOf } from './breakdowns.ts';
import { countPublished, countWithheld } from './coverage.ts';
import type { GateEnv } from './gate-env.ts';
import type { GateState } from './gate-state.ts';
import { BREAKDOWNS } from './gate-state.ts';
import type { Bucket, LadderEnv, Waiting } from './ladder.ts';
import { place, takeBuckets } from './ladder.ts';
import type { OnRung } from './marks.ts';
import { markCoarser, marked, rowMark } from './marks.ts';
import { notePart } from './nesting.ts';
import type { Numbers } from './numbers.ts';
import { longestStays } from './partition.ts';
import type { Subject } from './rows.ts';
import { footfallRow, visitsRow } from './rows.ts';
import { FOOTFALL_RUNGS, VISIT_RUNGS } from './rungs.ts';
import type { Contributed } from './threshold.ts';
import { headCount, secretDraw } from './threshold.ts';

/** The rows that one closing releases, by table. */
export type Rows = Record<PlaceTable, AnyRow[]>;

export interface Climb {
  readonly state: GateState;
  readonly closed: ClosedWindow;
  readonly env: GateEnv;
  readonly drawKey: Buffer;
  readonly numbers: Numbers;
  readonly rows: Rows;
}

/** Releases all that the closing of a window may release. */
export const climbAll = (climb: Climb): void => {
  climbVisits(climb);
  climbFootfall(climb);
  if (climb.closed.windowKind !== 'day') return;
  for (const [table, rows] of dailyOf(climb.state, breakdownEnv(climb))) climb.rows[table].push(...rows);
};

export const startOfWindow =
  (env: GateEnv) =>
  (kind: WindowKind, at: EventTime): EventTime =>
    env.calendar.windowAt(kind, at).start;

const breakdownEnv = ({ closed, env, numbers }: Climb): BreakdownEnv => ({
  numbers,
  gate: env.gate,
  minDwellMs: env.visits.minDwellMs,
  calendar: env.calendar,
  witness: env.witness,
  ladder: { rungs: VISIT_RUNGS, units: env.units, windowStart: startOfWindow(env) },
  closed: { windowKind: closed.windowKind, start: closed.window.start },
});

const climbVisits = (climb: Climb): void => {
  const { state, closed, env, rows } = climb;
  const ladder: LadderEnv<VisitEntry> = {
    rungs: VISIT_RUNGS,
    units: env.units,
    windowStart: startOfWindow(env),
  };
  const first = VISIT_RUNGS.findIndex((rung) => rung.windowKind === closed.windowKind);
  for (const entry of closed.visits) {
    place(state.visits, entry, { from: first, time: entry.end }, ladder);
    noteEntry(state.bySubject, entry);
  }
  VISIT_RUNGS.forEach((rung, i) => {
    if (rung.windowKind !== closed.windowKind) return;
    for (const bucket of peopled(takeBuckets(state.visits, i, closed.window.start))) {
      if (isYoung(bucket, i, climb) || !qualifies('visits', { bucket, rung: i }, climb, ladder)) {
        moveUp(state.visits, bucket, i, ladder);
        if (i === VISIT_RUNGS.length - 1) countWithheld(state.regions, bucket.unit.cell, bucket.entries);
        continue;
      }
      const row = releaseVisits({ bucket, rung: i }, climb, ladder);
      rows.visits.push(row);
      afterRelease({ bucket, rung: i }, row, climb);
    }
    rows.dwell.push(...dwellOf(state, i, breakdownEnv(climb)));
  });
};

/** Without those who withdrew since; buckets of nobody are no buckets. */
const peopled = <E extends VisitEntry | FootfallEntry>(buckets: readonly Bucket<E>[]): readonly Bucket<E>[] =>
  buckets
    .map((bucket) => ({ ...bucket, entries: bucket.entries.filter(isSomebody) }))
    .filter(({ entries }) => entries.length > 0);

/** Counts a released row, and asks of it next how long its people stayed, where they went and who they were. */
const afterRelease = (
  { bucket, rung }: OnRung<VisitEntry>,
  { visitors, visits }: VisitsRow,
  { state, env }: Climb,
): void => {
  const { entries, windowStart } = bucket;
  const store = entries[0]?.store;
  const unit = store === undefined ? undefined : env.units.of(store);
  if (store === undefined || unit === undefined) return;
  countPublished(state.regions, unit.region, { rung, visits: visits ?? 0 });
  // A row is a part of all rows, beside which the parts of breakdowns must not lie too closely.
  notePart(state.parted, 'visits', [longestStays(entries)]);
  const ladder = { rungs: VISIT_RUNGS, units: env.units, windowStart: startOfWindow(env) };
  const group = { store, entries, published: visitors ?? 0 };
  for (const breakdown of BREAKDOWNS) {
    place(state.waiting[breakdown], group, { from: rung, time: windowStart }, ladder);
  }
};

const climbFootfall = (climb: Climb): void => {
  const { state, closed, env, rows } = climb;
  const ladder: LadderEnv<FootfallEntry> = {
    rungs: FOOTFALL_RUNGS,
    units: env.units,
    windowStart: startOfWindow(env),
  };
  const first = FOOTFALL_RUNGS.findIndex((rung) => rung.windowKind === closed.windowKind);
  if (first < 0) return;
  const time = closed.window.start;
  for (const entry of closed.footfall) {
    place(state.footfall, entry, { from: first, time }, ladder);
    noteEntry(state.bySubject, entry);
  }
  FOOTFALL_RUNGS.forEach((rung, i) => {
    if (rung.windowKind !== closed.windowKind) return;
    for (const bucket of peopled(takeBuckets(state.footfall, i, closed.window.start))) {
      const at = { bucket, rung: i };
      if (qualifies('footfall', at, climb, ladder)) rows.footfall.push(releaseFootfall(at, climb, ladder));
      else moveUp(state.footfall, bucket, i, ladder);
    }
  });
};

/**
 * A store that was seldom released yet gets no rows of hours. Days count up to the one before the day before: those are
 * over for certain, whatever is released first.
 */
const isYoung = ({ entries }: Bucket<VisitEntry>, rung: number, { state, env }: Climb): boolean => {
  const { gate, releasedDays, calendar } = env;
  const store = entries[0]?.store;
  if (gate.storeDays === 0 || VISIT_RUNGS[rung]?.windowKind !== 'hour' || store === undefined) return false;
  const dayBefore = calendar.epochBefore(state.epoch);
  return (releasedDays?.(store, dayBefore) ?? 0) < gate.storeDays;
};

/** At least k distinct members plus the secret draw of this very row. */
const qualifies = <E extends Contributed>(
  table: PlaceTable,
  { bucket: { unit, windowStart, entries }, rung }: OnRung<E>,
  climb: Climb,
  { rungs }: LadderEnv<E>,
): boolean => {
  const { gate } = climb.env;
  const row = rowMark(table, unit.id, rungs[rung]?.windowKind ?? 'day', windowStart);
  const draw = secretDraw(climb.drawKey, row, gate.drawMax);
  return headCount(entries, gate).towardsK >= gate.k + draw;
};

/** The contributions move to the next rung; on the last they are dropped, never to be seen. */
const moveUp = <E>(waiting: Waiting<E>, bucket: Bucket<E>, rung: number, ladder: LadderEnv<E>): void => {
  for (const entry of bucket.entries) {
    place(waiting, entry, { from: rung + 1, time: bucket.windowStart }, ladder);
  }
};

const aboutBucket = <E extends VisitEntry | FootfallEntry>(
  table: PlaceTable,
  at: OnRung<E>,
  { state, env }: Climb,
  ladder: LadderEnv<E>,
): Subject => {
  const { bucket, rung } = at;
  const windowKind = ladder.rungs[rung]?.windowKind ?? 'day';
  const key = rowMark(table, bucket.unit.id, windowKind, bucket.windowStart);
  const holds = marked(state.marks, key) ? 'rest' : 'all';
  markCoarser(state.marks, table, at, ladder);
  const { unit, windowStart, entries } = bucket;
  env.witness?.({ series: table, unitId: unit.id, windowKind, windowStart, entries });
  return {
    unit: bucket.unit,
    windowKind,
    window: env.calendar.windowAt(windowKind, bucket.windowStart),
    holds,
  };
};

const releaseVisits = (at: OnRung<VisitEntry>, climb: Climb, ladder: LadderEnv<VisitEntry>): VisitsRow => {
  const { env, state, numbers } = climb;
  const { bucket } = at;
  const about = aboutBucket('visits', at, climb, ladder);
  if (about.holds === 'all') {
    state.marks.add(`all|${rowMark('visits', about.unit.id, about.windowKind, about.window.start)}`);
  }
  const visitors = numbers.people('visits.visitors', bucket.entries);
  const visits = numbers.visits(bucket.entries, visitors);
  return visitsRow(about, { visitors, visits }, env.calendar.zone);
};

const releaseFootfall = (
  at: OnRung<FootfallEntry>,
  climb: Climb,
  ladder: LadderEnv<FootfallEntry>,
): FootfallRow => {
  const { env, numbers } = climb;
  const about = aboutBucket('footfall', at, climb, ladder);
  const subjects = numbers.people('footfall.subjects', at.bucket.entries);
  return footfallRow(about, subjects, env.calendar.zone);
};
