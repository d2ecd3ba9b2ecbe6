/** What ends a membership in a consumer group. */
import { OboroError } from '../../model/errors.ts';
import type { Place } from '../../ports/log.ts';
import { hasType } from './faults.ts';

/** No patience makes these good. */
const NEVER = ['INCONSISTENT_GROUP_PROTOCOL', 'INVALID_GROUP_ID', 'INVALID_SESSION_TIMEOUT'];

export const neverPasses = (cause: unknown): boolean => NEVER.some((type) => hasType(cause, type));

export const positionLost = ({ topic, partition }: Place): OboroError =>
  new OboroError(
    'POSITION_LOST',
    `${topic}-${String(partition)}: the position is not in the topic any more`,
    {
      hint: 'The topic was made again, or kept its records for less time than they waited. See docs/operations.md.',
    },
  );

export const silentGroup = (group: string, afterMs: number): OboroError =>
  new OboroError('KAFKA_AWAY', `the group ${group} has not answered for ${String(afterMs / 1_000)} s`, {
    retriable: true,
  });
