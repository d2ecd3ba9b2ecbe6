/** Uniform integers out of a PRF: the same key and name give the same integers for ever, so chance cannot be drawn again. */
import { createHmac } from 'node:crypto';

const BYTE_BITS = 8n;

/** HMAC-SHA-256 in counter mode (NIST SP 800-108), bytes taken in order. */
export class PrfStream {
  readonly #key: Buffer;
  readonly #name: string;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  #counter = 0;

  constructor(key: Buffer, name: string) {
    this.#key = key;
    this.#name = name;
  }

  /** Uniform in 0…bound − 1 by rejection, so without bias; `bound` is at least 1. */
  below(bound: bigint): bigint {
    const top = bound - 1n;
    if (top === 0n) return 0n;
    const bits = BigInt(top.toString(2).length);
    const mask = (1n << bits) - 1n;
    for (;;) {
      const drawn = this.#bytes((bits + BYTE_BITS - 1n) / BYTE_BITS) & mask;
      if (drawn < bound) return drawn;
    }
  }

  #bytes(count: bigint): bigint {
    let drawn = 0n;
    for (let i = 0n; i < count; i += 1n) drawn = (drawn << BYTE_BITS) | BigInt(this.#byte());
    return drawn;
  }

  #byte(): number {
    if (this.#at === this.#block.length) {
      this.#block = createHmac('sha256', this.#key)
        .update(`${this.#name}|${String(this.#counter)}`)
        .digest();
      this.#counter += 1;
      this.#at = 0;
    }
    const byte = this.#block[this.#at] ?? 0;
    this.#at += 1;
    return byte;
  }
}
