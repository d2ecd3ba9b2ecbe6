import { describe, expect, it } from 'vitest';
import type { AnyRow } from '../../../src/model/table.ts';
import type { GateInput, VisitEntry } from '../../../src/model/tally.ts';
import type { WindowKind } from '../../../src/model/time.ts';
import { MINUTE_MS, watermark } from '../../../src/model/time.ts';
import { UnitList } from '../../../src/place/units.ts';
import type { GateEnv } from '../../../src/release/gate-env.ts';
import { gateFold } from '../../../src/release/gate.ts';
import type { GateState } from '../../../src/release/gate-state.ts';
import { calendarOf } from '../../../src/topology/parts.ts';
import { EPOCH, TOWN, aPolicy, aSuccessor, aVisit, clock } from '../../support/builders.ts';

const policy = aPolicy({
  gate: { tier: 'dp', rounding: 1, destinationStores: 2 },
  bounds: { perTable: 4, visitsPerWindow: 1 },
});
const calendar = calendarOf(policy);
const units = new UnitList(TOWN);
const EPSILON = policy.gate.dp.shares.visits;
const L0 = policy.bounds.perTable;

const envOf = (key: Buffer | null, over: Partial<GateEnv> = {}): GateEnv => ({
  gate: policy.gate,
  visits: policy.visits,
  perTable: L0,
  visitsPerWindow: 1,
  calendar,
  units,
  drawKey: () => key,
  noiseKey: () => key,
  ...over,
});
const keyOf = (n: number): Buffer => Buffer.from(String(n).padStart(32, '0'));

const closing = (windowKind: WindowKind, at: string, visits: readonly VisitEntry[]): GateInput => ({
  ...{ kind: 'closed', epoch: EPOCH, windowKind, visits, footfall: [] },
  window: calendar.windowAt(windowKind, clock(at)),
});

/** What a day releases of visits that came in an hour's window. */
const day = (
  visits: readonly VisitEntry[],
  env: GateEnv,
  more: readonly GateInput[] = [],
): Readonly<Record<string, readonly AnyRow[]>> => {
  let state: GateState | null = gateFold.empty(String(EPOCH));
  const tables: Record<string, readonly AnyRow[]> = {};
  for (const input of [...more, closing('hour', '12:00', visits), closing('day', '04:00', [])]) {
    const step = gateFold.onEvent(state ?? gateFold.empty(String(EPOCH)), input, watermark(EPOCH), env);
    state = step.state;
    for (const { value } of step.emit) tables[value.table] = [...(tables[value.table] ?? []), ...value.rows];
  }
  expect(state).toBe(null);
  return tables;
};

const crowd = (n: number, store = 'bakery'): VisitEntry[] =>
  Array.from({ length: n }, (_, i) =>
    aVisit(`p${String(i)}`, { store, end: clock('12:20'), dwellMs: (i % 2 === 0 ? 5 : 30) * MINUTE_MS }),
  );

const numberOf = (tables: Readonly<Record<string, readonly AnyRow[]>>, store: string): number => {
  const row = tables['visits']?.find(({ unit_id }) => unit_id === store);
  return Number((row as { visitors?: number } | undefined)?.visitors);
};

describe('G-14 the tier dp', () => {
  it('tells a number of every listed store and day, whoever came, and of nothing else', () => {
    const { visits = [], ...others } = day(crowd(40), envOf(keyOf(1)));
    expect(visits.map((row) => `${row.unit_kind} ${row.unit_id} ${row.window_kind} ${row.status}`)).toEqual(
      TOWN.map(({ id }) => `store ${id} day RELEASED`),
    );
    expect(Object.keys(others).filter((table) => !['dwell', 'transitions'].includes(table))).toEqual([]);
  });

  it('tells the same again after a restart, and something else under another key', () => {
    expect(day(crowd(40), envOf(keyOf(1)))).toEqual(day(crowd(40), envOf(keyOf(1))));
    expect(day(crowd(40), envOf(keyOf(1)))).not.toEqual(day(crowd(40), envOf(keyOf(2))));
  });

  it('tells nothing when the salt is gone: every store is withheld', () => {
    const { visits = [], ...others } = day(crowd(40), envOf(null));
    expect(new Set(visits.map(({ status }) => status))).toEqual(new Set(['WITHHELD']));
    expect(others).toEqual({});
  });

  it('counts a person once in a store and day, however often they came', () => {
    const often = crowd(40).flatMap((visit) => [visit, { ...visit, end: clock('12:50') }]);
    expect(numberOf(day(often, envOf(keyOf(3))), 'bakery')).toBe(
      numberOf(day(crowd(40), envOf(keyOf(3))), 'bakery'),
    );
  });

  it('breakdowns add up to the visitors of their row', () => {
    for (let n = 0; n < 20; n += 1) {
      const visits = crowd(60).map((visit) => ({ ...aVisit('x'), ...visit }));
      const next = visits
        .slice(0, 40)
        .map((visit) => aSuccessor({ ...aVisit(visit.subject), ...visit }, 'grocer'));
      const tables = day(visits, envOf(keyOf(n)), next);
      const whole = numberOf(tables, 'bakery');
      for (const table of ['dwell', 'transitions']) {
        const parts = (tables[table] ?? []).filter(({ unit_id }) => unit_id === 'bakery');
        const sum = parts.reduce(
          (total, part) => total + Number((part as { visitors?: number }).visitors),
          0,
        );
        if (parts.length > 0) expect(sum).toBe(whole);
      }
      const named = (tables['transitions'] ?? []).map((row) => (row as { to_id?: string }).to_id);
      // Clothes are sold by one store only.
      expect(named).not.toContain('clothes');
    }
  });
});

describe('G-14 what the tier dp tells of one person', () => {
  const RUNS = 6_000;
  const PEOPLE = 30;

  const counted = (people: number, env: (n: number) => GateEnv): readonly number[] =>
    Array.from({ length: RUNS }, (_, n) => numberOf(day(crowd(people), env(n)), 'bakery'));

  /** Largest |ln P(A)/P(A′)| over the events "at least t", as far as they are common enough to be estimated. */
  const worstRatio = (a: readonly number[], b: readonly number[]): number => {
    const share = (of: readonly number[], t: number): number => of.filter((n) => n >= t).length / of.length;
    const ratios = [];
    for (let t = PEOPLE - 12; t <= PEOPLE + 12; t += 1) {
      const [p, q] = [share(a, t), share(b, t)];
      if (Math.min(p, q) > 0.02) ratios.push(Math.abs(Math.log(p / q)));
    }
    return Math.max(...ratios);
  };

  const alone = new UnitList(TOWN.slice(0, 1));
  const one = (n: number): GateEnv => envOf(keyOf(n), { units: alone });
  // Different keys for both, as in two independent runs; one row takes an L0-th of the table's ε.
  const other = (n: number): GateEnv => one(RUNS + n);
  const ALLOWED = EPSILON / L0;
  const SLACK = 0.1;

  it('is within its ε for neighbouring inputs: no event is likelier by more than e^ε', () => {
    const [without, with_] = [counted(PEOPLE, one), counted(PEOPLE + 1, other)];
    expect(worstRatio(without, with_)).toBeLessThan(ALLOWED + SLACK);
  });

  it('the control: with a third of the noise the test sees it', () => {
    const dp = { epsilon: 20, shares: { ...policy.gate.dp.shares, visits: 3 * EPSILON } };
    const weak = (env: GateEnv): GateEnv => ({ ...env, gate: { ...env.gate, dp } });
    const without = counted(PEOPLE, (n) => weak(one(n)));
    const with_ = counted(PEOPLE + 1, (n) => weak(other(n)));
    expect(worstRatio(without, with_)).toBeGreaterThan(ALLOWED + SLACK);
  });
});
