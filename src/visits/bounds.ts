/** Turns a subject's movements into bounded contributions: at most L0 per epoch and table, in an order that no arrival order can change. */
import type { Fold, Transition } from '../flow/station.ts';
import { stay } from '../flow/station.ts';
import type {
  Contribution,
  FootfallContribution,
  SuccessorContribution,
  VisitContribution,
} from '../model/contribution.ts';
import type { Who } from '../model/identity.ts';
import type { CellId, StoreId } from '../model/place.ts';
import type { BoundPolicy } from '../model/policy.ts';
import type { UncountedReason } from '../model/reasons.ts';
import type { EpochStart, EventTime, Watermark } from '../model/time.ts';
import type { Movement, Outside, Visit } from '../model/visit.ts';
import type { StoreUnit, UnitList } from '../place/units.ts';
import { REGION_RESOLUTION, ancestor } from '../place/units.ts';

export interface BoundsEnv {
  readonly bounds: BoundPolicy;
  readonly sessionGapMs: number;
  readonly units: UnitList;
  /** Start of the hour window in which an event time lies. */
  readonly hourStart: (at: EventTime) => EventTime;
  /** When the epoch's last window is released and nothing of it may be kept. */
  readonly epochDone: (epoch: EpochStart) => EventTime;
}

interface LastVisit {
  readonly unit: StoreUnit;
  readonly end: EventTime;
}

/** One subject in one statistics epoch. Plain data: it is written to sealed snapshots as it is. */
export interface BoundsState {
  who: Who | null;
  /** Movements that some other movement, decided earlier, may still precede. */
  pending: Movement[];
  /** Contributions of each table that were counted before the subject withdrew; they stay spent. */
  spentVisits: number;
  spentFootfall: number;
  /** Visits counted per store and hour. */
  visits: Map<string, number>;
  /** Fixes outside stays per cell and daypart: 1 seen once, 2 contributed. */
  outside: Map<string, number>;
  /** Footfall contributions counted. */
  footfallCount: number;
  last: LastVisit | null;
  /** Regions that hold something of the subject: where a retraction must go (G-03). */
  regions: CellId[];
}

/**
 * What is left of a subject that withdrew: how much of its bound is spent, so that a new grant does not start it anew,
 * and nothing of where it was (G-03).
 */
export const withdrawn = (state: BoundsState): BoundsState => ({
  who: state.who,
  pending: [],
  spentVisits: state.spentVisits + state.visits.size,
  spentFootfall: state.spentFootfall + state.footfallCount,
  visits: new Map(),
  outside: new Map(),
  footfallCount: 0,
  last: null,
  regions: [],
});

/** Cells seen once that are remembered beyond the bound; a wanderer’s state stays small. */
const OUTSIDE_LIMIT = 256;

/**
 * The contribution bound, one fold per subject (all devices of a member together) and epoch.
 *
 * Movements wait until the watermark passes the moment that decided them and are then counted in the order
 * (knownAt, end, place), so devices that report in any order give the same contributions.
 *
 * @guarantee G-10
 */
export const boundsFold: Fold<BoundsState, Movement, Contribution, BoundsEnv> = {
  name: 'bounds',
  empty: () => ({
    who: null,
    pending: [],
    spentVisits: 0,
    spentFootfall: 0,
    visits: new Map(),
    outside: new Map(),
    footfallCount: 0,
    last: null,
    regions: [],
  }),
  onEvent: (state, movement) => {
    state.who ??= movement.who;
    state.pending.push(movement);
    return stay(state);
  },
  onWatermark: (state, now, env) => {
    const counted = countDue(state, now, env);
    const isDone = state.who !== null && now >= env.epochDone(state.who.epoch);
    return isDone ? { ...counted, state: null } : counted;
  },
  wakesAt: (state) => {
    let first = Number.POSITIVE_INFINITY;
    for (const movement of state.pending) if (movement.knownAt < first) first = movement.knownAt;
    return Number.isFinite(first) ? (first as EventTime) : null;
  },
};

const countDue = (
  state: BoundsState,
  now: Watermark,
  env: BoundsEnv,
): Transition<BoundsState, Contribution> => {
  const due = state.pending.filter((m) => m.knownAt <= now).sort(byDecision);
  state.pending = state.pending.filter((m) => m.knownAt > now);
  const emit: Contribution[] = [];
  const dropped: UncountedReason[] = [];
  for (const movement of due) {
    const counted =
      movement.kind === 'visit' ? countVisit(state, movement, env) : countOutside(state, movement, env);
    emit.push(...counted.emit);
    if (counted.dropped !== null) dropped.push(counted.dropped);
  }
  for (const { region } of emit) if (!state.regions.includes(region)) state.regions.push(region);
  return { state, emit, dropped };
};

interface Counted {
  readonly emit: readonly Contribution[];
  readonly dropped: UncountedReason | null;
}

const NOTHING: Counted = { emit: [], dropped: null };

const countVisit = (state: BoundsState, visit: Visit, env: BoundsEnv): Counted => {
  const unit = env.units.of(visit.store);
  if (unit === undefined) return NOTHING;
  const key = `${visit.store}|${String(env.hourStart(visit.end))}`;
  const before = state.visits.get(key) ?? 0;
  const emit: Contribution[] = [];
  const successor = successorOf(state.last, visit, unit, env);
  if (successor !== null) emit.push(successor);
  if (state.last === null || visit.end > state.last.end) state.last = { unit, end: visit.end };
  if (before >= env.bounds.visitsPerWindow) return { emit, dropped: 'over_visits' };
  if (before === 0 && state.visits.size + state.spentVisits >= env.bounds.perTable)
    return { emit, dropped: 'over_bound' };
  state.visits.set(key, before + 1);
  emit.push(visitContribution(visit, unit, env));
  return { emit, dropped: null };
};

const visitContribution = (visit: Visit, unit: StoreUnit, env: BoundsEnv): VisitContribution => ({
  kind: 'visit',
  epoch: visit.who.epoch,
  region: unit.region,
  subject: visit.who.subject,
  linked: visit.who.linked,
  store: unit.id,
  end: visit.end,
  dwellMs: Math.min(visit.end - visit.start, env.bounds.dwellMaxMs),
  knownAt: visit.knownAt,
});

/** The visit before leads to this one when it ended within the session gap, at another store. */
const successorOf = (
  last: LastVisit | null,
  visit: Visit,
  unit: StoreUnit,
  env: BoundsEnv,
): SuccessorContribution | null => {
  if (last === null || last.unit.id === unit.id) return null;
  const gap = visit.start - last.end;
  if (gap < 0 || gap > env.sessionGapMs) return null;
  return {
    kind: 'successor',
    epoch: visit.who.epoch,
    region: last.unit.region,
    subject: visit.who.subject,
    store: last.unit.id,
    end: last.end,
    toCell: unit.pool,
    toCategory: unit.category,
    knownAt: visit.knownAt,
  };
};

const countOutside = (state: BoundsState, outside: Outside, env: BoundsEnv): Counted => {
  const key = `${outside.cell}|${String(outside.windowStart)}`;
  const before = state.outside.get(key) ?? 0;
  if (before >= 2) return NOTHING;
  if (before === 0) {
    if (state.outside.size < OUTSIDE_LIMIT) state.outside.set(key, 1);
    return NOTHING;
  }
  if (state.footfallCount + state.spentFootfall >= env.bounds.perTable)
    return { emit: [], dropped: 'over_bound' };
  state.outside.set(key, 2);
  state.footfallCount += 1;
  const contribution: FootfallContribution = {
    kind: 'footfall',
    epoch: outside.who.epoch,
    region: ancestor(outside.cell, REGION_RESOLUTION),
    subject: outside.who.subject,
    linked: outside.who.linked,
    cell: outside.cell,
    windowStart: outside.windowStart,
    knownAt: outside.knownAt,
  };
  return { emit: [contribution], dropped: null };
};

/** A total order of movements that only their own content decides. */
const byDecision = (a: Movement, b: Movement): number =>
  a.knownAt - b.knownAt || endOf(a) - endOf(b) || compare(placeOf(a), placeOf(b)) || startOf(a) - startOf(b);

const endOf = (m: Movement): number => (m.kind === 'visit' ? m.end : m.windowStart);
const startOf = (m: Movement): number => (m.kind === 'visit' ? m.start : 0);
const placeOf = (m: Movement): StoreId | CellId => (m.kind === 'visit' ? m.store : m.cell);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
