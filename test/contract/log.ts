/** What every log must do, whatever it is made of: real Kafka, or the model broker of the tests. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Log, LogBatch, TaskWriter } from '../../src/ports/log.ts';
import { faultCode, out, text } from './log-records.ts';
import { readersContract } from './log-readers.ts';
import type { LogStage, LogSubject } from './log-stage.ts';

export type { LogSubject } from './log-stage.ts';

/** Runs the suite against one kind of log; `name` makes names that no other run has used. */
export const logContract = (kind: string, make: () => Promise<LogSubject>, name: () => string): void => {
  describe(`a ${kind} log`, () => {
    let subject: LogSubject | null = null;
    let log: Log | null = null;
    const writers: TaskWriter[] = [];
    const present = <T>(value: T | null): T => {
      if (value === null) throw new Error('the log is not open');
      return value;
    };
    const stage: LogStage = {
      subject: () => present(subject),
      log: () => present(log),
      id: () => `writer-${name()}`,
      topic: async (shape = {}) => {
        const topic = `topic-${name()}`;
        await present(subject).createTopic(topic, { partitions: 1, ...shape });
        return topic;
      },
      writer: async (id = `writer-${name()}`) => {
        const writer = await present(log).openWriter(id);
        writers.push(writer);
        return writer;
      },
      settled: (place, end) =>
        vi.waitFor(
          async () => {
            expect((await present(log).bounds(place)).end).toBe(end);
          },
          { timeout: 10_000, interval: 10 },
        ),
      read: async (place, from) => {
        const batches: LogBatch[] = [];
        const end = await present(log).readToEnd(place, from ?? null, (batch) => batches.push(batch));
        return { batches, records: batches.flatMap(({ records }) => records), end };
      },
    };

    beforeAll(async () => {
      subject = await make();
      log = await subject.open();
    });
    afterAll(async () => {
      await Promise.all(writers.map((writer) => writer.close()));
      await log?.close();
      await subject?.cleanUp();
    });

    writersContract(stage);
    fencingContract(stage);
    readersContract(stage);
  });
};

const writersContract = ({ topic, writer, read, settled }: LogStage): void => {
  it('writes records in order, tombstones and empty values too, and reads them as they were', async () => {
    const name = await topic({ partitions: 2 });
    const place = { topic: name, partition: 1 };
    const records = [
      out(place, 'k1', 'v1'),
      out(place, null, 'v2'),
      out(place, 'k1', null),
      out(place, '\0\0\0\0', ''),
    ];
    await (await writer()).commit(records);
    const { records: found, batches, end } = await read(place);
    expect(found.map(({ key, value }) => [text(key), text(value)])).toEqual([
      ['k1', 'v1'],
      [null, 'v2'],
      ['k1', null],
      ['\0\0\0\0', ''],
    ]);
    expect(found.map(({ offset }) => offset)).toEqual([0, 1, 2, 3]);
    expect(batches.every((batch) => batch.topic === name && batch.partition === 1)).toBe(true);
    expect(batches.at(-1)?.next).toBe(end);
    expect(await read({ topic: name, partition: 0 })).toEqual({ batches: [], records: [], end: 0 });
  });

  it('G-15 shows offset, key and value of a record, and nothing else', async () => {
    const place = { topic: await topic(), partition: 0 };
    await (await writer()).commit([out(place, 'k', 'v')]);
    const { records } = await read(place);
    expect(records.map((record) => Object.keys(record).sort())).toEqual([['key', 'offset', 'value']]);
  });

  it('ends a transaction with one marker in each of its partitions', async () => {
    const name = await topic({ partitions: 3 });
    const task = await writer();
    await task.commit([0, 0, 1].map((partition) => out({ topic: name, partition }, null, 'v')));
    await task.commit([out({ topic: name, partition: 1 }, null, 'v')]);
    for (const [partition, end] of [3, 4, 0].entries()) await settled({ topic: name, partition }, end);
  });

  it('commits nothing at all without complaint', async () => {
    const place = { topic: await topic(), partition: 0 };
    const task = await writer();
    await task.commit([]);
    await task.commit([out(place, null, 'v')]);
    expect((await read(place)).records).toHaveLength(1);
  });

  it('keeps the order of many and of large records over several partitions', async () => {
    const name = await topic({ partitions: 3 });
    const large = 'x'.repeat(800_000);
    const values = Array.from({ length: 5_000 }, (_, i) => (i % 1_000 === 7 ? `${i} ${large}` : String(i)));
    await (
      await writer()
    ).commit(values.map((value, i) => out({ topic: name, partition: i % 3 }, null, value)));
    for (const partition of [0, 1, 2]) {
      const { records } = await read({ topic: name, partition });
      expect(records.map(({ value }) => Number.parseInt(text(value) ?? '', 10))).toEqual(
        values.map((_, i) => i).filter((i) => i % 3 === partition),
      );
    }
  });
};

const fencingContract = ({ subject, topic, id, writer, read }: LogStage): void => {
  it('fences the writer before, and shows nothing of it from then on', async () => {
    const place = { topic: await topic(), partition: 0 };
    const name = id();
    const old = await writer(name);
    await old.commit([out(place, null, 'old')]);
    const fresh = await writer(name);
    expect(await faultCode(old.commit([out(place, null, 'zombie')]))).toBe('FENCED');
    await fresh.commit([out(place, null, 'fresh')]);
    expect((await read(place)).records.map(({ value }) => text(value))).toEqual(['old', 'fresh']);
  });

  it('does not use a writer again after it failed, and closes it as often as one likes', async () => {
    const place = { topic: await topic(), partition: 0 };
    const name = id();
    const old = await writer(name);
    await writer(name);
    expect(await faultCode(old.commit([out(place, null, 'zombie')]))).toBe('FENCED');
    expect(await faultCode(old.commit([out(place, null, 'zombie')]))).not.toBeNull();
    await old.close();
    await old.close();
    expect(await faultCode(old.commit([out(place, null, 'zombie')]))).not.toBeNull();
    expect((await read(place)).records).toEqual([]);
  });

  it('does not let writers of other identifiers disturb each other', async () => {
    const place = { topic: await topic(), partition: 0 };
    const [one, two] = [await writer(), await writer()];
    await Promise.all([one.commit([out(place, null, '1')]), two.commit([out(place, null, '2')])]);
    expect((await read(place)).records.map(({ value }) => text(value)).sort()).toEqual(['1', '2']);
  });

  it('aborts what a predecessor left open before anybody can read on', async () => {
    const name = await topic({ partitions: 2 });
    const [a, b] = [0, 1].map((partition) => ({ topic: name, partition }));
    if (a === undefined || b === undefined) throw new Error('two places');
    const writerId = id();
    await subject().hang(writerId, [out(a, null, 'torn'), out(b, null, 'torn')]);
    const task = await writer(writerId);
    expect((await read(a)).records).toEqual([]);
    await task.commit([out(a, null, 'whole'), out(b, null, 'whole')]);
    for (const place of [a, b]) {
      expect((await read(place)).records.map(({ value }) => text(value))).toEqual(['whole']);
    }
  });
};
