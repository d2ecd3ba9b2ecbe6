/** How a terminal reports a day: when it sends a position, how wrong that is, and how late it arrives. */
import type { Arrivals, Fix, FixExtra, Sender } from './arrivals.ts';
import type { DayFrame } from './day.ts';
import type { Ground, Point } from './ground.ts';
import { distanceM } from './ground.ts';
import type { Leg, Motion } from './itinerary.ts';
import type { Random } from './random.ts';
import { clamp } from './random.ts';
import type { Reporting, Terminal } from './terminals.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export interface ReportingDay {
  readonly terminal: Terminal;
  readonly sender: Sender;
  readonly legs: readonly Leg[];
  readonly frame: DayFrame;
}

/** Median of the reported accuracy in metres: worse indoors and in trains than in the street. */
const ACCURACY_M: Readonly<Record<Motion, number>> = { still: 17, shop: 15, walk: 11, ride: 28 };

/** Least and most seconds between two reports on the way. */
const MOVING_S: Readonly<Record<Reporting, readonly [number, number]>> = {
  steady: [30, 60],
  frugal: [40, 100],
  sparse: [90, 240],
};

/** Minutes of stillness before a terminal dozes, and least and most minutes between its reports then. */
const DOZE_MIN: Readonly<Record<Reporting, readonly [number, number, number]>> = {
  steady: [20, 35, 90],
  frugal: [8, 75, 200],
  sparse: [5, 150, 400],
};

const SHARE = {
  duplicate: 0.005,
  delayed: 0.03,
  veryLate: 0.002,
  thirdParty: 0.03,
  request: 0.02,
  noAccuracy: 0.01,
  outlier: 0.015,
  silentRide: 0.6,
  /** A sparse terminal reports from a shop only when its app is opened there. */
  opensInShop: 0.65,
} as const;

const THIRD_PARTIES = ['tp-weather', 'tp-coupon'] as const;

/** Times in which the terminal is off, out of reach or saving its battery. */
const silences = (frame: DayFrame, random: Random): readonly (readonly [number, number])[] =>
  Array.from({ length: random.below(3) }, () => {
    const start = frame.start + random.between(2, 20) * HOUR_MS;
    return [start, start + random.logNormal(25, 0.8) * MINUTE_MS] as const;
  });

const delayMs = (random: Random): number => {
  const roll = random.unit();
  if (roll < SHARE.veryLate) return random.between(1, 6) * HOUR_MS;
  if (roll < SHARE.veryLate + SHARE.delayed) return random.between(20, 240) * SECOND_MS;
  return random.between(0, 1.5) * SECOND_MS;
};

/** One terminal through one day. Its error wanders as that of receivers does: near in time, near in error. */
export class Phone {
  readonly #day: ReportingDay;
  readonly #ground: Ground;
  readonly #random: Random;
  readonly #silent: readonly (readonly [number, number])[];
  /** Error in units of the fix's own sigma. */
  #errorX = 0;
  #errorY = 0;
  #lastAt = 0;

  constructor(day: ReportingDay, ground: Ground, random: Random) {
    this.#day = day;
    this.#ground = ground;
    this.#random = random;
    this.#silent = silences(day.frame, random);
  }

  report(arrivals: Arrivals): void {
    let due = this.#day.frame.start + this.#random.between(0, 90) * MINUTE_MS;
    let motion: Motion = 'still';
    for (const leg of this.#day.legs) {
      if (leg.motion !== motion) due = Math.min(due, leg.start + this.#random.between(8, 40) * SECOND_MS);
      motion = leg.motion;
      if (this.#sleepsThrough(leg)) due = Math.max(due, leg.end);
      while (due < leg.end) {
        this.#send(leg, due, arrivals);
        due += this.#intervalMs(leg, due);
      }
    }
  }

  #sleepsThrough(leg: Leg): boolean {
    if (leg.motion === 'ride') return this.#random.chance(SHARE.silentRide);
    const waits = leg.motion === 'shop' && this.#day.terminal.reporting === 'sparse';
    return waits && !this.#random.chance(SHARE.opensInShop);
  }

  #intervalMs(leg: Leg, at: number): number {
    const random = this.#random;
    const { reporting } = this.#day.terminal;
    const minutes = (at - leg.start) / MINUTE_MS;
    if (leg.motion === 'shop') return random.between(30, minutes < 15 ? 60 : 150) * SECOND_MS;
    if (leg.motion === 'walk') return random.between(...MOVING_S[reporting]) * SECOND_MS;
    if (leg.motion === 'ride') return random.between(60, 150) * SECOND_MS;
    const [wakeful, least, most] = DOZE_MIN[reporting];
    if (minutes < wakeful) return random.between(3, 10) * MINUTE_MS;
    const sinceFour = (at - this.#day.frame.start) / HOUR_MS;
    const night = sinceFour < 2 || sinceFour > 20 ? 3 : 1;
    return random.between(least, most) * night * MINUTE_MS;
  }

  #send(leg: Leg, at: number, arrivals: Arrivals): void {
    if (this.#silent.some(([start, end]) => at >= start && at < end)) return;
    const fix = this.#fix(leg, at);
    arrivals.addFix(this.#day.sender, fix);
    if (!this.#random.chance(SHARE.duplicate)) return;
    const again = fix.arrivalMs + this.#random.between(0, 60) * SECOND_MS;
    arrivals.addFix(this.#day.sender, { ...fix, arrivalMs: again });
  }

  #fix(leg: Leg, at: number): Fix {
    const random = this.#random;
    const accuracyM = this.#accuracyM(leg.motion);
    const seen = this.#seen(leg, at, accuracyM);
    const moving = leg.motion === 'walk' || leg.motion === 'ride';
    const speed = moving ? (distanceM(leg.from, leg.to) / (leg.end - leg.start)) * SECOND_MS : 0;
    return {
      arrivalMs: at + delayMs(random),
      atMs: at,
      lat: this.#ground.latOf(seen.y),
      lng: this.#ground.lngOf(seen.x),
      accuracyM: random.chance(SHARE.noAccuracy) ? Number.NaN : accuracyM,
      speedMps: random.chance(0.3) ? Number.NaN : Math.max(0, speed + 0.2 * random.normal()),
      extra: this.#extra(leg.motion, at),
    };
  }

  #accuracyM(motion: Motion): number {
    const random = this.#random;
    if (random.chance(SHARE.outlier)) return clamp(random.logNormal(250, 0.8), 60, 4_000);
    return clamp(random.logNormal(ACCURACY_M[motion], 0.42), 5, 40);
  }

  /**
   * Where the terminal believes it is. The reported accuracy is the radius that holds 68 % of positions, which for
   * equal normal errors on both axes is 1.51 sigma (Rayleigh distribution).
   */
  #seen(leg: Leg, at: number, accuracyM: number): Point {
    const kept = Math.exp(-(at - this.#lastAt) / MINUTE_MS);
    const fresh = Math.sqrt(1 - kept * kept);
    this.#errorX = kept * this.#errorX + fresh * this.#random.normal();
    this.#errorY = kept * this.#errorY + fresh * this.#random.normal();
    this.#lastAt = at;
    const sigma = accuracyM / 1.51;
    const done = leg.end === leg.start ? 0 : (at - leg.start) / (leg.end - leg.start);
    return {
      x: leg.from.x + (leg.to.x - leg.from.x) * done + sigma * this.#errorX,
      y: leg.from.y + (leg.to.y - leg.from.y) * done + sigma * this.#errorY,
    };
  }

  #extra(motion: Motion, at: number): FixExtra | null {
    const random = this.#random;
    const { terminal, frame } = this.#day;
    const hours = (at - frame.start) / HOUR_MS;
    if (terminal.mocks && hours > 5 && hours < 12) return { mocked: true };
    if (random.chance(SHARE.thirdParty)) return { thirdPartyId: random.pick(THIRD_PARTIES) };
    if (motion !== 'still' && random.chance(SHARE.request)) return { requestId: random.hex(4) };
    return null;
  }
}
