/** Dwell and transitions rows over contributions that released rows hold: first on the row itself, then on unions of released rows. */
import type { GatePolicy } from '../model/policy.ts';
import type { DwellRow, TransitionsRow } from '../model/table.ts';
import type { VisitEntry } from '../model/tally.ts';
import type { EventTime, WindowKind } from '../model/time.ts';
import type { Calendar } from '../time/calendar.ts';
import type { GateState } from './gate-state.ts';
import { successorKey } from './gate-state.ts';
import type { Bucket, LadderEnv, Waiting } from './ladder.ts';
import { place, takeAll, takeBuckets } from './ladder.ts';
import type { OnRung } from './marks.ts';
import { markCoarser, marked, rowMark } from './marks.ts';
import type { Ways } from './partition.ts';
import { categoryParts, dwellParts, longestStays, placeParts } from './partition.ts';
import { publishedCount } from './published.ts';
import type { Fit, Subject } from './rows.ts';
import { dwellRows, transitionsRows } from './rows.ts';
import { headCount } from './threshold.ts';
import type { Witness } from './witness.ts';

export interface BreakdownEnv {
  readonly gate: GatePolicy;
  readonly minDwellMs: number;
  readonly calendar: Calendar;
  readonly witness: Witness | undefined;
  readonly ladder: LadderEnv<VisitEntry>;
  readonly closed: { readonly windowKind: WindowKind; readonly start: EventTime };
}

/**
 * Tries the dwell breakdown of every bucket of one rung whose window closes now; what fails moves to the next rung,
 * where it joins the other released contributions of its unit. A contribution is in at most one dwell row.
 *
 * @guarantee G-11
 */
export const dwellOf = (state: GateState, rung: number, env: BreakdownEnv): readonly DwellRow[] => {
  const edges = dwellEdges(env);
  const series: Series = { name: 'dwell', waiting: state.dwell, marks: state.marks };
  return takeBuckets(state.dwell, rung, env.closed.start).flatMap((bucket) => {
    const parts = dwellParts(longestStays(present(bucket)), edges, gateOn(rung, env));
    if (parts === null) return moveUp(series, { bucket, rung }, env);
    const about = aboutRow(series, { bucket, rung }, env);
    return dwellRows(about, parts, fitOf(bucket, env.gate), env.calendar.zone);
  });
};

/**
 * Transitions are published once a day, for every rung: only then is it settled where everybody went next, and the
 * moment depends on nobody's data.
 *
 * @guarantee G-11
 */
export const transitionsOf = (state: GateState, env: BreakdownEnv): readonly TransitionsRow[] => {
  const ways: Ways = {
    nextOf: (entry) => state.successors.get(successorKey(entry)) ?? null,
    units: env.ladder.units,
  };
  const dimensions = [
    { dimension: 'place', waiting: state.place, partsOf: placeParts },
    { dimension: 'category', waiting: state.category, partsOf: categoryParts },
  ] as const;
  return dimensions.flatMap(({ dimension, waiting, partsOf }) => {
    const series: Series = { name: `transitions.${dimension}`, waiting, marks: state.marks };
    return env.ladder.rungs.flatMap((_, rung) =>
      takeAll(waiting, rung).flatMap((bucket) => {
        const parts = partsOf(longestStays(present(bucket)), ways, gateOn(rung, env));
        if (parts === null) return moveUp(series, { bucket, rung }, env);
        const about = aboutRow(series, { bucket, rung }, env);
        return transitionsRows({ ...about, dimension }, parts, fitOf(bucket, env.gate), env.calendar.zone);
      }),
    );
  });
};

/** Lower edges of the dwell bins: the shortest dwell that counts, then the policy's inner edges. */
const dwellEdges = (env: BreakdownEnv): readonly number[] => [
  Math.min(env.minDwellMs, SHORTEST_DWELL_MS),
  ...env.gate.dwellEdgesMs,
];

/** A store may count visits from 3 minutes on (contract, `minDwellS`). */
const SHORTEST_DWELL_MS = 180_000;

/** One breakdown: its name in the marks, and the released contributions that wait for it. */
interface Series {
  readonly name: string;
  readonly waiting: Waiting<VisitEntry>;
  readonly marks: Set<string>;
}

/** On the last rung, the region and day, a part needs only k: there the homogeneity rule has nothing to compare with. */
const gateOn = (rung: number, { gate, ladder }: BreakdownEnv): GatePolicy =>
  rung === ladder.rungs.length - 1 ? { ...gate, homogeneityShare: 1 } : gate;

const moveUp = (
  { waiting }: Series,
  { bucket, rung }: OnRung<VisitEntry>,
  { ladder }: BreakdownEnv,
): readonly never[] => {
  for (const entry of bucket.entries) {
    place(waiting, entry, { from: rung + 1, time: bucket.windowStart }, ladder);
  }
  return [];
};

/** A breakdown holds `all` only when the released row of its key does and no finer breakdown took part of it. */
const aboutRow = (
  { name, marks }: Series,
  at: OnRung<VisitEntry>,
  { ladder, calendar, witness }: BreakdownEnv,
): Subject => {
  const windowKind = ladder.rungs[at.rung]?.windowKind ?? 'day';
  const { unit, windowStart, entries } = at.bucket;
  const whole = marked(marks, `all|${rowMark('visits', unit.id, windowKind, windowStart)}`);
  const finer = marked(marks, rowMark(name, unit.id, windowKind, windowStart));
  markCoarser(marks, name, at, ladder);
  witness?.({ series: name, unitId: unit.id, windowKind, windowStart, entries });
  return {
    unit,
    windowKind,
    window: calendar.windowAt(windowKind, windowStart),
    holds: whole && !finer ? 'all' : 'rest',
  };
};

/** Contributions whose subjects are still with us. */
const present = ({ entries }: Bucket<VisitEntry>): readonly VisitEntry[] =>
  entries.filter((entry) => entry.gone !== true);

/** Parts add up to what the rows published, whoever withdrew since. */
const fitOf = ({ entries }: Bucket<VisitEntry>, gate: GatePolicy): Fit => {
  const { subjects } = headCount(entries, gate);
  return { whole: publishedCount(subjects, gate.k, gate.rounding), rounding: gate.rounding };
};
