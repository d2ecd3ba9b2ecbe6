/**
 * Retained state: an operator keeps copies of internal topics and saved states until long after their epochs' end.
 *
 * Knows: every sealed value, the rule by which keys are derived, all keys of epochs still alive, the deployment's key and
 * the ledger; no dead salt. Does: opens what can be opened, with every key at hand or derived from something at hand, and
 * looks for names of stores, cells and pseudonyms in the bytes. Source: Reardon, Basin and Capkun, "SoK: secure data
 * deletion" (2013), on deletion by keys. Control: salts that are never destroyed.
 */
import { hkdfSync } from 'node:crypto';
import { unseal } from '../../../../src/adapters/state/seal.ts';
import type { SaltName } from '../../../../src/model/identity.ts';
import type { Adversary } from '../score.ts';

export const RETAINED_STATE: Adversary = {
  name: 'retained-state',
  title: 'Retained state',
  explanation:
    'An operator has kept every value of the internal topics, and saved states, until after the salts of their epochs were destroyed, and has everything else: the code, the keys of epochs that are alive, the deployment’s key, the ledger. The number is the share of sealed values that open, or in which something can be read as it is; the weakened system never destroys a salt. What somebody reads while the salts are alive is raw data to them and no attack; what such a reader could still join later is measured under relinking.',
};

const KEY_BYTES = 32;

/** Keys that follow from something at hand as the product derives them from a salt. */
export const derivedFrom = (secrets: readonly Buffer[], names: readonly SaltName[]): readonly Buffer[] =>
  secrets.flatMap((secret) =>
    names.map(({ audience, epoch }) =>
      Buffer.from(hkdfSync('sha256', secret, '', `oboro v1 ${audience} ${String(epoch)} state`, KEY_BYTES)),
    ),
  );

export interface Sealed {
  readonly bytes: Buffer;
  /** What it is bound to; anybody can see it. */
  readonly bound: string;
}

/** True when a key opens it. */
export const opens = ({ bytes, bound }: Sealed, keys: readonly Buffer[]): boolean =>
  keys.some((key) => {
    try {
      return unseal(key, bytes, bound).length > 0;
    } catch {
      return false;
    }
  });

/** True when a word can be read in it without any key. */
export const reads = ({ bytes }: Sealed, words: readonly string[]): boolean =>
  words.some((word) => bytes.includes(word));
