import { describe, expect, it } from 'vitest';
import { UnitList } from '../../../src/place/units.ts';
import { FOOTFALL_RUNGS, VISIT_RUNGS, storeUnit } from '../../../src/release/rungs.ts';
import { TOWN, aFootfall, aStore, aVisit } from '../../support/builders.ts';

const units = new UnitList(TOWN);
const visit = aVisit('a', { store: 'bakery' });
const shown = <T>(
  rungs: readonly {
    windowKind: string;
    unitOf: (e: T, u: UnitList) => { kind: string; resolution: number } | null;
  }[],
  entry: T,
) =>
  rungs.flatMap(({ windowKind, unitOf }) => {
    const unit = unitOf(entry, units);
    return unit === null ? [] : [`${unit.kind} r${String(unit.resolution)} ${windowKind}`];
  });

describe('G-10 the rungs of visits', () => {
  it('go store×hour → store×daypart → store×day → r8×day → r7×day → region×day', () => {
    expect(shown(VISIT_RUNGS, visit)).toEqual([
      'store r9 hour',
      'store r9 daypart',
      'store r9 day',
      'cell r8 day',
      'cell r7 day',
      'region r5 day',
    ]);
  });

  it('nest: two stores of one r8 cell meet there, the next r8 at r7, the next r7 in the region, Osaka never', () => {
    const meets = (a: string, b: string): number =>
      VISIT_RUNGS.findIndex(
        ({ unitOf }) =>
          unitOf(aVisit('x', { store: a }), units)?.id === unitOf(aVisit('x', { store: b }), units)?.id,
      );
    expect(['bakery', 'cinema', 'grocer', 'hatter', 'inn'].map((id) => meets('bakery', id))).toEqual([
      0, 3, 4, 5, -1,
    ]);
  });

  it('are none for a store that is no unit', () => {
    const closed = new UnitList([aStore('bakery', { closed: true }), aStore('cinema', { sensitive: true })]);
    for (const id of ['bakery', 'cinema', 'unheard-of']) {
      const entry = { ...visit, store: id as typeof visit.store };
      expect(VISIT_RUNGS.map(({ unitOf }) => unitOf(entry, closed))).toEqual([
        null,
        null,
        null,
        null,
        null,
        null,
      ]);
    }
  });

  it('say their resolution as their units have it', () => {
    for (const { resolution, unitOf, unitKind } of VISIT_RUNGS) {
      expect(unitOf(visit, units)).toMatchObject({ resolution, kind: unitKind });
    }
  });
});

describe('G-10 the rungs of footfall', () => {
  it('go r8×daypart → r7×daypart → r7×day → region×day by day', () => {
    expect(shown(FOOTFALL_RUNGS, aFootfall('a'))).toEqual([
      'cell r8 daypart',
      'cell r7 daypart',
      'cell r7 day',
      'region r5 day',
    ]);
  });

  it('go r6×daypart → region×day at night', () => {
    expect(shown(FOOTFALL_RUNGS, aFootfall('a', { resolution: 6 }))).toEqual([
      'cell r6 daypart',
      'region r5 day',
    ]);
  });
});

describe('storeUnit', () => {
  it('is shown by its r9 cell', () => {
    const unit = units.of(visit.store);
    expect(unit === undefined ? null : storeUnit(unit)).toMatchObject({
      kind: 'store',
      id: 'bakery',
      resolution: 9,
    });
  });
});
