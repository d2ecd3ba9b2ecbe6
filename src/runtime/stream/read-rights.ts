/** Reads every consent and erasure of a partition before any event (G-01). */
import type { RawRight } from '../../model/raw.ts';
import type { Log, LogBatch, LogRecord, Place } from '../../ports/log.ts';
import type { InputCodec } from './codecs.ts';
import type { DecodedBatch } from './decode-batch.ts';
import { decodeBatch } from './decode-batch.ts';

export interface RightsReading {
  readonly log: Log;
  readonly input: InputCodec;
  readonly place: Place;
  /** What lies before it has been acted upon by the state that was restored; null when there was none. */
  readonly acted: number | null;
}

interface Taker {
  /** Only remembers what was chosen. */
  remember(right: RawRight): void;
  /** Takes back what it must as well. */
  right(right: RawRight): void;
  /** What cannot be read and was not set aside before. */
  setAside(place: Place, fault: DecodedBatch['faults'][number]): void;
}

/**
 * What the saved state has acted upon is only remembered; what came after it takes back what it must. Resolves with
 * the end that was read to.
 *
 * @guarantee G-01
 */
export const readRights = async (
  { log, input, place, acted }: RightsReading,
  taker: Taker,
): Promise<number> => {
  const batches: LogBatch[] = [];
  const end = await log.readToEnd(place, null, (batch) => batches.push(batch));
  const isOld = ({ offset }: LogRecord): boolean => acted !== null && offset < acted;
  for (const batch of batches) {
    const old = await decodeBatch(input, { ...batch, records: batch.records.filter(isOld) });
    for (const right of old.rights) taker.remember(right);
    const fresh = { ...batch, records: batch.records.filter((record) => !isOld(record)) };
    const { rights, faults } = await decodeBatch(input, fresh);
    for (const right of rights) taker.right(right);
    for (const fault of faults) taker.setAside(place, fault);
  }
  return end;
};
