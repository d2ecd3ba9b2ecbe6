import { describe, expect, it } from 'vitest';
import { pseudonym } from '../../../src/model/identity.ts';
import { cellId } from '../../../src/model/place.ts';
import type { SanitizedLocation } from '../../../src/model/sanitized.ts';
import { HOUR_MS, MINUTE_MS, epochStart, eventTime, watermark } from '../../../src/model/time.ts';
import type { ShownOnce } from '../../../src/sanitize/once-per-bucket.ts';
import { MAX_SHOWN, oncePerBucket } from '../../../src/sanitize/once-per-bucket.ts';

const HOUR = 1_709_600_400_000;
const LATENESS = 5 * MINUTE_MS;
const ENV = { latenessMs: LATENESS };
const END = HOUR + HOUR_MS + LATENESS;

const aLocation = (cell: string, bucket: number, requestId: string | null = null): SanitizedLocation => ({
  pseudonym: pseudonym('p'),
  epoch: epochStart(HOUR),
  cell: cellId(cell),
  resolution: 9,
  bucketStart: eventTime(HOUR + bucket * 5 * MINUTE_MS),
  bucketS: 300,
  requestId,
  expiresAt: eventTime(HOUR + HOUR_MS),
});

/** Pushes records through the fold as the runtime does, with the state copied between, as a snapshot would. */
const run = (records: readonly SanitizedLocation[], now = watermark(HOUR)) => {
  let state: ShownOnce | null = null;
  const emitted: SanitizedLocation[] = [];
  const dropped: string[] = [];
  for (const record of records) {
    const before: ShownOnce = state ?? oncePerBucket.empty('p');
    const next = oncePerBucket.onEvent(structuredClone(before), record, now, ENV);
    state = next.state;
    emitted.push(...next.emit);
    dropped.push(...next.dropped);
  }
  return { state, emitted, dropped };
};

describe('once per pseudonym, cell and bucket', () => {
  it('G-08 lets the first record of a cell and bucket pass and no other', () => {
    const records = [
      aLocation('a', 0),
      aLocation('a', 0),
      aLocation('b', 0),
      aLocation('a', 1),
      aLocation('a', 0),
    ];
    const { emitted, dropped } = run(records);
    expect(emitted).toEqual([records[0], records[2], records[3]]);
    expect(dropped).toEqual([]);
  });

  it('lets every request pass and remembers none of them', () => {
    const { emitted, state } = run([aLocation('a', 0, 'q1'), aLocation('a', 0, 'q2')]);
    expect(emitted).toHaveLength(2);
    expect(state).toBeNull();
  });

  it('does not count a request as the bucket’s record', () => {
    expect(run([aLocation('a', 0, 'q1'), aLocation('a', 0), aLocation('a', 0)]).emitted).toHaveLength(2);
  });

  it('is bounded: a terminal that shows too many cells is not shown further', () => {
    const records = Array.from({ length: MAX_SHOWN + 2 }, (_, i) => aLocation(`c${String(i)}`, 0));
    const { emitted, dropped } = run(records);
    expect(emitted).toHaveLength(MAX_SHOWN);
    expect(dropped).toEqual(['buffer_full', 'buffer_full']);
  });

  it('forgets a pseudonym when its epoch and the lateness are over, and takes nothing of it after', () => {
    const { state } = run([aLocation('a', 0)]);
    if (state === null) throw new Error('no state');
    expect(oncePerBucket.wakesAt(state, ENV)).toBe(END);
    expect(oncePerBucket.onWatermark(state, watermark(END - 1), ENV).state).not.toBeNull();
    expect(oncePerBucket.onWatermark(state, watermark(END), ENV)).toEqual({
      state: null,
      emit: [],
      dropped: [],
    });
    expect(run([aLocation('a', 0)], watermark(END))).toEqual({ state: null, emitted: [], dropped: ['late'] });
    expect(run([aLocation('a', 0)], watermark(END - 1)).emitted).toHaveLength(1);
  });

  it('has nothing to wake for while it is empty', () => {
    expect(oncePerBucket.wakesAt(oncePerBucket.empty('p'), ENV)).toBeNull();
  });
});
