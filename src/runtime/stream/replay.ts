/** Brings a restored task from its last snapshot to its last commit: the same operations, in the same order. */
import type { Watermark } from '../../model/time.ts';
import type { SanitizeTask } from '../sanitize-task.ts';
import type { Operation } from './codecs.ts';

export const replay = (
  operations: Iterable<Operation>,
  task: Pick<SanitizeTask, 'fix' | 'location' | 'retract'>,
  advance: (now: Watermark) => void,
): void => {
  for (const operation of operations) {
    if (operation.kind === 'advance') advance(operation.now);
    else if (operation.kind === 'fix') task.fix(operation.near);
    else if (operation.kind === 'location') task.location(operation.location);
    else task.retract(operation.epoch, operation.subject, operation.erased);
  }
};
