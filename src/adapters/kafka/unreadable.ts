/** Puts a record in the place of every batch that could not be read, so that whoever reads says what becomes of it. */
import type { QuarantineReason } from '../../model/reasons.ts';
import type { LogBatch, LogRecord } from '../../ports/log.ts';
import type { Unreadable } from './client.ts';

const REASON_OF: Readonly<Record<Unreadable['reason'], QuarantineReason>> = {
  'too-many-records': 'too_large',
  'too-large': 'too_large',
  'unknown-codec': 'undecodable',
  malformed: 'undecodable',
  checksum: 'undecodable',
};

export const withUnreadable = (batch: LogBatch, ranges: readonly Unreadable[]): LogBatch => {
  if (ranges.length === 0) return batch;
  const standIns = ranges.map(({ firstOffset, byteCount, reason }): LogRecord => ({
    // A batch may begin before the position that was asked for.
    offset: Math.max(batch.from, Number(firstOffset)),
    key: null,
    value: null,
    unreadable: { reason: REASON_OF[reason], byteCount },
  }));
  return { ...batch, records: [...batch.records, ...standIns].sort((a, b) => a.offset - b.offset) };
};
