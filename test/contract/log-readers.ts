/** The reading half of the log contract: ends, starts, aborted and compacted ranges, tails. */
import { expect, it } from 'vitest';
import type { LogBatch } from '../../src/ports/log.ts';
import { faultCode, out, text } from './log-records.ts';
import type { LogStage } from './log-stage.ts';

const valuesOf = (batches: readonly LogBatch[]): readonly (string | null)[] =>
  batches.flatMap(({ records }) => records.map(({ value }) => text(value)));

/** Each batch goes on where the one before it ended. */
const expectGapless = (batches: readonly LogBatch[], from: number): void => {
  let next = from;
  for (const batch of batches) {
    expect(batch.from).toBe(next);
    expect(batch.next).toBeGreaterThan(batch.from);
    expect(batch.end).toBeGreaterThanOrEqual(batch.next);
    for (const { offset } of batch.records) {
      expect(offset).toBeGreaterThanOrEqual(batch.from);
      expect(offset).toBeLessThan(batch.next);
    }
    ({ next } = batch);
  }
};

export const readersContract = (stage: LogStage): void => {
  topicsContract(stage);
  abortedContract(stage);
  rangesContract(stage);
  tailContract(stage);
};

const topicsContract = ({ topic, log }: LogStage): void => {
  it('knows the partitions of a topic, and which topics there are not', async () => {
    expect(await log().partitionsOf(await topic({ partitions: 5 }))).toBe(5);
    expect(await log().partitionsOf('no-such-topic')).toBeNull();
    const nowhere = { topic: 'no-such-topic', partition: 0 };
    expect(await faultCode(log().bounds(nowhere))).toBe('TOPIC_MISSING');
    expect(await faultCode(log().tail('no-such-topic', () => undefined))).toBe('TOPIC_MISSING');
    expect(await faultCode(log().bounds({ topic: await topic(), partition: 1 }))).toBe('TOPIC_MISSING');
  });

  it('begins with an empty partition', async () => {
    expect(await log().bounds({ topic: await topic(), partition: 0 })).toEqual({ start: 0, end: 0 });
  });
};

const abortedContract = ({ subject, topic, id, writer, read, log, settled }: LogStage): void => {
  it('never shows aborted records, however their transactions overlap', async () => {
    const place = { topic: await topic(), partition: 0 };
    await subject().append([out(place, null, 'first')]);
    const abortA = await subject().hang(id(), [out(place, 'a', 'A1'), out(place, '\0\0\0\0', 'A2')]);
    const abortB = await subject().hang(id(), [out(place, 'b', 'B')]);
    await subject().append([out(place, null, 'between')]);
    await abortB();
    const abortC = await subject().hang(id(), [out(place, '\0\0\0\0', 'C')]);
    await abortA();
    await (await writer()).commit([out(place, null, 'committed')]);
    await abortC();
    await subject().append([out(place, null, 'last')]);
    await settled(place, 12);
    const { batches, end } = await read(place);
    expect(valuesOf(batches)).toEqual(['first', 'between', 'committed', 'last']);
    expectGapless(batches, 0);
    expect(end).toBe(12);
  });

  it('waits at an open transaction and goes on when it ends', async () => {
    const place = { topic: await topic(), partition: 0 };
    const abort = await subject().hang(id(), [out(place, null, 'open')]);
    await subject().append([out(place, null, 'behind')]);
    let isDone = false;
    const reading = read(place).finally(() => {
      isDone = true;
    });
    await subject().append([out(place, null, 'after the call')]);
    await log().bounds(place);
    expect(isDone).toBe(false);
    await abort();
    const { batches } = await reading;
    expect(valuesOf(batches).slice(0, 1)).toEqual(['behind']);
    expect(valuesOf(batches)).not.toContain('open');
  });

  it('reaches the end where aborted records and markers are the last', async () => {
    const place = { topic: await topic(), partition: 0 };
    await (await writer()).commit([out(place, null, 'kept')]);
    await (
      await subject().hang(id(), [out(place, null, 'x'), out(place, null, 'y')])
    )();
    const { batches, end } = await read(place);
    expect(valuesOf(batches)).toEqual(['kept']);
    expectGapless(batches, 0);
    expect(batches.at(-1)?.next).toBe(end);
    expect(end).toBe(5);
  });
};

const rangesContract = ({ subject, topic, writer, read, log, settled }: LogStage): void => {
  it('reads from an offset, also when that is a marker or the end', async () => {
    const place = { topic: await topic(), partition: 0 };
    const task = await writer();
    for (const value of ['a', 'b', 'c']) await task.commit([out(place, null, value)]);
    await settled(place, 6);
    const cases: readonly (readonly [number, readonly string[]])[] = [
      [0, ['a', 'b', 'c']],
      [1, ['b', 'c']],
      [2, ['b', 'c']],
      [4, ['c']],
      [5, []],
      [6, []],
    ];
    for (const [from, values] of cases) {
      const { batches, end } = await read(place, from);
      expect(valuesOf(batches)).toEqual(values);
      expectGapless(batches, from);
      expect(end).toBe(6);
    }
  });

  it('drops what lies before an offset, and reads on from what is left', async () => {
    const place = { topic: await topic(), partition: 0 };
    const task = await writer();
    for (const value of ['a', 'b', 'c']) await task.commit([out(place, null, value)]);
    await settled(place, 6);
    await log().deleteBefore(place, 4);
    expect(await log().bounds(place)).toEqual({ start: 4, end: 6 });
    for (const from of [undefined, 0, 3, 4]) {
      const { batches } = await read(place, from);
      expect(valuesOf(batches)).toEqual(['c']);
      expectGapless(batches, 4);
    }
    await log().deleteBefore(place, 4);
    await log().deleteBefore(place, 1);
    expect(await log().bounds(place)).toEqual({ start: 4, end: 6 });
    await log().deleteBefore(place, 6);
    expect(await read(place)).toEqual({ batches: [], records: [], end: 6 });
  });

  it('reads past what compaction has emptied, to the end', async () => {
    const place = { topic: await topic({ compacted: true }), partition: 0 };
    const task = await writer();
    for (let i = 0; i < 40; i += 1) await task.commit([out(place, `key-${i % 4}`, String(i))]);
    await subject().compact(place);
    for (const i of [40, 41]) await task.commit([out(place, 'key-0', String(i))]);
    const { batches, end, records } = await read(place);
    expectGapless(batches, batches[0]?.from ?? 0);
    expect(batches.at(-1)?.next).toBe(end);
    // The subject may have written records of its own keys to make the log compact.
    const ours = records.filter(({ key }) => text(key)?.startsWith('key-'));
    expect(ours.length).toBeLessThan(42);
    const newest = new Map(ours.map(({ key, value }) => [text(key), text(value)]));
    expect(Object.fromEntries(newest)).toEqual({
      'key-0': '41',
      'key-1': '37',
      'key-2': '38',
      'key-3': '39',
    });
  });
};

const tailContract = ({ subject, topic, id, writer, log, settled }: LogStage): void => {
  it('follows all partitions of a topic from the first record on', async () => {
    const name = await topic({ partitions: 3 });
    const seen: LogBatch[] = [];
    const place = (partition: number) => ({ topic: name, partition });
    const task = await writer();
    await task.commit([out(place(0), 'k', 'a'), out(place(2), 'k', 'b')]);
    const tail = await log().tail(name, (batch) => seen.push(batch));
    await tail.caughtUp();
    expect([...valuesOf(seen)].sort()).toEqual(['a', 'b']);
    await task.commit([out(place(0), 'k', null), out(place(1), 'k', 'c')]);
    await (
      await subject().hang(id(), [out(place(1), 'k', 'aborted')])
    )();
    for (const [partition, end] of [4, 4, 2].entries()) await settled(place(partition), end);
    await tail.caughtUp();
    for (const [partition, values] of [['a', null], ['c'], ['b']].entries()) {
      const batches = seen.filter((batch) => batch.partition === partition);
      expect(valuesOf(batches)).toEqual(values);
      expectGapless(batches, 0);
      expect(batches.at(-1)?.next).toBe((await log().bounds(place(partition))).end);
    }
    await tail.close();
  });

  it('hands nothing over after it was closed, and leaves nobody waiting', async () => {
    const place = { topic: await topic(), partition: 0 };
    const seen: LogBatch[] = [];
    const tail = await log().tail(place.topic, (batch) => seen.push(batch));
    await tail.caughtUp();
    const abort = await subject().hang(id(), [out(place, null, 'open')]);
    const waiting = faultCode(tail.caughtUp());
    await log().bounds(place);
    await tail.close();
    expect(await waiting).not.toBeNull();
    await abort();
    await subject().append([out(place, null, 'unseen')]);
    await log().bounds(place);
    expect(seen).toEqual([]);
  });
};
