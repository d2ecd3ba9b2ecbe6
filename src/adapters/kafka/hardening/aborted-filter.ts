/** Leaves out the records of aborted transactions, also of those that overlap (kafkajs lets some of them through). */
import type { AbortedTransaction, WireRecord } from './kafkajs-shapes.ts';

interface Begun {
  readonly producerId: string;
  readonly firstOffset: bigint;
}

/** The broker lists aborted transactions in the order in which they ended; they are needed as they began. */
const inOrderOfBegin = (aborted: readonly AbortedTransaction[]): readonly Begun[] =>
  aborted
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }))
    .sort((a, b) => Number(a.firstOffset - b.firstOffset));

const ABORT = 0;
const MARKER_KEY_BYTES = 4;
const MARKER_TYPE_AT = 2;

/** Whether a control record ends an aborted transaction: its key is a version and a type, 16 bits each. */
const isAbortMarker = ({ key }: WireRecord): boolean =>
  key !== null && key.length >= MARKER_KEY_BYTES && key.readInt16BE(MARKER_TYPE_AT) === ABORT;

/**
 * What a reader of committed records may see of one fetch, control records included.
 * A transaction begins at its first offset and ends at the next abort marker of its producer; the key of a record says
 * nothing unless it is a control record. Linear in records and transactions.
 * Source: consumer of KIP-98, `abortedTransactions` of the Fetch response.
 */
export const filterAborted = (
  messages: readonly WireRecord[],
  aborted: readonly AbortedTransaction[] | null | undefined,
): readonly WireRecord[] => {
  if (aborted === null || aborted === undefined || aborted.length === 0) return messages;
  const begins = inOrderOfBegin(aborted);
  const open = new Set<string>();
  let next = 0;
  return messages.filter((message) => {
    const offset = BigInt(message.offset);
    for (let begun = begins[next]; begun !== undefined && begun.firstOffset <= offset; begun = begins[next]) {
      open.add(begun.producerId);
      next += 1;
    }
    const { producerId, inTransaction } = message.batchContext;
    // A record that stands for a batch left out belongs to the transaction of that batch.
    if (message.isControlRecord && message.leftOut === undefined) {
      if (isAbortMarker(message)) open.delete(producerId);
      return true;
    }
    return !(inTransaction && open.has(producerId));
  });
};
