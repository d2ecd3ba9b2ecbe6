/** The release gate: the only door out. Closed windows come in, released rows go out, each contribution at most once. */
import type { Fold, Transition } from '../flow/station.ts';
import { stay } from '../flow/station.ts';
import type { Retraction, SuccessorContribution, TraitsContribution } from '../model/contribution.ts';
import type { Coverage } from '../model/ledger.ts';
import type { AnyRow, PlaceTable, VisitsRow } from '../model/table.ts';
import type { ClosedWindow, GateInput } from '../model/tally.ts';
import { blankEntries, noteEntry } from '../model/tally.ts';
import type { EpochStart } from '../model/time.ts';
import { dwellEdges } from './breakdowns.ts';
import type { Rows } from './climb.ts';
import { climbAll, startOfWindow } from './climb.ts';
import { coverageOf } from './coverage.ts';
import { dpRows } from './dp.ts';
import type { GateEnv } from './gate-env.ts';
import type { GateState } from './gate-state.ts';
import { emptyGateState, setSuccessor } from './gate-state.ts';
import { place } from './ladder.ts';
import { noNoise, rowNoise } from './noise.ts';
import { Numbers } from './numbers.ts';
import type { Released, WindowRows } from './released.ts';
import { passGate } from './released.ts';
import { STORE_DAY, VISIT_RUNGS } from './rungs.ts';
import { outranksTraits } from './trait-parts.ts';
import { windowsOf } from './window-rows.ts';
import { withheldStoreDays } from './withheld.ts';

type Step = Transition<GateState, Released<WindowRows>>;

/**
 * The gate of one epoch. Its state moves only with closed windows, successors, traits and retractions, and all chance
 * in it is a PRF under the epoch's key, so a repeated run releases the same rows.
 *
 * @guarantee G-10
 * @guarantee G-12
 * @guarantee G-13
 */
export const gateFold: Fold<GateState, GateInput, Released<WindowRows>, GateEnv> = {
  name: 'gate',
  empty: emptyGateState,
  onEvent: (state, input, _now, env) => stepWith(state, input, env, shadowStep(state, input, env)),
  onWatermark: (state) => stay(state),
  wakesAt: () => null,
};

/** What the closing of one window tells. */
interface Told {
  readonly rows: Readonly<Record<PlaceTable, readonly AnyRow[]>>;
  readonly coverage: readonly Coverage[];
}

const NOTHING: Rows = {
  visits: [],
  dwell: [],
  transitions: [],
  terminals: [],
  demographics: [],
  footfall: [],
};

const stepWith = (state: GateState, input: GateInput, env: GateEnv, beside: readonly Coverage[]): Step => {
  if (input.kind !== 'closed') return note(state, input);
  const { rows, coverage } = tell(state, input, env, 'live');
  return {
    // After the day nothing of the epoch is kept.
    state: input.windowKind === 'day' ? null : state,
    emit: windowsOf(rows, [...coverage, ...beside], input, env.calendar).map(passGate),
    dropped: [],
  };
};

/** The second parameter set climbs its own ladder; of what comes out, the classes alone are told. */
const shadowStep = (state: GateState, input: GateInput, env: GateEnv): readonly Coverage[] => {
  const { shadow: gate } = env;
  if (gate === null || gate === undefined) return [];
  state.shadow ??= emptyGateState(String(state.epoch));
  if (input.kind === 'closed') {
    return tell(state.shadow, input, { ...env, gate, witness: undefined }, 'shadow').coverage;
  }
  note(state.shadow, input);
  return [];
};

const note = (state: GateState, input: Exclude<GateInput, ClosedWindow>): Step => {
  if (input.kind === 'successor') noteSuccessor(state, input);
  else if (input.kind === 'traits') noteTraits(state, input);
  else retract(state, input);
  return stay(state);
};

const noteSuccessor = (state: GateState, input: SuccessorContribution): void => {
  setSuccessor(state, input, { toCell: input.toCell, toCategory: input.toCategory });
};

const noteTraits = (state: GateState, { subject, traits, knownAt }: TraitsContribution): void => {
  const next = { traits, knownAt };
  const before = state.traits.get(subject);
  if (before === undefined || outranksTraits(next, before)) state.traits.set(subject, next);
};

const retract = (state: GateState, { subject }: Retraction): void => {
  blankEntries(state.bySubject, subject);
  state.successors.delete(subject);
  state.traits.delete(subject);
};

const tell = (
  state: GateState,
  closed: ClosedWindow,
  env: GateEnv,
  parameters: Coverage['parameters'],
): Told => {
  if (env.gate.tier === 'dp') return { rows: listedRows(state, closed, env), coverage: [] };
  const { drawKey, numbers } = chanceOf(state.epoch, env);
  const rows = structuredClone(NOTHING);
  const isDay = closed.windowKind === 'day';
  // Without the epoch's salt nothing more of it is published.
  const isAlive = drawKey !== null && numbers !== null;
  if (isAlive) climbAll({ state, closed, env, drawKey, numbers, rows });
  if (isDay) rows.visits.push(...withheld(rows.visits as VisitsRow[], closed, state, env));
  const shares = isDay && isAlive ? coverageOf(state.regions, numbers, env.gate) : [];
  return { rows, coverage: shares.map((share) => ({ ...share, parameters })) };
};

/** The tier dp: contributions wait for their day, whatever window they came in, and then every listed row is told. */
const listedRows = (state: GateState, closed: ClosedWindow, env: GateEnv): Told['rows'] => {
  const { units, gate, visits, perTable, isMine, calendar } = env;
  const ladder = { rungs: VISIT_RUNGS, units, windowStart: startOfWindow(env) };
  for (const entry of closed.visits) {
    place(state.visits, entry, { from: STORE_DAY, time: entry.end }, ladder);
    noteEntry(state.bySubject, entry);
  }
  if (closed.windowKind !== 'day') return NOTHING;
  const key = env.noiseKey(state.epoch);
  const dwellEdgesMs = dwellEdges({ gate, minDwellMs: visits.minDwellMs });
  const means = { gate, perTable, dwellEdgesMs, units, isMine, zone: calendar.zone, witness: env.witness };
  return key === null
    ? { ...NOTHING, visits: withheld([], closed, state, env) }
    : {
        ...NOTHING,
        ...dpRows({ ...means, state, closed, key }),
      };
};

const withheld = (
  released: readonly VisitsRow[],
  closed: ClosedWindow,
  state: GateState,
  { units, isMine, calendar }: GateEnv,
): readonly VisitsRow[] => withheldStoreDays(released, closed, state, { units, isMine, zone: calendar.zone });

interface Chance {
  readonly drawKey: Buffer | null;
  readonly numbers: Numbers | null;
}

const chanceOf = (epoch: EpochStart, env: GateEnv): Chance => {
  const { gate, visitsPerWindow } = env;
  const drawKey = env.drawKey(epoch);
  if (gate.tier === 'threshold') return { drawKey, numbers: new Numbers(gate, visitsPerWindow, noNoise) };
  const key = env.noiseKey(epoch);
  return { drawKey, numbers: key === null ? null : new Numbers(gate, visitsPerWindow, rowNoise(key)) };
};
