/** What runs beside the gate's own ladder: the second parameter set, the shares withheld, and stores that are new. */
import { describe, expect, it } from 'vitest';
import type { VisitContribution } from '../../../src/model/contribution.ts';
import { pseudonym } from '../../../src/model/identity.ts';
import { DAY_MS, epochStart } from '../../../src/model/time.ts';
import type { Policy } from '../../../src/model/policy.ts';
import { EPOCH, aSmallPolicy, aVisit, clock } from '../../support/builders.ts';
import { GateRun } from '../../support/drive.ts';

const crowd = (n: number, store: string, at: string, prefix = 'p'): VisitContribution[] =>
  Array.from({ length: n }, (_, i) => aVisit(`${prefix}${String(i)}`, { store, end: clock(at) }));

const runOf = (policy: Policy, visits: readonly VisitContribution[]) => {
  const run = new GateRun({ policy });
  run.accept(...visits);
  run.finish();
  return run;
};
const coverageOf = (run: GateRun) =>
  run.ledger.flatMap(({ entry }) => (entry.type === 'release' ? (entry.coverage ?? []) : []));

const DAY = [
  ...crowd(120, 'bakery', '12:20'),
  ...crowd(7, 'cinema', '13:20', 'q'),
  ...crowd(3, 'inn', '14:20', 'r'),
];

describe('G-13 the ledger', () => {
  it('tells once a day and region which share was released where, and what was withheld', () => {
    const run = runOf(aSmallPolicy(), DAY);
    const closings = run.ledger.flatMap(({ entry }) =>
      entry.type === 'release' && entry.coverage !== undefined ? [`${entry.table} ${entry.windowKind}`] : [],
    );
    expect(closings).toEqual(['visits day']);
    expect(coverageOf(run)).toEqual([
      {
        regionId: '852f5aaffffffff',
        parameters: 'live',
        shares: {
          'store hour': '>50',
          'store daypart': '<5',
          'store day': '<5',
          'r8 day': '<5',
          'r7 day': '<5',
          'region day': '<5',
          withheld: '<5',
        },
      },
    ]);
  });

  it('says nothing of a region with few visits', () => {
    expect(coverageOf(runOf(aSmallPolicy(), crowd(60, 'bakery', '12:20')))).toEqual([]);
  });
});

describe('G-10 the second parameter set', () => {
  const shadowed = { ...aSmallPolicy(), shadow: { k: 50, drawMax: 5, storeDays: 0 } };
  const visits = [...crowd(60, 'bakery', '12:20'), ...crowd(45, 'cinema', '13:20', 'q')];

  it('changes no row', () => {
    expect(runOf(shadowed, visits).windows.map(({ rows }) => rows)).toEqual(
      runOf(aSmallPolicy(), visits).windows.map(({ rows }) => rows),
    );
  });

  it('is told in classes, beside the first', () => {
    // Under k = 50 with a draw of at most 5 the bakery alone is released, of a region with too few visits to say.
    expect(coverageOf(runOf(shadowed, visits)).map(({ parameters }) => parameters)).toEqual(['live']);
    const milder = { ...shadowed, shadow: { k: 5, drawMax: 1, storeDays: 3 } };
    const [live, shadow] = coverageOf(runOf(milder, visits));
    expect(live?.shares).toMatchObject({ 'store hour': '>50', 'store daypart': '<5' });
    expect(shadow).toMatchObject({
      parameters: 'shadow',
      shares: { 'store hour': '<5', 'store daypart': '>50' },
    });
  });

  it('G-03 forgets who withdrew', () => {
    const policy = { ...aSmallPolicy(), shadow: { k: 5, drawMax: 1, storeDays: 0 } };
    const run = new GateRun({ policy });
    run.accept(...visits);
    for (const { subject, region } of visits.slice(0, 90))
      run.accept({ kind: 'retract', epoch: EPOCH, region, subject: pseudonym(subject) });
    run.finish();
    expect(coverageOf(run)).toEqual([]);
  });
});

describe('G-10 a store that was seldom released', () => {
  const policy = aSmallPolicy({ storeDays: 2 });
  const kindsOf = (run: GateRun) => run.released('visits').map((row) => `${row.unit_id} ${row.window_kind}`);

  const run = (days: readonly number[]) => {
    const gate = new GateRun({ policy });
    for (const n of days) {
      gate.flow.release.storeDays.note({
        ...entryOf(crowd(9, 'bakery', '12:20')),
        epochStartMs: epochStart(EPOCH - n * DAY_MS),
      });
    }
    gate.accept(...crowd(9, 'bakery', '12:20'));
    gate.finish();
    return kindsOf(gate);
  };
  const entryOf = (visits: readonly VisitContribution[]) => {
    const [line] = runOf(aSmallPolicy(), visits).ledger;
    if (line?.entry.type !== 'release') throw new Error('nothing was released');
    return line.entry;
  };

  it('gets its day parts and days, but no hours, until it has its days', () => {
    expect(run([])).toEqual(['bakery daypart']);
    expect(run([3])).toEqual(['bakery daypart']);
    expect(run([3, 2])).toEqual(['bakery hour']);
  });

  it('is not helped by the day before, which may not be over yet', () => {
    expect(run([3, 1])).toEqual(['bakery daypart']);
  });
});
