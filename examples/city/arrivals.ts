/** Puts a day's events into the order of their arrival; positions lie in columns, so that a day takes some 40 bytes each. */
import type { CityEvent, GpsRecord } from './records.ts';

/** Who sends a position. */
export interface Sender {
  readonly deviceId: string;
  readonly memberId: string | null;
}

/** What few positions carry. */
export interface FixExtra {
  readonly mocked?: boolean;
  readonly thirdPartyId?: string;
  readonly requestId?: string;
}

export interface Fix {
  readonly arrivalMs: number;
  readonly atMs: number;
  readonly lat: number;
  readonly lng: number;
  /** NaN when the phone does not say. */
  readonly accuracyM: number;
  /** NaN when the phone does not say. */
  readonly speedMps: number;
  readonly extra: FixExtra | null;
}

/** A key is (arrival since the base) × SLOTS + slot: sorting plain numbers is much faster than sorting events. */
const SLOTS = 2 ** 23;
const FIELDS = 5;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const round = (value: number, scale: number): number => Math.round(value * scale) / scale;

const grown = (from: Float64Array): Float64Array => {
  const to = new Float64Array(from.length * 2);
  to.set(from);
  return to;
};

export class Arrivals {
  readonly #baseMs: number;
  #keys: Float64Array = new Float64Array(1_024);
  #fields: Float64Array = new Float64Array(1_024 * FIELDS);
  #slots = 0;
  /** Per slot: the sender of a position, or the event itself. */
  readonly #what: (Sender | CityEvent)[] = [];
  readonly #extras = new Map<number, FixExtra>();

  /** `baseMs`: no event may arrive before it. */
  constructor(baseMs: number) {
    this.#baseMs = baseMs;
  }

  add(event: CityEvent): void {
    this.#slot(event.arrivalMs, event);
  }

  addFix(sender: Sender, fix: Fix): void {
    const slot = this.#slot(fix.arrivalMs, sender);
    if (fix.extra !== null) this.#extras.set(slot, fix.extra);
    const at = slot * FIELDS;
    const fields = this.#fields;
    fields[at] = fix.atMs;
    fields[at + 1] = fix.lat;
    fields[at + 2] = fix.lng;
    fields[at + 3] = fix.accuracyM;
    fields[at + 4] = fix.speedMps;
  }

  /** All events in order of arrival; the later of equal arrivals is the later added. */
  *inOrder(): Iterable<CityEvent> {
    const keys = this.#keys.subarray(0, this.#slots).sort();
    for (const key of keys) {
      const sinceBase = Math.floor(key / SLOTS);
      const event = this.#event(key - sinceBase * SLOTS, this.#baseMs + sinceBase);
      if (event !== null) yield event;
    }
  }

  #slot(arrivalMs: number, what: Sender | CityEvent): number {
    const slot = this.#slots++;
    if (slot >= SLOTS) throw new RangeError('too many events in one day');
    if (slot >= this.#keys.length) {
      this.#keys = grown(this.#keys);
      this.#fields = grown(this.#fields);
    }
    this.#keys[slot] = (Math.round(arrivalMs) - this.#baseMs) * SLOTS + slot;
    this.#what.push(what);
    return slot;
  }

  #event(slot: number, arrivalMs: number): CityEvent | null {
    const what = this.#what[slot];
    if (what === undefined) return null;
    if ('topic' in what) return what;
    return { topic: 'raw.gps', arrivalMs, record: this.#record(slot, what) };
  }

  /** Fills one object field by field: this and its printing are most of the city's time. */
  #record(slot: number, sender: Sender): GpsRecord {
    const field = (n: number): number => this.#fields[slot * FIELDS + n] ?? Number.NaN;
    const extra = this.#extras.get(slot);
    const record: Writable<GpsRecord> = {
      deviceId: sender.deviceId,
      atMs: Math.round(field(0)),
      lat: round(field(1), 1e6),
      lng: round(field(2), 1e6),
      origin: extra?.thirdPartyId === undefined ? 'APP' : 'THIRD_PARTY',
    };
    if (sender.memberId !== null) record.memberId = sender.memberId;
    const [accuracyM, speedMps] = [field(3), field(4)];
    if (!Number.isNaN(accuracyM)) record.accuracyM = round(accuracyM, 10);
    if (!Number.isNaN(speedMps)) record.speedMps = round(speedMps, 10);
    return extra === undefined ? record : Object.assign(record, extra);
  }
}
