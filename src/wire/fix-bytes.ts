/** Reads values of `raw.gps` under its own schema straight into fixes: what is not plainly right is left to the general way. */
import type { RawFix } from '../model/raw.ts';
import { eventTime } from '../model/time.ts';
import { LAT_RANGE, LNG_RANGE, MAX_TIME_MS } from './fields.ts';
import { MAX_ID_LENGTH } from './raw-ids.ts';
import type { RawIds } from './raw-ids.ts';
import { speedOf } from './record-events.ts';

const DOUBLE_BYTES = 8;

/** A place in a value; it goes past the end, for good, as soon as something is not plainly right. */
class Walk {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#at = 0;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  fail(): void {
    this.#at = this.#bytes.length + 1;
  }

  byte(): number {
    const byte = this.#bytes[this.#at];
    this.#at += 1;
    if (byte !== undefined) return byte;
    this.fail();
    return 0;
  }

  /** A zig-zag varint as short as it can be told exactly. */
  long(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    this.fail();
    return 0;
  }

  double(): number {
    const at = this.#at;
    if (at + DOUBLE_BYTES > this.#bytes.length) {
      this.fail();
      return 0;
    }
    this.#at += DOUBLE_BYTES;
    return this.#bytes.readDoubleLE(at);
  }

  /** 0 for null, 1 for the other branch of an optional field. */
  isThere(): boolean {
    const branch = this.byte();
    if (branch !== 0 && branch !== 2) this.fail();
    return branch === 2;
  }

  /** An identifier of ASCII; '' when it is not one. */
  id(): string {
    const length = this.long();
    const start = this.#at;
    const end = start + length;
    if (length < 1 || length > MAX_ID_LENGTH || end > this.#bytes.length) {
      this.fail();
      return '';
    }
    for (let at = start; at < end; at += 1) {
      const code = this.#bytes[at] ?? 0;
      if (code < 0x20 || code > 0x7e) this.fail();
    }
    if (this.#at > this.#bytes.length) return '';
    this.#at = end;
    return this.#bytes.toString('latin1', start, end);
  }

  optionalId(): string | null {
    return this.isThere() ? this.id() : null;
  }

  optionalDouble(): number | null {
    return this.isThere() ? this.double() : null;
  }
}

const isWithin = (value: number, range: number): boolean => value >= -range && value <= range;

const isLength = (value: number | null): boolean =>
  value === null || (value >= 0 && value <= Number.MAX_VALUE);

const isPlace = (lat: number, lng: number): boolean => isWithin(lat, LAT_RANGE) && isWithin(lng, LNG_RANGE);

const isSpeed = (value: number | null): boolean => value === null || isWithin(value, Number.MAX_VALUE);

const ORIGINS = ['APP', 'THIRD_PARTY'] as const;

/** Null for a value that is not plainly right: the general way then says what it is. */
export const fixReader = (ids: RawIds): ((value: Buffer) => RawFix | null) => {
  const walk = new Walk();
  return (value) => {
    walk.begin(value);
    const device = walk.id();
    const member = walk.optionalId();
    const at = walk.long();
    const lat = walk.double();
    const lng = walk.double();
    const accuracyM = walk.optionalDouble();
    const speed = walk.optionalDouble();
    const mocked = walk.isThere() ? walk.byte() : 0;
    const origin = ORIGINS[walk.byte() / 2];
    const thirdPartyId = walk.optionalId();
    const requestId = walk.optionalId();
    if (!walk.isAtEnd || mocked > 1 || origin === undefined) return null;
    if (!isPlace(lat, lng) || !isWithin(at, MAX_TIME_MS)) return null;
    if (!isLength(accuracyM) || !isSpeed(speed)) return null;
    return {
      kind: 'fix',
      deviceId: ids.take('device', device),
      memberId: member === null ? null : ids.take('member', member),
      at: eventTime(at),
      origin,
      thirdPartyId,
      position: { lat, lng },
      accuracyM,
      speedMps: speedOf(speed),
      mocked: mocked === 1,
      requestId,
    };
  };
};
