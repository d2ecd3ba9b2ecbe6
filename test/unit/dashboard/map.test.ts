/** The map: winding, projection, outlines and scale. */
import { geoArea, geoContains } from 'd3-geo';
import { cellToBoundary, cellToLatLng, gridDisk, latLngToCell } from 'h3-js';
import { describe, expect, test } from 'vitest';
import { renderMaps } from '../../../src/dashboard/cell-map.ts';
import { renderLocator } from '../../../src/dashboard/locator.ts';
import { frameFor, MAP_WIDTH, outlineOf } from '../../../src/dashboard/map-frame.ts';
import { KANTO } from '../../../src/dashboard/outline/kanto.ts';
import type { LngLat } from '../../../src/dashboard/rings.ts';
import { cellRing, clockwise } from '../../../src/dashboard/rings.ts';

const SHIBUYA = gridDisk(latLngToCell(35.6595, 139.7005, 8), 3);
const TORONTO = gridDisk(latLngToCell(43.65, -79.38, 8), 2);
const HEMISPHERE = 2 * Math.PI;

const areaOf = (ring: LngLat[]): number => geoArea({ type: 'Polygon', coordinates: [ring] });

describe('winding', () => {
  test.each([
    ['Tokyo', latLngToCell(35.66, 139.7, 8)],
    ['the other hemisphere', latLngToCell(-33.9, -70.6, 8)],
    ['the antimeridian', latLngToCell(-16.8, 180, 3)],
    ['a pentagon', '881c000001fffff'],
    ['near the pole', latLngToCell(89.5, 12, 5)],
  ])('a cell paints itself and not the rest of the world: %s', (_title, cell) => {
    const ring = cellRing(cell);
    const [lat, lng] = cellToLatLng(cell);
    expect(areaOf(ring)).toBeLessThan(0.02);
    expect(geoContains({ type: 'Polygon', coordinates: [ring] }, [lng, lat])).toBe(true);
  });

  test('h3-js winds the other way, so the check can fail', () => {
    const boundary = cellToBoundary(latLngToCell(35.66, 139.7, 8), true).map(([lng, lat]): LngLat => [
      lng,
      lat,
    ]);
    expect(areaOf(boundary)).toBeGreaterThan(HEMISPHERE);
    expect(areaOf(clockwise(boundary))).toBeLessThan(HEMISPHERE);
    expect(clockwise(clockwise(boundary))).toEqual(clockwise(boundary));
  });

  test('each prefecture holds its capital and not the sea', () => {
    const capitals: readonly (readonly [string, LngLat])[] = [
      ['Saitama', [139.6489, 35.857]],
      ['Chiba', [140.1233, 35.605]],
      ['Tokyo', [139.6917, 35.6895]],
      ['Kanagawa', [139.6425, 35.4478]],
    ];
    for (const prefecture of KANTO) {
      const land = outlineOf([prefecture]);
      expect(geoArea(land)).toBeLessThan(0.001);
      const held = capitals.filter(([, position]) => geoContains(land, position)).map(([name]) => name);
      expect(held).toEqual([prefecture.name]);
      expect(geoContains(land, [140.9, 34.9])).toBe(false);
    }
  });
});

/** Corners of SVG path data. */
const cornersOf = (d: string): readonly (readonly [number, number])[] =>
  [...d.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

describe('frameFor', () => {
  test('every cell lies inside the frame, and the cells fill it', () => {
    const frame = frameFor(SHIBUYA);
    const corners = SHIBUYA.flatMap((cell) => cornersOf(frame.cellPath(cell)));
    expect(corners).toHaveLength(6 * SHIBUYA.length);
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...xs)).toBeLessThanOrEqual(MAP_WIDTH);
    expect(Math.min(...ys)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...ys)).toBeLessThanOrEqual(frame.height);
    const filled = Math.max(
      (Math.max(...xs) - Math.min(...xs)) / MAP_WIDTH,
      (Math.max(...ys) - Math.min(...ys)) / frame.height,
    );
    expect(filled).toBeGreaterThan(0.8);
  });

  test('the scale bar is as long as it says', () => {
    const frame = frameFor(SHIBUYA);
    const kmPerDegree = 111.32 * Math.cos((35.6595 * Math.PI) / 180);
    const [left] = frame.point([139.7, 35.6595]) ?? [NaN];
    const [right] = frame.point([139.71, 35.6595]) ?? [NaN];
    const metresPerUnit = (0.01 * kmPerDegree * 1_000) / (right - left);
    expect(frame.bar.share * MAP_WIDTH * metresPerUnit).toBeCloseTo(frame.bar.metres, -2);
    expect(frame.bar.share).toBeGreaterThan(0.1);
    expect(frame.bar.share).toBeLessThanOrEqual(0.3);
  });

  test('draws no outline and names no prefecture elsewhere in the world', () => {
    const frame = frameFor(TORONTO);
    expect(frame.outline).toBe('');
    expect(frame.prefectures).toEqual([]);
    expect(renderLocator(TORONTO, frame.prefectures)).toBeNull();
  });

  test('draws the border where it crosses the frame, without the frame itself', () => {
    const border = gridDisk(latLngToCell(35.6, 139.66, 7), 3);
    const frame = frameFor(border);
    expect(frame.prefectures).toEqual(['Tokyo', 'Kanagawa']);
    expect(frame.outline).toMatch(/^M/);
    expect(frame.outline).not.toContain('Z');
  });

  test('a single cell is a map too', () => {
    const [cell = ''] = SHIBUYA;
    const frame = frameFor([cell]);
    expect(cornersOf(frame.cellPath(cell))).toHaveLength(6);
    expect(frame.bar.metres).toBeGreaterThan(0);
  });
});

describe('renderMaps', () => {
  const cells = SHIBUYA.map((cell, index) => ({
    cell,
    visits: index % 3 === 0 ? null : 10 + 5 * index,
    passing: null,
    stores: 0,
  }));
  const map = { resolution: 8, cells, widerVisits: 40, widerPassing: 0 };

  test('G-13 fewer than k, zero and no data have one look', () => {
    const html = renderMaps({ map, stores: [], k: 10 }).markup;
    const withheld = cells.filter(({ visits }) => visits === null).length;
    expect(html.match(/fill="url\(#hatch-visits\)"/g)).toHaveLength(withheld);
    expect(html.match(/fill="url\(#hatch-passing\)"/g)).toHaveLength(cells.length);
    expect(html).toContain('fewer than 10, zero or no data: not shown');
    expect(html).toContain('Beyond this map: 40 visits');
  });

  test('says that there is nothing to draw', () => {
    const html = renderMaps({ map: { ...map, cells: [] }, stores: [], k: 10 }).markup;
    expect(html).toContain('no place to draw');
    expect(html).not.toContain('<svg');
  });
});
