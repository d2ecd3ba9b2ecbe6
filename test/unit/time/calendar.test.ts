/** Epochs, dayparts and hours: where they start and end, in plain zones and across summer time. */
import { describe, expect, it } from 'vitest';
import type { Epoch, EventTime, Window } from '../../../src/model/time.ts';
import { eventTime } from '../../../src/model/time.ts';
import { Calendar, LONGEST_EPOCH_MS, NEARBY_EPOCH_MS, nearbyEpochAt } from '../../../src/time/calendar.ts';
import { Zone } from '../../../src/time/zone.ts';

const at = (iso: string): EventTime => eventTime(Date.parse(iso));
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
const hoursOf = ({ start, end }: Window | Epoch): number => (end - start) / 3_600_000;

const calendarIn = (
  zone: string,
  dayStartHour = 4,
  daypartHours: readonly number[] = [10, 14, 18, 22],
): Calendar => new Calendar({ zone: new Zone(zone), dayStartHour, daypartHours });

describe('epochAt', () => {
  it.each([
    ['Asia/Tokyo', '2024-01-01T19:00:00Z', '2024-01-01T19:00:00Z', '2024-01-02'],
    ['Asia/Tokyo', '2024-01-01T18:59:59.999Z', '2023-12-31T19:00:00Z', '2024-01-01'],
    ['Asia/Kolkata', '2024-01-01T00:00:00Z', '2023-12-31T22:30:00Z', '2024-01-01'],
    ['Asia/Kolkata', '2023-12-31T22:29:59Z', '2023-12-30T22:30:00Z', '2023-12-31'],
    ['America/New_York', '2024-07-04T07:59:59Z', '2024-07-03T08:00:00Z', '2024-07-03'],
    ['Asia/Tokyo', '2024-02-29T18:59:59Z', '2024-02-28T19:00:00Z', '2024-02-29'],
  ])('in %s at %s starts at %s and is called %s', (zone, time, start, date) => {
    const epoch = calendarIn(zone).epochAt(at(time));
    expect([iso(epoch.start), epoch.date]).toEqual([start, date]);
  });

  it.each([
    ['Asia/Tokyo', '2024-03-10', 24],
    ['America/New_York', '2024-03-09', 23],
    ['America/New_York', '2024-11-02', 25],
    ['Australia/Lord_Howe', '2024-10-05', 23.5],
    ['Australia/Lord_Howe', '2024-04-06', 24.5],
  ])('in %s the epoch of %s is %d hours long', (name, date, hours) => {
    const noon = eventTime(new Zone(name).instant(date, 12));
    const epoch = calendarIn(name).epochAt(noon);
    expect([epoch.date, hoursOf(epoch)]).toEqual([date, hours]);
    expect(epoch.end - epoch.start).toBeLessThanOrEqual(LONGEST_EPOCH_MS);
  });

  it('gives the same answer when asked back and forth', () => {
    const calendar = calendarIn('Asia/Tokyo');
    const [a, b] = [at('2024-01-01T00:00:00Z'), at('2024-01-05T00:00:00Z')];
    const first = calendar.epochAt(a);
    expect(calendar.epochAt(b).date).toBe('2024-01-05');
    expect(calendar.epochAt(a)).toBe(first);
    expect(calendar.epochOf(first.start)).toBe(first);
  });

  it('starts at the first instant there is, when the day’s first hour is skipped', () => {
    const calendar = calendarIn('America/Sao_Paulo', 0, [6, 12]);
    const epoch = calendar.epochAt(at('2018-11-04T12:00:00Z'));
    expect([iso(epoch.start), epoch.date, hoursOf(epoch)]).toEqual([
      '2018-11-04T03:00:00Z',
      '2018-11-04',
      23,
    ]);
  });
});

describe('dayparts', () => {
  it('are cut at the zone’s hours, the night last', () => {
    const { dayparts } = calendarIn('Asia/Tokyo').epochAt(at('2024-01-01T03:00:00Z'));
    expect(dayparts.map(({ start }) => iso(start))).toEqual([
      '2023-12-31T19:00:00Z',
      '2024-01-01T01:00:00Z',
      '2024-01-01T05:00:00Z',
      '2024-01-01T09:00:00Z',
      '2024-01-01T13:00:00Z',
    ]);
    expect(dayparts.map(hoursOf)).toEqual([6, 4, 4, 4, 6]);
  });

  it.each([
    ['2024-03-09', [6, 4, 4, 4, 5]],
    ['2024-11-02', [6, 4, 4, 4, 7]],
  ])('carry the hour that summer time takes or gives (%s)', (date, hours) => {
    expect(
      calendarIn('America/New_York')
        .epochAt(at(`${date}T20:00:00Z`))
        .dayparts.map(hoursOf),
    ).toEqual(hours);
  });

  it('may pass midnight', () => {
    const { dayparts } = calendarIn('Asia/Tokyo', 12, [18, 0, 6]).epochAt(at('2024-01-01T04:00:00Z'));
    expect(dayparts.map(({ start }) => iso(start).slice(5, 13))).toEqual([
      '01-01T03',
      '01-01T09',
      '01-01T15',
      '01-01T21',
    ]);
  });
});

describe('windowAt', () => {
  const calendar = calendarIn('Asia/Tokyo');

  it.each([
    ['hour', '2024-01-01T04:00:00Z', '2024-01-01T04:00:00Z', '2024-01-01T05:00:00Z'],
    ['hour', '2024-01-01T04:59:59.999Z', '2024-01-01T04:00:00Z', '2024-01-01T05:00:00Z'],
    ['daypart', '2024-01-01T04:59:59.999Z', '2024-01-01T01:00:00Z', '2024-01-01T05:00:00Z'],
    ['daypart', '2024-01-01T05:00:00Z', '2024-01-01T05:00:00Z', '2024-01-01T09:00:00Z'],
    ['day', '2024-01-01T18:59:59.999Z', '2023-12-31T19:00:00Z', '2024-01-01T19:00:00Z'],
    ['day', '2024-01-01T19:00:00Z', '2024-01-01T19:00:00Z', '2024-01-02T19:00:00Z'],
  ] as const)('%s at %s is half open from %s to %s', (kind, time, start, end) => {
    const window = calendar.windowAt(kind, at(time));
    expect([iso(window.start), iso(window.end)]).toEqual([start, end]);
  });

  it('gives hours of a half-hour zone that start on its own full hours', () => {
    const window = calendarIn('Asia/Kolkata').windowAt('hour', at('2024-01-01T00:00:00Z'));
    expect(iso(window.start)).toBe('2023-12-31T23:30:00Z');
  });

  it('cuts the last hour at the end of an epoch that summer time made half an hour shorter', () => {
    const lordHowe = calendarIn('Australia/Lord_Howe');
    const epoch = lordHowe.epochAt(at('2024-10-05T12:00:00Z'));
    const last = lordHowe.windowAt('hour', eventTime(epoch.end - 1));
    expect([hoursOf(last), last.end]).toEqual([0.5, epoch.end]);
  });
});

describe('isNight', () => {
  it.each([
    ['2024-01-01T12:59:59.999Z', false],
    ['2024-01-01T13:00:00Z', true],
    ['2024-01-01T18:59:59.999Z', true],
    ['2024-01-01T19:00:00Z', false],
  ])('at %s in Tokyo: %s', (time, night) => {
    expect(calendarIn('Asia/Tokyo').isNight(at(time))).toBe(night);
  });
});

describe('nearbyEpochAt', () => {
  it.each([
    ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z'],
    ['2024-01-01T00:59:59.999Z', '2024-01-01T00:00:00Z'],
    ['2024-01-01T01:00:00Z', '2024-01-01T01:00:00Z'],
  ])('%s lies in the hour from %s', (time, start) => {
    expect(iso(nearbyEpochAt(at(time)))).toBe(start);
    expect(NEARBY_EPOCH_MS).toBe(3_600_000);
  });
});
