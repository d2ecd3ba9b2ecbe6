/** Reads one partition from an offset to the end that it has now. */
import { OboroError } from '../../model/errors.ts';
import type { LogBatch, Place } from '../../ports/log.ts';
import type { Fetcher } from './fetcher.ts';

export interface Reading {
  readonly place: Place;
  /** Null takes the first offset that is still there, and so does one before it. */
  readonly from: number | null;
  readonly take: (batch: LogBatch) => void;
}

const MAX_BYTES = 4 * 1_024 * 1_024;

/** Only a transaction that is still open makes a reader wait before the end. */
const MAX_WAIT_MS = 100;

/**
 * Hands over the committed records and resolves with the end. What was dropped at the start meanwhile is passed over.
 * Throws POSITION_LOST when the partition has become shorter.
 */
export const readToEnd = async (fetcher: Fetcher, { place, from, take }: Reading): Promise<number> => {
  const { start, end } = await fetcher.bounds(place);
  const { topic, partition } = place;
  let position = Math.max(from ?? start, start);
  while (position < end) {
    const wants = [{ partition, offset: position }];
    const batches = await fetcher.fetch({ topic, wants, maxBytes: MAX_BYTES, maxWaitMs: MAX_WAIT_MS });
    if (batches === null) {
      position = await firstAfter(fetcher, place, position);
      continue;
    }
    for (const batch of batches) {
      if (batch.next === position) continue;
      take(upTo(end, batch));
      position = batch.next;
    }
  }
  return end;
};

/** Where reading goes on after a position that is not there any more. Throws POSITION_LOST when it lies after the end. */
export const firstAfter = async (fetcher: Fetcher, place: Place, position: number): Promise<number> => {
  const { start, end } = await fetcher.bounds(place);
  if (position <= end) return Math.max(position, start);
  throw new OboroError(
    'POSITION_LOST',
    `${place.topic}-${String(place.partition)} has become shorter while it was read`,
  );
};

/** A batch without what came after the end was looked up. */
const upTo = (end: number, batch: LogBatch): LogBatch =>
  batch.next <= end
    ? batch
    : { ...batch, records: batch.records.filter(({ offset }) => offset < end), next: end };
