/** Faults after which a saved state cannot be gone on with. */
import { OboroError } from '../../model/errors.ts';
import type { StateShape } from './codecs.ts';

export const positionLost = (topic: string, partition: number): OboroError =>
  new OboroError(
    'POSITION_LOST',
    `${topic}-${String(partition)}: the saved position is not in the topic any more`,
    {
      hint: 'The topic was made again, or kept its records for less time than this worker was away. See docs/operations.md.',
    },
  );

/** Throws PARTITIONS_CHANGED or CFG_INVALID when a state was saved under another shape. */
export const refuseOther = (saved: StateShape, now: StateShape): void => {
  if (saved.partitions !== now.partitions) throw partitionsChanged(saved.partitions);
  if (saved.rules !== now.rules) throw otherRules();
};

/** Half of a day counted by one policy and half by another would be neither. */
const otherRules = (): OboroError =>
  new OboroError('CFG_INVALID', 'the state of this deployment was saved under other parameters or stores', {
    hint: 'Go back to the parameters that the ledger states, or start over. See "Starting over" in docs/operations.md.',
  });

const partitionsChanged = (before: number): OboroError =>
  new OboroError(
    'PARTITIONS_CHANGED',
    `the inputs had ${String(before)} partitions and have another number now`,
    {
      hint: 'Keys have moved, so the saved state is of no use. See "Partitions" in docs/stream.md.',
    },
  );

export const unreadableContributions = (partition: number): OboroError =>
  new OboroError(
    'STATE_CORRUPT',
    `oboro.contributions-${String(partition)} holds a batch that cannot be read`,
    {
      hint: 'Only workers of this deployment may write there. Stop all workers and find out who did.',
    },
  );
