/** The shape of the one flow as the runtime drives it: doors, folds and where they lead. It knows no station. */
import type { Node, Opaque } from '../flow/node.ts';
import type { Outcome } from '../flow/outcome.ts';
import type { Consent } from '../model/consent.ts';
import type { Contribution, Retraction } from '../model/contribution.ts';
import type { Identified, Pseudonym, SaltName } from '../model/identity.ts';
import type { ReleaseEntry } from '../model/ledger.ts';
import type { CellId } from '../model/place.ts';
import type { RawEvent, RawRevocation, RawRight } from '../model/raw.ts';
import type { NearFix, Sanitized, SanitizedLocation } from '../model/sanitized.ts';
import type { GateInput } from '../model/tally.ts';
import type { EpochStart, EventTime } from '../model/time.ts';
import type { Movement } from '../model/visit.ts';

/** What became of a consent or erasure record. */
export interface RightOutcome {
  /** True when something that was served is not served any more: open windows must be cleaned (G-03). */
  readonly withdrawn: boolean;
  /** Nothing was known of its subject before. */
  readonly isFirst: boolean;
}

/** A subject's choice as views are told of it. */
export interface ConsentStanding {
  readonly subject: string;
  readonly consent: Consent | null;
}

/** Stage S: everything of one subject. */
export interface SanitizeFlow {
  readonly doors: (event: RawEvent, clock: EventTime) => Outcome<Sanitized>;
  readonly right: (record: RawRight | RawRevocation) => RightOutcome;
  /** How the subject of a record stands now, by its hash under the deployment key; null for nobody. */
  readonly standingOf: (record: Identified) => ConsentStanding | null;
  /** The same of every subject with a record. */
  readonly standings: () => Iterable<ConsentStanding>;
  /** The subject's pseudonym in a statistics epoch; null when the epoch is closed. */
  readonly subjectIn: (record: Identified, epoch: EpochStart) => Pseudonym | null;
  /** From now on nothing later than this is believed. */
  readonly believeUpTo: (latest: EventTime) => void;
  /** Clears what is remembered of epochs whose salts are dying. */
  readonly forget: (names: readonly SaltName[]) => void;
  readonly once: Node<SanitizedLocation, SanitizedLocation>;
  readonly visits: Node<NearFix, Movement>;
  readonly bounds: Node<Movement, Contribution>;
  /** Regions that hold something of a subject, from its state in `bounds`. */
  readonly regionsOf: (state: Opaque) => readonly CellId[];
  /** What of that state may stay after a withdrawal. */
  readonly withdrawn: (state: Opaque) => Opaque;
}

/** Which stores had released rows on which days; told of every release, and part of what a restart needs. */
export interface ReleasedDays {
  note(entry: ReleaseEntry): void;
  record(): ReadonlyMap<string, readonly EpochStart[]>;
  restore(record: ReadonlyMap<string, readonly EpochStart[]>): void;
}

/** Stage G: everything of one region. `R` is what passed the gate. */
export interface GateFlow<R> {
  readonly tally: Node<Contribution | Retraction, GateInput>;
  readonly gate: Node<GateInput, R>;
  readonly storeDays: ReleasedDays;
}

export interface Flow<R> {
  readonly sanitize: SanitizeFlow;
  readonly release: GateFlow<R>;
}
