/** kafkajs's fetched batch that tells of what was left out of it; where nobody listens, it refuses to go on. */
import { filterAborted } from './aborted-filter.ts';
import type { FetchedBatchClass, PartitionData, WireRecord } from './kafkajs-shapes.ts';
import type { HardenedState, Quarantined } from './limits.ts';

type FaultClass = new (message: string) => Error;

const tell = (state: HardenedState, quarantined: Quarantined, Fault: FaultClass): void => {
  for (const listener of state.listeners) listener(quarantined);
  if (state.listeners.size > 0) return;
  const { topic, partition, firstOffset, lastOffset, reason } = quarantined;
  const range = `${topic}-${String(partition)} offsets ${firstOffset} to ${lastOffset}`;
  throw new Fault(`${range} cannot be read (${reason}); to go on without them, pass onQuarantined`);
};

/**
 * Extends kafkajs's `Batch`. Batches of aborted transactions are not told: nobody would have seen them.
 * @param Fault what is thrown when there is no listener; one that kafkajs does not try again
 */
export const tellingBatch = (
  Batch: FetchedBatchClass,
  state: HardenedState,
  Fault: FaultClass,
): FetchedBatchClass =>
  class extends Batch {
    constructor(topic: string, fetchedOffset: string, data: PartitionData) {
      super(topic, fetchedOffset, data);
      const isLeftOut = ({ leftOut }: WireRecord): boolean => leftOut !== undefined;
      if (!this.messagesWithinOffset.some(isLeftOut)) return;
      for (const { leftOut } of filterAborted(this.messagesWithinOffset, data.abortedTransactions)) {
        if (leftOut !== undefined) tell(state, { topic, partition: data.partition, ...leftOut }, Fault);
      }
    }
  };
