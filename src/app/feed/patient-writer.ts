/** Opens a writer on a cluster that has only just started: its coordinator needs a moment to be found. */
import { OboroError } from '../../model/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log, TaskWriter } from '../../ports/log.ts';

const ATTEMPTS = 20;
const PAUSE_MS = 500;

export const openPatiently = async (log: Log, id: string, clock: Clock): Promise<TaskWriter> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await log.openWriter(id);
    } catch (cause) {
      const passes = cause instanceof OboroError && cause.retriable;
      if (!passes || attempt === ATTEMPTS) throw cause;
      await clock.sleep(PAUSE_MS);
    }
  }
};
