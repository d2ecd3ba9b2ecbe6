/** Batches of tests: so many records of so many bytes, and clocks of inputs. */
import type { EventTime } from '../../../../src/model/time.ts';
import { eventTime } from '../../../../src/model/time.ts';
import type { LogBatch } from '../../../../src/ports/log.ts';

export interface Shape {
  readonly from?: number;
  readonly count?: number;
  readonly bytes?: number;
  /** Offsets between two records, as markers leave them. */
  readonly step?: number;
}

export const aBatch = (
  topic: string,
  { from = 0, count = 1, bytes = 10, step = 1 }: Shape = {},
): LogBatch => {
  const records = Array.from({ length: count }, (_, i) => ({
    offset: from + i * step,
    key: null,
    value: Buffer.alloc(bytes),
  }));
  return { topic, partition: 2, from, records, next: from + count * step, end: from + count * step };
};

export const clocksOf =
  (clocks: Readonly<Record<string, number>>) =>
  (topic: string): EventTime =>
    eventTime(clocks[topic] ?? 0);
export const NO_CLOCKS = clocksOf({});
