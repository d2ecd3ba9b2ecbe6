import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contribution } from '../../src/model/contribution.ts';
import type { Who } from '../../src/model/identity.ts';
import { pseudonym } from '../../src/model/identity.ts';
import { cellId, storeId } from '../../src/model/place.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, eventTime, watermark } from '../../src/model/time.ts';
import type { Movement } from '../../src/model/visit.ts';
import { StoreIndex } from '../../src/place/store-index.ts';
import { UnitList } from '../../src/place/units.ts';
import { boundsEnv, calendarOf } from '../../src/topology/parts.ts';
import type { BoundsState } from '../../src/visits/bounds.ts';
import { boundsFold } from '../../src/visits/bounds.ts';
import { EPOCH, TOWN, aFootfall, aPolicy, clock } from '../support/builders.ts';
import { shuffled } from '../support/seeded.ts';

const policy = aPolicy({ bounds: { perTable: 4, visitsPerWindow: 2 } });
const calendar = calendarOf(policy);
const env = boundsEnv({
  policy,
  calendar,
  index: new StoreIndex(TOWN),
  units: new UnitList(TOWN),
  keyOf: () => null,
});
const whoOf = (device: number): Who => ({
  epoch: EPOCH,
  subject: pseudonym('a'),
  device: pseudonym(`phone-${String(device)}`),
  linked: true,
});

const anyVisit = fc
  .record({
    device: fc.nat(1),
    store: fc.constantFrom('bakery', 'cinema', 'hatter', 'inn'),
    minute: fc.integer({ min: 0, max: 23 * 60 }),
    dwell: fc.integer({ min: 3, max: 300 }),
    lag: fc.nat(90),
  })
  .map(({ device, store, minute, dwell, lag }): Movement => {
    const end = EPOCH + minute * MINUTE_MS;
    return {
      kind: 'visit',
      who: whoOf(device),
      store: storeId(store),
      start: eventTime(end - dwell * MINUTE_MS),
      end: eventTime(end),
      observedMs: dwell * MINUTE_MS,
      inferredMs: 0,
      fixes: 4,
      knownAt: eventTime(end + lag * MINUTE_MS),
    };
  });
const CELLS = ['bakery', 'cinema', 'grocer', 'hatter', 'inn'].map((store) => aFootfall('a', { store }).cell);
const anyOutside = fc
  .record({
    cell: fc.constantFrom(...CELLS),
    part: fc.constantFrom('04:00', '10:00', '14:00'),
    lag: fc.nat(300),
  })
  .map(({ cell, part, lag }): Movement => ({
    kind: 'outside',
    who: whoOf(0),
    cell: cellId(cell),
    windowStart: clock(part),
    knownAt: eventTime(clock(part) + lag * MINUTE_MS),
  }));
const anyMovements = fc.array(
  fc.oneof({ weight: 3, arbitrary: anyVisit }, { weight: 2, arbitrary: anyOutside }),
  { maxLength: 60, size: 'max' },
);
const anyMarks = fc
  .array(fc.nat(26 * 60 - 1), { maxLength: 20 })
  .map((minutes) => [
    ...minutes.sort((a, b) => a - b).map((m) => EPOCH + m * MINUTE_MS),
    EPOCH + DAY_MS + HOUR_MS,
  ]);

/** Each movement some time before the watermark passes the moment that decided it. */
const driven = (movements: readonly Movement[], marks: readonly number[], seed: number) => {
  let state: BoundsState = boundsFold.empty('a');
  const emit: Contribution[] = [];
  let dropped = 0;
  let waiting = shuffled(movements, seed);
  for (const mark of marks) {
    const due = waiting.filter((m, i) => m.knownAt <= mark || (i + seed) % 4 === 0);
    waiting = waiting.filter((m) => !due.includes(m));
    for (const movement of due) state = boundsFold.onEvent(state, movement, watermark(0), env).state ?? state;
    const step = boundsFold.onWatermark(state, watermark(mark), env);
    emit.push(...step.emit);
    dropped += step.dropped.length;
    state = step.state ?? boundsFold.empty('a');
  }
  return { emit, dropped, state };
};
const RUNS = { seed: 41, numRuns: 300 };
const atOnce = (movements: readonly Movement[]) => driven(movements, [EPOCH + DAY_MS + HOUR_MS], 0);

describe('G-10 the bounds of one subject', () => {
  it('are the same in any order of arrival and at any steps of the watermark', () => {
    fc.assert(
      fc.property(anyMovements, anyMarks, fc.nat(99), (movements, marks, seed) => {
        expect(driven(movements, marks, seed).emit).toEqual(atOnce(movements).emit);
      }),
      RUNS,
    );
  });

  it('hold: L0 stores and hours, so many visits in each, L0 footfall cells, dwell cut', () => {
    fc.assert(
      fc.property(anyMovements, (movements) => {
        const { emit } = atOnce(movements);
        const perKey = new Map<string, number>();
        for (const c of emit) {
          if (c.kind !== 'visit') continue;
          expect(c.dwellMs).toBeLessThanOrEqual(policy.bounds.dwellMaxMs);
          const key = `${c.store} ${String(calendar.windowAt('hour', c.end).start)}`;
          perKey.set(key, (perKey.get(key) ?? 0) + 1);
        }
        expect(perKey.size).toBeLessThanOrEqual(4);
        expect(Math.max(0, ...perKey.values())).toBeLessThanOrEqual(2);
        const walks = emit.flatMap((c) =>
          c.kind === 'footfall' ? [`${c.cell} ${String(c.windowStart)}`] : [],
        );
        expect(new Set(walks).size).toBe(walks.length);
        expect(walks.length).toBeLessThanOrEqual(4);
      }),
      RUNS,
    );
  });

  it('lose no visit without a reason', () => {
    fc.assert(
      fc.property(fc.array(anyVisit, { maxLength: 40, size: 'max' }), (visits) => {
        const { emit, dropped } = atOnce(visits);
        expect(emit.filter(({ kind }) => kind === 'visit').length + dropped).toBe(visits.length);
      }),
      RUNS,
    );
  });

  it('give each visit one successor at most, and only after it', () => {
    fc.assert(
      fc.property(anyMovements, (movements) => {
        const next = atOnce(movements).emit.flatMap((c) => (c.kind === 'successor' ? [c] : []));
        const sources = next.map((c) => `${c.store} ${String(c.end)}`);
        expect(new Set(sources).size).toBe(sources.length);
        for (const c of next) expect(c.knownAt).toBeGreaterThanOrEqual(c.end);
      }),
      RUNS,
    );
  });

  it('G-03 know every region in which something of the subject is counted', () => {
    fc.assert(
      fc.property(anyMovements, (movements) => {
        const { emit, state } = atOnce(movements);
        expect(new Set(state.regions)).toEqual(new Set(emit.map(({ region }) => region)));
      }),
      RUNS,
    );
  });
});
