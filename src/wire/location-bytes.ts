/** Encodes records of `location.sanitized`, framed, into one shared slab: nearly every fix becomes one, so this way is kept short. */
import type { SanitizedLocation } from '../model/sanitized.ts';

/** Longest text that is written here. */
const MAX_TEXT = 512;
/** Frame, five varints of 10 bytes at most, two short ones, and three texts with their lengths. */
const MOST_BYTES = 5 + 7 * 10 + 3 * (MAX_TEXT + 3);
const SLAB_BYTES = 64 * 1_024;
const EXACT = 2 ** 51;

/** Writes at one place after the other; turns bad for good as soon as something does not fit. */
class Pen {
  slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  at = 0;
  isGood = true;

  /** Makes room for one record and gives where it starts. */
  begin(): number {
    if (this.at + MOST_BYTES > SLAB_BYTES) {
      // Views keep the old slab alive for as long as somebody holds one.
      this.slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.at = 0;
    }
    this.isGood = true;
    return this.at;
  }

  byte(value: number): void {
    this.slab[this.at] = value;
    this.at += 1;
  }

  /** A whole number as Avro writes int and long: a zig-zag varint. */
  long(value: number): void {
    if (!Number.isInteger(value) || value >= EXACT || value <= -EXACT) this.isGood = false;
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 128);
    for (; rest > 127; rest >>>= 7) this.byte((rest & 127) | 128);
    this.byte(rest);
  }

  /** ASCII only: what else comes is left to whoever can do all of Avro. */
  text(text: string): void {
    if (text.length > MAX_TEXT) {
      this.isGood = false;
      return;
    }
    this.long(text.length);
    const { slab } = this;
    let { at } = this;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code > 127) this.isGood = false;
      slab[at] = code;
      at += 1;
    }
    this.at = at;
  }
}

/** Null for a record that holds more than ASCII and exact numbers. */
export const locationEncoder = (schemaId: number): ((location: SanitizedLocation) => Buffer | null) => {
  const frame = Buffer.alloc(5);
  frame.writeInt32BE(schemaId, 1);
  const pen = new Pen();
  return (location) => {
    const start = pen.begin();
    for (let i = 0; i < frame.length; i += 1) pen.byte(frame[i] ?? 0);
    pen.text(location.pseudonym);
    pen.long(location.epoch);
    pen.text(location.cell);
    pen.long(location.resolution);
    pen.long(location.bucketStart);
    pen.long(location.bucketS);
    pen.long(location.requestId === null ? 0 : 1);
    if (location.requestId !== null) pen.text(location.requestId);
    pen.long(location.expiresAt);
    if (pen.isGood) return pen.slab.subarray(start, pen.at);
    pen.at = start;
    return null;
  };
};
