/**
 * Chapter 5: the ladder.
 *
 * What an hour withholds is not lost. It moves: to the daypart, to the day, then to the cell around the store, a wider
 * cell, the region. On each rung it is asked again whether there are enough. Each contribution is in one row or in
 * none, so no two rows can be subtracted from each other to find the few.
 */
import { describe, expect, it } from 'vitest';
import type { RawFix } from '../../../src/model/raw.ts';
import { aSmallPolicy, aStay, clock, inOrder, people } from '../../support/builders.ts';
import { drive } from '../../support/drive.ts';

const everybody = people(12);
const visit = (nth: number, store: string, from: string, to: string): RawFix[] =>
  aStay({ ...everybody[nth], store, from: clock(from), to: clock(to) });

/** Five make a row here, and one more for the draw. */
const rowsOf = async (stays: readonly RawFix[][]) => {
  const run = await drive({ policy: aSmallPolicy() });
  run.consents(everybody);
  await run.events(inOrder(stays.flat()));
  await run.finish();
  return run
    .released('visits')
    .map(
      (row) =>
        `${row.unit_kind} r${String(row.resolution)} ${row.window_kind} ${row.holds} ${String(row.visitors)}`,
    );
};
const six = [0, 1, 2, 3, 4, 5];
const three = [0, 1, 2];
const others = [6, 7, 8];

describe('G-10 six visitors', () => {
  it('of one store and hour are a row of that hour', async () => {
    expect(await rowsOf(six.map((n) => visit(n, 'bakery', '12:00', '12:20')))).toEqual([
      'store r9 hour all 5',
    ]);
  });

  it('of two hours are a row of the daypart', async () => {
    const stays = [
      ...three.map((n) => visit(n, 'bakery', '11:00', '11:20')),
      ...others.map((n) => visit(n, 'bakery', '12:00', '12:20')),
    ];
    expect(await rowsOf(stays)).toEqual(['store r9 daypart all 5']);
  });

  it('of morning and evening are a row of the day', async () => {
    const stays = [
      ...three.map((n) => visit(n, 'bakery', '09:00', '09:20')),
      ...others.map((n) => visit(n, 'bakery', '19:00', '19:20')),
    ];
    expect(await rowsOf(stays)).toEqual(['store r9 day all 5']);
  });

  it.each([
    ['cinema', 'cell r8 day all 5'],
    ['grocer', 'cell r7 day all 5'],
    ['hatter', 'region r5 day all 5'],
  ])('of the bakery and the %s are a row of what is around both: %s', async (store, expected) => {
    const stays = [
      ...three.map((n) => visit(n, 'bakery', '12:00', '12:20')),
      ...others.map((n) => visit(n, store, '12:00', '12:20')),
    ];
    expect(await rowsOf(stays)).toEqual([expected]);
  });

  it('of two regions are never seen', async () => {
    const stays = [
      ...three.map((n) => visit(n, 'bakery', '12:00', '12:20')),
      ...others.map((n) => visit(n, 'inn', '12:00', '12:20')),
    ];
    expect(await rowsOf(stays)).toEqual([]);
  });
});

describe('G-10 the row above', () => {
  it('holds the rest: those whom no finer row holds, and it says so', async () => {
    const stays = [
      ...six.map((n) => visit(n, 'bakery', '12:00', '12:20')),
      ...others.map((n) => visit(n, 'bakery', '09:00', '09:20')),
      ...others.map((n) => visit(n + 3, 'bakery', '19:00', '19:20')).slice(0, 3),
    ];
    expect(await rowsOf(stays)).toEqual(['store r9 hour all 5', 'store r9 day rest 5']);
  });
});
