import { describe, expect, it } from 'vitest';
import { storeId } from '../../../src/model/place.ts';
import { epochStart } from '../../../src/model/time.ts';
import { StoreDays } from '../../../src/release/store-days.ts';

const day = (n: number) => epochStart(n * 86_400_000);
const BAKERY = storeId('bakery');

const release = (n: number, unitId = 'bakery', unitKind: 'store' | 'cell' = 'store', table = 'visits') =>
  ({
    table: table as 'visits',
    epochStartMs: day(n),
    keys: [
      {
        unitKind,
        unitId,
        resolution: 9,
        windowKind: 'day',
        windowStart: '2024-03-05T04:00:00+09:00',
        holds: 'all',
      },
    ],
  }) as const;

describe('G-10 released days of a store', () => {
  it('are counted once each and only before the day asked about', () => {
    const days = new StoreDays(5);
    for (const n of [3, 1, 3, 2]) days.note(release(n));
    expect([1, 2, 3, 4].map((n) => days.of(BAKERY, day(n)))).toEqual([0, 1, 2, 3]);
  });

  it('come from rows of stores in visits alone', () => {
    const days = new StoreDays(5);
    days.note(release(1, 'bakery', 'cell'));
    days.note(release(1, 'bakery', 'store', 'dwell'));
    days.note(release(1, 'cinema'));
    expect(days.of(BAKERY, day(9))).toBe(0);
    expect(days.of(storeId('cinema'), day(9))).toBe(1);
  });

  it('keep the oldest that are needed, in whatever order they come', () => {
    const days = new StoreDays(2);
    for (const n of [9, 4, 7, 2]) days.note(release(n));
    expect([...days.record()]).toEqual([['bakery', [day(2), day(4)]]]);
    expect(days.of(BAKERY, day(20))).toBe(2);
  });

  it('are not remembered where nothing asks for them', () => {
    const days = new StoreDays(0);
    days.note(release(1));
    expect(days.record().size).toBe(0);
  });

  it('outlive a restart', () => {
    const before = new StoreDays(3);
    before.note(release(1));
    const after = new StoreDays(3);
    after.restore(structuredClone(before.record()));
    after.note(release(2));
    expect(after.of(BAKERY, day(3))).toBe(2);
    expect(before.of(BAKERY, day(3))).toBe(1);
  });
});
