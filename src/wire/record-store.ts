/** The record of a store: a circle or a polygon, with the rules that hold there. */
import type { Outcome, Quarantine } from '../flow/outcome.ts';
import { keep, quarantine } from '../flow/outcome.ts';
import type { Footprint, Position, Store } from '../model/place.ts';
import { storeId } from '../model/place.ts';
import { SECOND_MS } from '../model/time.ts';
import {
  fieldTable,
  flag,
  identifier,
  isAbsent,
  latitude,
  longitude,
  number,
  text,
  textOrObject,
  whole,
} from './fields.ts';
import { centroidOf, geometryOf, polygonsOf } from './geometry.ts';
import type { Checked, RecordKind } from './record-kind.ts';
import type { AvroRecords } from './records.gen.ts';

type StoreRecord = AvroRecords['ref.stores'];

const NAME = 256;
const POLYGON_TEXT = 1_000_000;
/** A circle beyond this is no shop but a typing mistake. */
const MAX_RADIUS_M = 50_000;
const MAX_DWELL_S = 86_400;
/** Radius of a store that states neither radius nor polygon. */
export const DEFAULT_RADIUS_M = 30;
/** Category of a place whose list has none. */
export const DEFAULT_CATEGORY = 'store';

const table = fieldTable(
  { storeId: identifier, name: text(NAME), category: text(NAME) },
  {
    lat: latitude,
    lng: longitude,
    radiusM: number(1, MAX_RADIUS_M, `metres, 1 to ${String(MAX_RADIUS_M)}`),
    polygon: textOrObject(POLYGON_TEXT),
    minDwellS: whole(1, MAX_DWELL_S, `seconds, 1 to ${String(MAX_DWELL_S)}`),
    sensitive: flag,
    closed: flag,
  },
);

const NOT_BOTH = quarantine('invalid_field', 'polygon', 'radiusM or polygon, not both');
const BAD_POLYGON = quarantine(
  'invalid_field',
  'polygon',
  'a GeoJSON Polygon or MultiPolygon with closed rings and an area',
);
const required = (name: string): Quarantine =>
  table.byName.get(name)?.wrong ?? quarantine('invalid_field', name);

interface Extent {
  readonly position: Position;
  readonly footprint: Footprint;
}

const parsed = (polygon: unknown): unknown => {
  if (typeof polygon !== 'string') return polygon;
  try {
    return JSON.parse(polygon) as unknown;
  } catch {
    return null;
  }
};

/** Of a polygon the position is its centroid, whatever point stands beside it. */
const polygonExtent = (polygon: unknown): Outcome<Extent> => {
  const polygons = polygonsOf(parsed(polygon));
  const position = polygons === null ? null : centroidOf(polygons);
  if (polygons === null || position === null) return BAD_POLYGON;
  return keep({ position, footprint: { kind: 'polygon', polygons } });
};

const extentOf = ({ lat, lng, radiusM, polygon }: Checked<StoreRecord>): Outcome<Extent> => {
  if (!isAbsent(polygon)) return isAbsent(radiusM) ? polygonExtent(polygon) : NOT_BOTH;
  if (isAbsent(lat)) return required('lat');
  if (isAbsent(lng)) return required('lng');
  return keep({
    position: { lat, lng },
    footprint: { kind: 'circle', radiusM: radiusM ?? DEFAULT_RADIUS_M },
  });
};

export const storeKind: RecordKind<Store, StoreRecord> = {
  table,
  build: (record) => {
    const extent = extentOf(record);
    if (extent.kind !== 'keep') return extent;
    const dwellS = record.minDwellS ?? null;
    return keep({
      id: storeId(record.storeId),
      name: record.name,
      category: record.category,
      ...extent.value,
      minDwellMs: dwellS === null ? null : dwellS * SECOND_MS,
      sensitive: record.sensitive ?? false,
      closed: record.closed ?? false,
    });
  },
  toRecord: ({ id, name, category, position, footprint, minDwellMs, sensitive, closed }) => ({
    storeId: id,
    name,
    category,
    lat: position.lat,
    lng: position.lng,
    radiusM: footprint.kind === 'circle' ? footprint.radiusM : null,
    polygon: footprint.kind === 'polygon' ? JSON.stringify(geometryOf(footprint.polygons)) : null,
    minDwellS: minDwellMs === null ? null : Math.round(minDwellMs / SECOND_MS),
    sensitive,
    closed,
  }),
};
