/**
 * Brute force: somebody tries every identifier there may be until a pseudonym comes out.
 *
 * Knows: everything that ever leaves, ledger and pseudonyms included, the rule by which pseudonyms are made, and that
 * member numbers have eight digits; not the salts. Does: hashes a million candidates plainly, and under every key that
 * can be guessed or read. Source: Pandurangan, "On taxis and rainbows" (2014). Control: pseudonyms that are plain hashes.
 */
import { createHash, createHmac } from 'node:crypto';
import type { Adversary } from '../score.ts';

export const BRUTE_FORCE: Adversary = {
  name: 'brute-force',
  title: 'Brute force on identifiers',
  explanation:
    'Member numbers have eight digits, so that all of them can be tried. Somebody hashes a million candidates, every real number among them, plainly and under every key that can be guessed or read in the ledger, and looks the results up in everything at hand: sanitized locations, the contributions of internal topics, the ledger. The number is how many identifiers are found; the weakened system makes pseudonyms by plain SHA-256.',
};

export interface Candidate {
  readonly kind: 'member' | 'device';
  readonly id: string;
}

/** How an attacker thinks pseudonyms are made. */
type Rule = (candidate: Candidate) => string;

/** Pseudonyms are 128 bits. */
const HEX_DIGITS = 32;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, HEX_DIGITS);

/** Without any key. */
export const PLAIN_RULES: readonly Rule[] = [
  ({ id }) => sha256(id),
  ({ kind, id }) => sha256(`${kind}\0${id}`),
];

/** The product's rule under a key. */
export const keyedRule =
  (key: Buffer): Rule =>
  ({ kind, id }) =>
    createHmac('sha256', key).update(`${kind}\0${id}`).digest('hex').slice(0, HEX_DIGITS);

const bytesOf = (word: string): readonly Buffer[] =>
  /^[0-9a-f]{64}$/.test(word) ? [Buffer.from(word), Buffer.from(word, 'hex')] : [Buffer.from(word)];

/** Keys that can be guessed, and those that can be read: as text, and as bytes where they are hex. */
export const keysFrom = (words: readonly string[]): readonly Buffer[] => [
  Buffer.alloc(0),
  Buffer.alloc(32),
  ...words.flatMap(bytesOf),
];

/** The candidates of which a rule makes something that is at hand. */
export const found = (
  atHand: ReadonlySet<string>,
  candidates: Iterable<Candidate>,
  rules: readonly Rule[],
): ReadonlySet<string> => {
  const hits = new Set<string>();
  for (const candidate of candidates)
    for (const rule of rules) if (atHand.has(rule(candidate))) hits.add(candidate.id);
  return hits;
};

/** Member numbers in a row, real ones among them only by chance. */
export function* memberNumbers(count: number, from: number): Generator<Candidate> {
  for (let i = 0; i < count; i++)
    yield { kind: 'member', id: `M${String((from + i) % 100_000_000).padStart(8, '0')}` };
}

/** What the weakened system would have written for somebody. */
export const plainPseudonym = ({ id }: Candidate): string => sha256(id);
