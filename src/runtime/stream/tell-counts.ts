/** Tells telemetry what became of the records of a commit, once it is through: what is done again is counted once. */
import type { Telemetry } from '../../ports/telemetry.ts';
import type { CountTable } from '../counters.ts';

export const tellCounts = (telemetry: Telemetry, counts: CountTable): void => {
  for (const [stage, outcomes] of Object.entries(counts)) {
    for (const [outcome, n] of Object.entries(outcomes)) telemetry.add('records', { stage, outcome }, n);
  }
};
