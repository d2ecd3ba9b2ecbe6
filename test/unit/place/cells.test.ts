/** Cells with memory: the same answers as without. */
import { cellToLatLng, cellToParent, getPentagons } from 'h3-js';
import { describe, expect, it } from 'vitest';
import { cellId } from '../../../src/model/place.ts';
import { CellMemo, cellAt, centreOf, parentAt } from '../../../src/place/cells.ts';
import { seeded } from '../../support/seeded.ts';
import { TOKYO, moved } from './builders.ts';

describe('cellAt, parentAt and centreOf', () => {
  it('answer as h3 does, also when asked again', () => {
    const cell = cellAt(TOKYO, 9);
    for (let again = 0; again < 2; again += 1) {
      expect(parentAt(cell, 7)).toBe(cellToParent(cell, 7));
      expect(parentAt(cell, 9)).toBe(cell);
      expect([centreOf(cell).lat, centreOf(cell).lng]).toEqual(cellToLatLng(cell));
    }
  });
});

describe('CellMemo', () => {
  const starts = [
    ['Tokyo', TOKYO],
    ['the antimeridian', { lat: -16.8, lng: 180 }],
    ['80° north', { lat: 80, lng: 20 }],
    ['the pole', { lat: 89.999, lng: 0 }],
    ...getPentagons(9)
      .slice(0, 3)
      .map((cell, i) => [`pentagon ${String(i)}`, centreOf(cellId(cell))] as const),
  ] as const;

  it.each(starts)('is exact on a wander from %s', (_name, start) => {
    const chance = seeded(7);
    const memo = new CellMemo(9);
    let spot = null;
    let position = start;
    for (let i = 0; i < 2_000; i += 1) {
      position = moved(position, (chance() - 0.5) * 90, (chance() - 0.5) * 90);
      position = { lat: Math.min(90, position.lat), lng: Math.max(-180, Math.min(180, position.lng)) };
      spot = memo.spotAt(position, spot);
      expect(spot.cell).toBe(cellAt(position, 9));
    }
  });

  it('answers from the last spot while the device stays', () => {
    const memo = new CellMemo(9);
    const centre = centreOf(cellAt(TOKYO, 9));
    const spot = memo.spotAt(centre, null);
    expect(memo.spotAt(moved(centre, 100, 0), spot)).toBe(spot);
    expect(memo.spotAt(moved(centre, 1_000, 0), spot)).not.toBe(spot);
  });
});
