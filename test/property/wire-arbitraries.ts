/** Arbitrary records of every input topic, for the laws of the wire. */
import fc from 'fast-check';
import type { FileTopic } from '../../src/wire/decoder.ts';
import { MAX_TIME_MS } from '../../src/wire/fields.ts';
import { isIdText } from '../../src/wire/raw-ids.ts';

type Record = { readonly [name: string]: unknown };

/** Text as people type it, in many scripts, without line ends and control characters. */
const words = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'grapheme', maxLength }).filter((text) => text === '' || isIdText(text));

const id = words(24).filter(isIdText);
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(value, { nil: null, freq: 3 });
const time = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 }) },
  fc.integer({ min: -MAX_TIME_MS, max: MAX_TIME_MS }),
);
/** Without the negative zero, which JSON writes as zero. */
const real = (min: number, max: number): fc.Arbitrary<number> =>
  fc
    .oneof(
      fc.double({ min, max, noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: Math.ceil(min * 1e6), max: Math.floor(max * 1e6) }).map((micro) => micro / 1e6),
    )
    .map((value) => value + 0);
const origin = fc.constantFrom('APP', 'THIRD_PARTY');
const someText = optional(words(24).filter((text) => text !== ''));

const gps = fc.record({
  deviceId: id,
  memberId: optional(id),
  atMs: time,
  lat: real(-90, 90),
  lng: real(-180, 180),
  accuracyM: optional(real(0, 5_000)),
  speedMps: optional(real(0, 100)),
  mocked: fc.boolean(),
  origin,
  thirdPartyId: optional(id),
  requestId: optional(id),
});

const device = fc.record({
  deviceId: id,
  memberId: optional(id),
  atMs: time,
  idType: fc.constantFrom('INSTALL', 'ADVERTISING', 'COOKIE'),
  terminalType: someText,
  model: someText,
  osName: someText,
  osVersion: someText,
  appVersion: someText,
  ageBand: optional(fc.constantFrom('10s', '40s', '80+')),
  gender: optional(fc.constantFrom('FEMALE', 'MALE', 'OTHER')),
  prefecture: someText,
  origin,
  thirdPartyId: optional(id),
});

const access = fc.record({
  line: fc.constant(null),
  atMs: time,
  method: fc.constantFrom('GET', 'POST', 'M-SEARCH'),
  path: words(40).map((text) => `/${text}`),
  status: fc.integer({ min: 100, max: 999 }),
  bytes: optional(fc.nat()),
  referer: someText,
  userAgent: someText,
  ip: optional(fc.oneof(fc.ipV4(), fc.ipV6())),
  deviceId: optional(id),
  memberId: optional(id),
  cookieId: optional(id),
  storeId: optional(id),
  kind: fc.constantFrom('PAGE', 'BEACON'),
  origin,
  thirdPartyId: optional(id),
});

const consent = fc.record({
  deviceId: id,
  memberId: optional(id),
  atMs: time,
  policyVersion: fc.nat(),
  purposes: fc.record({
    nearbyShops: fc.boolean(),
    usageStatistics: fc.boolean(),
    fraudPrevention: fc.boolean(),
    serviceImprovement: fc.boolean(),
    thirdPartyTracking: fc.boolean(),
  }),
  sources: fc.record({ location: fc.boolean(), terminalId: fc.boolean(), cookies: fc.boolean() }),
});

const erasure = fc.record({ deviceId: id, memberId: optional(id), atMs: time, requestId: id });

const storeBase = {
  storeId: id,
  name: words(24).filter((text) => text !== ''),
  category: words(12).filter((text) => text !== ''),
  minDwellS: optional(fc.integer({ min: 180, max: 3_600 })),
  sensitive: fc.boolean(),
  closed: fc.boolean(),
};

const circle = fc.record({
  ...storeBase,
  lat: real(-90, 90),
  lng: real(-180, 180),
  radiusM: real(1, 500),
  polygon: fc.constant(null),
});

/** A rectangle; its centroid is left to the decoder. */
export const box = (lng: number, lat: number, size: number): object => ({
  type: 'Polygon',
  coordinates: [
    [
      [lng, lat],
      [lng + size, lat],
      [lng + size, lat + size],
      [lng, lat + size],
      [lng, lat],
    ],
  ],
});

export const polygonStore = fc
  .record({ ...storeBase, lng: real(-170, 170), lat: real(-80, 80), size: real(0.0001, 0.01) })
  .map(({ lng, lat, size, ...base }) => ({ ...base, polygon: JSON.stringify(box(lng, lat, size)) }));

/** Records in full, absent fields null; a value that is decoded from one gives the same record back. */
export const RECORDS: { readonly [T in FileTopic]: fc.Arbitrary<Record> } = {
  'raw.gps': gps,
  'raw.device': device,
  'raw.access-log': access,
  'privacy.consent': consent,
  'privacy.erasure': erasure,
  'ref.stores': circle,
};

const quotedEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** Escapes as Apache HTTP Server does: what is not printable ASCII is written by bytes. */
export const apacheQuoted = (text: string): string => {
  let quoted = '';
  for (const byte of Buffer.from(text)) {
    const character = String.fromCharCode(byte);
    const short = quotedEscapes.get(character);
    if (short !== undefined) quoted += short;
    else if (byte < 0x20 || byte > 0x7e) quoted += `\\x${byte.toString(16).padStart(2, '0')}`;
    else quoted += character;
  }
  return `"${quoted}"`;
};

const pad = (value: number, length: number): string => String(value).padStart(length, '0');
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The bracketed date of a log line at an instant, in a zone of so many minutes. */
export const apacheDate = (atMs: number, zoneMinutes: number): string => {
  const local = new Date(atMs + zoneMinutes * 60_000);
  const zone = `${zoneMinutes < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(zoneMinutes) / 60), 2)}${pad(Math.abs(zoneMinutes) % 60, 2)}`;
  const date = `${pad(local.getUTCDate(), 2)}/${MONTHS[local.getUTCMonth()] ?? ''}/${pad(local.getUTCFullYear(), 4)}`;
  const clock = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map((part) =>
    pad(part, 2),
  );
  return `[${date}:${clock.join(':')} ${zone}]`;
};

export interface LoggedRequest {
  readonly atMs: number;
  readonly zoneMinutes: number;
  readonly user: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly bytes: number | null;
  readonly referer: string | null;
  readonly userAgent: string | null;
  readonly ip: string;
  readonly cookieId: string | null;
}

/** Any text that a client may send, control characters and all; no spaces in a request target. */
const sent = fc
  .string({ unit: 'binary', maxLength: 30 })
  .map((text) => Buffer.from(text).toString())
  .filter((text) => text !== '-' && text !== '' && !text.includes('\uFFFD'));

export const loggedRequest: fc.Arbitrary<LoggedRequest> = fc.record({
  atMs: fc.integer({ min: -62_000_000_000, max: 250_000_000_000 }).map((seconds) => seconds * 1_000),
  zoneMinutes: fc.integer({ min: -12 * 4, max: 14 * 4 }).map((quarters) => quarters * 15),
  user: fc.constantFrom('-', 'frank', 'two words'),
  method: fc.constantFrom('GET', 'POST', 'OPTIONS'),
  path: sent.map((text) => `/${text.replaceAll(' ', '+')}`),
  status: fc.integer({ min: 100, max: 599 }),
  bytes: optional(fc.nat()),
  referer: optional(sent),
  userAgent: optional(sent),
  ip: fc.oneof(fc.ipV4(), fc.ipV6()),
  cookieId: optional(id),
});

export const logLine = (request: LoggedRequest): string => {
  const { ip, user, status, bytes, method, path } = request;
  const quoted = (text: string | null): string => (text === null ? '"-"' : apacheQuoted(text));
  const cookie = request.cookieId === null ? '' : ` ${quoted(request.cookieId)}`;
  const date = apacheDate(request.atMs, request.zoneMinutes);
  const line = apacheQuoted(`${method} ${path} HTTP/1.1`);
  const size = bytes === null ? '-' : String(bytes);
  return `${ip} - ${user} ${date} ${line} ${String(status)} ${size} ${quoted(request.referer)} ${quoted(request.userAgent)}${cookie}`;
};
