/** One person's way through one day, built leg by leg: standing still, walking, riding, and the visits on the way. */
import { distanceM } from './ground.ts';
import type { Point } from './ground.ts';
import type { Choice } from './people.ts';
import type { CityStore, Shop } from './places.ts';
import type { Random } from './random.ts';
import { clamp } from './random.ts';

export type Motion = 'still' | 'shop' | 'walk' | 'ride';

/** A straight piece of the day; a place when still. Times are epoch ms. */
export interface Leg {
  readonly motion: Motion;
  readonly start: number;
  readonly end: number;
  readonly from: Point;
  readonly to: Point;
}

/** A visit as it really was. */
export interface Stop {
  readonly store: CityStore;
  readonly start: number;
  readonly end: number;
  /** Where in the store the person stood. */
  readonly at: Point;
}

const MINUTE_MS = 60_000;
const RIDE_MPS = 9;
/** Waiting at the platform, getting out. */
const RIDE_OVERHEAD_MS = 4 * MINUTE_MS;
const WALKABLE_M = 1_700;
const CHAIN_SHARE = 0.15;
const CHAIN_REACH_M = 550;
const EAT_IN_SHARE = 0.06;

export class Itinerary {
  readonly legs: Leg[] = [];
  readonly stops: Stop[] = [];
  readonly #random: Random;
  readonly #walkMps: number;
  #now: number;
  #at: Point;

  constructor(start: number, at: Point, random: Random, walkMps: number) {
    this.#now = start;
    this.#at = at;
    this.#random = random;
    this.#walkMps = walkMps;
  }

  get now(): number {
    return this.#now;
  }

  /** Stays where it is until a time; does nothing when that is past. */
  stayUntil(end: number): void {
    if (end > this.#now) this.#push('still', end, this.#at);
  }

  stayFor(minutes: number): void {
    this.stayUntil(this.#now + minutes * MINUTE_MS);
  }

  /** Walks round one corner, as streets ask. */
  walkTo(to: Point): void {
    const corner = this.#random.chance(0.5) ? { x: to.x, y: this.#at.y } : { x: this.#at.x, y: to.y };
    for (const point of [corner, to]) this.#straight('walk', point, this.#walkMps);
  }

  /** Walks when it is near, else rides from one hub to the other. */
  travelTo(to: Point, fromHub: Point, toHub: Point): void {
    if (distanceM(this.#at, to) > WALKABLE_M && fromHub !== toHub) {
      this.walkTo(fromHub);
      this.stayFor(this.#random.between(1, RIDE_OVERHEAD_MS / MINUTE_MS));
      this.#straight('ride', toHub, RIDE_MPS);
    }
    this.walkTo(to);
  }

  /** Shops at one store of a choice, sometimes at a second one near the first. */
  shop(choice: Choice | null): void {
    const first = this.#choose(choice, () => true);
    if (choice === null || first === null) return;
    this.visit(first, this.#dwellMinutes());
    if (!this.#random.chance(CHAIN_SHARE)) return;
    const second = this.#choose(choice, (shop) => {
      const distance = distanceM(shop.at, first.at);
      return shop !== first && distance < CHAIN_REACH_M;
    });
    if (second !== null) this.visit(second, this.#dwellMinutes());
  }

  /** Walks to a store and stays in it. */
  visit(shop: Shop, minutes: number): void {
    const start = this.#inside(shop);
    this.walkTo(start);
    const from = this.#now;
    this.#push('shop', from + minutes * MINUTE_MS, start);
    this.stops.push({ store: shop.store, start: from, end: this.#now, at: start });
  }

  /** A place to stand: shops are small, whatever their catchment. */
  #inside(shop: Shop): Point {
    const reach = Math.min((shop.store.radiusM ?? 20) * 0.4, 12) * Math.sqrt(this.#random.unit());
    const angle = this.#random.between(0, 2 * Math.PI);
    return { x: shop.at.x + reach * Math.cos(angle), y: shop.at.y + reach * Math.sin(angle) };
  }

  #dwellMinutes(): number {
    if (this.#random.chance(EAT_IN_SHARE)) return this.#random.between(20, 60);
    return clamp(this.#random.logNormal(7, 0.42), 3, 15);
  }

  #choose(choice: Choice | null, fits: (shop: Shop) => boolean): Shop | null {
    if (choice === null) return null;
    for (let tries = 0; tries < 6; tries++) {
      const shop = choice.shops[this.#random.index(choice.sums)];
      if (shop !== undefined && fits(shop)) return shop;
    }
    return null;
  }

  #straight(motion: 'walk' | 'ride', to: Point, mps: number): void {
    const ms = (distanceM(this.#at, to) / mps) * 1_000;
    if (ms >= 1_000) this.#push(motion, this.#now + ms, to);
  }

  #push(motion: Motion, end: number, to: Point): void {
    this.legs.push({ motion, start: this.#now, end, from: this.#at, to });
    this.#now = end;
    this.#at = to;
  }
}
