/** Seals bytes under an epoch's state key (AES-256-GCM): when the salt dies, every copy of the state is unreadable (G-04). */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { OboroError } from '../../model/errors.ts';
import type { Randomness } from '../../ports/clock.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * nonce ‖ tag ‖ ciphertext; a fresh random nonce each time (NIST SP 800-38D §8.2.2). `bound` is authenticated with it:
 * what was sealed for one place opens in no other.
 */
export const seal = (key: Buffer, plain: Buffer, randomness: Randomness, bound = ''): Buffer => {
  const nonce = randomness.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(bound));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
};

/** Throws STATE_CORRUPT when the bytes are not what was sealed under this key. */
export const unseal = (key: Buffer, sealed: Buffer, bound = ''): Buffer => {
  try {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(bound));
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new OboroError('STATE_CORRUPT', 'a sealed part of the saved state cannot be opened', {
      cause,
      hint: 'The saved state was changed, or belongs to another run or deployment. Start over: with an empty --out directory, or on Kafka as docs/operations.md says.',
    });
  }
};
