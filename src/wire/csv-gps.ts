/** The fast way through a CSV of position reports: one pass over the line, no row of texts in between. */
import type { RawId } from '../model/identity.ts';
import type { Origin, RawFix } from '../model/raw.ts';
import { eventTime } from '../model/time.ts';
import type { Header } from './csv-header.ts';
import { LAT_RANGE, LNG_RANGE, MAX_TIME_MS } from './fields.ts';
import type { RawIds } from './raw-ids.ts';
import { isIdText } from './raw-ids.ts';
import { speedOf } from './record-events.ts';
import { scanNumber } from './scan-number.ts';

const SLOTS = [
  'deviceId',
  'atMs',
  'lat',
  'lng',
  'accuracyM',
  'speedMps',
  'memberId',
  'mocked',
  'origin',
  'thirdPartyId',
  'requestId',
] as const;
type Slot = (typeof SLOTS)[number];
const slot = (name: Slot): number => SLOTS.indexOf(name);

const DEVICE = slot('deviceId');
const AT = slot('atMs');
const LAT = slot('lat');
const LNG = slot('lng');
const ACCURACY = slot('accuracyM');
const SPEED = slot('speedMps');
const MEMBER = slot('memberId');
const MOCKED = slot('mocked');
const ORIGIN = slot('origin');
const THIRD_PARTY = slot('thirdPartyId');
const REQUEST = slot('requestId');

/** Where the fields of the present line lie; an absent column is an empty stretch. */
class Cut {
  readonly #slots: Int32Array;
  readonly from = new Int32Array(SLOTS.length);
  readonly to = new Int32Array(SLOTS.length);

  constructor(header: Header) {
    this.#slots = Int32Array.from(header.columns, (column) =>
      column === null ? -1 : SLOTS.findIndex((name) => name === column.field.name),
    );
  }

  /** Cuts a line; false when it has quotes or another number of columns. */
  cut(line: string, end: number): boolean {
    let column = 0;
    let start = 0;
    for (let at = 0; at < end; at += 1) {
      const code = line.charCodeAt(at);
      if (code === 34) return false;
      if (code === 44) {
        if (!this.#place(column, start, at)) return false;
        column += 1;
        start = at + 1;
      }
    }
    return this.#place(column, start, end) && column === this.#slots.length - 1;
  }

  #place(column: number, from: number, to: number): boolean {
    const at = this.#slots[column];
    if (at === undefined) return false;
    if (at >= 0) {
      this.from[at] = from;
      this.to[at] = to;
    }
    return true;
  }

  isEmpty(at: number): boolean {
    return this.from[at] === this.to[at];
  }

  text(line: string, at: number): string {
    return line.slice(this.from[at], this.to[at]);
  }

  number(line: string, at: number): number {
    return scanNumber(line, this.from[at] ?? 0, this.to[at] ?? 0);
  }
}

/** The number of an optional column: null when empty, undefined when it is no number. */
const optionalNumber = (cut: Cut, line: string, at: number): number | null | undefined => {
  if (cut.isEmpty(at)) return null;
  const value = cut.number(line, at);
  return Number.isFinite(value) ? value : undefined;
};

/** The identifier-like text of an optional column: null when empty, undefined when it is none. */
const optionalText = (cut: Cut, line: string, at: number): string | null | undefined => {
  if (cut.isEmpty(at)) return null;
  const value = cut.text(line, at);
  return isIdText(value) ? value : undefined;
};

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** What a flag column writes; undefined when it is no flag. */
export const flagOf = (text: string): boolean | undefined => FLAGS.get(text);

type Extras = Pick<RawFix, 'memberId' | 'speedMps' | 'mocked' | 'origin' | 'thirdPartyId' | 'requestId'>;

const NO_EXTRAS: Extras = {
  memberId: null,
  speedMps: null,
  mocked: false,
  origin: 'APP',
  thirdPartyId: null,
  requestId: null,
};

const originOf = (cut: Cut, line: string): Origin | undefined => {
  const text = cut.text(line, ORIGIN);
  return text === 'APP' || text === 'THIRD_PARTY' ? text : undefined;
};

const memberOf = (cut: Cut, line: string, ids: RawIds): RawId | null | undefined =>
  cut.isEmpty(MEMBER) ? null : (ids.of('member', cut.text(line, MEMBER)) ?? undefined);

/** The columns beyond time and place; null when one of them is not plainly good. */
const extrasOf = (cut: Cut, line: string, ids: RawIds, hasOrigin: boolean): Extras | null => {
  const origin = hasOrigin ? originOf(cut, line) : 'APP';
  const speed = optionalNumber(cut, line, SPEED);
  const mocked = cut.isEmpty(MOCKED) ? false : flagOf(cut.text(line, MOCKED));
  if (origin === undefined || speed === undefined || mocked === undefined) return null;
  const thirdPartyId = optionalText(cut, line, THIRD_PARTY);
  const requestId = optionalText(cut, line, REQUEST);
  const memberId = memberOf(cut, line, ids);
  if (thirdPartyId === undefined || requestId === undefined || memberId === undefined) return null;
  return { memberId, speedMps: speedOf(speed), mocked, origin, thirdPartyId, requestId };
};

const isPlace = (lat: number, lng: number): boolean =>
  Math.abs(lat) <= LAT_RANGE && Math.abs(lng) <= LNG_RANGE;

const isTime = (at: number): boolean => Number.isSafeInteger(at) && Math.abs(at) <= MAX_TIME_MS;

const isRadius = (metres: number | null | undefined): metres is number | null =>
  metres === null || (metres !== undefined && metres >= 0);

/**
 * A reader for lines under this header. It answers null for every line that is not plainly good; the general way
 * then decides and says why. `end` is the length of the line without a carriage return.
 */
export const fastFixReader = (
  header: Header,
  ids: RawIds,
): ((line: string, end: number) => RawFix | null) => {
  const cut = new Cut(header);
  const has = (name: Slot): boolean => header.columns.some((column) => column?.field.name === name);
  const hasOrigin = has('origin');
  const hasExtras = SLOTS.slice(SPEED).some(has);
  return (line, end) => {
    if (!cut.cut(line, end)) return null;
    const at = cut.number(line, AT);
    const lat = cut.number(line, LAT);
    const lng = cut.number(line, LNG);
    const accuracyM = optionalNumber(cut, line, ACCURACY);
    if (!isTime(at) || !isPlace(lat, lng) || !isRadius(accuracyM)) return null;
    const deviceId = ids.of('device', cut.text(line, DEVICE));
    const extras = hasExtras ? extrasOf(cut, line, ids, hasOrigin) : NO_EXTRAS;
    if (deviceId === null || extras === null) return null;
    return {
      kind: 'fix',
      deviceId,
      memberId: extras.memberId,
      at: eventTime(at),
      origin: extras.origin,
      thirdPartyId: extras.thirdPartyId,
      position: { lat, lng },
      accuracyM,
      speedMps: extras.speedMps,
      mocked: extras.mocked,
      requestId: extras.requestId,
    };
  };
};
