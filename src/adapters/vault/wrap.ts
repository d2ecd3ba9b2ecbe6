/** Wraps salts under a key from outside (AES-256-GCM), so that a copy of the vault's directory alone opens nothing. */
import { createCipheriv, createDecipheriv, hkdfSync, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { OboroError } from '../../model/errors.ts';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A key that wraps, and a value that tells whether two wrappers have the same key without telling the key. */
export class Wrapper {
  /** HKDF of the key under a label of its own, hex. */
  readonly check: string;
  readonly #key: Buffer;

  constructor(key: Buffer) {
    if (key.length !== KEY_BYTES) throw wrongLength();
    this.#key = Buffer.from(hkdfSync('sha256', key, '', 'oboro vault wrap v1', KEY_BYTES));
    this.check = Buffer.from(hkdfSync('sha256', key, '', 'oboro vault check v1', KEY_BYTES)).toString('hex');
  }

  matches(check: string): boolean {
    const other = Buffer.from(check, 'hex');
    const own = Buffer.from(this.check, 'hex');
    return other.length === own.length && timingSafeEqual(own, other);
  }

  /** `iv ‖ tag ‖ ciphertext`, base64. The iv must be fresh random bytes; `bound` is authenticated with it. */
  wrap(salt: Buffer, bound: string, iv: Buffer): string {
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv);
    cipher.setAAD(Buffer.from(bound));
    const body = Buffer.concat([cipher.update(salt), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
  }

  /** Throws VAULT_KEY when key or bound do not fit or a bit was changed. */
  unwrap(wrapped: string, bound: string): Buffer {
    const bytes = Buffer.from(wrapped, 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(bound));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new OboroError('VAULT_KEY', 'a salt of the vault cannot be unwrapped with the configured key', {
        cause,
      });
    }
  }

  /** Zeroes the key. */
  destroy(): void {
    this.#key.fill(0);
  }
}

export const WRAP_IV_BYTES = IV_BYTES;

/**
 * Reads the wrapping key: 32 bytes raw, or as 64 hex digits, or as base64; white space at the end of the text forms
 * is ignored. Throws VAULT_KEY.
 */
export const readKeyFile = async (file: string): Promise<Buffer> => {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (cause) {
    throw new OboroError('VAULT_KEY', `the vault's key file cannot be read: ${file}`, { cause });
  }
  const key = decodeKey(content);
  if (key === null) throw wrongLength(file);
  return key;
};

const decodeKey = (content: Buffer): Buffer | null => {
  if (content.length === KEY_BYTES) return content;
  const text = content.toString('latin1').trim();
  if (/^[0-9a-f]{64}$/iu.test(text)) return Buffer.from(text, 'hex');
  if (!/^[\w+/-]{43}=?$/u.test(text)) return null;
  return Buffer.from(text, 'base64');
};

const wrongLength = (file?: string): OboroError =>
  new OboroError(
    'VAULT_KEY',
    `the vault's key is not ${String(KEY_BYTES)} bytes${file === undefined ? '' : `: ${file}`}`,
    {
      hint: 'Make one with: head -c 32 /dev/urandom > vault.key && chmod 600 vault.key',
    },
  );
