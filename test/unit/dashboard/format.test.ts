/** How numbers, shares, durations and times are written. */
import { describe, expect, test } from 'vitest';
import {
  count,
  counted,
  countOrWithheld,
  daySpan,
  distance,
  duration,
  dwellBin,
  share,
  timeText,
} from '../../../src/dashboard/format.ts';

describe('format', () => {
  test('counts have thousands apart, and a withheld one is a word', () => {
    expect([count(0), count(1_234_565), countOrWithheld(5), countOrWithheld(null)]).toEqual([
      '0',
      '1,234,565',
      '5',
      'withheld',
    ]);
    expect([counted(1, 'row'), counted(2_000, 'row'), counted(0, 'dish', 'dishes')]).toEqual([
      '1 row',
      '2,000 rows',
      '0 dishes',
    ]);
  });

  test.each([
    [0, 0, '–'],
    [0, 10, '0\u00a0%'],
    [10, 10, '100\u00a0%'],
    [1, 3, '33\u00a0%'],
    [1, 10_000, '<1\u00a0%'],
    [9_999, 10_000, '>99\u00a0%'],
  ])('share %d of %d', (part, whole, expected) => {
    expect(share(part, whole)).toBe(expected);
  });

  test.each([
    [90, '90 s'],
    [300, '5 min'],
    [5_400, '90 min'],
    [86_400, '24 h'],
    [0, '0 s'],
  ])('duration of %d s', (seconds, expected) => {
    expect(duration(seconds)).toBe(expected);
  });

  test.each([
    [300, 600, '5–10 min'],
    [90, 600, '1.5–10 min'],
    [14_400, null, '240 min and more'],
  ])('dwell bin from %d to %s', (from, to, expected) => {
    expect(dwellBin(from, to)).toBe(expected);
  });

  test.each([
    ['2026-03-02T04:00:00+09:00', '2026-03-02 04:00 +09:00'],
    ['2026-03-02T04:00:00.000Z', '2026-03-02 04:00 UTC'],
    ['yesterday', 'yesterday'],
  ])('time %s', (iso, expected) => {
    expect(timeText(iso)).toBe(expected);
  });

  test('spans of days and distances', () => {
    expect([
      daySpan([]),
      daySpan(['2026-03-02']),
      daySpan(['2026-03-02', '2026-03-03', '2026-03-04']),
    ]).toEqual(['no day', '2026-03-02', '2026-03-02 to 2026-03-04']);
    expect([distance(500), distance(2_000)]).toEqual(['500 m', '2 km']);
  });
});
