/** What the attacks are run against: a simulated city, what oboro makes of it, and what only the judge knows. */
import type { TruePerson } from '../../../examples/city/city.ts';
import type { ContributionMessage } from '../../../src/model/contribution.ts';
import type { Pseudonym } from '../../../src/model/identity.ts';
import type { Store } from '../../../src/model/place.ts';
import type { GatePolicy, Policy } from '../../../src/model/policy.ts';
import type { SanitizedLocation } from '../../../src/model/sanitized.ts';
import type { PlaceTable, RowOf } from '../../../src/model/table.ts';
import type { EpochStart } from '../../../src/model/time.ts';
import type { Witnessed } from '../../../src/release/witness.ts';

/** A contribution or a retraction, as stage G reads it. */
export type Counted = Exclude<ContributionMessage, { readonly kind: 'mark' }>;

/** One statistics epoch. */
export interface StandDay {
  readonly epoch: EpochStart;
  /** In the order in which stage S wrote them. */
  readonly contributions: readonly Counted[];
  /** Judge only: who a pseudonym of this epoch is (member id, or device id without a member); null for nobody. */
  readonly whoIs: (subject: Pseudonym) => string | null;
}

/** What a gate released of some days. */
export interface Releases {
  readonly rows: <T extends PlaceTable>(table: T) => readonly RowOf[T][];
  /** Judge only: the contributions behind the rows, one for each row or set of breakdown parts. */
  readonly witnessed: readonly Witnessed[];
}

export interface ReleaseOptions {
  /** Changes to the gate's parameters; `tier` for instance. */
  readonly gate?: Partial<GatePolicy>;
  readonly bounds?: Partial<Policy['bounds']>;
  /** Contributions of a day as they would have been otherwise: somebody withdrawn, planted or erased. */
  readonly edit?: (contributions: readonly Counted[], day: StandDay) => readonly Counted[];
  /** Which days; all by default. */
  readonly days?: readonly StandDay[];
}

export interface Stand {
  readonly people: readonly TruePerson[];
  readonly stores: readonly Store[];
  readonly policy: Policy;
  readonly days: readonly StandDay[];
  /** `location.sanitized` of the first days. */
  readonly locations: readonly SanitizedLocation[];
  /** Judge only: whose a pseudonym of a nearby epoch is; null for one-time pseudonyms. */
  readonly whoIsNearby: (epoch: EpochStart, pseudonym: Pseudonym) => string | null;
  /** The product's own gate, keys and all, over the city's contributions. Equal options give equal rows. */
  readonly release: (options?: ReleaseOptions) => Releases;
}
