/**
 * The one flow, on one page. Exits are in view: what a station drops carries a reason of model/reasons.ts, what the
 * wire quarantines goes to the dead letters, and only the gate makes rows that a sink accepts.
 *
 *   RawEvent ── doors (sanitize) ─┬─ location ─ once per bucket ─────────▶ location.sanitized
 *               drop(reason)      └─ near fix ─ visits ─ bounds ─ contributions ─┐
 *   RawRight ── consent book ─ retractions ──────────────────────────────────────┤
 *                                                             tally ◀────────────┘
 *                                                               └─ closed windows ─ gate ─▶ Released rows, ledger
 */
import { tallyFold } from '../aggregate/tally.ts';
import type { KeyOf } from '../flow/keys.ts';
import type { Keying, Opaque } from '../flow/node.ts';
import { bind } from '../flow/node.ts';
import type { Identified, Pseudonym, Who } from '../model/identity.ts';
import { subjectOf } from '../model/identity.ts';
import type { CellId, Store } from '../model/place.ts';
import type { Policy } from '../model/policy.ts';
import type { EpochStart, EventTime } from '../model/time.ts';
import type { StoreIndex } from '../place/store-index.ts';
import type { UnitList } from '../place/units.ts';
import { gateFold } from '../release/gate.ts';
import { chainLine, emptyChain, headOf, refuseTwice } from '../release/ledger.ts';
import type { Released, WindowRows } from '../release/released.ts';
import type { Witness } from '../release/witness.ts';
import type { Flow, GateFlow, SanitizeFlow } from '../runtime/flow.ts';
import { ConsentBook } from '../sanitize/consent-book.ts';
import { oncePerBucket } from '../sanitize/once-per-bucket.ts';
import { pseudonymOf } from '../sanitize/pseudonym.ts';
import { sanitize } from '../sanitize/sanitize.ts';
import type { Calendar } from '../time/calendar.ts';
import type { BoundsState } from '../visits/bounds.ts';
import { boundsFold, withdrawn } from '../visits/bounds.ts';
import { visitsFold } from '../visits/detector.ts';
import type { Ground } from './parts.ts';
import { boundsEnv, doorsEnv, gateEnv, landOf, visitsEnv } from './parts.ts';

/** What a deployment gives the flow; everything else follows from it. */
export interface TopologyOptions {
  readonly policy: Policy;
  readonly stores: readonly Store[];
  readonly keyOf: KeyOf;
  /** Keys the consent book; it outlives epochs. */
  readonly deploymentKey: Buffer;
  /** Nothing later than this can have happened yet. */
  readonly wallBound: EventTime;
  /** Only where a proof needs to see the contributions behind the rows. */
  readonly witness?: Witness | undefined;
  /** Which regions this gate is for; all where it is the only one. */
  readonly isMine?: ((region: CellId) => boolean) | undefined;
}

export interface Topology extends Flow<Released<WindowRows>> {
  readonly calendar: Calendar;
  readonly units: UnitList;
  readonly index: StoreIndex;
}

/** The rules of the ledger chain, for whoever keeps one. */
export const ledgerRules = { emptyChain, chainLine, headOf, refuseTwice } as const;

export const topology = (options: TopologyOptions): Topology => {
  const { keyOf, ...rest } = options;
  const ground = { ...landOf(options), keyOf };
  const { calendar, units, index } = ground;
  return {
    ...{ calendar, units, index },
    sanitize: sanitizeFlow(ground, rest),
    release: releaseFlow(ground, rest),
  };
};

/** Stage S: all of one subject meets in one task. */
export const sanitizeFlow = (
  ground: Ground,
  { deploymentKey, wallBound }: Pick<TopologyOptions, 'deploymentKey' | 'wallBound'>,
): SanitizeFlow => {
  const consents = new ConsentBook({ key: deploymentKey, policy: ground.policy.consent });
  const doors = doorsEnv(ground, consents, wallBound);
  return {
    doors: (event, clock) => {
      doors.clock = clock;
      return sanitize(event, doors);
    },
    right: (record) => {
      const outcome = consents.apply(record);
      if (outcome.withdrawn && record.deviceId !== null) doors.cells.forget(record.deviceId);
      return outcome;
    },
    believeUpTo: (latest) => {
      doors.wallBound = latest;
    },
    forget: (names) => {
      doors.pseudonyms.forget(names);
    },
    standingOf: (record) => consents.standingOf(record),
    standings: () => consents.standings(),
    subjectIn: (record, epoch) => pseudonymIn(record, epoch, ground.keyOf),
    once: bind(oncePerBucket, ground.policy, {
      keyOf: (location) => location.pseudonym,
      epochOf: (location) => location.epoch,
      subjectOf: () => null,
    }),
    visits: bind(
      visitsFold,
      visitsEnv(ground),
      ofWho((who) => who.device),
    ),
    bounds: bind(
      boundsFold,
      boundsEnv(ground),
      ofWho((who) => who.subject),
    ),
    regionsOf: (state: Opaque) => (state as unknown as BoundsState).regions,
    withdrawn: (state: Opaque) => withdrawn(state as unknown as BoundsState) as unknown as Opaque,
  };
};

/** Stage G: all of one region meets in one task. */
export const releaseFlow = (
  ground: Ground,
  { witness, isMine }: Pick<TopologyOptions, 'witness' | 'isMine'>,
): GateFlow<Released<WindowRows>> => {
  const { calendar, policy } = ground;
  const { storeDays, ...env } = gateEnv(ground);
  return {
    tally: bind(tallyFold, { calendar, grace: policy.gate }, byEpoch),
    gate: bind(gateFold, { ...env, witness, isMine }, byEpoch),
    storeDays,
  };
};

const ofWho = (keyOf: (who: Who) => string): Keying<{ readonly who: Who }> => ({
  keyOf: (input) => keyOf(input.who),
  epochOf: (input) => input.who.epoch,
  subjectOf: (input) => input.who.subject,
});

const byEpoch: Keying<{ readonly epoch: EpochStart }> = {
  keyOf: (input) => String(input.epoch),
  epochOf: (input) => input.epoch,
  subjectOf: () => null,
};

/** A subject's pseudonym in a statistics epoch; null when the epoch is closed. */
const pseudonymIn = (record: Identified, epoch: EpochStart, keyOf: KeyOf): Pseudonym | null => {
  const key = keyOf({ audience: 'statistics', epoch }, 'pseudonym');
  const subject = subjectOf(record);
  return key === null || subject === null ? null : pseudonymOf(key, subject);
};
