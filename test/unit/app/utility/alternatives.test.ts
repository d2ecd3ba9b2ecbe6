import { describe, expect, it } from 'vitest';
import { Alternatives } from '../../../../src/app/utility/report.ts';
import type { Policy } from '../../../../src/model/policy.ts';
import { DAY_MS, watermark } from '../../../../src/model/time.ts';
import { EPOCH, TOWN, aPolicy, aVisit, clock } from '../../../support/builders.ts';
import { SeededBytes } from '../../../support/seeded.ts';

const crowd = (n: number, store: string, at = '12:20', prefix = 'p') =>
  Array.from({ length: n }, (_, i) => aVisit(`${prefix}${String(i)}`, { store, end: clock(at) }));

const reportOf = (visits: readonly ReturnType<typeof aVisit>[], policy: Policy = aPolicy()) => {
  const alternatives = new Alternatives(policy, TOWN, new SeededBytes('utility'));
  alternatives.openEpoch(EPOCH);
  for (const visit of visits) alternatives.accept(visit);
  alternatives.advance(watermark(EPOCH + 2 * DAY_MS));
  alternatives.dropEpoch(EPOCH);
  return new Map(alternatives.report().map((one) => [one.name, one]));
};

describe('what a setting costs', () => {
  const report = reportOf([...crowd(40, 'bakery'), ...crowd(8, 'hatter', '13:20', 'q')]);

  it('is told of the running parameters, of other k in both tiers, and of dp', () => {
    expect([...report.keys()]).toEqual([
      'running',
      'threshold k 5',
      'perturbed k 5',
      'threshold k 10',
      'perturbed k 10',
      'threshold k 20',
      'perturbed k 20',
      'dp',
    ]);
    const dp = reportOf([], aPolicy({ gate: { tier: 'dp' }, bounds: { perTable: 4 } }));
    expect([...dp.keys()]).toEqual([
      'running',
      'threshold k 5',
      'perturbed k 5',
      'threshold k 10',
      'perturbed k 10',
      'threshold k 20',
      'perturbed k 20',
    ]);
  });

  it('counts each visit where it would be released', () => {
    const count = (name: string) => report.get(name)?.count;
    expect(count('running')).toMatchObject({ visits: 48, storeHours: 40, storeDays: 0, cells: 0, rows: 1 });
    // Eight people are too few for k = 10 in a store, a cell, and, alone on their rung, a region.
    expect(count('perturbed k 10')).toEqual(count('running'));
    const five = count('threshold k 5');
    expect(five).toMatchObject({ visits: 48 });
    expect((five?.storeHours ?? 0) + (five?.storeDays ?? 0)).toBeGreaterThanOrEqual(40);
    expect(count('threshold k 20')).toMatchObject({ storeHours: 40, rows: 1 });
    expect(count('dp')).toMatchObject({ storeHours: 0, storeDays: 48, rows: TOWN.length });
  });

  it('holds the tier dp to its bounds, whatever the run beside it allows', () => {
    const often = Array.from({ length: 9 }, (_, i) =>
      aVisit('p', { store: 'bakery', end: clock(`${String(10 + i)}:20`) }),
    );
    const twice = [aVisit('p', { store: 'bakery', end: clock('10:40') })];
    // Four hours of one store and day: all of them in one row of that store, where one of them counts.
    expect(reportOf([...often, ...twice]).get('dp')?.count).toMatchObject({ visits: 10, storeDays: 1 });
    const stores = ['bakery', 'cinema', 'grocer', 'hatter', 'inn'].map((store) => aVisit('p', { store }));
    expect(reportOf(stores).get('dp')?.count).toMatchObject({ visits: 5, storeDays: 4 });
  });

  it('is nothing where nothing was counted', () => {
    expect(reportOf([]).get('running')?.count).toMatchObject({ visits: 0, rows: 0 });
  });
});
