/** The places of the city: its stores as their file lists them, what draws people to each, and the station hubs. */
import { Ground, distanceM } from './ground.ts';
import type { LatLng, Point } from './ground.ts';
import { Random, STREAM, clamp } from './random.ts';

/** One record of `ref.stores`. */
export interface CityStore extends LatLng {
  readonly storeId: string;
  readonly name: string;
  readonly category: string;
  readonly radiusM: number | null;
  /** GeoJSON geometry (RFC 7946), for the simulated sensitive places. */
  readonly polygon: object | null;
  readonly minDwellS: number | null;
  readonly sensitive: boolean;
  readonly closed: boolean;
}

/** A store where the simulation sees it. */
export interface Shop {
  readonly store: CityStore;
  readonly at: Point;
  /** How much it draws, beside its distance. */
  readonly pull: number;
}

/** A place where many stores lie together, as they do around a station. */
export interface Hub {
  readonly at: Point;
  /** How many stores lie around it, weighted by nearness. */
  readonly weight: number;
}

export interface Places {
  readonly ground: Ground;
  readonly shops: readonly Shop[];
  /** People go to these too, but nothing of it may ever be seen. */
  readonly sensitive: readonly Shop[];
  readonly hubs: readonly [Hub, ...Hub[]];
}

/** Reads stores.csv: nine columns, no quoting. Throws on any other shape. */
export const parseStores = (csv: string): readonly CityStore[] => {
  const [head, ...lines] = csv.trim().split('\n');
  if (head !== 'storeId,name,category,lat,lng,radiusM,minDwellS,sensitive,closed') {
    throw new Error('stores.csv: unexpected header');
  }
  return lines.map((line, i) => {
    const [storeId, name, category, lat, lng, radiusM, minDwellS, sensitive, closed, ...more] =
      line.split(',');
    if (
      storeId === undefined ||
      name === undefined ||
      category === undefined ||
      closed === undefined ||
      more.length > 0
    ) {
      throw new Error(`stores.csv, line ${String(i + 2)}: expected nine columns`);
    }
    const flags = { sensitive: sensitive === 'true', closed: closed === 'true' };
    const size = { radiusM: Number(radiusM), polygon: null, minDwellS: Number(minDwellS) };
    return { storeId, name, category, lat: Number(lat), lng: Number(lng), ...size, ...flags };
  });
};

/** Reads sensitive.jsonl, one `ref.stores` record a line. */
export const parseSensitive = (jsonl: string): readonly CityStore[] =>
  jsonl
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CityStore);

const HUBS = 12;
const HUB_APART_M = 600;
const HUB_REACH_M = 180;

const crowdAt = (at: Point, points: readonly Point[]): number =>
  points.reduce((sum, point) => sum + Math.exp(-((distanceM(at, point) / HUB_REACH_M) ** 2)), 0);

/** The stores with most stores around them, each far enough from those before it. */
const findHubs = (points: readonly Point[]): readonly [Hub, ...Hub[]] => {
  const byCrowd = points
    .map((at): Hub => ({ at, weight: crowdAt(at, points) }))
    .sort((a, b) => b.weight - a.weight);
  const [first, ...others] = byCrowd;
  if (first === undefined) throw new Error('a city needs stores');
  const hubs: [Hub, ...Hub[]] = [first];
  for (const hub of others) {
    if (hubs.length >= HUBS) break;
    if (hubs.every((chosen) => distanceM(chosen.at, hub.at) >= HUB_APART_M)) hubs.push(hub);
  }
  return hubs;
};

const shopOf = (ground: Ground, store: CityStore, pull: number): Shop => ({
  store,
  at: ground.pointOf(store),
  pull,
});

const HUB_PULL = 2;
const HUB_PULL_REACH_M = 250;

/** Lays out the places. Popularity is log-normal (heavy-tailed), and higher near a hub. */
export const layOut = (seed: number, stores: readonly CityStore[]): Places => {
  const open = stores.filter((store) => !store.sensitive && !store.closed);
  const mean = (of: (store: CityStore) => number): number =>
    open.reduce((sum, store) => sum + of(store), 0) / Math.max(open.length, 1);
  const ground = new Ground({ lat: mean((s) => s.lat), lng: mean((s) => s.lng) });
  const hubs = findHubs(open.map((store) => ground.pointOf(store)));
  const shops = open.map((store, i) => {
    const random = new Random(seed, STREAM.store, i);
    const at = ground.pointOf(store);
    const byHub = hubs.some((hub) => distanceM(hub.at, at) < HUB_PULL_REACH_M) ? HUB_PULL : 1;
    return shopOf(ground, store, clamp(random.logNormal(1, 0.7), 0.2, 6) * byHub);
  });
  const sensitive = stores.filter((store) => store.sensitive).map((store) => shopOf(ground, store, 1));
  return { ground, shops, sensitive, hubs };
};
