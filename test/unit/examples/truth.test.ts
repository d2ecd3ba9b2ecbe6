/** What really happened in the simulated city, against its stores, its clock and what the terminals reported of it. */
import { describe, expect, test } from 'vitest';
import type { TrueVisit } from '../../../examples/city/city.ts';
import { Ground, distanceM } from '../../../examples/city/ground.ts';
import { STORES, grouped, live, optionsFor, recordsOf, shareOf } from './small-city.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2024-05-15T04:00:00+09:00');
const PEOPLE = 1_500;

const ground = new Ground({ lat: 35.65, lng: 139.7 });
const storeOf = new Map(STORES.map((store) => [store.storeId, store] as const));
const town = live(optionsFor(PEOPLE));
const shopping = town.visits.filter(({ sensitive }) => !sensitive);
const minutes = (visit: TrueVisit): number => (visit.endMs - visit.startMs) / 60_000;
const bySubject = grouped(town.visits, ({ subject }) => subject.id);

describe('visits', () => {
  test('lie inside their store’s radius', () => {
    for (const { storeId, at } of shopping) {
      const store = storeOf.get(storeId);
      expect(store?.sensitive).toBe(false);
      if (store === undefined) continue;
      expect(distanceM(ground.pointOf(store), ground.pointOf(at))).toBeLessThanOrEqual(store.radiusM ?? 0);
    }
  });

  test('of one person follow each other', () => {
    for (const visits of bySubject.values()) {
      visits.reduce((last, next) => {
        expect(next.startMs).toBeGreaterThanOrEqual(last.endMs);
        return next;
      });
    }
  });

  test.each([
    ['visits a person', shopping.length / PEOPLE, 1.5, 2.2],
    ['3 to 15 minutes', shareOf(shopping, (v) => minutes(v) >= 2.999 && minutes(v) <= 15.001), 0.9, 0.97],
    ['20 to 60 minutes', shareOf(shopping, (v) => minutes(v) > 19.9 && minutes(v) <= 60.1), 0.03, 0.1],
    ['by people with an account', shareOf(shopping, ({ subject }) => subject.linked), 0.86, 0.94],
  ])('%s', (_, share, least, most) => {
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThan(most);
  });

  test('peak in the morning, at lunch and in the evening, and are few at night', () => {
    const between = (from: number, to: number): number =>
      shareOf(shopping, ({ startMs }) => {
        const hour = 4 + (startMs - START) / HOUR_MS;
        return hour >= from && hour < to;
      }) /
      (to - from);
    expect(between(7, 9)).toBeGreaterThan(2 * between(10, 11.5));
    expect(between(12, 13)).toBeGreaterThan(2 * between(14, 16));
    expect(between(17, 21)).toBeGreaterThan(1.5 * between(14, 16));
    expect(between(24, 28)).toBeLessThan(0.01);
    expect(between(24, 28)).toBeGreaterThan(0);
  });

  test('are followed by another store within 30 minutes often enough for transitions', () => {
    let chained = 0;
    for (const visits of bySubject.values()) {
      visits.reduce((last, next) => {
        if (next.startMs - last.endMs < 0.5 * HOUR_MS) chained++;
        return next;
      });
    }
    expect(chained / shopping.length).toBeGreaterThan(0.08);
    expect(chained / shopping.length).toBeLessThan(0.3);
  });

  test('are spread over the stores with a heavy tail', () => {
    const counts = [...grouped(shopping, ({ storeId }) => storeId).values()].map((visits) => visits.length);
    counts.sort((a, b) => b - a);
    const top = counts.slice(0, 15).reduce((sum, count) => sum + count, 0) / shopping.length;
    expect(counts.length).toBeGreaterThan(140);
    expect(top).toBeGreaterThan(0.25);
    expect(top).toBeLessThan(0.5);
  });

  test('of sensitive places happen, and no beacon speaks of them', () => {
    const places = new Set(STORES.filter(({ sensitive }) => sensitive).map(({ storeId }) => storeId));
    expect(shareOf(town.visits, ({ storeId }) => places.has(storeId))).toBeGreaterThan(0);
    for (const { storeId } of recordsOf(town, 'raw.access-log'))
      expect(places.has(storeId ?? '')).toBe(false);
  });
});

describe('what terminals report', () => {
  /** Reports of a linked person's terminals during a visit, with how far off they are. */
  const errors = ((): readonly { readonly error: number; readonly accuracyM: number }[] => {
    const byMember = grouped(recordsOf(town, 'raw.gps'), ({ memberId }) => memberId ?? '');
    return shopping.flatMap(({ subject, at, startMs, endMs }) =>
      (byMember.get(subject.id) ?? [])
        .filter(({ atMs, mocked }) => atMs >= startMs && atMs <= endMs && mocked !== true)
        .flatMap(({ lat, lng, accuracyM }) => {
          const error = distanceM(ground.pointOf({ lat, lng }), ground.pointOf(at));
          // A second terminal may lie at home.
          return accuracyM === undefined || error > 5 * accuracyM ? [] : [{ error, accuracyM }];
        }),
    );
  })();

  test('two thirds of the errors are within the reported accuracy', () => {
    expect(errors.length).toBeGreaterThan(5_000);
    expect(shareOf(errors, ({ error, accuracyM }) => error <= accuracyM)).toBeGreaterThan(0.64);
    expect(shareOf(errors, ({ error, accuracyM }) => error <= accuracyM)).toBeLessThan(0.72);
  });

  test('most visits have several reports', () => {
    expect(errors.length / shopping.length).toBeGreaterThan(5);
  });
});

describe('habits', () => {
  const wednesday = optionsFor(400);
  const week = live({ ...wednesday, days: 7 });
  const dayOf = ({ startMs }: TrueVisit): number => Math.floor((startMs - START) / (24 * HOUR_MS));

  test('people come back to the same stores day after day', () => {
    const own = [...grouped(week.visits, ({ subject }) => subject.id).values()].filter((v) => v.length >= 8);
    const favourite = own.map((visits) => {
      const counts = [...grouped(visits, ({ storeId }) => storeId).values()].map((of) => of.length);
      return Math.max(...counts) / visits.length;
    });
    expect(favourite.reduce((sum, share) => sum + share, 0) / favourite.length).toBeGreaterThan(0.3);
  });

  test('Saturday and Sunday are not weekdays', () => {
    const lunches = (day: number): number =>
      week.visits.filter((visit) => {
        const hour = (visit.startMs - START) / HOUR_MS - day * 24 + 4;
        return dayOf(visit) === day && hour >= 12 && hour < 13;
      }).length;
    const weekend = (lunches(3) + lunches(4)) / 2;
    const weekdays = (lunches(0) + lunches(1) + lunches(2) + lunches(5) + lunches(6)) / 5;
    expect(weekend).toBeLessThan(0.75 * weekdays);
  });
});
