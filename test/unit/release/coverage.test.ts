import { describe, expect, it } from 'vitest';
import { cellId } from '../../../src/model/place.ts';
import type { CellId } from '../../../src/model/place.ts';
import type { RegionCount } from '../../../src/release/coverage.ts';
import { countPublished, countWithheld, coverageOf } from '../../../src/release/coverage.ts';
import { noNoise } from '../../../src/release/noise.ts';
import { Numbers } from '../../../src/release/numbers.ts';
import { aPolicy, aVisit } from '../../support/builders.ts';

const { gate } = aPolicy({ gate: { k: 10 } });
const REGION = cellId('852f5aaffffffff');
const numbers = (noise = noNoise): Numbers => new Numbers(gate, 3, noise);

const counted = (hours: number, days: number, withheld: number): Map<CellId, RegionCount> => {
  const regions = new Map<CellId, RegionCount>();
  countPublished(regions, REGION, { rung: 0, visits: hours });
  countPublished(regions, REGION, { rung: 2, visits: days });
  countWithheld(
    regions,
    REGION,
    Array.from({ length: withheld }, (_, i) => aVisit(`p${String(i)}`)),
  );
  return regions;
};
const shares = (...counts: Parameters<typeof counted>) =>
  coverageOf(counted(...counts), numbers(), gate)[0]?.shares;

describe('G-13 the share of visits that is withheld', () => {
  it('is told by rung and in classes', () => {
    expect(coverageOf(counted(150, 50, 20), numbers(), gate)).toEqual([
      {
        regionId: REGION,
        shares: {
          'store hour': '>50',
          'store daypart': '<5',
          'store day': '10-25',
          'r8 day': '<5',
          'r7 day': '<5',
          'region day': '<5',
          withheld: '5-10',
        },
      },
    ]);
  });

  it.each([
    [10, '<5'],
    [11, '5-10'],
    [22, '5-10'],
    [23, '10-25'],
    [66, '10-25'],
    [67, '25-50'],
    [199, '25-50'],
    [200, '>50'],
  ])('with %i of 200 more withheld is %s', (withheld, share) => {
    expect(shares(200, 0, withheld)?.['withheld']).toBe(share);
  });

  it('is not told of a region with fewer than 20 k published visits', () => {
    expect(shares(199, 0, 5)).toBeUndefined();
    expect(shares(200, 0, 5)).toBeDefined();
  });

  it('has the tier’s noise in its one number that is published nowhere else', () => {
    const asked: string[] = [];
    const noisy = numbers((column, subjects) => {
      asked.push(`${column} ${String([...subjects].length)}`);
      return 8;
    });
    expect(coverageOf(counted(200, 0, 5), noisy, gate)[0]?.shares['withheld']).toBe('5-10');
    expect(asked).toEqual(['visits.withheld 5']);
    expect(
      coverageOf(
        counted(200, 0, 0),
        numbers(() => -8),
        gate,
      )[0]?.shares['withheld'],
    ).toBe('<5');
  });

  it('lists regions in order, each with its own', () => {
    const regions = counted(300, 0, 0);
    const before = cellId('852e0000fffffff');
    countPublished(regions, before, { rung: 5, visits: 200 });
    expect(coverageOf(regions, numbers(), gate).map(({ regionId }) => regionId)).toEqual([before, REGION]);
  });
});
