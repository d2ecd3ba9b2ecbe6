/** The frame of the map: projection fitted to the cells, outlines clipped to it, and a scale bar of a round length. */
import type { GeoPermissibleObjects, GeoProjection } from 'd3-geo';
import { geoContains, geoDistance, geoMercator, geoPath } from 'd3-geo';
import type { PrefectureOutline } from './outline/kanto.ts';
import { KANTO } from './outline/kanto.ts';
import type { LngLat } from './rings.ts';
import { cellRing, parseRing } from './rings.ts';

/** Units of the picture; the page scales it. */
export const MAP_WIDTH = 600;
const MIN_HEIGHT = 360;
const MAX_HEIGHT = 680;
const MARGIN = 12;
/** Room for the scale bar under the cells. */
const FOOT = 36;
const EARTH_RADIUS_M = 6_371_008.8;
/** A scale bar takes at most this share of the width. */
const BAR_SHARE = 0.3;
const BAR_STEPS_M = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000];

export interface MapFrame {
  readonly width: number;
  readonly height: number;
  /** SVG path data of one cell. */
  readonly cellPath: (cell: string) => string;
  /** Where a position falls, in picture units. */
  readonly point: (position: LngLat) => LngLat | null;
  /** SVG path data of the prefectures' borders inside the frame; empty elsewhere in the world. */
  readonly outline: string;
  /** Length of the scale bar in metres, and as a share of the width. */
  readonly bar: { readonly metres: number; readonly share: number };
  /** Names of the prefectures that hold a corner or the centre of the frame. */
  readonly prefectures: readonly string[];
}

/** @param cells at least one */
export const frameFor = (cells: readonly string[]): MapFrame => {
  const rings = cells.map(cellRing);
  const extent: GeoPermissibleObjects = { type: 'MultiPolygon', coordinates: rings.map((ring) => [ring]) };
  const { projection, height } = fitted(extent);
  const path = geoPath(projection).digits(1);
  projection.clipExtent([
    [0, 0],
    [MAP_WIDTH, height],
  ]);
  return {
    width: MAP_WIDTH,
    height,
    cellPath: (cell) => path({ type: 'Polygon', coordinates: [cellRing(cell)] }) ?? '',
    point: (position) => projection(position),
    outline: path(bordersOf(KANTO)) ?? '',
    bar: scaleBar(projection, height),
    prefectures: prefecturesIn(projection, height),
  };
};

const fitted = (extent: GeoPermissibleObjects): { projection: GeoProjection; height: number } => {
  const projection = geoMercator().fitWidth(MAP_WIDTH - 2 * MARGIN, extent);
  const [[, top], [, bottom]] = geoPath(projection).bounds(extent);
  const height = Math.round(Math.min(MAX_HEIGHT, Math.max(MIN_HEIGHT, bottom - top + MARGIN + FOOT)));
  projection.fitExtent(
    [
      [MARGIN, MARGIN],
      [MAP_WIDTH - MARGIN, height - FOOT],
    ],
    extent,
  );
  return { projection, height };
};

/** The prefectures as one d3-geo object. */
export const outlineOf = (prefectures: readonly PrefectureOutline[]): GeoPermissibleObjects => ({
  type: 'MultiPolygon',
  coordinates: prefectures.flatMap(({ rings }) => rings.map((ring) => [parseRing(ring)])),
});

/** Their borders as lines, which a clip cuts without drawing along its own edge. */
const bordersOf = (prefectures: readonly PrefectureOutline[]): GeoPermissibleObjects => ({
  type: 'MultiLineString',
  coordinates: prefectures.flatMap(({ rings }) => rings.map(parseRing)),
});

const scaleBar = (projection: GeoProjection, height: number): MapFrame['bar'] => {
  const left = projection.invert?.([0, height / 2]);
  const right = projection.invert?.([MAP_WIDTH, height / 2]);
  if (!left || !right) return { metres: 0, share: 0 };
  const across = geoDistance(left, right) * EARTH_RADIUS_M;
  const metres = BAR_STEPS_M.findLast((step) => step <= across * BAR_SHARE) ?? 0;
  return { metres, share: metres / across };
};

const prefecturesIn = (projection: GeoProjection, height: number): readonly string[] => {
  const corners: readonly LngLat[] = [
    [MAP_WIDTH / 2, height / 2],
    [0, 0],
    [MAP_WIDTH, 0],
    [0, height],
    [MAP_WIDTH, height],
  ];
  const positions = corners.flatMap((corner) => {
    const position = projection.invert?.(corner);
    return position ? [position] : [];
  });
  return KANTO.filter((prefecture) =>
    positions.some((position) => geoContains(outlineOf([prefecture]), position)),
  ).map(({ name }) => name);
};
