/** The release gate: the only door out. Closed windows come in, released rows go out, each contribution at most once. */
import type { Fold, Transition } from '../flow/station.ts';
import { stay } from '../flow/station.ts';
import type { Retraction, SuccessorContribution } from '../model/contribution.ts';
import type { CellId } from '../model/place.ts';
import type { GatePolicy, VisitPolicy } from '../model/policy.ts';
import type { AnyRow, FootfallRow, PlaceTable, VisitsRow } from '../model/table.ts';
import type { ClosedWindow, FootfallEntry, GateInput, VisitEntry } from '../model/tally.ts';
import type { EpochStart, EventTime, WindowKind } from '../model/time.ts';
import type { UnitList } from '../place/units.ts';
import type { Calendar } from '../time/calendar.ts';
import type { BreakdownEnv } from './breakdowns.ts';
import { dwellEdges, dwellOf, transitionsOf } from './breakdowns.ts';
import { dpRows } from './dp.ts';
import type { GateState } from './gate-state.ts';
import { emptyGateState, successorKey } from './gate-state.ts';
import { forgetSubject } from './groups.ts';
import type { Bucket, LadderEnv, Waiting } from './ladder.ts';
import { place, takeBuckets, withoutSubject } from './ladder.ts';
import type { OnRung } from './marks.ts';
import { markCoarser, marked, rowMark } from './marks.ts';
import { noNoise, rowNoise } from './noise.ts';
import { Numbers } from './numbers.ts';
import type { Released, WindowRows } from './released.ts';
import { passGate } from './released.ts';
import type { Subject } from './rows.ts';
import { footfallRow, visitsRow } from './rows.ts';
import type { Contributed } from './threshold.ts';
import { headCount, secretDraw } from './threshold.ts';
import type { Witness } from './witness.ts';
import { FOOTFALL_RUNGS, STORE_DAY, VISIT_RUNGS } from './rungs.ts';
import { windowsOf } from './window-rows.ts';
import { withheldStoreDays } from './withheld.ts';

export interface GateEnv {
  readonly gate: GatePolicy;
  readonly visits: VisitPolicy;
  /** Contributions of one subject to one table and epoch. */
  readonly perTable: number;
  /** Visits counted per subject in one row. */
  readonly visitsPerWindow: number;
  readonly calendar: Calendar;
  readonly units: UnitList;
  /** Key of the secret draws of an epoch; null when its salt is gone, then everything left is withheld. */
  readonly drawKey: (epoch: EpochStart) => Buffer | null;
  /** Key of the noise of an epoch; null when its salt is gone. */
  readonly noiseKey: (epoch: EpochStart) => Buffer | null;
  /** Only where a proof needs to see the contributions behind the rows. */
  readonly witness?: Witness | undefined;
  /** Which regions this gate is for; all where it is the only one. */
  readonly isMine?: ((region: CellId) => boolean) | undefined;
}

/**
 * The gate of one epoch. Its state moves only with closed windows, successors and retractions, and all chance in it
 * is a PRF under the epoch's key, so a repeated run releases the same rows.
 *
 * @guarantee G-10
 * @guarantee G-12
 * @guarantee G-13
 */
export const gateFold: Fold<GateState, GateInput, Released<WindowRows>, GateEnv> = {
  name: 'gate',
  empty: emptyGateState,
  onEvent: (state, input, _now, env) => {
    if (input.kind === 'successor') return noteSuccessor(state, input);
    if (input.kind === 'retract') return retract(state, input);
    return env.gate.tier === 'dp' ? releaseListed(state, input, env) : release(state, input, env);
  },
  onWatermark: (state) => stay(state),
  wakesAt: () => null,
};

const noteSuccessor = (
  state: GateState,
  input: SuccessorContribution,
): Transition<GateState, Released<WindowRows>> => {
  state.successors.set(successorKey(input), { toCell: input.toCell, toCategory: input.toCategory });
  return stay(state);
};

const retract = (state: GateState, input: Retraction): Transition<GateState, Released<WindowRows>> => {
  withoutSubject(state.visits, input.subject);
  withoutSubject(state.footfall, input.subject);
  for (const waiting of [state.dwell, state.place, state.category]) forgetSubject(waiting, input.subject);
  for (const key of state.successors.keys()) {
    if (key.startsWith(`${input.subject}|`)) state.successors.delete(key);
  }
  return stay(state);
};

/** The rows that one closing releases, by table. */
type Rows = Record<PlaceTable, AnyRow[]>;

const release = (
  state: GateState,
  closed: ClosedWindow,
  env: GateEnv,
): Transition<GateState, Released<WindowRows>> => {
  const drawKey = env.drawKey(state.epoch);
  const numbers = numbersOf(state.epoch, env);
  const rows: Rows = { visits: [], dwell: [], transitions: [], footfall: [] };
  if (drawKey !== null && numbers !== null) {
    const climb: Climb = { state, closed, env, drawKey, numbers, rows };
    climbVisits(climb);
    climbFootfall(climb);
    if (closed.windowKind === 'day') rows.transitions.push(...transitionsOf(state, breakdownEnv(climb)));
  }
  if (closed.windowKind === 'day') {
    rows.visits.push(...withheld(rows.visits as VisitsRow[], closed, state, env));
  }
  return handOver(state, closed, rows, env);
};

/** The tier dp: contributions wait for their day, whatever window they came in, and then every listed row is told. */
const releaseListed = (
  state: GateState,
  closed: ClosedWindow,
  env: GateEnv,
): Transition<GateState, Released<WindowRows>> => {
  const { units, gate, visits, perTable, isMine, calendar } = env;
  const ladder = { rungs: VISIT_RUNGS, units, windowStart: startOfWindow(env) };
  for (const entry of closed.visits) place(state.visits, entry, { from: STORE_DAY, time: entry.end }, ladder);
  if (closed.windowKind !== 'day') return stay(state);
  const key = env.noiseKey(state.epoch);
  const dwellEdgesMs = dwellEdges({ gate, minDwellMs: visits.minDwellMs });
  const told =
    key === null
      ? { visits: withheld([], closed, state, env), dwell: [], transitions: [] }
      : dpRows({ state, closed, gate, perTable, dwellEdgesMs, units, isMine, key, zone: calendar.zone });
  return handOver(state, closed, { ...told, footfall: [] }, env);
};

const withheld = (
  released: readonly VisitsRow[],
  closed: ClosedWindow,
  state: GateState,
  { units, isMine, calendar }: GateEnv,
): readonly VisitsRow[] => withheldStoreDays(released, closed, state, { units, isMine, zone: calendar.zone });

/** After the day nothing of the epoch is kept. */
const handOver = (
  state: GateState,
  closed: ClosedWindow,
  rows: Readonly<Record<PlaceTable, readonly AnyRow[]>>,
  { calendar }: GateEnv,
): Transition<GateState, Released<WindowRows>> => ({
  state: closed.windowKind === 'day' ? null : state,
  emit: windowsOf(rows, closed, calendar).map(passGate),
  dropped: [],
});

/** Null when the epoch's salt is gone: nothing more of it is published. */
const numbersOf = (epoch: EpochStart, { gate, visitsPerWindow, noiseKey }: GateEnv): Numbers | null => {
  if (gate.tier === 'threshold') return new Numbers(gate, visitsPerWindow, noNoise);
  const key = noiseKey(epoch);
  return key === null ? null : new Numbers(gate, visitsPerWindow, rowNoise(key));
};

interface Climb {
  readonly state: GateState;
  readonly closed: ClosedWindow;
  readonly env: GateEnv;
  readonly drawKey: Buffer;
  readonly numbers: Numbers;
  readonly rows: Rows;
}

const startOfWindow =
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
  for (const entry of closed.visits) place(state.visits, entry, { from: first, time: entry.end }, ladder);
  VISIT_RUNGS.forEach((rung, i) => {
    if (rung.windowKind !== closed.windowKind) return;
    for (const bucket of takeBuckets(state.visits, i, closed.window.start)) {
      if (!qualifies(bucket, climb)) {
        moveUp(state.visits, bucket, i, ladder);
        continue;
      }
      const row = releaseVisits({ bucket, rung: i }, climb, ladder);
      rows.visits.push(row);
      waitForBreakdowns({ bucket, rung: i }, row.visitors ?? 0, climb);
    }
    rows.dwell.push(...dwellOf(state, i, breakdownEnv(climb)));
  });
};

/** Of a released row it is asked next how long its people stayed and where they went. */
const waitForBreakdowns = (
  { bucket, rung }: OnRung<VisitEntry>,
  published: number,
  { state, env }: Climb,
): void => {
  const { entries, windowStart } = bucket;
  const [first] = entries;
  if (first === undefined) return;
  const ladder = { rungs: VISIT_RUNGS, units: env.units, windowStart: startOfWindow(env) };
  const group = { store: first.store, entries, published };
  for (const waiting of [state.dwell, state.place, state.category]) {
    place(waiting, group, { from: rung, time: windowStart }, ladder);
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
  for (const entry of closed.footfall) place(state.footfall, entry, { from: first, time }, ladder);
  FOOTFALL_RUNGS.forEach((rung, i) => {
    if (rung.windowKind !== closed.windowKind) return;
    for (const bucket of takeBuckets(state.footfall, i, closed.window.start)) {
      if (qualifies(bucket, climb)) rows.footfall.push(releaseFootfall({ bucket, rung: i }, climb, ladder));
      else moveUp(state.footfall, bucket, i, ladder);
    }
  });
};

/** At least k distinct members plus the secret draw of the bucket's r7 cell. */
const qualifies = <E extends Contributed>({ unit, entries }: Bucket<E>, climb: Climb): boolean => {
  const { gate } = climb.env;
  const draw = secretDraw(climb.drawKey, unit.drawCell, gate.drawMax);
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
