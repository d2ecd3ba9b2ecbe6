import { describe, expect, it } from 'vitest';
import type { EpochStart } from '../../../../src/model/time.ts';
import { DAY_MS, epochStart, eventTime, watermark } from '../../../../src/model/time.ts';
import { GateEpochs, Marks } from '../../../../src/runtime/stream/gate-epochs.ts';
import { EPOCH } from '../../../support/builders.ts';

const day = (n: number): EpochStart => epochStart(EPOCH + n * DAY_MS);
const doneAt = (epoch: EpochStart) => eventTime(epoch + DAY_MS);
const noMarks = (): Marks => new Marks(2);

describe('marks', () => {
  it('give the watermark of the slowest task, once every task was heard of', () => {
    const marks = new Marks(3);
    const taken = [
      marks.take('a', watermark(5)),
      marks.take('b', watermark(9)),
      marks.take('c', watermark(2)),
      marks.take('c', watermark(7)),
      marks.take('a', watermark(6)),
    ];
    expect(taken).toEqual([null, null, 2, 5, 6]);
  });

  it('never go back', () => {
    const marks = new Marks(1);
    expect([5, 3, 5, 6].map((mark) => marks.take('a', watermark(mark)))).toEqual([5, 5, 5, 6]);
  });

  it('are restored as they were copied', () => {
    const before = new Marks(2);
    before.take('a', watermark(5));
    before.take('b', watermark(3));
    const after = new Marks(2);
    expect(after.restore(before.copy())).toBe(3);
    expect(after.copy()).toEqual(before.copy());
    expect(new Marks(3).restore(before.copy())).toBeNull();
    expect(new Marks(2).restore([])).toBeNull();
  });

  it('a copy stays as it was', () => {
    const marks = new Marks(1);
    marks.take('a', watermark(1));
    const copy = marks.copy();
    marks.take('a', watermark(2));
    expect(copy).toEqual([['a', 1]]);
  });
});

describe('epochs that are due', () => {
  it('are those that are done at the watermark, oldest first, each until it is ended', () => {
    const epochs = new GateEpochs();
    for (const n of [2, 0, 1]) epochs.open(day(n), n, []);
    expect(epochs.due(watermark(day(1) - 1), doneAt)).toEqual([]);
    expect(epochs.due(watermark(day(1)), doneAt)).toEqual([day(0)]);
    expect(epochs.due(watermark(day(3)), doneAt)).toEqual([day(0), day(1), day(2)]);
    epochs.end(day(0), false);
    epochs.end(day(1), true);
    expect(epochs.due(watermark(day(3)), doneAt)).toEqual([day(2)]);
  });

  it('are not over before they are ended; older ones are over with them', () => {
    const epochs = new GateEpochs();
    epochs.open(day(1), 0, []);
    expect(epochs.isOver(day(1))).toBe(false);
    epochs.end(day(1), true);
    expect([0, 1, 2].map((n) => epochs.isOver(day(n)))).toEqual([true, true, false]);
    epochs.end(day(0), true);
    expect(epochs.isOver(day(1))).toBe(true);
  });

  it('are not those that were over before a take-over', () => {
    const epochs = new GateEpochs();
    epochs.restore(day(1));
    epochs.open(day(1), 0, []);
    epochs.open(day(2), 1, []);
    expect(epochs.due(watermark(day(9)), doneAt)).toEqual([day(2)]);
  });
});

describe('where a take-over begins', () => {
  const marksAt = (mark: number) => [['0', watermark(mark)]] as const;
  it('with nothing open: at what comes next, with the marks of now', () => {
    const marks = noMarks();
    marks.take('0', watermark(4));
    const restart = new GateEpochs().restart(17, marks);
    expect(restart).toEqual({ restart: 17, marks: marksAt(4), over: Number.NEGATIVE_INFINITY });
  });

  it('else at the earliest open epoch, with the marks as they were there', () => {
    const epochs = new GateEpochs();
    // Opened in another order than their days: what counts is the place on the log.
    epochs.open(day(1), 5, marksAt(1));
    epochs.open(day(0), 9, marksAt(2));
    expect(epochs.restart(17, noMarks())).toMatchObject({ restart: 5, marks: marksAt(1) });
    epochs.end(day(0), false);
    expect(epochs.restart(17, noMarks())).toMatchObject({ restart: 5, over: day(0) });
    epochs.end(day(1), false);
    expect(epochs.restart(17, noMarks())).toMatchObject({ restart: 17, over: day(1) });
  });

  it('keeps the place where an epoch was first opened', () => {
    const epochs = new GateEpochs();
    epochs.open(day(0), 5, marksAt(1));
    epochs.open(day(0), 8, marksAt(2));
    expect(epochs.restart(17, noMarks())).toMatchObject({ restart: 5, marks: marksAt(1) });
  });

  it('G-07 counts an ended epoch for the vault’s writer until its salt is destroyed', () => {
    const epochs = new GateEpochs();
    epochs.open(day(0), 5, marksAt(1));
    epochs.end(day(0), true);
    expect(epochs.restart(17, noMarks())).toMatchObject({ restart: 5, over: day(0) });
    epochs.close(day(0));
    expect(epochs.restart(17, noMarks())).toMatchObject({ restart: 17, over: day(0) });
  });

  it('G-07 does so after a take-over as well', () => {
    const epochs = new GateEpochs();
    epochs.restore(day(0));
    epochs.open(day(0), 5, marksAt(1));
    expect(epochs.restart(17, noMarks())).toMatchObject({ restart: 5 });
    epochs.close(day(0));
    expect(epochs.restart(17, noMarks())).toMatchObject({ restart: 17 });
  });
});
