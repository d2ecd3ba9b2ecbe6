import { describe, expect, it } from 'vitest';
import { SECOND_MS, eventTime, wallTime } from '../../../../src/model/time.ts';
import { EARLIEST } from '../../../../src/runtime/engine.ts';
import { InputClocks } from '../../../../src/runtime/stream/input-clocks.ts';
import { clock } from '../../../support/builders.ts';

const NOON = clock('12:00');
const IDLE = 30 * SECOND_MS;
const at = (seconds: number) => eventTime(NOON + seconds * SECOND_MS);
const wall = (seconds: number) => wallTime(NOON + seconds * SECOND_MS);
const clocksOf = (...topics: string[]) => new InputClocks({ topics, idleAfterMs: IDLE });

describe('the slowest input', () => {
  it('holds event time: nothing seen is as early as it gets', () => {
    const clocks = clocksOf('a', 'b');
    clocks.saw('a', at(0));
    expect(clocks.slowest).toBe(EARLIEST);
    clocks.saw('b', at(-60));
    expect(clocks.slowest).toBe(at(-60));
    clocks.saw('b', at(5));
    expect(clocks.slowest).toBe(at(0));
  });

  it('has the newest event’s time: an older one moves nothing back', () => {
    const clocks = clocksOf('a');
    clocks.saw('a', at(10));
    clocks.saw('a', at(3));
    expect(clocks.clockOf('a')).toBe(at(10));
  });

  it('is not among inputs that carry no events', () => {
    const clocks = clocksOf('a');
    clocks.saw('privacy.consent', at(10));
    clocks.stands('privacy.consent', true, wall(0));
    expect(clocks.clockOf('privacy.consent')).toBe(EARLIEST);
    expect(clocks.record()).toEqual([{ topic: 'a', clock: EARLIEST }]);
  });
});

interface IdleCase {
  readonly name: string;
  /** Newest event of the input, seconds from noon; null for none. */
  readonly seen: number | null;
  readonly atEnd: boolean;
  /** Seconds after noon at which it was last looked at, and at which wall time is. */
  readonly since: number;
  readonly now: number;
  readonly slowest: number | null;
  readonly moved: boolean;
}

describe('an idle input follows wall time (ADR 15)', () => {
  const cases: readonly IdleCase[] = [
    { name: 'not yet idle', seen: 0, atEnd: true, since: 0, now: 29.999, slowest: 0, moved: false },
    {
      name: 'idle, its clock is wall time less the wait',
      seen: 0,
      atEnd: true,
      since: 5,
      now: 40,
      slowest: 10,
      moved: true,
    },
    {
      name: 'just idle and just as far as its events',
      seen: 0,
      atEnd: true,
      since: 0,
      now: 30,
      slowest: 0,
      moved: false,
    },
    { name: 'idle without any event', seen: null, atEnd: true, since: 0, now: 31, slowest: 1, moved: true },
    {
      name: 'events ahead of wall time less the wait',
      seen: 20,
      atEnd: true,
      since: 0,
      now: 40,
      slowest: 20,
      moved: false,
    },
    {
      name: 'old data and a long pause',
      seen: -3_600,
      atEnd: true,
      since: 0,
      now: 60,
      slowest: 30,
      moved: true,
    },
    {
      name: 'behind its end: never idle',
      seen: 0,
      atEnd: false,
      since: 0,
      now: 3_600,
      slowest: 0,
      moved: false,
    },
    {
      name: 'behind its end without any event',
      seen: null,
      atEnd: false,
      since: 0,
      now: 3_600,
      slowest: null,
      moved: false,
    },
  ];
  it.each(cases)('$name', ({ seen, atEnd, since, now, slowest, moved }) => {
    const clocks = clocksOf('a');
    if (seen !== null) clocks.saw('a', at(seen));
    clocks.stands('a', atEnd, wall(since));
    expect(clocks.turn(wall(now))).toBe(moved);
    expect(clocks.slowest).toBe(slowest === null ? EARLIEST : at(slowest));
  });

  it('one that was never looked at is not idle', () => {
    const clocks = clocksOf('a');
    expect(clocks.turn(wall(10_000))).toBe(false);
    expect(clocks.slowest).toBe(EARLIEST);
  });

  it('all must be idle, or the others hold event time back', () => {
    const clocks = clocksOf('a', 'b');
    clocks.saw('b', at(2));
    clocks.stands('a', true, wall(0));
    clocks.stands('b', false, wall(0));
    expect(clocks.turn(wall(100))).toBe(true);
    expect(clocks.slowest).toBe(at(2));
    clocks.stands('b', true, wall(50));
    clocks.turn(wall(100));
    expect(clocks.slowest).toBe(at(70));
  });

  it('never goes back when events come again', () => {
    const clocks = clocksOf('a');
    clocks.stands('a', true, wall(0));
    clocks.turn(wall(100));
    clocks.saw('a', at(10));
    clocks.stands('a', false, wall(101));
    expect(clocks.slowest).toBe(at(70));
    expect(clocks.turn(wall(200))).toBe(false);
    expect(clocks.slowest).toBe(at(70));
    clocks.saw('a', at(80));
    expect(clocks.slowest).toBe(at(80));
  });

  it('goes on with wall time, and says so each time', () => {
    const clocks = clocksOf('a');
    clocks.stands('a', true, wall(0));
    expect([31, 31, 32].map((now) => clocks.turn(wall(now)))).toEqual([true, false, true]);
    expect(clocks.slowest).toBe(at(2));
  });

  it('wall time is no event: it is neither the input’s clock nor on record', () => {
    const clocks = clocksOf('a');
    clocks.saw('a', at(1));
    clocks.stands('a', true, wall(0));
    clocks.turn(wall(500));
    expect(clocks.clockOf('a')).toBe(at(1));
    expect(clocks.record()).toEqual([{ topic: 'a', clock: at(1) }]);
  });
});

it('is restored from its record', () => {
  const before = clocksOf('a', 'b');
  before.saw('a', at(1));
  before.saw('b', at(2));
  const after = clocksOf('a', 'b');
  after.restore(before.record());
  expect(after.record()).toEqual(before.record());
  expect(after.slowest).toBe(at(1));
  // What is on record of an input that is no more is let go.
  after.restore([{ topic: 'gone', clock: at(9) }]);
  expect(after.record()).toEqual(before.record());
});
