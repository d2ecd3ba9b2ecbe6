/** `oboro eval visits`. */
import { evalVisits } from '../eval-visits.ts';
import type { TalkOptions } from '../terminal.ts';
import { terminal } from '../terminal.ts';

export interface EvalVisitsFlags extends TalkOptions {
  readonly fixes: string;
  readonly places: string;
  readonly out: string;
  readonly bridge: string;
  readonly lateness: string;
}

export const evalVisitsCommand = async (flags: EvalVisitsFlags): Promise<void> => {
  const { fixes, places, out, bridge, lateness } = flags;
  const made = await evalVisits({ fixes, places, out, bridge, lateness });
  const { json, result } = terminal(flags);
  if (json) result(JSON.stringify(made));
  else result(`${out}: ${String(made.visits)} visits from ${String(made.fixes)} fixes`);
};
