/** Receipts of erasures for the ledger: that a request was carried out, and nothing of whose it was. */
import { createHash } from 'node:crypto';
import type { ErasureEntry } from '../model/ledger.ts';
import type { RawErasure } from '../model/raw.ts';

/** What a receipt says; its number is given where it is written. */
export type Receipt = Omit<ErasureEntry, 'type' | 'no'>;

const DATE_LENGTH = 10;

/**
 * Who knows the request's id finds its receipts; a day is told and no time, so that no released row can be put beside
 * it.
 *
 * @guarantee G-04
 */
export const receiptOf = ({ requestId, at }: Pick<RawErasure, 'requestId' | 'at'>): Receipt => ({
  receipt: createHash('sha256').update(`erasure|${requestId}`).digest('hex'),
  date: new Date(at).toISOString().slice(0, DATE_LENGTH),
});
