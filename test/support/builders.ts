/** Builders of what flows: a policy, a small town of stores, fixes, stays, choices and contributions, at clock times of Tokyo. */
import { cellToChildren, cellToLatLng, latLngToCell } from 'h3-js';
import { parseSettings } from '../../src/config/parse.ts';
import { policyOf } from '../../src/config/policy.ts';
import type { Purpose, Source } from '../../src/model/consent.ts';
import { PURPOSES, SOURCES } from '../../src/model/consent.ts';
import type {
  FootfallContribution,
  SuccessorContribution,
  Traits,
  TraitsContribution,
  VisitContribution,
} from '../../src/model/contribution.ts';
import { RawId, pseudonym } from '../../src/model/identity.ts';
import type { Position, Store } from '../../src/model/place.ts';
import { cellId, storeId } from '../../src/model/place.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { RawConsent, RawErasure, RawFix } from '../../src/model/raw.ts';
import type { EventTime } from '../../src/model/time.ts';
import { DAY_MS, MINUTE_MS, epochStart, eventTime } from '../../src/model/time.ts';

/** 2024-03-05 04:00 in Tokyo: the start of the epoch most tests live in. */
export const EPOCH = epochStart(Date.UTC(2024, 2, 4, 19));

/** A clock time in Tokyo, `HH:MM` or `HH:MM:SS`, on 2024-03-05 or so many days later. */
export const clock = (time: string, day = 0): EventTime => {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return eventTime(
    Date.UTC(2024, 2, 5) + day * DAY_MS + ((hours - 9) * 60 + minutes) * MINUTE_MS + seconds * 1_000,
  );
};

/** So many minutes later. */
export const eventTimeAfter = (at: EventTime, minutes: number): EventTime =>
  eventTime(at + minutes * MINUTE_MS);

type Sections<T> = { readonly [K in keyof T]?: T[K] extends object ? Partial<T[K]> : T[K] };

/** The policy of the default settings, with changes by section. */
export const aPolicy = (over: Sections<Policy> = {}): Policy => {
  const parsed = parseSettings({ name: 'default', text: '', overrides: [] });
  if (!parsed.ok) throw new Error('the default settings do not hold');
  const settings = policyOf(parsed.settings);
  // The test town has one store of a kind and in a cell; that rule has tests of its own.
  const base: Policy = { ...settings, gate: { ...settings.gate, destinationStores: 1 } };
  const changed = Object.entries(over).map(([key, value]) => {
    const before: unknown = base[key as keyof Policy];
    const isSection = typeof before === 'object' && before !== null && !Array.isArray(before);
    return [key, isSection ? { ...before, ...(value as object) } : value];
  });
  return { ...base, ...(Object.fromEntries(changed) as Partial<Policy>) };
};

/** A policy under which few people make a row; the draw is always 1. */
export const aSmallPolicy = (gate: Partial<Policy['gate']> = {}): Policy =>
  aPolicy({ gate: { tier: 'threshold', k: 5, kBreakdown: 5, drawMax: 1, ...gate } });

const TOKYO: Position = { lat: 35.681236, lng: 139.767125 };
const REGION = latLngToCell(TOKYO.lat, TOKYO.lng, 5);

const child = (cell: string, resolution: number, nth: number): string =>
  cellToChildren(cell, resolution)[nth] ?? cell;

/** The centre of an r9 cell named by the way to it: nth r7 of the region, nth r8 of that, nth r9 of that. */
export const placeAt = (r7: number, r8: number, r9: number): Position => {
  const [lat, lng] = cellToLatLng(child(child(child(REGION, 7, r7), 8, r8), 9, r9));
  return { lat, lng };
};

/** A position so many metres north and east of another. */
export const moved = ({ lat, lng }: Position, northM: number, eastM: number): Position => ({
  lat: lat + northM / 111_195,
  lng: lng + eastM / (111_195 * Math.cos((lat * Math.PI) / 180)),
});

/** A round store of 60 m in the middle of an r9 cell. */
export const aStore = (id: string, over: Partial<Store> = {}): Store => ({
  id: storeId(id),
  name: id,
  category: 'shop',
  position: placeAt(0, 0, 0),
  footprint: { kind: 'circle', radiusM: 60 },
  minDwellMs: null,
  sensitive: false,
  closed: false,
  ...over,
});

/** Two stores in one r8 cell, one in the next r8, one in the next r7, one in another region. */
export const TOWN: readonly Store[] = [
  aStore('bakery', { position: placeAt(3, 1, 0), category: 'food' }),
  aStore('cinema', { position: placeAt(3, 1, 3), category: 'leisure' }),
  aStore('grocer', { position: placeAt(3, 4, 0), category: 'food' }),
  aStore('hatter', { position: placeAt(30, 2, 0), category: 'clothes' }),
  aStore('inn', { position: { lat: 34.702485, lng: 135.495951 }, category: 'food' }),
];

export const storeOf = (id: string): Store => {
  const found = TOWN.find((store) => store.id === id);
  if (found === undefined) throw new Error(`no store ${id}`);
  return found;
};

export interface PersonOfTest {
  readonly device?: string;
  readonly member?: string | null;
}

export const aFix = ({
  device = 'phone-1',
  member = null,
  ...over
}: PersonOfTest & Partial<RawFix> = {}): RawFix => ({
  kind: 'fix',
  deviceId: new RawId('device', device),
  memberId: member === null ? null : new RawId('member', member),
  at: clock('12:00'),
  origin: 'APP',
  thirdPartyId: null,
  position: storeOf('bakery').position,
  accuracyM: 10,
  speedMps: null,
  mocked: false,
  requestId: null,
  ...over,
});

export interface StayOfTest extends PersonOfTest {
  readonly store: string;
  /** First and last fix inside. */
  readonly from: EventTime;
  readonly to: EventTime;
  readonly everyMs?: number;
  /** Whether a fix far off ends it; else nothing follows. */
  readonly leaves?: boolean;
}

/** Fixes inside a store, then (unless told otherwise) one 600 m off a minute later. */
export const aStay = ({
  store,
  from,
  to,
  everyMs = 2 * MINUTE_MS,
  leaves = true,
  ...person
}: StayOfTest): RawFix[] => {
  const { position } = storeOf(store);
  const fixes: RawFix[] = [];
  for (let at: number = from; at <= to; at += everyMs)
    fixes.push(aFix({ ...person, position, at: eventTime(at) }));
  if (leaves) {
    fixes.push(aFix({ ...person, position: moved(position, 600, 0), at: eventTime(to + MINUTE_MS) }));
    fixes.push(aFix({ ...person, position: moved(position, 1_400, 0), at: eventTime(to + 6 * MINUTE_MS) }));
  }
  return fixes;
};

/** Members m1…mn with one phone each. */
export const people = (n: number, prefix = 'm'): Required<PersonOfTest>[] =>
  Array.from({ length: n }, (_, i) => ({
    member: `${prefix}${String(i + 1)}`,
    device: `phone-${prefix}${String(i + 1)}`,
  }));

/** By time, equal times as they come. */
export const inOrder = <T extends { readonly at: EventTime }>(events: readonly T[]): T[] =>
  [...events].sort((a, b) => a.at - b.at);

const switches = <K extends string>(keys: readonly K[], on: readonly K[]): Record<K, boolean> =>
  Object.fromEntries(keys.map((key) => [key, on.includes(key)])) as Record<K, boolean>;

export interface ChoiceOfTest extends PersonOfTest {
  readonly at?: EventTime;
  readonly purposes?: readonly Purpose[];
  readonly sources?: readonly Source[];
  readonly version?: number;
}

/** A consent record, long before the tests' days and with everything on, unless said otherwise. */
export const aConsent = ({
  device = 'phone-1',
  member = null,
  at = clock('00:00', -30),
  purposes = PURPOSES,
  sources = SOURCES,
  version = 1,
}: ChoiceOfTest = {}): RawConsent => ({
  kind: 'consent',
  deviceId: new RawId('device', device),
  memberId: member === null ? null : new RawId('member', member),
  at,
  policyVersion: version,
  purposes: switches(PURPOSES, purposes),
  sources: switches(SOURCES, sources),
});

export const anErasure = ({
  device = 'phone-1',
  member = null,
  at = clock('12:00'),
}: PersonOfTest & { readonly at?: EventTime } = {}): RawErasure => ({
  kind: 'erasure',
  deviceId: new RawId('device', device),
  memberId: member === null ? null : new RawId('member', member),
  at,
  requestId: 'request-1',
});

const regionOf = (store: Store): ReturnType<typeof cellId> =>
  cellId(latLngToCell(store.position.lat, store.position.lng, 5));

/** One visit of one member, known when it ended. */
export const aVisit = (
  subject: string,
  {
    store = 'bakery',
    end = clock('12:20'),
    ...over
  }: { store?: string } & Partial<Omit<VisitContribution, 'store'>> = {},
): VisitContribution => ({
  kind: 'visit',
  epoch: EPOCH,
  region: regionOf(storeOf(store)),
  subject: pseudonym(subject),
  linked: true,
  store: storeId(store),
  end,
  dwellMs: 15 * MINUTE_MS,
  knownAt: end,
  ...over,
});

/** Where the subject of a visit went next. */
export const aSuccessor = (visit: VisitContribution, to: string): SuccessorContribution => {
  const { position, category } = storeOf(to);
  return {
    kind: 'successor',
    epoch: visit.epoch,
    region: visit.region,
    subject: visit.subject,
    store: visit.store,
    end: visit.end,
    toCell: cellId(latLngToCell(position.lat, position.lng, 7)),
    toCategory: category,
    knownAt: visit.knownAt,
  };
};

/** One member on the move, in the r8 cell of a store. */
export const aFootfall = (
  subject: string,
  {
    store = 'bakery',
    resolution = 8,
    ...over
  }: { store?: string; resolution?: number } & Partial<FootfallContribution> = {},
): FootfallContribution => {
  const { position } = storeOf(store);
  return {
    kind: 'footfall',
    epoch: EPOCH,
    region: regionOf(storeOf(store)),
    subject: pseudonym(subject),
    linked: true,
    cell: cellId(latLngToCell(position.lat, position.lng, resolution)),
    windowStart: clock('10:00'),
    knownAt: clock('12:20'),
    ...over,
  };
};

/** What is known of a subject; of nobody in particular unless said. */
export const someTraits = (
  subject: string,
  { traits = {}, ...over }: { traits?: Partial<Traits> } & Partial<Omit<TraitsContribution, 'traits'>> = {},
): TraitsContribution => ({
  kind: 'traits',
  epoch: EPOCH,
  region: regionOf(storeOf('bakery')),
  subject: pseudonym(subject),
  traits: { terminalType: null, os: null, ageBand: null, gender: null, prefecture: null, ...traits },
  knownAt: clock('12:00'),
  ...over,
});
