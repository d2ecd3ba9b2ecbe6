/** Reads every consent and erasure of a partition before any event (G-01). */
import type { RawRevocation, RawRight } from '../../model/raw.ts';
import type { Log, LogBatch, LogRecord, Place } from '../../ports/log.ts';
import type { InputCodec } from './codecs.ts';
import type { DecodedBatch } from './decode-batch.ts';
import { decodeBatch } from './decode-batch.ts';
import { positionLost } from './lost.ts';

export interface RightsReading {
  readonly log: Log;
  readonly input: InputCodec;
  readonly place: Place;
  /** What lies before it has been acted upon by the state that was restored; null when there was none. */
  readonly acted: number | null;
}

type Right = RawRight | RawRevocation;

interface Taker {
  /** Only remembers what was chosen. */
  remember(right: Right): void;
  /** Takes back what it must as well. */
  right(right: Right): void;
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
  // A topic that was made again may hold choices that nobody has acted upon, at places that somebody has.
  if (acted !== null && acted > end) throw positionLost(place.topic, place.partition);
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
