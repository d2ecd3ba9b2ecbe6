/** The simulated people: where each lives and works, when they leave, which stores they like, what they carry. */
import { distanceM } from './ground.ts';
import type { Point } from './ground.ts';
import type { Places, Shop } from './places.ts';
import { Random, STREAM, clamp, runningSums } from './random.ts';
import { equip } from './terminals.ts';
import type { Terminal } from './terminals.ts';

/**
 * How a person's weekdays look: work or school outside the area, inside it, living outside and coming in, or days
 * spent around the home.
 */
export type Role = 'commuter' | 'local' | 'incomer' | 'homely';

/** The stores around one of a person's places, favourites first, with the running sums of their pull. */
export interface Choice {
  readonly shops: readonly Shop[];
  readonly sums: readonly number[];
}

export interface Person {
  readonly index: number;
  /** Null for people who use the app without an account. */
  readonly memberId: string | null;
  readonly terminals: readonly [Terminal, ...Terminal[]];
  readonly ageBand: string | null;
  readonly gender: 'FEMALE' | 'MALE' | 'OTHER' | null;
  readonly prefecture: string | null;
  readonly role: Role;
  readonly home: Point;
  /** Null when homely. */
  readonly work: Point | null;
  /** Where trains are boarded for home and for work. */
  readonly homeHub: Point;
  readonly workHub: Point;
  readonly nearHome: Choice | null;
  readonly nearHub: Choice | null;
  readonly nearWork: Choice | null;
  /** Usual minutes after midnight of leaving home and work. */
  readonly leaveHomeMin: number;
  readonly leaveWorkMin: number;
  /** How often the person shops, against the average of 1. */
  readonly appetite: number;
  /** Walking speed in metres a second. */
  readonly walkMps: number;
}

const REACH_M = 800;
const FALL_OFF_M = 230;
/** How much more a person's three favourites around a place draw than distance and popularity say. */
const FAVOUR = [9, 4, 2];

/** The stores within reach of a place; null where there is none. */
const choiceAround = (places: Places, at: Point, random: Random): Choice | null => {
  const drawn = places.shops
    .map((shop) => ({ shop, distance: distanceM(shop.at, at) }))
    .filter(({ distance }) => distance < REACH_M)
    .map(({ shop, distance }) => {
      const weight = shop.pull * Math.exp(-distance / FALL_OFF_M);
      // An exponential race puts a shop first with a chance in proportion to its weight.
      return { shop, weight, race: -Math.log(1 - random.unit()) / weight };
    })
    .sort((a, b) => a.race - b.race);
  if (drawn.length === 0) return null;
  return {
    shops: drawn.map(({ shop }) => shop),
    sums: runningSums(drawn.map(({ weight }, i) => weight * (FAVOUR[i] ?? 1))),
  };
};

const around = (random: Random, at: Point, sigmaM: number): Point => ({
  x: at.x + sigmaM * random.normal(),
  y: at.y + sigmaM * random.normal(),
});

const farFrom = (random: Random, at: Point): Point => {
  const distance = random.between(6_000, 13_000);
  const angle = random.between(0, 2 * Math.PI);
  return { x: at.x + distance * Math.cos(angle), y: at.y + distance * Math.sin(angle) };
};

const hubFor = (places: Places, at: Point): Point => {
  let best = places.hubs[0].at;
  for (const hub of places.hubs) if (distanceM(hub.at, at) < distanceM(best, at)) best = hub.at;
  return distanceM(best, at) < 2_500 ? best : at;
};

const ROLES: readonly [readonly Role[], readonly number[]] = [
  ['commuter', 'local', 'incomer', 'homely'],
  runningSums([0.28, 0.26, 0.27, 0.19]),
];

interface Anchors {
  readonly home: Point;
  readonly work: Point | null;
  readonly homeHub: Point;
  readonly workHub: Point;
}

const settle = (places: Places, role: Role, random: Random): Anchors => {
  const hubs = places.hubs.map((hub) => hub.at);
  const hub = hubs[random.index(runningSums(places.hubs.map(({ weight }) => weight)))] ?? places.hubs[0].at;
  const dwelling = places.shops[random.below(places.shops.length)]?.at ?? hub;
  const home = role === 'incomer' ? farFrom(random, hub) : around(random, dwelling, 260);
  const homeHub = hubFor(places, home);
  if (role === 'homely') return { home, work: null, homeHub, workHub: homeHub };
  const work = role === 'commuter' ? farFrom(random, home) : around(random, hub, 240);
  return { home, work, homeHub, workHub: hubFor(places, work) };
};

const AGES = ['10s', '20s', '30s', '40s', '50s', '60s', '70s', '80+'];
const AGE_SUMS = runningSums([6, 20, 22, 19, 16, 10, 5, 2]);

const pickGender = (random: Random): Person['gender'] => {
  const roll = random.unit();
  if (roll < 0.12) return null;
  if (roll < 0.55) return 'FEMALE';
  return roll < 0.985 ? 'MALE' : 'OTHER';
};

const pickPrefecture = (random: Random, role: Role): string | null => {
  if (random.chance(0.1)) return null;
  if (role !== 'incomer' || random.chance(0.5)) return 'Tokyo';
  return random.pick(['Kanagawa', 'Kanagawa', 'Saitama', 'Saitama', 'Chiba']);
};

const HALF_POPULATION = 50_000_000;

/** A member number of eight digits, unlike any other in the same city (an affine walk over all of them). */
const memberNumber = (seed: number, index: number): string => {
  const start = new Random(seed, STREAM.person).below(HALF_POPULATION) * 2;
  return `M${String((start + index * 7_368_787) % (2 * HALF_POPULATION)).padStart(8, '0')}`;
};

const DEVICE_ONLY_SHARE = 0.1;

/** The same person for the same seed and number, whatever the day. */
export const personOf = (seed: number, places: Places, index: number): Person => {
  const random = new Random(seed, STREAM.person, index);
  const memberId = random.chance(DEVICE_ONLY_SHARE) ? null : memberNumber(seed, index);
  const role = ROLES[0][random.index(ROLES[1])] ?? 'local';
  const anchors = settle(places, role, random);
  const { home, work, homeHub } = anchors;
  return {
    index,
    memberId,
    terminals: equip(random, memberId !== null),
    ageBand: random.chance(0.12) ? null : (AGES[random.index(AGE_SUMS)] ?? null),
    gender: pickGender(random),
    prefecture: pickPrefecture(random, role),
    role,
    ...anchors,
    nearHome: choiceAround(places, home, random),
    nearHub: homeHub === home ? null : choiceAround(places, homeHub, random),
    nearWork: work === null ? null : choiceAround(places, work, random),
    leaveHomeMin: clamp(480 + 38 * random.normal(), 340, 620),
    leaveWorkMin: clamp(1_095 + 60 * random.normal(), 960, 1_320),
    appetite: clamp(random.logNormal(1, 0.45), 0.2, 2.2),
    walkMps: clamp(1.3 + 0.15 * random.normal(), 0.9, 1.7),
  };
};
