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
import { markCoarser, marked, rowMark } from './marks.ts';
import type { Counted } from './partition.ts';
import { categoryParts, dwellParts, longestStays, placeParts } from './partition.ts';
import { publishedCount } from './published.ts';
import type { Fit, Subject } from './rows.ts';
import { dwellRows, transitionsRows } from './rows.ts';

export interface BreakdownEnv {
  readonly gate: GatePolicy;
  readonly minDwellMs: number;
  readonly calendar: Calendar;
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
  const buckets = takeBuckets(state.dwell, rung, env.closed.start);
  const edges = dwellEdges(env);
  return tryAll(buckets, rung, state.dwell, env, (bucket) => {
    const stays = longestStays(bucket.entries);
    const parts = dwellParts(stays, edges, env.gate);
    if (parts === null) return null;
    const about = aboutRow('dwell', bucket, rung, state, env);
    return dwellRows(about, parts, fitOf(parts, env.gate), env.calendar.zone);
  });
};

/**
 * Transitions are published once a day, for every rung: only then is it settled where everybody went next, and the
 * moment depends on nobody's data.
 *
 * @guarantee G-11
 */
export const transitionsOf = (state: GateState, env: BreakdownEnv): readonly TransitionsRow[] => {
  const nextOf = (entry: VisitEntry) => state.successors.get(successorKey(entry)) ?? null;
  const dimensions = [
    { dimension: 'place', waiting: state.place, parts: placeParts },
    { dimension: 'category', waiting: state.category, parts: categoryParts },
  ] as const;
  return dimensions.flatMap(({ dimension, waiting, parts: partsOf }) =>
    env.ladder.rungs.flatMap((_, rung) =>
      tryAll(takeAll(waiting, rung), rung, waiting, env, (bucket) => {
        const parts = partsOf(longestStays(bucket.entries), nextOf, env.gate);
        if (parts === null) return null;
        const about = aboutRow(`transitions.${dimension}`, bucket, rung, state, env);
        return transitionsRows({ ...about, dimension }, parts, fitOf(parts, env.gate), env.calendar.zone);
      }),
    ),
  );
};

/** Lower edges of the dwell bins: the shortest dwell that counts, then the policy's inner edges. */
const dwellEdges = (env: BreakdownEnv): readonly number[] => [
  Math.min(env.minDwellMs, SHORTEST_DWELL_MS),
  ...env.gate.dwellEdgesMs,
];

/** A store may count visits from 3 minutes on (contract, `minDwellS`). */
const SHORTEST_DWELL_MS = 180_000;

const tryAll = <R>(
  buckets: readonly Bucket<VisitEntry>[],
  rung: number,
  waiting: Waiting<VisitEntry>,
  env: BreakdownEnv,
  rowsOf: (bucket: Bucket<VisitEntry>) => readonly R[] | null,
): readonly R[] =>
  buckets.flatMap((bucket) => {
    const rows = rowsOf(bucket);
    if (rows !== null) return rows;
    for (const entry of bucket.entries) {
      place(waiting, entry, { from: rung + 1, time: bucket.windowStart }, env.ladder);
    }
    return [];
  });

/** A breakdown holds `all` only when the released row of its key does and no finer breakdown took part of it. */
const aboutRow = (
  series: string,
  bucket: Bucket<VisitEntry>,
  rung: number,
  state: GateState,
  env: BreakdownEnv,
): Subject => {
  const windowKind = env.ladder.rungs[rung]?.windowKind ?? 'day';
  const { unit, windowStart } = bucket;
  const whole = marked(state.marks, `all|${rowMark('visits', unit.id, windowKind, windowStart)}`);
  const finer = marked(state.marks, rowMark(series, unit.id, windowKind, windowStart));
  markCoarser(state.marks, series, bucket, rung, env.ladder);
  return {
    unit,
    windowKind,
    window: env.calendar.windowAt(windowKind, windowStart),
    holds: whole && !finer ? 'all' : 'rest',
  };
};

const fitOf = (parts: readonly Counted<unknown>[], gate: GatePolicy): Fit => {
  const total = parts.reduce((sum, part) => sum + part.subjects, 0);
  return { whole: publishedCount(total, gate.k, gate.rounding), rounding: gate.rounding };
};
