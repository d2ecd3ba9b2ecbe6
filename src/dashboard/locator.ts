/** A small picture of the prefectures that shows where the map lies; nothing where their outline is not at hand. */
import { geoMercator, geoPath } from 'd3-geo';
import type { Markup } from './markup.ts';
import { markup } from './markup.ts';
import { outlineOf } from './map-frame.ts';
import { KANTO } from './outline/kanto.ts';
import { cellRing } from './rings.ts';

const WIDTH = 150;
const HEIGHT = 128;
const MARGIN = 3;
/** A frame smaller than this would be lost; it is drawn around the same centre. */
const LEAST_FRAME = 9;

/** @param prefectures names of those the map touches; none draws nothing */
export const renderLocator = (cells: readonly string[], prefectures: readonly string[]): Markup | null => {
  if (cells.length === 0 || prefectures.length === 0) return null;
  const land = outlineOf(KANTO);
  const projection = geoMercator().fitExtent(
    [
      [MARGIN, MARGIN],
      [WIDTH - MARGIN, HEIGHT - MARGIN],
    ],
    land,
  );
  const path = geoPath(projection).digits(1);
  const [[left, top], [right, bottom]] = path.bounds({
    type: 'MultiPolygon',
    coordinates: cells.map((cell) => [cellRing(cell)]),
  });
  const [width, height] = [Math.max(LEAST_FRAME, right - left), Math.max(LEAST_FRAME, bottom - top)];
  return markup`<svg class="locator" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Where the map lies: ${prefectures.join(', ')}">
<path class="land" d="${path(land) ?? ''}"/>
<rect class="here" x="${((left + right - width) / 2).toFixed(1)}" y="${((top + bottom - height) / 2).toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}"/>
</svg>`;
};
