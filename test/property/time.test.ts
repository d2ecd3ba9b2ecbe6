/** Laws of time: windows partition epochs, epochs partition time, in any zone and for any cut of the day. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventTime, Window } from '../../src/model/time.ts';
import { WINDOW_KINDS, eventTime } from '../../src/model/time.ts';
import { Calendar, LONGEST_EPOCH_MS } from '../../src/time/calendar.ts';
import { closingsOf, epochDoneAt } from '../../src/time/schedule.ts';
import { Zone } from '../../src/time/zone.ts';

const SEED = 20_240_401;
const RUNS = { seed: SEED, numRuns: 200 };

/** Zones with whole, half and quarter offsets, with and without summer time, with gaps at midnight and of half an hour. */
const ZONES = [
  'UTC',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Australia/Lord_Howe',
  'America/New_York',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Africa/Cairo',
  'Europe/Paris',
].map((name) => new Zone(name));

const aTime = fc
  .integer({ min: Date.parse('2000-01-02'), max: Date.parse('2037-12-31') })
  .map((ms) => eventTime(ms));

/** Times within two days of a change of summer time are drawn as often as all others. */
const aTimeNearChange = fc
  .tuple(
    fc.constantFrom(
      '2024-03-10',
      '2024-03-31',
      '2024-10-06',
      '2024-10-27',
      '2024-11-03',
      '2024-04-07',
      '2018-11-04',
    ),
    fc.integer({ min: -48 * 3_600_000, max: 48 * 3_600_000 }),
  )
  .map(([date, shift]) => eventTime(Date.parse(date) + shift));

const anyTime: fc.Arbitrary<EventTime> = fc.oneof(aTime, aTimeNearChange);

const aCalendar = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    dayStartHour: fc.integer({ min: 0, max: 23 }),
    after: fc.uniqueArray(fc.integer({ min: 1, max: 23 }), { minLength: 1, maxLength: 6 }),
  })
  .map(({ zone, dayStartHour, after }) => {
    const daypartHours = [...after].sort((a, b) => a - b).map((hours) => (dayStartHour + hours) % 24);
    return new Calendar({ zone, dayStartHour, daypartHours });
  });

const holds = (property: fc.IRawProperty<unknown, false>): void => {
  fc.assert(property, RUNS);
};

const joins = (windows: readonly Window[]): boolean =>
  windows.every(
    (window, i) => window.start <= window.end && (i === 0 || windows[i - 1]?.end === window.start),
  );

describe('G-06 windows nest in epochs', () => {
  it('G-06 windows of each kind partition their epoch', () => {
    holds(
      fc.property(aCalendar, anyTime, (calendar, at) => {
        const epoch = calendar.epochAt(at);
        for (const kind of WINDOW_KINDS) {
          const windows = calendar.windowsOf(kind, epoch);
          expect(joins(windows)).toBe(true);
          expect([windows[0]?.start, windows.at(-1)?.end]).toEqual([epoch.start, epoch.end]);
        }
      }),
    );
  });

  it('G-06 the window of a time holds it, is one of its epoch’s, and lies inside the epoch', () => {
    holds(
      fc.property(aCalendar, anyTime, fc.constantFrom(...WINDOW_KINDS), (calendar, at, kind) => {
        const [epoch, window] = [calendar.epochAt(at), calendar.windowAt(kind, at)];
        expect(window.start <= at && at < window.end).toBe(true);
        expect(calendar.windowsOf(kind, epoch)).toContainEqual(window);
        expect(window.start >= epoch.start && window.end <= epoch.end).toBe(true);
      }),
    );
  });

  it('G-06 both edges of a window have the same epoch', () => {
    holds(
      fc.property(aCalendar, anyTime, fc.constantFrom(...WINDOW_KINDS), (calendar, at, kind) => {
        const { start, end } = calendar.windowAt(kind, at);
        expect(calendar.epochAt(start)).toEqual(calendar.epochAt(eventTime(end - 1)));
      }),
    );
  });
});

describe('epochs', () => {
  it('partition time: each begins where the one before ends', () => {
    holds(
      fc.property(aCalendar, anyTime, (calendar, at) => {
        const epoch = calendar.epochAt(at);
        expect(epoch.start <= at && at < epoch.end).toBe(true);
        expect(calendar.epochAt(epoch.end).start).toBe(epoch.end);
        expect(calendar.epochAt(eventTime(epoch.start - 1)).end).toBe(epoch.start);
      }),
    );
  });

  it('start at the day start of their date, unless the clock skips it', () => {
    holds(
      fc.property(aCalendar, anyTime, (calendar, at) => {
        const epoch = calendar.epochAt(at);
        const { zone } = calendar;
        const hour = zone.localHour(eventTime(epoch.start));
        const skipped = zone.offsetAt(eventTime(epoch.start)) > zone.offsetAt(eventTime(epoch.start - 1));
        expect(zone.localDate(eventTime(epoch.start))).toBe(epoch.date);
        expect(skipped || hour === Number(zone.iso(eventTime(epoch.start)).slice(11, 13))).toBe(true);
      }),
    );
  });

  it('are found by their start, and are never longer than a day and an hour', () => {
    holds(
      fc.property(aCalendar, anyTime, (calendar, at) => {
        const epoch = calendar.epochAt(at);
        expect(calendar.epochOf(epoch.start)).toEqual(epoch);
        expect(epoch.end - epoch.start).toBeLessThanOrEqual(LONGEST_EPOCH_MS);
      }),
    );
  });

  it('do not depend on what was asked before', () => {
    holds(
      fc.property(aCalendar, fc.array(anyTime, { minLength: 1, maxLength: 8 }), (calendar, times) => {
        const asked = times.map((at) => calendar.epochAt(at));
        const fresh = [...times].reverse().map((at) => calendar.epochAt(at));
        expect(fresh.reverse()).toEqual(asked);
      }),
    );
  });
});

describe('closings', () => {
  it('come in order and end with the epoch, for any graces', () => {
    const aGrace = fc.record({ graceShortMs: fc.nat(43_200_000), graceDayMs: fc.nat(86_400_000) });
    holds(
      fc.property(aCalendar, anyTime, aGrace, (calendar, at, grace) => {
        const epoch = calendar.epochAt(at);
        const closings = closingsOf(calendar, epoch, grace);
        const times = closings.map((one) => one.closesAt);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(closings.find(({ kind }) => kind === 'day')?.closesAt).toBe(epochDoneAt(epoch, grace));
      }),
    );
  });
});

describe('local time', () => {
  it('ISO text names the same instant', () => {
    holds(
      fc.property(fc.constantFrom(...ZONES), anyTime, (zone, at) => {
        expect(Date.parse(zone.iso(at))).toBe(Math.floor(at / 1000) * 1000);
      }),
    );
  });

  it('the instant of a local hour shows that hour, or the first one after a gap', () => {
    holds(
      fc.property(fc.constantFrom(...ZONES), anyTime, fc.integer({ min: 0, max: 23 }), (zone, at, hour) => {
        const date = zone.localDate(at);
        const instant = eventTime(zone.instant(date, hour));
        const shown = zone.localHour(instant);
        const afterGap = zone.offsetAt(instant) > zone.offsetAt(eventTime(instant - 1));
        expect(shown === hour || (afterGap && shown >= hour)).toBe(true);
        if (!afterGap)
          expect(zone.iso(instant).slice(0, 13)).toBe(`${date}T${String(hour).padStart(2, '0')}`);
      }),
    );
  });
});
