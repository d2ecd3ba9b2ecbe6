/** Builders for tests about place: positions by metres, circles and boxes as stores. */
import type { Footprint, Position, Ring, Store } from '../../../src/model/place.ts';
import { storeId } from '../../../src/model/place.ts';

export const TOKYO: Position = { lat: 35.681236, lng: 139.767125 };

const METRES_PER_DEGREE = 111_195;

/** The position so many metres east and north of another. */
export const moved = (from: Position, east: number, north: number): Position => {
  const lng = from.lng + east / (METRES_PER_DEGREE * Math.cos((from.lat * Math.PI) / 180));
  return {
    lat: from.lat + north / METRES_PER_DEGREE,
    lng: lng > 180 ? lng - 360 : lng < -180 ? lng + 360 : lng,
  };
};

export const aStore = (
  id: string,
  position: Position,
  footprint: Footprint,
  over: Partial<Store> = {},
): Store => ({
  id: storeId(id),
  name: id,
  category: 'shop',
  position,
  footprint,
  minDwellMs: null,
  sensitive: false,
  closed: false,
  ...over,
});

export const aCircle = (id: string, position: Position, radiusM: number, over: Partial<Store> = {}): Store =>
  aStore(id, position, { kind: 'circle', radiusM }, over);

/** A closed rectangular ring around a centre. */
export const aRing = (centre: Position, halfEastM: number, halfNorthM: number): Ring =>
  (
    [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
      [-1, -1],
    ] as const
  ).map(([east, north]) => {
    const corner = moved(centre, east * halfEastM, north * halfNorthM);
    return [corner.lng, corner.lat] as const;
  });

/** A rectangular polygon, with holes. */
export const aBox = (
  id: string,
  centre: Position,
  [halfEastM, halfNorthM]: readonly [number, number],
  holes: readonly Ring[] = [],
): Store =>
  aStore(id, centre, { kind: 'polygon', polygons: [[aRing(centre, halfEastM, halfNorthM), ...holes]] });
