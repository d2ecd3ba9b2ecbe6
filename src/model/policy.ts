/** The privacy parameters, parsed once and frozen; every station gets them passed in. Durations are milliseconds. */
import type { Purpose } from './consent.ts';

/** How a member's choice is read. */
export interface ConsentPolicy {
  /** Policy versions under which each purpose is served. */
  readonly acceptedVersions: Readonly<Record<Purpose, readonly number[]>>;
}

export interface PlausibilityPolicy {
  readonly accuracyMaxM: number;
  /** How far ahead of the clock an event may be. */
  readonly skewMs: number;
  readonly maxEventAgeMs: number;
}

/** H3 resolutions of `location.sanitized`. */
export interface SnapPolicy {
  readonly resolution: number;
  /** Where fewer than `denseStores` stores lie in the r7 cell. */
  readonly sparseResolution: number;
  readonly denseStores: number;
  /** Between `nightFromHour` and `nightToHour`; requests keep theirs inside catchments. */
  readonly nightResolution: number;
  readonly nightFromHour: number;
  readonly nightToHour: number;
  /** Metres around a store that count as its catchment. */
  readonly catchmentM: number;
  readonly bucketMs: number;
  /** How long a sanitized record may be used. */
  readonly expiresMs: number;
}

export interface VisitPolicy {
  readonly minDwellMs: number;
  /** A gap between fixes up to this long inside one place is one visit. */
  readonly bridgeMs: number;
  /** The next visit that starts within this of a visit's end is its successor. */
  readonly sessionGapMs: number;
}

/** How much one subject may contribute in one epoch. */
export interface BoundPolicy {
  /** Contributions per subject, epoch and table (L0). */
  readonly perTable: number;
  /** Visits counted per subject, unit and window. */
  readonly visitsPerWindow: number;
  readonly dwellMaxMs: number;
}

export type Tier = 'threshold' | 'perturbed' | 'dp';

/** What the tier dp may tell of one subject and day. */
export interface DpPolicy {
  /** ε of all tables together. */
  readonly epsilon: number;
  /** ε of each table; a table without a share is off. */
  readonly shares: {
    readonly visits: number;
    readonly dwell: number;
    readonly transitions: number;
  };
}

/** The release gate (PRIVACY: G-10…G-14). */
export interface GatePolicy {
  readonly tier: Tier;
  /** Distinct members a row needs, before the secret draw. */
  readonly k: number;
  /** Members a part of a transitions, terminals or demographics breakdown needs. */
  readonly kBreakdown: number;
  /** Stores of the public list that a transition's destination must stand for: fewer would name a store (G-11). */
  readonly destinationStores: number;
  /** The secret draw is 1…drawMax, one per r7 cell and epoch. */
  readonly drawMax: number;
  /** Published numbers are multiples of this; 1 switches rounding off. */
  readonly rounding: number;
  /** Subjects without a member count towards k (device-only deployments). */
  readonly unlinkedRaiseK: boolean;
  /** Grace after a window's end. */
  readonly graceShortMs: number;
  readonly graceDayMs: number;
  /** Inner edges of the dwell bins, ascending. */
  readonly dwellEdgesMs: readonly number[];
  /** A breakdown in which one part holds more than this share is withheld. */
  readonly homogeneityShare: number;
  /** Days with a released row that a store needs before it gets rows of hours. */
  readonly storeDays: number;
  readonly dp: DpPolicy;
}

/** A second parameter set that is run beside the first and told of in classes only. */
export interface ShadowPolicy {
  readonly k: number;
  readonly drawMax: number;
  readonly storeDays: number;
}

export interface Policy {
  /** Version of the privacy policy that these parameters carry out. */
  readonly version: number;
  /** IANA zone in which days, dayparts and hours are cut. */
  readonly zone: string;
  /** Hour (0–23) in the zone at which the statistics epoch starts. */
  readonly dayStartHour: number;
  /** Inner edges of the dayparts, hours in the zone, ascending from the day start. */
  readonly daypartHours: readonly number[];
  /** How far behind its device's newest event an event may come. */
  readonly latenessMs: number;
  readonly consent: ConsentPolicy;
  readonly plausibility: PlausibilityPolicy;
  readonly snap: SnapPolicy;
  readonly visits: VisitPolicy;
  readonly bounds: BoundPolicy;
  readonly gate: GatePolicy;
  /** Null where none is run. */
  readonly shadow: ShadowPolicy | null;
}
