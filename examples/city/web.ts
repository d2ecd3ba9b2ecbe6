/** What terminals and browsers say beside positions: the terminal's description, app pages, beacons, the web server's log. */
import type { Arrivals } from './arrivals.ts';
import type { DayFrame } from './day.ts';
import type { Stop } from './itinerary.ts';
import type { Person } from './people.ts';
import type { Places } from './places.ts';
import type { Random } from './random.ts';
import type { AccessRecord, DeviceRecord } from './records.ts';
import { given } from './records.ts';
import type { Terminal } from './terminals.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const TOKYO_MS = 9 * HOUR_MS;

const SHARE = {
  device: 0.92,
  opensApp: 0.55,
  beacon: 0.3,
  asLine: 0.1,
  browses: 0.2,
  notFound: 0.03,
} as const;

const SECTIONS = [
  '/',
  '/',
  '/coupons',
  '/coupons',
  '/campaign/spring',
  '/news',
  '/account',
  '/search',
] as const;

export interface WebDay {
  readonly person: Person;
  readonly stops: readonly Stop[];
  readonly frame: DayFrame;
  readonly places: Places;
}

const deviceRecord = (person: Person, terminal: Terminal, atMs: number): DeviceRecord => ({
  deviceId: terminal.deviceId,
  ...given('memberId', person.memberId),
  atMs,
  idType: terminal.idType,
  terminalType: terminal.terminalType,
  model: terminal.model,
  osName: terminal.osName,
  osVersion: terminal.osVersion,
  appVersion: terminal.appVersion,
  ...given('ageBand', person.ageBand),
  ...given('gender', person.gender),
  ...given('prefecture', person.prefecture),
  origin: 'APP',
});

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `15/May/2024:07:12:01 +0900`, the time of the Common Log Format. */
const logTime = (atMs: number): string => {
  const [date = '', time = ''] = new Date(atMs + TOKYO_MS).toISOString().slice(0, 19).split('T');
  const [year = '', month = '1', day = ''] = date.split('-');
  return `${day}/${MONTHS[Number(month) - 1] ?? ''}/${year}:${time} +0900`;
};

interface Hit {
  readonly atMs: number;
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
  readonly ip: string;
  readonly userAgent: string;
  readonly referer: string | null;
}

/** Combined Log Format (Apache HTTP Server), with the cookie as a tenth quoted field. */
const logLine = (hit: Hit, cookieId: string | null): string =>
  `${hit.ip} - - [${logTime(hit.atMs)}] "GET ${hit.path} HTTP/1.1" ${String(hit.status)} ` +
  `${String(hit.bytes)} "${hit.referer ?? '-'}" "${hit.userAgent}" "${cookieId ?? '-'}"`;

/** Addresses reserved for documentation (RFC 5737). */
const NETS = ['192.0.2', '198.51.100', '203.0.113'] as const;
const address = (random: Random): string => `${random.pick(NETS)}.${String(1 + random.below(254))}`;

const pathFor = (random: Random, places: Places): { path: string; storeId: string | null } => {
  if (random.chance(0.65)) return { path: random.pick(SECTIONS), storeId: null };
  const storeId = places.shops[random.below(places.shops.length)]?.store.storeId ?? null;
  return { path: storeId === null ? '/stores' : `/stores/${storeId}`, storeId };
};

const hitAt = (random: Random, atMs: number, path: string): Omit<Hit, 'ip' | 'userAgent'> => ({
  atMs: Math.floor(atMs),
  path,
  status: random.chance(SHARE.notFound) ? 404 : 200,
  bytes: 800 + random.below(24_000),
  referer: random.chance(0.6) ? 'https://shops.example/' : null,
});

const accessRecord = (person: Person, terminal: Terminal, hit: Hit, asLine: boolean): AccessRecord => {
  const who = {
    deviceId: terminal.deviceId,
    ...given('memberId', person.memberId),
    ...given('cookieId', terminal.cookieId),
  };
  const storeId = hit.path.startsWith('/stores/') ? hit.path.slice('/stores/'.length) : null;
  const what = { ...who, ...given('storeId', storeId), kind: 'PAGE', origin: 'APP' } as const;
  if (asLine) return { line: logLine(hit, terminal.cookieId), ...what };
  const { referer, ...rest } = hit;
  return { ...rest, method: 'GET', ...given('referer', referer), ...what };
};

/** Waking hours, more in the evening. */
const webTime = (random: Random, frame: DayFrame): number =>
  frame.start + (random.chance(0.5) ? random.between(3, 20) : random.between(13, 19.5)) * HOUR_MS;

const appSession = (day: WebDay, random: Random, arrivals: Arrivals): void => {
  const { person, frame, places } = day;
  const [terminal] = person.terminals;
  const ip = address(random);
  let atMs = webTime(random, frame);
  const pages = 2 + random.below(4);
  for (let page = 0; page < pages; page++, atMs += random.between(8, 90) * SECOND_MS) {
    const hit = { ...hitAt(random, atMs, pathFor(random, places).path), ip, userAgent: terminal.userAgent };
    const record = accessRecord(person, terminal, hit, random.chance(SHARE.asLine));
    arrivals.add({ topic: 'raw.access-log', arrivalMs: hit.atMs, record });
  }
};

/** A store's beacon saw the app. */
const beacon = (person: Person, stop: Stop, arrivals: Arrivals): void => {
  const atMs = Math.floor(stop.start + 20 * SECOND_MS);
  const record: AccessRecord = {
    deviceId: person.terminals[0].deviceId,
    ...given('memberId', person.memberId),
    atMs,
    method: 'POST',
    path: '/beacon/enter',
    status: 204,
    storeId: stop.store.storeId,
    kind: 'BEACON',
    origin: 'APP',
  };
  arrivals.add({ topic: 'raw.access-log', arrivalMs: atMs, record });
};

const DESKTOPS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
] as const;

/** A visit to the web site without logging in: only the cookie, where there is one, says who. */
const browserSession = (day: WebDay, random: Random, arrivals: Arrivals): void => {
  const [terminal] = day.person.terminals;
  const userAgent = random.chance(0.3) ? random.pick(DESKTOPS) : terminal.userAgent;
  const ip = address(random);
  let atMs = webTime(random, day.frame);
  const pages = 2 + random.below(6);
  for (let page = 0; page < pages; page++, atMs += random.between(5, 120) * SECOND_MS) {
    const hit = { ...hitAt(random, atMs, pathFor(random, day.places).path), ip, userAgent };
    const line = logLine(hit, terminal.cookieId);
    arrivals.add({ topic: 'web.log', arrivalMs: hit.atMs, line, fault: null });
  }
};

/** Everything that one person's terminals and browsers send in a day beside positions. */
export const sendWeb = (day: WebDay, random: Random, arrivals: Arrivals): void => {
  const { person, stops, frame } = day;
  for (const terminal of person.terminals) {
    if (!random.chance(SHARE.device)) continue;
    const atMs = Math.floor(frame.start + random.between(0.5, 5) * HOUR_MS);
    arrivals.add({ topic: 'raw.device', arrivalMs: atMs, record: deviceRecord(person, terminal, atMs) });
  }
  if (random.chance(SHARE.opensApp)) appSession(day, random, arrivals);
  for (const stop of stops) {
    if (!stop.store.sensitive && random.chance(SHARE.beacon)) beacon(person, stop, arrivals);
  }
  if (random.chance(SHARE.browses)) browserSession(day, random, arrivals);
};

const BOT = 'Mozilla/5.0 (compatible; examplebot/1.0; +https://bot.example/)';
const BOT_HITS = 300;

/** A crawler that reads all day and sends no cookie. */
export const sendBot = (frame: DayFrame, places: Places, random: Random, arrivals: Arrivals): void => {
  const ip = address(random);
  for (let i = 0; i < BOT_HITS; i++) {
    const atMs = frame.start + random.between(0, 24) * HOUR_MS;
    const hit = { ...hitAt(random, atMs, pathFor(random, places).path), ip, userAgent: BOT };
    arrivals.add({ topic: 'web.log', arrivalMs: hit.atMs, line: logLine(hit, null), fault: null });
  }
};
