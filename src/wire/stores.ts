/** Reads whole store lists: GeoJSON feature collections, and the newest record of each store of any list. */
import type { Outcome } from '../flow/outcome.ts';
import { quarantine } from '../flow/outcome.ts';
import type { Store, StoreId } from '../model/place.ts';
import type { Unchecked } from './fields.ts';
import { isObject } from './fields.ts';
import { pointOf } from './geometry.ts';
import { csvDecoder } from './csv.ts';
import { jsonDecoder } from './json-lines.ts';
import { trimLine } from './line-guard.ts';
import { RawIds } from './raw-ids.ts';
import { readRecord } from './record-kind.ts';
import { DEFAULT_CATEGORY, storeKind } from './record-store.ts';

const NO_COLLECTION = quarantine('undecodable', null, 'a GeoJSON FeatureCollection');
const NO_FEATURE = quarantine('undecodable', null, 'a GeoJSON Feature with a Point, Polygon or MultiPolygon');
const BAD_POINT = quarantine('invalid_field', 'geometry', 'a Point within lng −180…180 and lat −90…90');
const BAD_TEXT = quarantine('bad_encoding', null, 'UTF-8');

/** The first of some properties that is there. */
const oneOf = (properties: Unchecked, names: readonly string[]): unknown => {
  for (const name of names) {
    const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
};

/** Identifiers are often written as numbers in open data. */
const textOf = (value: unknown): unknown => (Number.isSafeInteger(value) ? String(value) : value);

const recordOf = (feature: Unchecked, properties: Unchecked): Record<string, unknown> => {
  const id = textOf(oneOf(properties, ['storeId', 'place']) ?? feature['id']);
  return {
    storeId: id,
    name: oneOf(properties, ['name']) ?? id,
    category: oneOf(properties, ['category', 'type', 'brand']) ?? DEFAULT_CATEGORY,
    radiusM: oneOf(properties, ['radiusM', 'radius_m']),
    minDwellS: oneOf(properties, ['minDwellS']),
    sensitive: oneOf(properties, ['sensitive']),
    closed: oneOf(properties, ['closed']),
  };
};

const storeOfFeature = (feature: unknown, ids: RawIds): Outcome<Store> => {
  if (!isObject(feature) || feature['type'] !== 'Feature') return NO_FEATURE;
  const geometry = feature['geometry'];
  if (!isObject(geometry)) return NO_FEATURE;
  const properties = isObject(feature['properties']) ? feature['properties'] : {};
  const record = recordOf(feature, properties);
  if (geometry['type'] !== 'Point') return readRecord(storeKind, { ...record, polygon: geometry }, ids);
  const point = pointOf(geometry);
  return point === null ? BAD_POINT : readRecord(storeKind, { ...record, ...point }, ids);
};

const featuresOf = (text: string): readonly unknown[] | null => {
  try {
    const collection: unknown = JSON.parse(trimLine(text));
    if (!isObject(collection) || collection['type'] !== 'FeatureCollection') return null;
    const features = collection['features'];
    return Array.isArray(features) ? (features as readonly unknown[]) : null;
  } catch {
    return null;
  }
};

/**
 * The stores of a GeoJSON FeatureCollection (RFC 7946), one outcome a feature in their order. Properties other than
 * those of the contract (and place, type, brand, radius_m) are ignored: maps carry many.
 */
export const storesOfGeoJson = (text: string): readonly Outcome<Store>[] => {
  if (text.includes('\uFFFD')) return [BAD_TEXT];
  const features = featuresOf(text);
  if (features === null) return [NO_COLLECTION];
  const ids = new RawIds();
  return features.map((feature) => storeOfFeature(feature, ids));
};

export type StoreFormat = 'jsonl' | 'csv' | 'geojson';

/** What became of one record of a store list. */
export interface StoreRecordOutcome {
  /** Line of the text, or place of the feature in its collection, from 1. */
  readonly at: number;
  readonly outcome: Outcome<Store>;
}

export interface StoreList {
  /** The last good record of each store. */
  readonly stores: ReadonlyMap<StoreId, Store>;
  readonly records: readonly StoreRecordOutcome[];
}

/** The records of a text of lines; empty lines are none. */
const recordsOfLines = (text: string, format: 'jsonl' | 'csv'): readonly StoreRecordOutcome[] => {
  const lines = text.split('\n').map((line, i) => ({ at: i + 1, line }));
  const present = lines.filter(({ line }) => trimLine(line) !== '');
  if (format === 'jsonl') {
    const { decode } = jsonDecoder('ref.stores');
    return present.map(({ at, line }) => ({ at, outcome: decode(line) }));
  }
  const [header, ...rows] = present;
  if (header === undefined) return [];
  const decoder = csvDecoder('ref.stores', header.line);
  if (decoder.kind !== 'keep') return [{ at: header.at, outcome: decoder }];
  return rows.map(({ at, line }) => ({ at, outcome: decoder.value.decode(line) }));
};

/** Reads a whole store list. A store named twice is the last one, as in a compacted topic. */
export const readStoreList = (text: string, format: StoreFormat): StoreList => {
  const records =
    format === 'geojson'
      ? storesOfGeoJson(text).map((outcome, i) => ({ at: i + 1, outcome }))
      : recordsOfLines(text, format);
  const stores = new Map<StoreId, Store>();
  for (const { outcome } of records) {
    if (outcome.kind === 'keep') stores.set(outcome.value.id, outcome.value);
  }
  return { stores, records };
};
