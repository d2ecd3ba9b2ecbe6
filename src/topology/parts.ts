/** The environments that the topology hands to its stations. */
import type { KeyOf } from '../flow/keys.ts';
import type { CellId, Store } from '../model/place.ts';
import type { GatePolicy, Policy } from '../model/policy.ts';
import type { EpochStart, EventTime } from '../model/time.ts';
import { StoreIndex } from '../place/store-index.ts';
import { FINE_RESOLUTION, NIGHT_RESOLUTION, UnitList, ancestor } from '../place/units.ts';
import type { GateEnv } from '../release/gate-env.ts';
import { StoreDays } from '../release/store-days.ts';
import type { ConsentBook } from '../sanitize/consent-book.ts';
import { DeviceCells } from '../sanitize/device-cells.ts';
import type { SanitizeEnv } from '../sanitize/env.ts';
import { Pseudonyms } from '../sanitize/pseudonym.ts';
import { SnapCells } from '../sanitize/snap.ts';
import { Calendar } from '../time/calendar.ts';
import { epochDoneAt } from '../time/schedule.ts';
import { Zone } from '../time/zone.ts';
import type { BoundsEnv } from '../visits/bounds.ts';
import type { VisitsEnv } from '../visits/detector-state.ts';

/** What follows from policy and stores alone: made once in a process, shared by all its tasks. */
export interface Land {
  readonly policy: Policy;
  readonly calendar: Calendar;
  readonly index: StoreIndex;
  readonly units: UnitList;
}

/** What every part is made from. */
export interface Ground extends Land {
  readonly keyOf: KeyOf;
}

export const landOf = ({
  policy,
  stores,
}: {
  readonly policy: Policy;
  readonly stores: readonly Store[];
}): Land => {
  const listed = stores.map(withLongEnoughDwell);
  const index = new StoreIndex(listed, { catchmentM: policy.snap.catchmentM });
  return { policy, calendar: calendarOf(policy), index, units: new UnitList(listed) };
};

/** Nobody's passing by is a visit, whatever a store list says. */
const SHORTEST_DWELL_MS = 180_000;

const withLongEnoughDwell = (store: Store): Store =>
  store.minDwellMs === null || store.minDwellMs >= SHORTEST_DWELL_MS
    ? store
    : { ...store, minDwellMs: SHORTEST_DWELL_MS };

export const calendarOf = (policy: Policy): Calendar =>
  new Calendar({
    zone: new Zone(policy.zone),
    dayStartHour: policy.dayStartHour,
    daypartHours: policy.daypartHours,
  });

/** The doors' environment; its clock is moved event by event. */
export type Doors = { -readonly [K in keyof SanitizeEnv]: SanitizeEnv[K] };

export const doorsEnv = (
  { policy, calendar, index, keyOf }: Ground,
  consents: ConsentBook,
  wallBound: EventTime,
): Doors => ({
  policy,
  calendar,
  stores: index,
  consentOf: (subject) => consents.of(subject),
  keyOf,
  clock: wallBound,
  wallBound,
  pseudonyms: new Pseudonyms(),
  cells: new DeviceCells(),
  snaps: new SnapCells(),
});

export const visitsEnv = ({ policy, calendar, index }: Ground): VisitsEnv => ({
  policy,
  stores: index,
  endOfEpoch: (epoch: EpochStart) => calendar.epochOf(epoch).end,
  footfall: (at: EventTime, cell: CellId) => ({
    cell: ancestor(cell, calendar.isNight(at) ? NIGHT_RESOLUTION : FINE_RESOLUTION),
    windowStart: calendar.windowAt('daypart', at).start,
  }),
});

export const boundsEnv = ({ policy, calendar, units }: Ground): BoundsEnv => ({
  bounds: policy.bounds,
  sessionGapMs: policy.visits.sessionGapMs,
  units,
  hourStart: (at: EventTime) => calendar.windowAt('hour', at).start,
  epochDone: (epoch: EpochStart) => epochDoneAt(calendar.epochOf(epoch), policy.gate),
});

export const gateEnv = (ground: Ground): GateEnv & { readonly storeDays: StoreDays } => {
  const { policy, calendar, units, keyOf } = ground;
  const storeDays = storeDaysOf(policy);
  return {
    storeDays,
    releasedDays: storeDays.of,
    gate: policy.gate,
    shadow: shadowOf(policy),
    visits: policy.visits,
    perTable: policy.bounds.perTable,
    visitsPerWindow: policy.bounds.visitsPerWindow,
    calendar,
    units,
    drawKey: (epoch: EpochStart) => keyOf({ audience: 'statistics', epoch }, 'draw'),
    noiseKey: (epoch: EpochStart) => keyOf({ audience: 'statistics', epoch }, 'noise'),
  };
};

/** Nothing of it is published, so it needs no noise and no rounding of its own. */
const shadowOf = ({ gate, shadow }: Policy): GatePolicy | null =>
  shadow === null
    ? null
    : { ...gate, ...shadow, tier: 'threshold', kBreakdown: Math.max(shadow.k, gate.kBreakdown) };

/** Remembers no more than the gate or the set beside it asks for. */
const storeDaysOf = ({ gate, shadow }: Policy): StoreDays =>
  new StoreDays(Math.max(gate.storeDays, shadow?.storeDays ?? 0));
