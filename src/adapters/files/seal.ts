/** Seals the blocks of one spool file with AES-256-GCM (NIST SP 800-38D), so that no raw line lies on disk in the clear. */
import type { KeyObject } from 'node:crypto';
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { OboroError } from '../../model/errors.ts';

export const PREFIX_BYTES = 8;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** The counter kept for the index; blocks count up from 0. */
export const INDEX_COUNTER = 0xffff_ffff;

/**
 * Seals under nonces of a random 64-bit prefix of the file and a 32-bit counter, each counter at most once. The
 * nonce fixes a block's file and place, so exchanged or moved blocks do not open.
 *
 * @guarantee G-04
 */
export class BlockSealer {
  readonly #key: KeyObject;
  readonly #prefix: Buffer;

  constructor(key: Uint8Array, prefix: Buffer) {
    if (key.length !== KEY_BYTES || prefix.length !== PREFIX_BYTES) {
      throw new OboroError('BUG', 'a spool needs a key of 32 bytes and a prefix of 8');
    }
    this.#key = createSecretKey(key);
    this.#prefix = prefix;
  }

  /** The parts as one sealed block: ciphertext, then tag. */
  seal(counter: number, parts: readonly Uint8Array[]): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nonce(counter));
    const sealed = parts.map((part) => cipher.update(part));
    sealed.push(cipher.final(), cipher.getAuthTag());
    return Buffer.concat(sealed);
  }

  /** The plain block, or null when it was not sealed by this key at this place. */
  open(counter: number, sealed: Buffer): Buffer | null {
    if (sealed.length < TAG_BYTES) return null;
    const end = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, this.#nonce(counter), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(sealed.subarray(end));
    const plain = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
      return plain;
    } catch {
      return null;
    }
  }

  #nonce(counter: number): Buffer {
    const nonce = Buffer.alloc(PREFIX_BYTES + 4);
    this.#prefix.copy(nonce);
    nonce.writeUInt32LE(counter, PREFIX_BYTES);
    return nonce;
  }
}
