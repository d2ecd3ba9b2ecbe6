/** What is left of a raw event behind the doors: a lookup cell for shops nearby, a near fix for the visit detector, an access. */
import type { Pseudonym, Who } from './identity.ts';
import type { CellId, Position } from './place.ts';
import type { EpochStart, EventTime } from './time.ts';

/** One record of `location.sanitized`. */
export interface SanitizedLocation {
  readonly pseudonym: Pseudonym;
  readonly epoch: EpochStart;
  readonly cell: CellId;
  readonly resolution: number;
  readonly bucketStart: EventTime;
  readonly bucketS: number;
  readonly requestId: string | null;
  readonly expiresAt: EventTime;
}

/**
 * An exact position under a statistics pseudonym. It lives in memory only, between the doors and the visit
 * detector; it has no codec (G-08).
 */
export interface NearFix {
  readonly who: Who;
  readonly position: Position;
  /** H3 r9 cell of the position, computed once for the store look-up. */
  readonly cell: CellId;
  readonly accuracyM: number | null;
  readonly at: EventTime;
}

/** An access-log line of a consenting subject, reduced to what sections need. */
export interface NearAccess {
  readonly who: Who;
  readonly at: EventTime;
  readonly path: string;
  readonly storeId: string | null;
}

/** One event behind the doors: each arm is null when its purpose or source was refused. */
export interface Sanitized {
  readonly location: SanitizedLocation | null;
  readonly near: NearFix | null;
  readonly access: NearAccess | null;
}
