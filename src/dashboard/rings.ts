/** Rings of `[lng, lat]` in the order d3-geo wants them: clockwise on the sphere, or they mean all the rest of it. */
import { geoArea } from 'd3-geo';
import { cellToBoundary } from 'h3-js';

export type LngLat = [number, number];

/** Area of half the unit sphere, steradians. */
const HEMISPHERE = 2 * Math.PI;

/**
 * GeoJSON (RFC 7946) and h3-js wind outer rings counter-clockwise; to d3-geo such a ring encloses the rest of the
 * sphere. Measured on the sphere, so that a ring across the antimeridian is told right too.
 */
export const clockwise = (ring: readonly LngLat[]): LngLat[] => {
  const copy = [...ring];
  const encloses = geoArea({ type: 'Polygon', coordinates: [copy] });
  return encloses > HEMISPHERE ? copy.reverse() : copy;
};

/** A cell's outline, closed and clockwise. */
export const cellRing = (cell: string): LngLat[] =>
  clockwise(cellToBoundary(cell, true).map(([lng, lat]): LngLat => [lng, lat]));

/** Reads the outline format: `lng,lat` pairs separated by blanks. */
export const parseRing = (text: string): LngLat[] =>
  clockwise(
    text.split(' ').map((pair): LngLat => {
      const [lng = NaN, lat = NaN] = pair.split(',').map(Number);
      return [lng, lat];
    }),
  );
