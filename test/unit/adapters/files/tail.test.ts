/** A file that grows, is rotated or emptied is followed line by line. */
import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TailBatch, TailOptions } from '../../../../src/adapters/files/tail.ts';
import { tailLines } from '../../../../src/adapters/files/tail.ts';
import { wallTime } from '../../../../src/model/time.ts';
import { Scratch, aFile } from './scratch.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => {
  scratch.remove();
});

interface Followed {
  readonly lines: string[];
  readonly batches: TailBatch[];
}

/** Follows `raw.gps.jsonl`; at each pause the next step happens, after the last one the signal aborts. */
const followed = async (
  steps: readonly (() => void)[],
  options: Partial<TailOptions> = {},
  name = 'raw.gps.jsonl',
): Promise<Followed> => {
  const stop = new AbortController();
  const left = [...steps];
  const clock = {
    now: () => wallTime(0),
    sleep: (_: number, signal?: AbortSignal) => {
      const step = left.shift();
      if (step === undefined) stop.abort();
      else step();
      return signal?.aborted === true ? Promise.reject(new Error('aborted')) : Promise.resolve();
    },
  };
  const result: Followed = { lines: [], batches: [] };
  for await (const batch of tailLines(aFile(scratch.path(name)), {
    ...options,
    clock,
    signal: stop.signal,
  })) {
    result.batches.push(batch);
    for (const [i, text] of batch.texts.entries()) {
      result.lines.push(`${batch.lines[i]}:${batch.faults.get(i)?.outcome.reason ?? text}`);
    }
  }
  expect(left).toEqual([]);
  return result;
};

const path = (): string => scratch.path('raw.gps.jsonl');
const append = (text: string) => (): void => appendFileSync(path(), text);

describe('tailLines', () => {
  it('hands on complete lines as they are appended', async () => {
    writeFileSync(path(), 'a\nb');
    const { lines, batches } = await followed([
      append('c\n'),
      () => undefined,
      append('\nd\r\ne'),
      append('\n'),
    ]);
    expect(lines).toEqual(['1:a', '2:bc', '4:d', '5:e']);
    expect(batches.map((batch) => batch.position)).toEqual([
      { byte: 2, line: 1 },
      { byte: 5, line: 2 },
      { byte: 9, line: 4 },
      { byte: 11, line: 5 },
    ]);
    expect(batches.some((batch) => batch.restarted)).toBe(false);
  });

  it('goes on from every position', async () => {
    writeFileSync(path(), '\ufeffa\n');
    const { lines, batches } = await followed([append('b\nc\n'), append('\nd\n')]);
    expect(lines).toEqual(['1:a', '2:b', '3:c', '5:d']);
    for (const batch of batches) {
      const rest = await followed([], { from: batch.position });
      expect(rest.lines).toEqual(lines.filter((line) => Number(line.split(':')[0]) > batch.position.line));
    }
  });

  it('passes over lines that were read before, and the header of CSV', async () => {
    const csv = scratch.path('raw.gps.csv');
    writeFileSync(csv, 'head\na\nb\nc\n');
    const { lines, batches } = await followed(
      [() => appendFileSync(csv, 'd\n')],
      { afterLine: 2 },
      'raw.gps.csv',
    );
    expect(lines).toEqual(['3:b', '4:c', '5:d']);
    const rest = await followed([], { from: { byte: 9, line: 3 } }, 'raw.gps.csv');
    expect(rest.lines).toEqual(['4:c', '5:d']);
    expect(batches.at(-1)?.position).toEqual({ byte: 13, line: 5 });
  });

  it('reads a rotated file to its end, then the new one from its start', async () => {
    writeFileSync(path(), 'a\n');
    const rotate = (): void => {
      append('b\n')();
      renameSync(path(), `${path()}.1`);
      writeFileSync(path(), 'c\n');
    };
    const { lines, batches } = await followed([rotate, append('d\n')], { afterLine: 1 });
    expect(lines).toEqual(['2:b', '1:c', '2:d']);
    expect(batches.map((batch) => batch.restarted)).toEqual([false, true, false]);
  });

  it('starts over when the file is emptied', async () => {
    writeFileSync(path(), 'a\nb\n');
    const { lines } = await followed([() => truncateSync(path(), 0), append('c\n')]);
    expect(lines).toEqual(['1:a', '2:b', '1:c']);
  });

  it('waits for a file that is not there', async () => {
    const { lines } = await followed([() => undefined, append('a\n'), () => rmSync(path()), append('b\n')]);
    expect(lines).toEqual(['1:a', '1:b']);
  });

  it('reports lines that are too large and goes on', async () => {
    writeFileSync(path(), 'x'.repeat(200_000));
    const { lines } = await followed([append('x\nb\n')], { maxLineBytes: 100 });
    expect(lines).toEqual(['1:too_large', '2:b']);
  });

  it('refuses gzip files, and tells when the clock fails', async () => {
    const clock = { now: () => wallTime(0), sleep: () => Promise.reject(new Error('broken clock')) };
    const options = { clock, signal: new AbortController().signal };
    const gz = tailLines(aFile(scratch.path('raw.gps.jsonl.gz')), options);
    await expect(gz.next()).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(tailLines(aFile(path()), options).next()).rejects.toThrow('broken clock');
  });
});
