/** Builders for the detector's tests: stores around one point, fixes by metres and seconds, and drivers with any arrival order. */
import type { Who } from '../../../src/model/identity.ts';
import { pseudonym } from '../../../src/model/identity.ts';
import type { Position, Store } from '../../../src/model/place.ts';
import type { DropReason, UncountedReason } from '../../../src/model/reasons.ts';
import type { NearFix } from '../../../src/model/sanitized.ts';
import { HOUR_MS, MINUTE_MS, epochStart, eventTime, watermark } from '../../../src/model/time.ts';
import type { Movement, Outside, Visit } from '../../../src/model/visit.ts';
import { cellAt, parentAt } from '../../../src/place/cells.ts';
import { StoreIndex } from '../../../src/place/store-index.ts';
import type { DetectorState, VisitsEnv } from '../../../src/visits/detector-state.ts';
import { visitsFold } from '../../../src/visits/detector.ts';
import { seeded } from '../../support/seeded.ts';
import { TOKYO, moved } from '../place/builders.ts';

/** 2024-03-05 04:00 in Tokyo; all seconds below count from here. */
export const EPOCH = epochStart(Date.UTC(2024, 2, 4, 19));
export const EPOCH_END = eventTime(EPOCH + 24 * HOUR_MS);

export const WHO: Who = {
  epoch: EPOCH,
  subject: pseudonym('subject'),
  device: pseudonym('device'),
  linked: true,
};

export const secondsOf = (at: number): number => (at - EPOCH) / 1_000;
export const timeAt = (seconds: number): number => EPOCH + Math.round(seconds * 1_000);

interface FixOptions {
  readonly accuracyM?: number | null;
  readonly origin?: Position;
  readonly who?: Who;
}

/** A fix so many seconds into the epoch, so many metres east and north of the origin. */
export const aFix = (seconds: number, east: number, north: number, options: FixOptions = {}): NearFix => {
  const position = moved(options.origin ?? TOKYO, east, north);
  return {
    who: options.who ?? WHO,
    position,
    cell: cellAt(position, 9),
    accuracyM: options.accuracyM ?? null,
    at: eventTime(timeAt(seconds)),
  };
};

/** A normal deviate (Box–Muller). */
export const normal = (chance: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());

export interface Leg {
  /** Where it ends, metres. */
  readonly east: number;
  readonly north: number;
  /** How long it takes, seconds. */
  readonly seconds: number;
}

export interface TrackOptions {
  readonly from?: { readonly seconds: number; readonly east: number; readonly north: number };
  readonly everyS: number;
  readonly noiseM?: number;
  readonly accuracyM?: number | null;
  readonly seed?: number;
  readonly origin?: Position;
}

/** Fixes of a device that moves evenly from leg to leg; a leg to where it is, is a stay. */
export const aTrack = (legs: readonly Leg[], options: TrackOptions): NearFix[] => {
  const chance = seeded(options.seed ?? 1);
  const noise = (): number => (options.noiseM === undefined ? 0 : normal(chance) * options.noiseM);
  let { seconds, east, north } = options.from ?? { seconds: 0, east: 0, north: 0 };
  const fixes: NearFix[] = [];
  for (const leg of legs) {
    for (let s = 0; s < leg.seconds; s += options.everyS) {
      const share = s / leg.seconds;
      const x = east + (leg.east - east) * share + noise();
      const y = north + (leg.north - north) * share + noise();
      fixes.push(aFix(seconds + s, x, y, options));
    }
    seconds += leg.seconds;
    ({ east, north } = leg);
  }
  return fixes;
};

export interface EnvOptions {
  readonly latenessMs?: number;
  readonly bridgeMs?: number;
  readonly minDwellMs?: number;
  readonly end?: number;
  readonly footfall?: boolean;
}

export const anEnv = (stores: readonly Store[], options: EnvOptions = {}): VisitsEnv => ({
  policy: {
    latenessMs: options.latenessMs ?? 5 * MINUTE_MS,
    visits: {
      minDwellMs: options.minDwellMs ?? 5 * MINUTE_MS,
      bridgeMs: options.bridgeMs ?? 12 * HOUR_MS,
      sessionGapMs: HOUR_MS,
    },
  },
  stores: new StoreIndex(stores),
  endOfEpoch: () => eventTime(options.end ?? EPOCH_END),
  footfall:
    options.footfall === true
      ? (at, cell) => ({
          cell: parentAt(cell, 8),
          windowStart: eventTime(Math.floor(at / (6 * HOUR_MS)) * 6 * HOUR_MS),
        })
      : null,
});

export interface Driven {
  readonly movements: readonly Movement[];
  readonly visits: readonly Visit[];
  readonly outside: readonly Outside[];
  readonly dropped: readonly (DropReason | UncountedReason)[];
}

/** Drives one device by hand: events with a watermark, and watermarks alone. */
export class Driver {
  state: DetectorState | null = null;
  readonly movements: Movement[] = [];
  readonly dropped: (DropReason | UncountedReason)[] = [];
  readonly #env: VisitsEnv;

  constructor(env: VisitsEnv) {
    this.#env = env;
  }

  event(fix: NearFix, now: number): readonly Movement[] {
    const state = this.state ?? visitsFold.empty('device');
    const step = visitsFold.onEvent(state, fix, watermark(now), this.#env);
    this.state = step.state;
    this.movements.push(...step.emit);
    this.dropped.push(...step.dropped);
    return step.emit;
  }

  watermark(now: number): readonly Movement[] {
    if (this.state === null) return [];
    const step = visitsFold.onWatermark(this.state, watermark(now), this.#env);
    this.state = step.state;
    this.movements.push(...step.emit);
    return step.emit;
  }

  wakesAt(): number | null {
    return this.state === null ? null : visitsFold.wakesAt(this.state, this.#env);
  }

  result(): Driven {
    return {
      movements: this.movements,
      visits: this.movements.filter((m) => m.kind === 'visit'),
      outside: this.movements.filter((m) => m.kind === 'outside'),
      dropped: this.dropped,
    };
  }
}

/** Drives fixes in the order given under no watermark, and closes at the epoch's end. */
export const detect = (fixes: readonly NearFix[], env: VisitsEnv): Driven => {
  const driver = new Driver(env);
  for (const fix of fixes) driver.event(fix, Number.NEGATIVE_INFINITY);
  driver.watermark(Number.POSITIVE_INFINITY);
  return driver.result();
};

/** Visits in words: store, start and end in seconds of the epoch. */
export const inWords = (visits: readonly Visit[]): readonly string[] =>
  visits.map((v) => `${v.store} ${String(secondsOf(v.start))}-${String(secondsOf(v.end))}`);
