/**
 * The one flow, on one page. Exits are in view: what a station drops carries a reason of model/reasons.ts, what it
 * quarantines goes to the dead letters, and only the gate makes rows that a sink accepts.
 *
 *   RawEvent ── sanitize ──┬─ location ─ oncePerBucket ──────────────▶ location.sanitized
 *   (doors)                └─ near fix ─ visits ─ bounds ── contributions ──┐
 *   RawRight ── consent book ── retractions ────────────────────────────────┤
 *                                                        tally ◀────────────┘
 *                                                          └─ closed windows ─ gate ─▶ Released rows + ledger
 */
import { tallyFold } from '../aggregate/tally.ts';
import type { KeyOf } from '../flow/keys.ts';
import { bind } from '../flow/node.ts';
import type { Opaque } from '../flow/node.ts';
import { subjectOf } from '../model/identity.ts';
import type { Who } from '../model/identity.ts';
import type { Store } from '../model/place.ts';
import type { Policy } from '../model/policy.ts';
import type { EpochStart, EventTime } from '../model/time.ts';
import { StoreIndex } from '../place/store-index.ts';
import { FINE_RESOLUTION, NIGHT_RESOLUTION, UnitList, ancestor } from '../place/units.ts';
import { chainLine, emptyChain, headOf, refuseTwice } from '../release/ledger.ts';
import { gateFold } from '../release/gate.ts';
import type { Released, WindowRows } from '../release/released.ts';
import { ConsentBook } from '../sanitize/consent-book.ts';
import { DeviceCells } from '../sanitize/device-cells.ts';
import type { SanitizeEnv } from '../sanitize/env.ts';
import { oncePerBucket } from '../sanitize/once-per-bucket.ts';
import { Pseudonyms, pseudonymOf } from '../sanitize/pseudonym.ts';
import { sanitize } from '../sanitize/sanitize.ts';
import { SnapCells } from '../sanitize/snap.ts';
import { Calendar } from '../time/calendar.ts';
import { epochDoneAt } from '../time/schedule.ts';
import { Zone } from '../time/zone.ts';
import type { BoundsState } from '../visits/bounds.ts';
import { boundsFold } from '../visits/bounds.ts';
import { visitsFold } from '../visits/detector.ts';
import type { Flow } from '../runtime/flow.ts';

/** What a deployment gives the flow; everything else follows from it. */
export interface TopologyOptions {
  readonly policy: Policy;
  readonly stores: readonly Store[];
  readonly keyOf: KeyOf;
  /** Keys the consent book; it outlives epochs. */
  readonly deploymentKey: Buffer;
  /** Nothing later than this can have happened yet. */
  readonly wallBound: EventTime;
}

export interface Topology extends Flow<Released<WindowRows>> {
  readonly calendar: Calendar;
  readonly units: UnitList;
  readonly index: StoreIndex;
}

/** The rules of the ledger chain, for whoever keeps one. */
export const ledgerRules = { emptyChain, chainLine, headOf, refuseTwice } as const;

export const topology = (options: TopologyOptions): Topology => {
  const { policy, stores, keyOf } = options;
  const calendar = calendarOf(policy);
  const index = new StoreIndex(stores, { catchmentM: policy.snap.catchmentM });
  const units = new UnitList(stores);
  const grace = policy.gate;
  const epochDone = (epoch: EpochStart) => epochDoneAt(calendar.epochOf(epoch), grace);
  const consents = new ConsentBook({ key: options.deploymentKey, policy: policy.consent });
  const doors = doorsOf(options, calendar, index, consents);
  const byWho = (who: Who) => ({ epoch: who.epoch, subject: who.subject });
  return {
    calendar,
    units,
    index,
    sanitize: {
      doors: (event, clock) => {
        doors.clock = clock;
        return sanitize(event, doors);
      },
      right: (record) => consents.apply(record),
      subjectIn: (record, epoch) => {
        const key = keyOf({ audience: 'statistics', epoch }, 'pseudonym');
        return key === null ? null : pseudonymOf(key, subjectOf(record) ?? record.deviceId);
      },
      once: bind(oncePerBucket, policy, {
        keyOf: (location) => location.pseudonym,
        epochOf: (location) => location.epoch,
        subjectOf: () => null,
      }),
      visits: bind(
        visitsFold,
        {
          policy,
          stores: index,
          endOfEpoch: (epoch: EpochStart) => calendar.epochOf(epoch).end,
          footfall: footfallOf(calendar),
        },
        {
          keyOf: (fix) => fix.who.device,
          epochOf: (fix) => byWho(fix.who).epoch,
          subjectOf: (fix) => byWho(fix.who).subject,
        },
      ),
      bounds: bind(
        boundsFold,
        {
          bounds: policy.bounds,
          sessionGapMs: policy.visits.sessionGapMs,
          units,
          hourStart: (at: EventTime) => calendar.windowAt('hour', at).start,
          epochDone,
        },
        {
          keyOf: (movement) => movement.who.subject,
          epochOf: (movement) => movement.who.epoch,
          subjectOf: (movement) => movement.who.subject,
        },
      ),
      regionsOf: (state: Opaque) => (state as unknown as BoundsState).regions,
    },
    release: {
      tally: bind(tallyFold, { calendar, grace }, byEpoch),
      gate: bind(
        gateFold,
        {
          gate: policy.gate,
          visits: policy.visits,
          visitsPerWindow: policy.bounds.visitsPerWindow,
          calendar,
          units,
          drawKey: (epoch: EpochStart) => keyOf({ audience: 'statistics', epoch }, 'draw'),
        },
        byEpoch,
      ),
    },
  };
};

export const calendarOf = (policy: Policy): Calendar =>
  new Calendar({
    zone: new Zone(policy.zone),
    dayStartHour: policy.dayStartHour,
    daypartHours: policy.daypartHours,
  });

const byEpoch = {
  keyOf: (input: { readonly epoch: EpochStart }) => String(input.epoch),
  epochOf: (input: { readonly epoch: EpochStart }) => input.epoch,
  subjectOf: () => null,
};

/** Footfall is counted in r8 cells and dayparts, at night in r6 cells. */
const footfallOf = (calendar: Calendar) => (at: EventTime, cell: Parameters<typeof ancestor>[0]) => ({
  cell: ancestor(cell, calendar.isNight(at) ? NIGHT_RESOLUTION : FINE_RESOLUTION),
  windowStart: calendar.windowAt('daypart', at).start,
});

type Doors = { -readonly [K in keyof SanitizeEnv]: SanitizeEnv[K] };

const doorsOf = (
  { policy, keyOf, wallBound }: TopologyOptions,
  calendar: Calendar,
  stores: StoreIndex,
  consents: ConsentBook,
): Doors => ({
  policy,
  calendar,
  stores,
  consentOf: (subject) => consents.of(subject),
  keyOf,
  clock: wallBound,
  wallBound,
  pseudonyms: new Pseudonyms(),
  cells: new DeviceCells(),
  snaps: new SnapCells(),
});
