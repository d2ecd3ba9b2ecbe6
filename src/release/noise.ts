/** The consistent noise of the perturbed tier: the same people give the same number, whoever asks and however often. */
import { createHmac } from 'node:crypto';
import type { Pseudonym } from '../model/identity.ts';

/** What stands between the true number of a column and the published one, given who is in it, once per count. */
export type RowNoise = (column: string, subjects: Iterable<Pseudonym>) => number;

export const noNoise: RowNoise = () => 0;

const WORD_BITS = 64;
/** So many coin flips have a variance of a quarter each: 4 together. */
const FLIPS = 16;

/**
 * Cell keys after Fraser and Wooton (2005): each subject has a record key, a row's key is their sum modulo 2^64, and a
 * PRF (HMAC-SHA-256) of it and of the column gives heads minus tails of 16 coins, halved: symmetric, whole, of
 * variance 4, and for each column its own. Adding a subject or taking one away is one addition. The key is the epoch's;
 * it dies with the salt. Record keys are made once in the life of the function.
 *
 * @guarantee G-14
 */
export const rowNoise = (key: Buffer): RowNoise => {
  const known = new Map<Pseudonym, bigint>();
  const recordKey = (subject: Pseudonym): bigint => {
    const held = known.get(subject);
    if (held !== undefined) return held;
    const made = createHmac('sha256', key).update('record|').update(subject).digest().readBigUInt64BE(0);
    known.set(subject, made);
    return made;
  };
  return (column, subjects) => {
    let sum = 0n;
    for (const subject of subjects) sum += recordKey(subject);
    sum = BigInt.asUintN(WORD_BITS, sum);
    const row = createHmac('sha256', key)
      .update(`row|${column}|${sum.toString(16)}`)
      .digest();
    return heads(row.readUInt16BE(0)) - FLIPS / 2;
  };
};

const heads = (word: number): number => {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
};
