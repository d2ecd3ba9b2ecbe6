/** The known places of an evaluation: circles from CSV or polygons from GeoJSON, as a store index. */
import { readFile } from 'node:fs/promises';
import { OboroError } from '../../model/errors.ts';
import type { Footprint, PolygonRings, Position, Ring, Store } from '../../model/place.ts';
import { storeId } from '../../model/place.ts';
import { lngDelta } from '../../place/geometry.ts';
import { StoreIndex } from '../../place/store-index.ts';
import { Header, eachLine, fieldsOf, numberOf } from './csv-lines.ts';

/** Throws INPUT_MISSING or INPUT_INVALID. */
export const readPlaces = async (path: string): Promise<StoreIndex> =>
  new StoreIndex(/\.(geo)?json$/i.test(path) ? await polygonsOf(path) : await circlesOf(path));

const circlesOf = async (path: string): Promise<readonly Store[]> => {
  const stores: Store[] = [];
  let parse: ((line: string) => Store) | null = null;
  let line = 0;
  await eachLine(path, (text) => {
    line += 1;
    if (parse === null) parse = circleParser(new Header(path, text), (field) => invalid(path, line, field));
    else if (text !== '') stores.push(parse(text));
  });
  return stores;
};

const circleParser = (header: Header, fault: (field: string) => OboroError): ((line: string) => Store) => {
  const place = header.column('place');
  const lat = header.column('lat');
  const lng = header.column('lon', 'lng');
  const radius = header.column('radius_m');
  return (line) => {
    const row = fieldsOf(line);
    const position = { lat: numberOf(lat(row)), lng: numberOf(lng(row)) };
    const radiusM = numberOf(radius(row));
    if (place(row) === '') throw fault('place');
    if (!isPosition(position)) throw fault('lat, lon');
    if (radiusM === null || radiusM <= 0) throw fault('radius_m');
    return storeOf(place(row), position, { kind: 'circle', radiusM });
  };
};

const invalid = (path: string, line: number, field: string): OboroError =>
  new OboroError('INPUT_INVALID', `${path} line ${String(line)}: ${field} is missing or out of range`);

const isPosition = (p: { lat: number | null; lng: number | null }): p is Position =>
  p.lat !== null && p.lng !== null && Math.abs(p.lat) <= 90 && Math.abs(p.lng) <= 180;

const storeOf = (id: string, position: Position, footprint: Footprint): Store => ({
  id: storeId(id),
  name: id,
  category: '',
  position,
  footprint,
  minDwellMs: null,
  sensitive: false,
  closed: false,
});

/** The parts of GeoJSON (RFC 7946) that are read. */
interface Feature {
  readonly properties?: { readonly place?: unknown } | null;
  readonly geometry?: { readonly type?: unknown; readonly coordinates?: unknown } | null;
}

const polygonsOf = async (path: string): Promise<readonly Store[]> => {
  const features = featuresOf(path, await readFile(path, 'utf8').catch(() => null));
  return features.map((feature, i) => {
    const place = feature.properties?.place;
    const polygons = ringsOf(feature.geometry ?? null);
    if ((typeof place !== 'string' && typeof place !== 'number') || polygons === null)
      throw new OboroError(
        'INPUT_INVALID',
        `${path} feature ${String(i)}: a place and a polygon are expected`,
      );
    return storeOf(String(place), middleOf(polygons), { kind: 'polygon', polygons });
  });
};

const featuresOf = (path: string, text: string | null): readonly Feature[] => {
  if (text === null) throw new OboroError('INPUT_MISSING', `no such file: ${path}`);
  try {
    const json = JSON.parse(text) as { readonly features?: readonly Feature[] };
    return json.features ?? [json as Feature];
  } catch {
    throw new OboroError('INPUT_INVALID', `${path} is not GeoJSON`);
  }
};

const ringsOf = (geometry: Feature['geometry'] | null): readonly PolygonRings[] | null => {
  if (geometry?.type === 'Polygon') return areRings(geometry.coordinates) ? [geometry.coordinates] : null;
  if (geometry?.type !== 'MultiPolygon' || !Array.isArray(geometry.coordinates)) return null;
  return geometry.coordinates.every(areRings) ? geometry.coordinates : null;
};

const areRings = (value: unknown): value is PolygonRings =>
  Array.isArray(value) && value.length > 0 && value.every(isRing);

const isRing = (value: unknown): value is Ring =>
  Array.isArray(value) &&
  value.length >= 4 &&
  value.every((p) => Array.isArray(p) && isPosition({ lat: Number(p[1]), lng: Number(p[0]) }));

/** The mean of the outer corners. */
const middleOf = (polygons: readonly PolygonRings[]): Position => {
  const corners = polygons.flatMap(([outer]) => outer ?? []);
  const [lng0, lat0] = corners[0] ?? [0, 0];
  const mean = (offsets: readonly number[]): number => offsets.reduce((a, b) => a + b, 0) / corners.length;
  const lng = lng0 + mean(corners.map(([lng1]) => lngDelta(lng0, lng1)));
  return { lat: lat0 + mean(corners.map(([, lat]) => lat - lat0)), lng: lngDelta(0, lng) };
};
