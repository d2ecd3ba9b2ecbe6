import { describe, expect, it } from 'vitest';
import { wallTime } from '../../../../src/model/time.ts';
import { InputEnds } from '../../../../src/runtime/stream/input-ends.ts';

const FRESH = 10;
const CONSENT = { topic: 'privacy.consent', partition: 1 };

/** Ends of one input, seen at these times. */
const seen = (...sights: readonly (readonly [end: number, at: number])[]): InputEnds => {
  const ends = new InputEnds({ freshMs: FRESH });
  for (const [end, at] of sights) ends.saw(CONSENT, end, wallTime(at));
  return ends;
};
const at = (offset: number) => ({ ...CONSENT, offset });

describe('what is left of an input', () => {
  it.each([
    ['it was never looked at', [], 5, null],
    ['the reader has all', [[5, 0]], 5, 0],
    ['the reader is behind', [[25, 0]], 10, 15],
    [
      'the newest sight counts',
      [
        [25, 0],
        [40, 5],
      ],
      10,
      30,
    ],
    ['the reader is beyond what was seen', [[5, 0]], 7, 0],
  ] as const)('%s', (_, sights, offset, left) => {
    expect(seen(...sights).left(at(offset))).toBe(left);
  });

  it('is of that input alone', () => {
    const ends = seen([25, 0]);
    expect(ends.left({ topic: 'privacy.consent', partition: 2, offset: 0 })).toBeNull();
    expect(ends.left({ topic: 'privacy.erasure', partition: 1, offset: 0 })).toBeNull();
  });
});

interface Case {
  readonly of: string;
  readonly sights: readonly (readonly [end: number, at: number])[];
  readonly offset: number;
  readonly now: number;
  readonly age: number | null;
}

// prettier-ignore
const AGES: readonly Case[] = [
  { of: 'never looked at', sights: [], offset: 5, now: 100, age: null },
  { of: 'level, and seen just now', sights: [[5, 100]], offset: 5, now: 100, age: 0 },
  { of: 'level, and seen a moment ago', sights: [[5, 100]], offset: 5, now: 110, age: 0 },
  { of: 'level, but not seen for long', sights: [[5, 100]], offset: 5, now: 111, age: 11 },
  { of: 'level since long, seen just now', sights: [[5, 0], [5, 100]], offset: 5, now: 100, age: 0 },
  { of: 'level before the newest sight', sights: [[5, 0], [5, 80], [7, 100]], offset: 6, now: 100, age: 20 },
  { of: 'level with an older sight', sights: [[5, 0], [7, 60], [9, 80], [11, 100]], offset: 7, now: 105, age: 45 },
  { of: 'beyond an older sight', sights: [[5, 0], [7, 60], [9, 100]], offset: 8, now: 100, age: 40 },
  { of: 'never level: since the first sight', sights: [[5, 20], [5, 60], [9, 100]], offset: 3, now: 100, age: 80 },
  { of: 'never level with one that stands still', sights: [[5, 20], [5, 60]], offset: 3, now: 130, age: 110 },
  { of: 'seen by a clock that went back', sights: [[5, 100]], offset: 5, now: 90, age: 0 },
];

describe('how old what is known of an input is', () => {
  it.each(AGES)('$of', ({ sights, offset, now, age }) => {
    expect(seen(...sights).ageMs(at(offset), wallTime(now))).toBe(age);
  });

  it('grows while a reader stands still, and is over when it has caught up', () => {
    const ends = seen([5, 0]);
    const ages = [100, 200, 300].map((now) => {
      ends.saw(CONSENT, 5 + now, wallTime(now));
      return ends.ageMs(at(5), wallTime(now));
    });
    expect(ages).toEqual([100, 200, 300]);
    expect(ends.ageMs(at(205), wallTime(305))).toBe(105);
    expect(ends.ageMs(at(305), wallTime(305))).toBe(0);
  });

  it('forgets what lies before the sight that was reached: a reader that is put back is as old as that', () => {
    const ends = seen([5, 0], [7, 50], [9, 100]);
    ends.ageMs(at(8), wallTime(100));
    expect(ends.ageMs(at(6), wallTime(100))).toBe(50);
  });

  it('is told for days of standing still, and not too small', () => {
    const ends = new InputEnds({ freshMs: FRESH });
    for (let now = 0; now <= 50_000; now += 10) ends.saw(CONSENT, now, wallTime(now));
    expect(ends.ageMs({ ...CONSENT, offset: -1 }, wallTime(50_000))).toBe(50_000);
    const age = ends.ageMs(at(20_000), wallTime(50_000)) ?? 0;
    expect(age).toBeGreaterThanOrEqual(30_000);
    expect(age).toBeLessThan(30_500);
    expect(ends.left(at(20_000))).toBe(30_000);
    expect(ends.ageMs(at(50_000), wallTime(50_000))).toBe(0);
  });

  it('goes with its input', () => {
    const ends = seen([5, 0]);
    ends.saw({ ...CONSENT, partition: 2 }, 5, wallTime(0));
    ends.keepOnly([CONSENT]);
    expect(ends.left(at(5))).toBe(0);
    expect(ends.left({ ...CONSENT, partition: 2, offset: 5 })).toBeNull();
    expect(ends.ageMs({ ...CONSENT, partition: 2, offset: 5 }, wallTime(0))).toBeNull();
  });
});
