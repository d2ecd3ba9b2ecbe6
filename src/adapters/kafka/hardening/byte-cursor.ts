/** Reads the variable-length numbers and byte strings of a Kafka record, and never past the end of what was sent. */

/** What the bytes say cannot be: a length below -1 or past the end, a number of too many bytes. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}

const MORE = 0x80;
const BITS = 0x7f;
/** A number of 32 bits has at most 5 bytes, one of 64 bits at most 10. */
const VARINT_BYTES = 5;
const VARLONG_BITS = 70n;
/** As many bits as four bytes carry. */
const SMALL_BITS = 28;
const ABSENT = -1;

/** Zigzag varints as in Protocol Buffers. Source: the Kafka record format, version 2. */
export class ByteCursor {
  readonly #bytes: Buffer;
  #at: number;
  #end: number;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = bytes.length;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#end - this.#at;
  }

  byte(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (byte === undefined) throw new MalformedBytes('bytes are missing');
    this.#at += 1;
    return byte;
  }

  varint(): number {
    let [raw, shift] = [0, 0];
    for (let count = 0; count < VARINT_BYTES; count += 1) {
      const byte = this.byte();
      raw |= (byte & BITS) << shift;
      if (byte < MORE) return (raw >>> 1) ^ -(raw & 1);
      shift += 7;
    }
    throw new MalformedBytes('a number of more than 32 bits');
  }

  /** As exact number where it is one; times and their differences are. */
  varlong(): number {
    // Differences of times mostly fit into a few bytes, and large integers are slow.
    let [low, shift] = [0, 0];
    for (; shift < SMALL_BITS; shift += 7) {
      const byte = this.byte();
      low |= (byte & BITS) << shift;
      if (byte < MORE) return (low >>> 1) ^ -(low & 1);
    }
    return this.#large(BigInt(low), BigInt(shift));
  }

  /** A byte string with its length before it; null when the length is -1. Shares memory with the batch. */
  bytes(): Buffer | null {
    const length = this.varint();
    if (length === ABSENT) return null;
    if (length < 0 || length > this.left) throw new MalformedBytes('a length past the end');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Reads one record with its length before it, and holds the reader to that length. */
  framed<T>(read: () => T): T {
    const length = this.varint();
    if (length < 0 || length > this.left) throw new MalformedBytes('a length past the end');
    const [outer, end] = [this.#end, this.#at + length];
    this.#end = end;
    const value = read();
    if (this.#at !== end) throw new MalformedBytes('a record shorter than its length');
    this.#end = outer;
    return value;
  }

  #large(low: bigint, from: bigint): number {
    let [raw, shift] = [low, from];
    while (shift < VARLONG_BITS) {
      const byte = this.byte();
      raw |= BigInt(byte & BITS) << shift;
      if (byte < MORE) return Number((raw >> 1n) ^ -(raw & 1n));
      shift += 7n;
    }
    throw new MalformedBytes('a number of more than 64 bits');
  }
}
