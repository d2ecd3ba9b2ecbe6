import { describe, expect, it } from 'vitest';
import { latLngToCell } from 'h3-js';
import type { Contribution } from '../../../src/model/contribution.ts';
import { pseudonym } from '../../../src/model/identity.ts';
import type { Who } from '../../../src/model/identity.ts';
import { cellId, storeId } from '../../../src/model/place.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, eventTime, watermark } from '../../../src/model/time.ts';
import type { Movement, Outside, Visit } from '../../../src/model/visit.ts';
import { UnitList } from '../../../src/place/units.ts';
import { boundsEnv, calendarOf } from '../../../src/topology/parts.ts';
import type { BoundsState } from '../../../src/visits/bounds.ts';
import { boundsFold } from '../../../src/visits/bounds.ts';
import { StoreIndex } from '../../../src/place/store-index.ts';
import { EPOCH, TOWN, aPolicy, clock, placeAt } from '../../support/builders.ts';

const policy = aPolicy();
const env = boundsEnv({
  policy,
  calendar: calendarOf(policy),
  index: new StoreIndex(TOWN),
  units: new UnitList(TOWN),
  keyOf: () => null,
});
const WHO: Who = { epoch: EPOCH, subject: pseudonym('a'), device: pseudonym('phone'), linked: true };

const stayAt = (store: string, from: EventTime, minutes: number, over: Partial<Visit> = {}): Visit => {
  const end = eventTime(from + minutes * MINUTE_MS);
  const observedMs = minutes * MINUTE_MS;
  return {
    kind: 'visit',
    who: WHO,
    store: storeId(store),
    start: from,
    end,
    observedMs,
    inferredMs: 0,
    fixes: 5,
    knownAt: end,
    ...over,
  };
};
const outside = (nth: number, at: EventTime = clock('12:00')): Outside => {
  const { lat, lng } = placeAt(Math.floor(nth / 7), nth % 7, 0);
  return {
    kind: 'outside',
    who: WHO,
    cell: cellId(latLngToCell(lat, lng, 8)),
    windowStart: clock('10:00'),
    knownAt: at,
  };
};

/** Gives all movements at once and then moves the watermark to a moment. */
const counted = (movements: readonly Movement[], now: number = EPOCH + DAY_MS) => {
  let state: BoundsState | null = boundsFold.empty('a');
  for (const movement of movements)
    state = boundsFold.onEvent(state ?? boundsFold.empty('a'), movement, watermark(EPOCH), env).state;
  return boundsFold.onWatermark(state ?? boundsFold.empty('a'), watermark(now), env);
};
const emitted = (movements: readonly Movement[]): readonly Contribution[] => counted(movements).emit;
const kinds = (movements: readonly Movement[]): readonly string[] =>
  emitted(movements).map((c) => ('store' in c ? `${c.kind} ${c.store}` : c.kind));

describe('G-10 a visit becomes a contribution', () => {
  it('with its store, its end, its dwell and its region', () => {
    expect(emitted([stayAt('bakery', clock('12:00'), 20)])).toEqual([
      {
        kind: 'visit',
        epoch: EPOCH,
        region: '852f5aaffffffff',
        subject: 'a',
        linked: true,
        store: 'bakery',
        end: clock('12:20'),
        dwellMs: 20 * MINUTE_MS,
        knownAt: clock('12:20'),
      },
    ]);
  });

  it('whose dwell is cut at four hours', () => {
    expect(emitted([stayAt('bakery', clock('08:00'), 241)])[0]).toMatchObject({ dwellMs: 4 * HOUR_MS });
  });

  it('not before the watermark has passed the moment that decided it', () => {
    const visit = stayAt('bakery', clock('12:00'), 20, { knownAt: clock('12:25') });
    expect(counted([visit], clock('12:25') - 1).emit).toEqual([]);
    expect(counted([visit], clock('12:25')).emit).toHaveLength(1);
  });

  it('and one at a store that is no unit does not', () => {
    expect(emitted([stayAt('unheard-of', clock('12:00'), 20)])).toEqual([]);
  });
});

describe('G-10 the bound per unit and window', () => {
  const many = (n: number) =>
    Array.from({ length: n }, (_, i) => stayAt('bakery', eventTime(clock('12:00') + i * 6 * MINUTE_MS), 5));

  it.each([
    [1, 1, 0],
    [3, 3, 0],
    [4, 3, 1],
    [9, 3, 6],
  ])('of %i visits to one store and hour counts %i and sets %i aside', (n, visits, over) => {
    const { emit, dropped } = counted(many(n));
    expect(emit.filter(({ kind }) => kind === 'visit')).toHaveLength(visits);
    expect(dropped).toEqual(Array.from({ length: over }, () => 'over_visits'));
  });

  it('starts anew with the hour in which a visit ends', () => {
    const late = stayAt('bakery', clock('12:57'), 5);
    expect(counted([...many(4), late]).emit.filter(({ kind }) => kind === 'visit')).toHaveLength(4);
  });
});

describe('G-10 the bound per epoch and table (L0)', () => {
  const hours = Array.from({ length: 14 }, (_, i) =>
    stayAt('bakery', eventTime(clock('05:00') + i * HOUR_MS), 10),
  );

  it('counts twelve stores and hours and sets the others aside', () => {
    const { emit, dropped } = counted(hours);
    expect(emit.filter(({ kind }) => kind === 'visit')).toHaveLength(12);
    expect(dropped).toEqual(['over_bound', 'over_bound']);
  });

  it('lets further visits into an hour that counts already', () => {
    const again = stayAt('bakery', clock('05:30'), 10);
    expect(counted([...hours, again]).emit.filter(({ kind }) => kind === 'visit')).toHaveLength(13);
  });

  it('takes the earliest decided, in whatever order they come', () => {
    const ends = (movements: readonly Movement[]) =>
      emitted(movements).map((c) => (c.kind === 'visit' ? c.end : 0));
    expect(ends([...hours].reverse())).toEqual(ends(hours));
  });

  it('bounds footfall apart, at twelve cells and dayparts', () => {
    const walk = Array.from({ length: 20 }, (_, i) => [outside(i), outside(i)]).flat();
    const { emit, dropped } = counted([...hours, ...walk]);
    expect(emit.filter(({ kind }) => kind === 'footfall')).toHaveLength(12);
    expect(emit.filter(({ kind }) => kind === 'visit')).toHaveLength(12);
    expect(dropped).toHaveLength(2 + 8);
  });
});

describe('footfall', () => {
  it.each([
    [1, 0],
    [2, 1],
    [3, 1],
    [9, 1],
  ])('of %i fixes in one cell and daypart counts %i', (n, expected) => {
    expect(emitted(Array.from({ length: n }, () => outside(0)))).toHaveLength(expected);
  });

  it('takes two fixes in the same cell, not one in each of two', () => {
    expect(kinds([outside(0), outside(1)])).toEqual([]);
    expect(kinds([outside(0), outside(1), outside(0)])).toEqual(['footfall']);
  });

  it('is known when the second fix is', () => {
    expect(emitted([outside(0, clock('12:00')), outside(0, clock('12:30'))])[0]?.knownAt).toBe(
      clock('12:30'),
    );
  });
});

describe('the successor of a visit', () => {
  const first = stayAt('bakery', clock('12:00'), 20);
  const successors = (movements: readonly Movement[]) =>
    emitted(movements).filter((c) => c.kind === 'successor');

  it('names the cell and the category of the next store, never the store', () => {
    const [successor] = successors([first, stayAt('hatter', clock('12:30'), 10)]);
    expect(successor).toEqual({
      kind: 'successor',
      epoch: EPOCH,
      region: '852f5aaffffffff',
      subject: 'a',
      store: 'bakery',
      end: first.end,
      toCell: latLngToCell(placeAt(30, 2, 0).lat, placeAt(30, 2, 0).lng, 7),
      toCategory: 'clothes',
      knownAt: clock('12:40'),
    });
  });

  it.each<[string, Visit, number]>([
    ['that starts 30 min later', stayAt('hatter', clock('12:50'), 10), 1],
    ['that starts later than 30 min', stayAt('hatter', clock('12:50:01'), 10), 0],
    ['at the same store', stayAt('bakery', clock('12:30'), 10), 0],
    ['that began before the first was over', stayAt('hatter', clock('12:15'), 30), 0],
    ['at once', stayAt('hatter', first.end, 10), 1],
  ])('%s', (_, next, expected) => {
    expect(successors([first, next])).toHaveLength(expected);
  });

  it('is one at most: the visit after the next has another', () => {
    const chain = [first, stayAt('hatter', clock('12:30'), 10), stayAt('grocer', clock('12:45'), 10)];
    expect(successors(chain).map((c) => (c.kind === 'successor' ? c.store : ''))).toEqual([
      'bakery',
      'hatter',
    ]);
  });
});

describe('its state', () => {
  it('remembers the regions that hold something, for a retraction', () => {
    const { state } = counted([stayAt('bakery', clock('12:00'), 20), stayAt('inn', clock('16:00'), 20)]);
    expect(state?.regions).toEqual(['852f5aaffffffff', '852e6107fffffff']);
  });

  it('wakes at the earliest undecided movement', () => {
    const state = boundsFold.empty('a');
    expect(boundsFold.wakesAt(state, env)).toBeNull();
    for (const at of ['12:30', '12:10', '12:20'])
      boundsFold.onEvent(
        state,
        stayAt('bakery', clock('12:00'), 5, { knownAt: clock(at) }),
        watermark(EPOCH),
        env,
      );
    expect(boundsFold.wakesAt(state, env)).toBe(clock('12:10'));
  });

  it('is forgotten when the epoch is over', () => {
    expect(counted([stayAt('bakery', clock('12:00'), 20)], clock('06:00', 1)).state).toBeNull();
  });

  it('G-10 is counted out before it is forgotten, however far the watermark jumps', () => {
    const visits = [stayAt('bakery', clock('12:00'), 20), stayAt('cinema', clock('15:00'), 20)];
    expect(counted(visits, EPOCH + 3 * DAY_MS).emit).toEqual(counted(visits).emit);
    expect(counted(visits, EPOCH + 3 * DAY_MS).emit).toHaveLength(2);
  });
});
