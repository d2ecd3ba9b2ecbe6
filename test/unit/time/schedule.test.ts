/** When windows close: end plus grace, finer windows first. */
import { describe, expect, it } from 'vitest';
import { HOUR_MS, eventTime, wallTime } from '../../../src/model/time.ts';
import { Calendar } from '../../../src/time/calendar.ts';
import { closesAt, closingsOf, epochDoneAt, saltDeadline } from '../../../src/time/schedule.ts';
import { Zone } from '../../../src/time/zone.ts';

const MIN = 60_000;
const GRACE = { graceShortMs: 30 * MIN, graceDayMs: 120 * MIN };
const calendar = new Calendar({
  zone: new Zone('Asia/Tokyo'),
  dayStartHour: 4,
  daypartHours: [10, 14, 18, 22],
});
const epoch = calendar.epochAt(eventTime(Date.parse('2024-01-01T00:00:00Z')));

describe('closesAt', () => {
  it.each([
    ['hour', 30],
    ['daypart', 30],
    ['day', 120],
  ] as const)('a %s closes %i minutes after its end', (kind, minutes) => {
    const window = calendar.windowAt(kind, eventTime(epoch.start));
    expect(closesAt(kind, window, GRACE)).toBe(window.end + minutes * MIN);
  });
});

describe('closingsOf', () => {
  const closings = closingsOf(calendar, epoch, GRACE);

  it('names every window of the epoch once', () => {
    const counts = ['hour', 'daypart', 'day'].map(
      (kind) => closings.filter((one) => one.kind === kind).length,
    );
    expect(counts).toEqual([24, 5, 1]);
  });

  it('is in order of time, and at one moment from fine to coarse', () => {
    const times = closings.map((one) => one.closesAt);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const together = closings.filter(
      (one) => one.window.end === calendar.windowAt('daypart', eventTime(epoch.start)).end,
    );
    expect(together.map(({ kind }) => kind)).toEqual(['hour', 'daypart']);
  });

  it('keeps fine before coarse when all graces are equal', () => {
    const last = closingsOf(calendar, epoch, { graceShortMs: 0, graceDayMs: 0 }).slice(-3);
    expect(last.map(({ kind }) => kind)).toEqual(['hour', 'daypart', 'day']);
  });

  it('ends when the epoch is done', () => {
    expect(closings.at(-1)?.closesAt).toBe(epochDoneAt(epoch, GRACE));
  });
});

describe('G-07 the deadline of a salt by wall time', () => {
  const { start, end } = epoch;
  it.each([
    ['36 h after the day', { audience: 'statistics', epoch: start }, start, end + 36 * HOUR_MS],
    ['36 h after the hour', { audience: 'nearby', epoch: start }, start, start + 37 * HOUR_MS],
    [
      '36 h after its birth, where the day was over by then',
      { audience: 'statistics', epoch: start },
      end + 500 * HOUR_MS,
      end + 536 * HOUR_MS,
    ],
  ] as const)('is %s', (_, name, bornAt, deadline) => {
    expect(saltDeadline(name, { bornAt: wallTime(bornAt), calendar })).toBe(deadline);
  });
});
