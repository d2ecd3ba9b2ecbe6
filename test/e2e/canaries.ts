/** Finds values that must not be anywhere: as text, in UTF-16, as numbers in memory order, as bare hashes. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder, select } from '../support/inputs.ts';

/** A shorter needle would be found by chance. */
const SHORTEST = 8;
const PREFIX_BITS = 20;

export class Canaries {
  readonly #byHead = new Map<string, { readonly bytes: Buffer; readonly label: string }[]>();
  /** Which hashes of four bytes begin a needle: most places are passed over by one look. */
  readonly #heads = new Uint8Array(2 ** PREFIX_BITS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** An identifier, address or agent: as it is, in UTF-16, and as an unsalted hash (G-05 forbids those too). */
  identifier(label: string, value: string): void {
    this.#add(label, Buffer.from(value));
    this.#add(`${label} in UTF-16`, Buffer.from(value, 'utf16le'));
    for (const algorithm of ['md5', 'sha1', 'sha256']) {
      const digest = createHash(algorithm).update(value).digest();
      this.#add(`${label} under bare ${algorithm}`, digest.subarray(0, 16));
      this.#add(`${label} under bare ${algorithm}`, Buffer.from(digest.toString('hex').slice(0, 32)));
    }
  }

  /** A coordinate by its first five decimals, and as the eight bytes of its number. Fewer decimals are no secret. */
  coordinate(label: string, text: string): void {
    const [whole = '', decimals = ''] = text.split('.');
    if (decimals.length < 5) return;
    const fiveDecimals = `${whole}.${decimals.slice(0, 5)}`;
    this.#add(label, Buffer.from(fiveDecimals));
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(Number(text));
    this.#add(`${label} as a number`, Buffer.from(bytes));
    this.#add(`${label} as a number`, Buffer.from(bytes).reverse());
  }

  #add(label: string, bytes: Buffer): void {
    if (bytes.length < SHORTEST) return;
    const head = bytes.toString('latin1', 0, SHORTEST);
    const needles = this.#byHead.get(head) ?? [];
    needles.push({ bytes, label });
    this.#byHead.set(head, needles);
    this.#heads[headOf(bytes, 0)] = 1;
    this.#size += 1;
  }

  /** What kinds of needles are in the bytes, each once. */
  foundIn(haystack: Buffer): readonly string[] {
    const found = new Set<string>();
    for (let at = 0; at + SHORTEST <= haystack.length; at++) {
      if (this.#heads[headOf(haystack, at)] === 0) continue;
      const needles = this.#byHead.get(haystack.toString('latin1', at, at + SHORTEST)) ?? [];
      for (const { bytes, label } of needles) {
        if (haystack.subarray(at, at + bytes.length).equals(bytes)) found.add(label);
      }
    }
    return [...found].sort();
  }

  /** `file: kind` for everything found under a folder: in raw bytes, and in what Parquet files hold. */
  async foundUnder(folder: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (const name of filesUnder(folder)) {
      const path = join(folder, name);
      const parts: Buffer[] = [Buffer.from(name), readFileSync(path)];
      if (name.endsWith('.parquet')) parts.push(await contentOf(path));
      for (const part of parts) found.push(...this.foundIn(part).map((label) => `${name}: ${label}`));
    }
    return found;
  }
}

const headOf = (bytes: Uint8Array, at: number): number => {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  const four = a | (b << 8) | (c << 16) | (d << 24);
  return Math.imul(four, 0x9e3779b1) >>> (32 - PREFIX_BITS);
};

/** Rows and file metadata of a Parquet file as text. */
const contentOf = async (path: string): Promise<Buffer> => {
  const rows = await select(`SELECT * FROM read_parquet('${path}')`);
  const metadata = await select(`SELECT * FROM parquet_kv_metadata('${path}')`);
  return Buffer.from(JSON.stringify([rows, metadata]));
};
