import { describe, expect, it } from 'vitest';
import type { Position } from '../../../src/model/place.ts';
import { resolutionOf } from '../../../src/model/place.ts';
import type { SnapPolicy } from '../../../src/model/policy.ts';
import { pseudonym } from '../../../src/model/identity.ts';
import type { SanitizedLocation } from '../../../src/model/sanitized.ts';
import { HOUR_MS, MINUTE_MS, epochStart, eventTime } from '../../../src/model/time.ts';
import { cellAt, parentAt } from '../../../src/place/cells.ts';
import { SnapCells, snap } from '../../../src/sanitize/snap.ts';
import { CALENDAR, NOON, POLICY, TOKYO, aFix, aStore, indexOf, moved } from './builders.ts';

const under = { pseudonym: pseudonym('0'.repeat(32)), epoch: epochStart(NOON) };
const dense = indexOf([
  aStore('a', TOKYO),
  aStore('b', moved(TOKYO, 30, 0)),
  aStore('c', moved(TOKYO, 0, 30)),
]);
const sparse = indexOf([aStore('a', TOKYO)]);
const none = indexOf([]);
/** Far enough from the stores to be outside every catchment, near enough to lie in the same r7 cell. */
const aside = moved(TOKYO, 0, -600);

interface Asked {
  readonly position?: Position;
  readonly at?: number;
  readonly stores?: typeof dense;
  readonly policy?: Partial<SnapPolicy>;
  readonly requestId?: string | null;
}

const snapped = ({
  position = TOKYO,
  at = NOON,
  stores = dense,
  policy = {},
  requestId = null,
}: Asked): SanitizedLocation =>
  snap(aFix({ position, at: eventTime(at), requestId }), cellAt(position, 9), under, {
    policy: { snap: { ...POLICY.snap, ...policy } },
    calendar: CALENDAR,
    stores,
    snaps: new SnapCells(),
  });

/** An hour of the day in Tokyo, which is nine hours ahead of UTC. */
const tokyoHour = (hour: number): number => NOON + (hour - 12) * HOUR_MS;

describe('G-08 resolution', () => {
  it('has stores around both places of these tests', () => {
    expect(parentAt(cellAt(aside, 9), 7)).toBe(parentAt(cellAt(TOKYO, 9), 7));
  });

  const cases: readonly (readonly [string, Asked, number])[] = [
    ['among stores', {}, 9],
    ['outside catchments, among stores, by day', { position: aside }, 9],
    ['one store only', { stores: sparse }, 8],
    ['no store at all', { stores: none }, 8],
    ['at night, also in a catchment', { at: tokyoHour(23) }, 7],
    ['a request at night in a catchment', { at: tokyoHour(23), requestId: 'r' }, 9],
    [
      'a request at night in a catchment of a lone store',
      { at: tokyoHour(23), stores: sparse, requestId: 'r' },
      8,
    ],
    ['a request at night outside catchments', { at: tokyoHour(23), position: aside, requestId: 'r' }, 7],
    ['at night outside catchments', { at: tokyoHour(23), position: aside }, 7],
    ['at night, no store at all', { at: tokyoHour(23), stores: none }, 7],
    ['the night begins at 22', { at: tokyoHour(22), position: aside }, 7],
    ['and not a millisecond before', { at: tokyoHour(22) - 1, position: aside }, 9],
    ['it lasts until 5', { at: tokyoHour(5) - 1, position: aside }, 7],
    ['and no longer', { at: tokyoHour(5), position: aside }, 9],
    [
      'a bucket that begins at night is a night’s',
      { at: tokyoHour(5) + 1, position: aside, policy: { bucketMs: 7 * MINUTE_MS } },
      7,
    ],
    [
      'a bucket in which the night begins is a night’s from there',
      { at: tokyoHour(22) + 1, position: aside, policy: { bucketMs: 13 * MINUTE_MS } },
      7,
    ],
    [
      'a night inside one day',
      { at: tokyoHour(2), position: aside, policy: { nightFromHour: 1, nightToHour: 4 } },
      7,
    ],
    [
      'and outside of it',
      { at: tokyoHour(23), position: aside, policy: { nightFromHour: 1, nightToHour: 4 } },
      9,
    ],
  ];
  it.each(cases)('%s', (_, asked, resolution) => {
    const { cell, resolution: stated } = snapped(asked);
    expect(stated).toBe(resolution);
    expect(resolutionOf(cell)).toBe(resolution);
    expect(cell).toBe(parentAt(cellAt(asked.position ?? TOKYO, 9), resolution));
  });
});

describe('the bucket', () => {
  it('starts at the multiple of its length before the event, and the record expires from there', () => {
    const record = snapped({ at: NOON + 7 * MINUTE_MS + 123 });
    expect(record.bucketStart).toBe(NOON + 5 * MINUTE_MS);
    expect(record.bucketS).toBe(300);
    expect(record.expiresAt).toBe(NOON + 5 * MINUTE_MS + HOUR_MS);
  });

  it('is never shorter than five minutes, whatever the policy says', () => {
    expect(snapped({ policy: { bucketMs: 1_000 } }).bucketS).toBe(300);
  });
});

describe('the memo of cells', () => {
  it('starts anew when stores or policy change', () => {
    const snaps = new SnapCells();
    const fine = cellAt(TOKYO, 9);
    expect(snaps.shownAs(fine, none, POLICY.snap).day.resolution).toBe(8);
    expect(snaps.shownAs(fine, dense, POLICY.snap).day.resolution).toBe(9);
    expect(snaps.shownAs(fine, dense, { ...POLICY.snap, resolution: 6 }).day.resolution).toBe(6);
  });
});
