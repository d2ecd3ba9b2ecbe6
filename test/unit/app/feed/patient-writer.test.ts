import { describe, expect, it } from 'vitest';
import { openPatiently } from '../../../../src/app/feed/patient-writer.ts';
import { OboroError } from '../../../../src/model/errors.ts';
import { wallTime } from '../../../../src/model/time.ts';
import type { Log } from '../../../../src/ports/log.ts';
import { MemoryLog } from '../../../support/stream/memory-log.ts';

const away = new OboroError('KAFKA_AWAY', 'no coordinator yet', { retriable: true });

/** A cluster whose coordinator is not found the first so many times. */
const opening = (failures: number, cause: Error = away) => {
  const log = new MemoryLog({});
  const slept: number[] = [];
  let asked = 0;
  const clock = {
    now: () => wallTime(0),
    sleep: (ms: number) => {
      slept.push(ms);
      return Promise.resolve();
    },
  };
  const openWriter: Log['openWriter'] = (id) => {
    asked += 1;
    return asked <= failures ? Promise.reject(cause) : log.openWriter(id);
  };
  const outcome = openPatiently({ openWriter } as unknown as Log, 'feeder', clock);
  return { outcome, slept, asked: () => asked };
};

describe('a writer on a cluster that has only just started', () => {
  it.each([0, 1, 19])('is opened after %i failures, with a pause after each', async (failures) => {
    const { outcome, slept, asked } = opening(failures);
    await expect(outcome).resolves.toHaveProperty('commit');
    expect(asked()).toBe(failures + 1);
    expect(slept).toHaveLength(failures);
    expect(slept.every((ms) => ms > 0)).toBe(true);
  });

  it('is given up in the end', async () => {
    const { outcome, asked } = opening(1_000);
    await expect(outcome).rejects.toBe(away);
    expect(asked()).toBe(20);
  });

  it.each([
    ['the cluster refuses us', new OboroError('KAFKA_REFUSED', 'no')],
    ['something else is wrong', new Error('else')],
  ])('is not waited for when %s', async (_, cause) => {
    const { outcome, slept } = opening(1, cause);
    await expect(outcome).rejects.toBe(cause);
    expect(slept).toEqual([]);
  });
});
