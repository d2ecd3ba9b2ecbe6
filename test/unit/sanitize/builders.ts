/** Builders for the tests of the doors: a policy, a few stores in Tokyo, keys from fixed salts, and events. */
import { KeyRing } from '../../../src/runtime/key-ring.ts';
import type { Purpose, Source } from '../../../src/model/consent.ts';
import { PURPOSES, SOURCES } from '../../../src/model/consent.ts';
import type { SaltName } from '../../../src/model/identity.ts';
import { RawId } from '../../../src/model/identity.ts';
import type { Position, Store } from '../../../src/model/place.ts';
import { storeId } from '../../../src/model/place.ts';
import type { Policy } from '../../../src/model/policy.ts';
import type { RawAccess, RawConsent, RawDevice, RawErasure, RawFix } from '../../../src/model/raw.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, eventTime } from '../../../src/model/time.ts';
import { StoreIndex } from '../../../src/place/store-index.ts';
import { ConsentBook } from '../../../src/sanitize/consent-book.ts';
import { DeviceCells } from '../../../src/sanitize/device-cells.ts';
import type { SanitizeEnv } from '../../../src/sanitize/env.ts';
import { saltsAt } from '../../../src/sanitize/epochs.ts';
import { Pseudonyms } from '../../../src/sanitize/pseudonym.ts';
import { SnapCells } from '../../../src/sanitize/snap.ts';
import { Calendar } from '../../../src/time/calendar.ts';
import { Zone } from '../../../src/time/zone.ts';

/** 2024-03-05 12:00 in Tokyo. */
export const NOON = Date.UTC(2024, 2, 5, 3);
export const TOKYO: Position = { lat: 35.681236, lng: 139.767125 };

export const VERSION = 3;
export const OLD_VERSION = 1;

export const POLICY: Policy = {
  version: VERSION,
  zone: 'Asia/Tokyo',
  dayStartHour: 4,
  daypartHours: [10, 14, 18, 22],
  latenessMs: 5 * MINUTE_MS,
  consent: {
    acceptedVersions: {
      nearbyShops: [2, VERSION],
      usageStatistics: [2, VERSION],
      fraudPrevention: [2, VERSION],
      serviceImprovement: [2, VERSION],
      thirdPartyTracking: [2, VERSION],
    },
  },
  plausibility: { accuracyMaxM: 200, skewMs: 5 * MINUTE_MS, maxEventAgeMs: 3 * DAY_MS },
  snap: {
    resolution: 9,
    sparseResolution: 8,
    denseStores: 3,
    nightResolution: 7,
    nightFromHour: 22,
    nightToHour: 5,
    catchmentM: 300,
    bucketMs: 5 * MINUTE_MS,
    expiresMs: HOUR_MS,
  },
  visits: { minDwellMs: 5 * MINUTE_MS, bridgeMs: 12 * HOUR_MS, sessionGapMs: HOUR_MS },
  bounds: { perTable: 12, visitsPerWindow: 3, dwellMaxMs: 4 * HOUR_MS },
  shadow: null,
  gate: {
    tier: 'perturbed',
    k: 10,
    kBreakdown: 20,
    destinationStores: 2,
    drawMax: 5,
    rounding: 5,
    unlinkedRaiseK: false,
    graceShortMs: 30 * MINUTE_MS,
    graceDayMs: 2 * HOUR_MS,
    dwellEdgesMs: [10, 20, 60, 120, 240].map((minutes) => minutes * MINUTE_MS),
    homogeneityShare: 0.9,
    storeDays: 0,
    dp: { epsilon: 2, shares: { visits: 1, dwell: 0.5, transitions: 0.3 } },
  },
};

export const aStore = (id: string, position: Position, sensitive = false): Store => ({
  id: storeId(id),
  name: id,
  category: 'convenience',
  position,
  footprint: { kind: 'circle', radiusM: 40 },
  minDwellMs: null,
  sensitive,
  closed: false,
});

/** A position so many metres north and east of another. */
export const moved = ({ lat, lng }: Position, northM: number, eastM: number): Position => ({
  lat: lat + northM / 111_195,
  lng: lng + eastM / (111_195 * Math.cos((lat * Math.PI) / 180)),
});

export const indexOf = (stores: readonly Store[]): StoreIndex =>
  new StoreIndex(stores, { catchmentM: POLICY.snap.catchmentM });

export const member = (id: string): RawId => new RawId('member', id);
export const device = (id: string): RawId => new RawId('device', id);
export const cookie = (id: string): RawId => new RawId('cookie', id);

export const aFix = (over: Partial<RawFix> = {}): RawFix => ({
  kind: 'fix',
  deviceId: device('d1'),
  memberId: null,
  at: eventTime(NOON),
  origin: 'APP',
  thirdPartyId: null,
  position: TOKYO,
  accuracyM: null,
  speedMps: null,
  mocked: false,
  requestId: null,
  ...over,
});

export const anAccess = (over: Partial<RawAccess> = {}): RawAccess => ({
  kind: 'access',
  deviceId: null,
  memberId: null,
  cookieId: cookie('c1'),
  at: eventTime(NOON),
  origin: 'APP',
  thirdPartyId: null,
  method: 'GET',
  path: '/stores/7',
  status: 200,
  bytes: null,
  referer: null,
  userAgent: null,
  ip: null,
  storeId: null,
  access: 'PAGE',
  ...over,
});

export const aDevice = (over: Partial<RawDevice> = {}): RawDevice => ({
  kind: 'device',
  deviceId: device('d1'),
  memberId: null,
  at: eventTime(NOON),
  origin: 'APP',
  thirdPartyId: null,
  idType: 'INSTALL',
  terminalType: null,
  model: null,
  osName: null,
  osVersion: null,
  appVersion: null,
  ageBand: null,
  gender: null,
  prefecture: null,
  ...over,
});

const switches = <K extends string>(keys: readonly K[], on: readonly K[]): Record<K, boolean> =>
  Object.fromEntries(keys.map((key) => [key, on.includes(key)])) as Record<K, boolean>;

export interface Choice {
  readonly purposes?: readonly Purpose[];
  readonly sources?: readonly Source[];
  readonly version?: number;
}

/** A consent record; everything is on unless said otherwise. */
export const aConsent = (
  at: number,
  { purposes = PURPOSES, sources = SOURCES, version = VERSION }: Choice = {},
  over: Partial<RawConsent> = {},
): RawConsent => ({
  kind: 'consent',
  deviceId: device('d1'),
  memberId: null,
  at: eventTime(at),
  policyVersion: version,
  purposes: switches(PURPOSES, purposes),
  sources: switches(SOURCES, sources),
  ...over,
});

export const anErasure = (at: number, over: Partial<RawErasure> = {}): RawErasure => ({
  kind: 'erasure',
  deviceId: device('d1'),
  memberId: null,
  at: eventTime(at),
  requestId: 'r',
  ...over,
});

export const CALENDAR = new Calendar({
  zone: new Zone(POLICY.zone),
  dayStartHour: POLICY.dayStartHour,
  daypartHours: POLICY.daypartHours,
});

/** A salt that is fixed by its name, as an imported vault has it. */
export const saltFor = ({ audience, epoch }: SaltName): Buffer => {
  const salt = Buffer.alloc(32, audience.charCodeAt(0));
  salt.writeDoubleBE(epoch, 0);
  return salt;
};

/** A ring that holds the salts of the given event times. */
export const ringFor = (times: readonly number[]): KeyRing => {
  const ring = new KeyRing();
  for (const at of times) {
    for (const name of saltsAt(eventTime(at), CALENDAR)) {
      if (!ring.knows(name)) ring.add({ name, bytes: saltFor(name), commitment: '', born: false });
    }
  }
  return ring;
};

export const aBook = (): ConsentBook =>
  new ConsentBook({ key: Buffer.alloc(32, 7), policy: POLICY.consent, rememberedIds: 1_000 });

/** An environment in which subject d1 (or whoever the records name) has the given consents. */
export const anEnv = (
  records: readonly (RawConsent | RawErasure)[],
  over: Partial<SanitizeEnv> = {},
): SanitizeEnv => {
  const book = aBook();
  for (const record of records) book.apply(record);
  return {
    policy: POLICY,
    calendar: CALENDAR,
    stores: indexOf([]),
    consentOf: (subject) => book.of(subject),
    keyOf: ringFor([NOON]).keyOf,
    clock: eventTime(NOON),
    wallBound: eventTime(NOON + DAY_MS),
    pseudonyms: new Pseudonyms(),
    cells: new DeviceCells(),
    snaps: new SnapCells(),
    ...over,
  };
};
