import { describe, expect, it } from 'vitest';
import { pseudonym } from '../../../src/model/identity.ts';
import type { GateInput, VisitEntry } from '../../../src/model/tally.ts';
import type { WindowKind } from '../../../src/model/time.ts';
import { MINUTE_MS, watermark } from '../../../src/model/time.ts';
import { UnitList } from '../../../src/place/units.ts';
import type { GateEnv } from '../../../src/release/gate-env.ts';
import { gateFold } from '../../../src/release/gate.ts';
import type { GateState } from '../../../src/release/gate-state.ts';
import { calendarOf } from '../../../src/topology/parts.ts';
import { EPOCH, TOWN, aSmallPolicy, aSuccessor, aVisit, clock } from '../../support/builders.ts';

const policy = aSmallPolicy({ tier: 'threshold', rounding: 1 });
const calendar = calendarOf(policy);
const NOW = watermark(EPOCH);

const anEnv = (over: Partial<GateEnv> = {}): GateEnv => ({
  gate: policy.gate,
  visits: policy.visits,
  perTable: policy.bounds.perTable,
  visitsPerWindow: policy.bounds.visitsPerWindow,
  calendar,
  units: new UnitList(TOWN),
  drawKey: () => Buffer.alloc(32, 1),
  noiseKey: () => Buffer.alloc(32, 2),
  ...over,
});

/** One gate of one epoch, window by window. */
class Gate {
  state: GateState | null = gateFold.empty(String(EPOCH));
  readonly #env: GateEnv;

  constructor(env: GateEnv = anEnv()) {
    this.#env = env;
  }

  give(input: GateInput) {
    const { state, emit } = gateFold.onEvent(
      this.state ?? gateFold.empty(String(EPOCH)),
      input,
      NOW,
      this.#env,
    );
    this.state = state;
    return emit.map(({ value }) => value);
  }

  close(windowKind: WindowKind, at: string, visits: readonly VisitEntry[] = []) {
    const window = calendar.windowAt(windowKind, clock(at));
    return this.give({ kind: 'closed', epoch: EPOCH, windowKind, window, visits, footfall: [] });
  }
}

/** n people in a store at a time, half of them briefly. */
const crowd = (n: number, at: string, store = 'bakery', prefix = 'p'): VisitEntry[] =>
  Array.from({ length: n }, (_, i) =>
    aVisit(`${prefix}${String(i)}`, { store, end: clock(at), dwellMs: (i % 2 === 0 ? 5 : 30) * MINUTE_MS }),
  );

describe('G-10 a closing window', () => {
  it('releases a store at k and the draw, and holds one short of it back', () => {
    expect(new Gate().close('hour', '12:00', crowd(6, '12:20')).map(({ table }) => table)).toEqual([
      'visits',
    ]);
    expect(new Gate().close('hour', '12:00', crowd(5, '12:20'))).toEqual([]);
  });

  it('G-13 gives each store of the list its status when the day closes, and then is over', () => {
    const gate = new Gate();
    gate.close('hour', '12:00', crowd(6, '12:20'));
    const [visits] = gate.close('day', '04:00', crowd(6, '13:20', 'cinema'));
    expect(visits?.rows.map((row) => `${row.unit_id} ${row.holds} ${row.status}`)).toEqual([
      'cinema all RELEASED',
      'bakery rest WITHHELD',
      'grocer all WITHHELD',
      'hatter all WITHHELD',
      'inn all WITHHELD',
    ]);
    expect(gate.state).toBeNull();
  });

  it('holds all without finer rows, the rest beside them', () => {
    const gate = new Gate();
    gate.close('hour', '12:00', crowd(6, '12:20'));
    gate.close('hour', '13:00', crowd(3, '13:20'));
    gate.close('hour', '15:00', crowd(3, '15:20'));
    const held = (kind: WindowKind, at: string, visits: VisitEntry[] = []) =>
      gate
        .close(kind, at, visits)
        .flatMap(({ table, rows }) =>
          rows
            .filter(({ status }) => status === 'RELEASED')
            .map((row) => `${table} ${row.unit_kind} ${row.holds}`),
        );
    expect(held('daypart', '10:00', crowd(3, '12:40', 'bakery', 'late'))).toEqual(['visits store rest']);
    expect(held('daypart', '14:00', crowd(4, '16:20', 'bakery', 'q'))).toContain('visits store all');
  });

  it('moves what is withheld up to the r8 cell, the r7 cell, the region', () => {
    const gate = new Gate();
    const visits = [...crowd(3, '12:20', 'bakery'), ...crowd(3, '12:20', 'cinema', 'q')];
    const [day] = gate.close('day', '04:00', visits);
    expect(day?.rows[0]).toMatchObject({ unit_kind: 'cell', resolution: 8, visitors: 6 });
    const apart = new Gate().close('day', '04:00', [
      ...crowd(3, '12:20', 'bakery'),
      ...crowd(3, '12:20', 'hatter', 'q'),
    ]);
    expect(apart[0]?.rows[0]).toMatchObject({ unit_kind: 'region', resolution: 5, visitors: 6 });
    const far = new Gate().close('day', '04:00', [
      ...crowd(3, '12:20', 'bakery'),
      ...crowd(3, '12:20', 'inn', 'q'),
    ]);
    expect(far[0]?.rows.every(({ status }) => status === 'WITHHELD')).toBe(true);
  });

  it('counts a person once, and at most three visits of one person', () => {
    const often = Array.from({ length: 9 }, (_, i) => aVisit('p0', { end: clock(`12:${String(10 + i)}`) }));
    const [visits] = new Gate().close('hour', '12:00', [...crowd(6, '12:20'), ...often]);
    expect(visits?.rows[0]).toMatchObject({ visitors: 6, visits: 8 });
    expect(new Gate().close('hour', '12:00', [...crowd(5, '12:20'), ...often])).toEqual([]);
  });
});

describe('G-07 without its key', () => {
  const lost = anEnv({ drawKey: () => null });

  it('an epoch releases nothing, and its stores are withheld', () => {
    const gate = new Gate(lost);
    expect(gate.close('hour', '12:00', crowd(50, '12:20'))).toEqual([]);
    const windows = gate.close('day', '04:00', crowd(50, '13:20'));
    expect(windows.map(({ table }) => table)).toEqual(['visits']);
    expect(windows[0]?.rows.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'WITHHELD'));
  });
});

describe('G-03 a retraction', () => {
  const retract = (who: string): GateInput => ({
    kind: 'retract',
    epoch: EPOCH,
    region: aVisit('x').region,
    subject: pseudonym(who),
  });

  it('takes the subject out of what waits', () => {
    const gate = new Gate();
    gate.close('hour', '12:00', crowd(5, '12:20'));
    gate.give(retract('p0'));
    const rows = gate.close('daypart', '10:00', crowd(1, '13:00', 'bakery', 'q'));
    expect(rows).toEqual([]);
    expect(gate.close('daypart', '14:00', crowd(6, '15:00')).map(({ table }) => table)).toContain('visits');
  });

  it('G-04 leaves nothing of the subject in the state', () => {
    const gate = new Gate();
    gate.close('hour', '12:00', crowd(6, '12:20'));
    gate.close('hour', '13:00', crowd(3, '13:20'));
    for (const visit of crowd(6, '12:20'))
      gate.give(aSuccessor(aVisit(visit.subject, { end: visit.end }), 'cinema'));
    gate.give(retract('p1'));
    const left = JSON.stringify(gate.state, (_, value: unknown) =>
      value instanceof Map
        ? [...(value as Map<unknown, unknown>)]
        : value instanceof Set
          ? [...(value as Set<unknown>)]
          : value,
    );
    expect(left).toContain('"p2"');
    expect(left).not.toMatch(/\bp1\b/u);
  });

  it('G-11 between a row and its breakdown does not show: the breakdown still adds up to the row', () => {
    const gate = new Gate(anEnv({ gate: { ...policy.gate, homogeneityShare: 1 } }));
    const [row] = gate.close('hour', '12:00', crowd(12, '12:20'));
    for (const visit of crowd(6, '12:20'))
      gate.give(aSuccessor(aVisit(visit.subject, { end: visit.end }), 'inn'));
    gate.give(retract('p11'));
    const parts = gate
      .close('day', '04:00')
      .filter(({ table }) => table === 'transitions')
      .flatMap(({ rows }) => rows);
    const place = parts.filter(
      (part) => 'dimension' in part && part.dimension === 'place' && part.unit_kind === 'store',
    );
    expect(place.length).toBeGreaterThan(1);
    const sum = place.reduce((total, part) => total + ('visitors' in part ? (part.visitors ?? 0) : 0), 0);
    expect(sum).toBe((row?.rows[0] as { visitors: number }).visitors);
  });
});
