/** A duration given on the command line of an evaluation. */
import { parseDuration } from '../../config/duration.ts';
import { OboroError } from '../../model/errors.ts';

/** Milliseconds of an ISO 8601 duration. Throws USAGE. */
export const durationFlag = (flag: string, text: string): number => {
  const ms = parseDuration(text);
  if (ms === null) throw new OboroError('USAGE', `${flag} expects an ISO 8601 duration such as PT12H`);
  return ms;
};
