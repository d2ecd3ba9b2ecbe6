/** Tells telemetry what a task has read, and what became of it. */
import type { LogBatch } from '../../ports/log.ts';
import type { Role, Telemetry } from '../../ports/telemetry.ts';
import type { CountTable } from '../counters.ts';

/** Once a commit is through: what is done again is counted once. */
export const tellCounts = (telemetry: Telemetry, counts: CountTable): void => {
  for (const [stage, outcomes] of Object.entries(counts)) {
    for (const [outcome, n] of Object.entries(outcomes)) telemetry.add('records', { stage, outcome }, n);
  }
};

/** As soon as a batch is taken: what is read again was carried again. */
export const tellBytes = (telemetry: Telemetry, role: Role, { records }: LogBatch): void => {
  const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  telemetry.add('bytesIn', { role }, bytes);
};
