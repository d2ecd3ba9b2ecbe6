import { describe, expect, it } from 'vitest';
import type { FootfallEntry, VisitEntry } from '../../../src/model/tally.ts';
import { UnitList } from '../../../src/place/units.ts';
import type { LadderEnv, Waiting } from '../../../src/release/ladder.ts';
import { bucketKey, emptyWaiting, place, takeAll, takeBuckets } from '../../../src/release/ladder.ts';
import { markCoarser, marked, rowMark } from '../../../src/release/marks.ts';
import { FOOTFALL_RUNGS, VISIT_RUNGS } from '../../../src/release/rungs.ts';
import { calendarOf } from '../../../src/topology/parts.ts';
import { TOWN, aFootfall, aPolicy, aVisit, clock } from '../../support/builders.ts';

const calendar = calendarOf(aPolicy());
const env: LadderEnv<VisitEntry> = {
  rungs: VISIT_RUNGS,
  units: new UnitList(TOWN),
  windowStart: (kind, at) => calendar.windowAt(kind, at).start,
};
const empty = (): Waiting<VisitEntry> => emptyWaiting(VISIT_RUNGS);
const sizes = (waiting: Waiting<VisitEntry>): number[] =>
  waiting.map((buckets) => [...buckets.values()].reduce((n, { entries }) => n + entries.length, 0));
const put = (waiting: Waiting<VisitEntry>, from: number, entry = aVisit('a')): boolean =>
  place(waiting, entry, { from, time: entry.end }, env);

describe('G-10 place', () => {
  it.each([0, 1, 2, 3, 4, 5])('puts an entry on rung %i and on no other', (from) => {
    const waiting = empty();
    expect(put(waiting, from)).toBe(true);
    expect(sizes(waiting)).toEqual(VISIT_RUNGS.map((_, i) => (i === from ? 1 : 0)));
  });

  it('drops what goes beyond the last rung', () => {
    const waiting = empty();
    expect(put(waiting, VISIT_RUNGS.length)).toBe(false);
    expect(sizes(waiting)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('drops an entry of a store that is no unit', () => {
    const waiting = empty();
    expect(put(waiting, 0, { ...aVisit('a'), store: 'gone' as never })).toBe(false);
  });

  it('skips the rungs on which an entry has no unit', () => {
    const waiting = emptyWaiting<FootfallEntry>(FOOTFALL_RUNGS);
    const night = aFootfall('a', { resolution: 6, windowStart: clock('22:00') });
    place(waiting, night, { from: 0, time: night.windowStart }, { ...env, rungs: FOOTFALL_RUNGS });
    expect(waiting.map(({ size }) => size)).toEqual([0, 0, 1, 0, 0]);
  });

  it('gathers what is of one unit and window', () => {
    const waiting = empty();
    put(waiting, 0, aVisit('a', { end: clock('12:05') }));
    put(waiting, 0, aVisit('b', { end: clock('12:55') }));
    put(waiting, 0, aVisit('c', { end: clock('13:00') }));
    put(waiting, 0, aVisit('d', { store: 'cinema', end: clock('12:30') }));
    expect([...(waiting[0]?.keys() ?? [])]).toEqual([
      bucketKey('bakery', clock('12:00')),
      bucketKey('bakery', clock('13:00')),
      bucketKey('cinema', clock('12:00')),
    ]);
  });
});

describe('G-10 taking', () => {
  it('takes the buckets of one window, in unit order, once', () => {
    const waiting = empty();
    put(waiting, 0, aVisit('a', { store: 'grocer' }));
    put(waiting, 0, aVisit('b', { store: 'bakery' }));
    put(waiting, 0, aVisit('c', { store: 'cinema', end: clock('15:00') }));
    const ids = (): string[] => takeBuckets(waiting, 0, clock('12:00')).map(({ unit }) => unit.id);
    expect(ids()).toEqual(['bakery', 'grocer']);
    expect(ids()).toEqual([]);
    expect(sizes(waiting)[0]).toBe(1);
  });

  it('takes all buckets by window and then unit', () => {
    const waiting = empty();
    put(waiting, 0, aVisit('a', { store: 'grocer', end: clock('12:00') }));
    put(waiting, 0, aVisit('b', { store: 'bakery', end: clock('12:00') }));
    put(waiting, 0, aVisit('c', { store: 'bakery', end: clock('09:00') }));
    const taken = takeAll(waiting, 0).map(({ unit, windowStart }) => `${unit.id} ${String(windowStart)}`);
    expect(taken).toEqual([
      `bakery ${String(clock('09:00'))}`,
      `bakery ${String(clock('12:00'))}`,
      `grocer ${String(clock('12:00'))}`,
    ]);
    expect(sizes(waiting)[0]).toBe(0);
  });

  it('of a rung that does not exist takes nothing', () => {
    expect(takeBuckets(empty(), 99, clock('12:00'))).toEqual([]);
    expect(takeAll(empty(), 99)).toEqual([]);
  });
});

describe('marks', () => {
  it('name the coarser keys of a released bucket, each in its own window', () => {
    const waiting = empty();
    put(waiting, 0, aVisit('a', { end: clock('15:20') }));
    const [bucket] = takeBuckets(waiting, 0, clock('15:00'));
    const marks = new Set<string>();
    if (bucket !== undefined) markCoarser(marks, 'visits', { bucket, rung: 0 }, env);
    expect(marked(marks, rowMark('visits', 'bakery', 'hour', clock('15:00')))).toBe(false);
    expect(marked(marks, rowMark('visits', 'bakery', 'daypart', clock('14:00')))).toBe(true);
    expect(marked(marks, rowMark('visits', 'bakery', 'day', clock('04:00')))).toBe(true);
    expect(marked(marks, rowMark('dwell', 'bakery', 'day', clock('04:00')))).toBe(false);
    expect(marks.size).toBe(5);
  });
});
