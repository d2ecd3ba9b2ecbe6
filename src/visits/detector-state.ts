/** What the detector remembers of one device in one statistics epoch: plain data, so that it can be sealed into a snapshot. */
import type { Policy } from '../model/policy.ts';
import type { CellId, Position, StoreId } from '../model/place.ts';
import type { Who } from '../model/identity.ts';
import type { EpochStart, EventTime } from '../model/time.ts';
import type { Movement } from '../model/visit.ts';
import type { StoreIndex } from '../place/store-index.ts';

/** The footfall unit that a fix outside any stay counts in. */
export interface FootfallKey {
  readonly cell: CellId;
  readonly windowStart: EventTime;
}

/** What the detector is told of the world. */
export interface VisitsEnv {
  readonly policy: Pick<Policy, 'latenessMs' | 'visits'>;
  readonly stores: StoreIndex;
  readonly endOfEpoch: (start: EpochStart) => EventTime;
  /** Footfall cell and daypart of a fix in an r9 cell; null switches footfall off. */
  readonly footfall: ((at: EventTime, cell: CellId) => FootfallKey) | null;
}

/** A fix in the reorder buffer. */
export interface Waiting {
  readonly at: number;
  /** Watermark at which it is taken at the latest. */
  readonly due: number;
  readonly position: Position;
  readonly cell: CellId;
  /** Standard deviation of the position, metres. */
  readonly sigmaM: number;
}

/** A stretch of time in one place. */
export interface Span {
  start: number;
  /** First and last fix inside. */
  firstAt: number;
  lastIn: number;
  fixes: number;
  observedMs: number;
}

/** The first of the fixes outside that may mean departure. */
export interface Exit {
  readonly fix: Waiting;
  /** Metres from the place. */
  readonly distanceM: number;
  count: number;
}

/** What is known of a device's standing still inside a fence. */
export interface Standing {
  anchor: Position;
  since: number;
  /** Last moment at which it had stood at an anchor for a while; null before the first. */
  stillAt: number | null;
}

/** Inside a store's fence (mode A). */
export interface Fence extends Span {
  readonly store: StoreId;
  exit: Exit | null;
  /** Time inside during earlier parts of the same visit. */
  mergedMs: number;
  /** Deepest that a fix has been inside the fence, in its sigmas. */
  depth: number;
  /** What walking from the border to the middle takes at most. */
  readonly walkMs: number;
  /** How long it walked in. */
  walkedInMs: number;
  readonly standing: Standing;
}

/** A fence left; a quick return makes it one visit with what follows. */
export interface Left extends Span {
  readonly store: StoreId;
  readonly end: number;
  readonly insideMs: number;
  readonly depth: number;
  readonly walkMs: number;
  readonly walkedInMs: number;
  readonly walkedOutMs: number;
}

/** A device that roams around one centre (mode B, and footfall's notion of staying anywhere). */
export interface Stay extends Span {
  lat: number;
  lng: number;
  weight: number;
  readonly roamM: number;
  cell: CellId;
  exit: Exit | null;
  /** Long enough to be a stay, whatever follows. */
  sure: boolean;
}

/** A stay at a small store that is over, unless the next one turns out to be at the same store. */
export interface Stayed extends Span {
  readonly store: StoreId;
  end: number;
  insideMs: number;
  /** Watermark at which it is decided whether the device is still there; infinite when it is. */
  settleAt: number;
}

/** A fix on the move that a stay may yet claim. */
export interface HeldOutside extends FootfallKey {
  readonly at: number;
}

export interface DetectorState {
  who: Who | null;
  /** Newest event time seen, and newest taken from the buffer. */
  newest: number;
  done: number;
  /** By time, ascending. */
  waiting: Waiting[];
  /** How many of them came behind the watermark. */
  behind: number;
  last: Waiting | null;
  /** The fix before was a jump and was held back. */
  jumped: boolean;
  /** Running median of the device's noise, metres. */
  sigmaM: number;
  fence: Fence | null;
  left: Left | null;
  stay: Stay | null;
  stayed: Stayed | null;
  /** End of the newest visit published. */
  lastEnd: number;
  held: HeldOutside[];
  /** Fixes emitted per footfall cell and daypart. */
  emitted: Map<string, number>;
  /** Its epoch has ended and everything in it is closed; fixes that come still are closed at once. */
  closed: boolean;
}

/** One run of the detector over a device: its state, its world, and what it finds. */
export interface Run {
  readonly state: DetectorState;
  readonly env: VisitsEnv;
  readonly found: Movement[];
}
