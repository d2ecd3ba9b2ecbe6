/** Holds contributions until the finest window that may still take them closes, then hands the window over whole. */
import type { Fold, Transition } from '../flow/station.ts';
import { stay } from '../flow/station.ts';
import type {
  Contribution,
  FootfallContribution,
  Retraction,
  VisitContribution,
} from '../model/contribution.ts';
import type { UncountedReason } from '../model/reasons.ts';
import type { BySubject, ClosedWindow, FootfallEntry, GateInput, VisitEntry } from '../model/tally.ts';
import { blankEntries, isSomebody, noteEntry, passEntry } from '../model/tally.ts';
import type { EpochStart, EventTime, Watermark, WindowKind } from '../model/time.ts';
import { epochStart } from '../model/time.ts';
import type { Calendar } from '../time/calendar.ts';
import type { Closing, Grace } from '../time/schedule.ts';
import { closesAt, closingsOf } from '../time/schedule.ts';

export interface TallyEnv {
  readonly calendar: Calendar;
  readonly grace: Grace;
}

/** One statistics epoch. Plain data, for sealed snapshots. */
export interface TallyState {
  readonly epoch: EpochStart;
  /** How many of the epoch's closings have been handed over. */
  closed: number;
  /** Contributions by the window they wait for: `kind|start`. */
  readonly visits: Map<string, VisitEntry[]>;
  readonly footfall: Map<string, FootfallEntry[]>;
  readonly bySubject: BySubject;
}

type TallyInput = Contribution | Retraction;

/**
 * The tally of one epoch. A contribution enters the finest window kind whose closing is after both the moment it
 * became known and the watermark; that does not depend on the order in which contributions arrive.
 *
 * @guarantee G-03
 * @guarantee G-10
 */
export const tallyFold: Fold<TallyState, TallyInput, GateInput, TallyEnv> = {
  name: 'tally',
  empty: (key) => ({
    epoch: epochStart(Number(key)),
    closed: 0,
    visits: new Map(),
    footfall: new Map(),
    bySubject: new Map(),
  }),
  onEvent: (state, input, now, env) => {
    if (isOver(state.epoch, now, env)) {
      return { state: null, emit: [], dropped: input.kind === 'retract' ? [] : NO_RUNG };
    }
    if (input.kind === 'successor' || input.kind === 'traits') return { state, emit: [input], dropped: [] };
    if (input.kind === 'retract') return retract(state, input);
    return input.kind === 'visit' ? addVisit(state, input, now, env) : addFootfall(state, input, now, env);
  },
  onWatermark: (state, now, env) => {
    const closings = scheduleOf(state.epoch, env);
    const emit: ClosedWindow[] = [];
    for (let next = closings[state.closed]; next !== undefined; next = closings[state.closed]) {
      if (next.closesAt > now) break;
      emit.push(takeWindow(state, next));
      state.closed += 1;
    }
    return { state: state.closed === closings.length ? null : state, emit, dropped: [] };
  },
  wakesAt: (state, env) => scheduleOf(state.epoch, env)[state.closed]?.closesAt ?? null,
};

const schedules = new WeakMap<Calendar, Map<EpochStart, readonly Closing[]>>();

/** The closings of an epoch; a cache of a pure function, so equal calls give equal answers. */
const scheduleOf = (start: EpochStart, env: TallyEnv): readonly Closing[] => {
  const known = schedules.get(env.calendar) ?? new Map<EpochStart, readonly Closing[]>();
  schedules.set(env.calendar, known);
  const found = known.get(start);
  if (found !== undefined) return found;
  const made = closingsOf(env.calendar, env.calendar.epochOf(start), env.grace);
  if (known.size > 1_024) known.clear();
  known.set(start, made);
  return made;
};

/** After its last closing an epoch takes nothing in and never opens again (G-12). */
const isOver = (epoch: EpochStart, now: Watermark, env: TallyEnv): boolean => {
  const last = scheduleOf(epoch, env).at(-1);
  return last !== undefined && last.closesAt <= now;
};

const NO_RUNG: readonly UncountedReason[] = ['no_rung'];
const tooLate = (state: TallyState): Transition<TallyState, GateInput> => ({
  state,
  emit: [],
  dropped: NO_RUNG,
});

const keyOf = (kind: WindowKind, start: number): string => `${kind}|${String(start)}`;

/** The first of the kinds whose window around `at` is still open for something known at `knownAt`. */
const openWindow = (
  kinds: readonly WindowKind[],
  at: EventTime,
  open: number,
  env: TallyEnv,
): string | null => {
  for (const kind of kinds) {
    const window = env.calendar.windowAt(kind, at);
    if (closesAt(kind, window, env.grace) > open) return keyOf(kind, window.start);
  }
  return null;
};

const VISIT_KINDS: readonly WindowKind[] = ['hour', 'daypart', 'day'];
const FOOTFALL_KINDS: readonly WindowKind[] = ['daypart', 'day'];

const addVisit = (
  state: TallyState,
  visit: VisitContribution,
  now: Watermark,
  env: TallyEnv,
): Transition<TallyState, GateInput> => {
  const key = openWindow(VISIT_KINDS, visit.end, Math.max(now, visit.knownAt), env);
  if (key === null) return tooLate(state);
  const { subject, linked, store, end, dwellMs } = visit;
  const entry = { subject, linked, store, end, dwellMs };
  append(state.visits, key, entry);
  noteEntry(state.bySubject, entry);
  return stay(state);
};

const addFootfall = (
  state: TallyState,
  seen: FootfallContribution,
  now: Watermark,
  env: TallyEnv,
): Transition<TallyState, GateInput> => {
  const key = openWindow(FOOTFALL_KINDS, seen.windowStart, Math.max(now, seen.knownAt), env);
  if (key === null) return tooLate(state);
  const { subject, linked, cell } = seen;
  const entry = { subject, linked, cell };
  append(state.footfall, key, entry);
  noteEntry(state.bySubject, entry);
  return stay(state);
};

const retract = (state: TallyState, input: Retraction): Transition<TallyState, GateInput> => {
  blankEntries(state.bySubject, input.subject);
  return { state, emit: [input], dropped: [] };
};

const takeWindow = (state: TallyState, closing: Closing): ClosedWindow => {
  const key = keyOf(closing.kind, closing.window.start);
  const visits = (state.visits.get(key) ?? []).filter(isSomebody);
  const footfall = (state.footfall.get(key) ?? []).filter(isSomebody);
  for (const entry of [...visits, ...footfall]) passEntry(state.bySubject, entry);
  state.visits.delete(key);
  state.footfall.delete(key);
  const { kind: windowKind, window } = closing;
  return { kind: 'closed', epoch: state.epoch, windowKind, window, visits, footfall };
};

const append = <T>(map: Map<string, T[]>, key: string, entry: T): void => {
  const held = map.get(key);
  if (held === undefined) map.set(key, [entry]);
  else held.push(entry);
};
