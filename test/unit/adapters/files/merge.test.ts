/** Several inputs become one stream by event time, which goes on from any of its positions. */
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InputFile } from '../../../../src/adapters/files/discover.ts';
import type { MergeOptions, MergeSource, Position } from '../../../../src/adapters/files/merge.ts';
import { openMerged } from '../../../../src/adapters/files/merge.ts';
import { prepareInput } from '../../../../src/adapters/files/prepare.ts';
import { BASE_MS, LATEST_MS, Scratch, aFile, itemsOf, timeOf } from './scratch.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => {
  scratch.remove();
});

const OPTIONS: MergeOptions = { latestMs: LATEST_MS };
const YEAR_2099 = Date.UTC(2099, 0, 1) - BASE_MS;

const prepared = async (file: InputFile, slot: string): Promise<MergeSource> => {
  const options = { timeOf, latestMs: LATEST_MS, latenessMs: 10, spool: scratch.place(slot) };
  return { ...(await prepareInput(file, options)), timeOf };
};

/** One source for each content; those out of order by more than 10 ms are sorted. */
const sourcesOf = (...contents: string[]): Promise<MergeSource[]> =>
  Promise.all(
    contents.map((content, i) => prepared(scratch.write(`raw.gps-${i}.jsonl.gz`, content), `input-${i}`)),
  );

/** Each item as `source:line:text`. */
const merged = async (
  sources: readonly MergeSource[],
  from: Position | null = null,
  options = OPTIONS,
): Promise<string[]> => {
  const out: string[] = [];
  for await (const batch of openMerged(sources, from, options)) {
    expect(batch.sources).toHaveLength(batch.texts.length);
    for (const [i, item] of itemsOf(batch).entries()) {
      out.push(`${batch.sources[i]}:${item.line}:${item.fault ?? item.text}`);
    }
  }
  return out;
};

describe('openMerged', () => {
  it('takes the smallest event time first, ties by the order of the sources', async () => {
    const sources = await sourcesOf('10,a\n30,b\n', '20,c\n30,d\n40,e\n', '5,f\n');
    expect(await merged(sources)).toEqual([
      '2:1:5,f',
      '0:1:10,a',
      '1:1:20,c',
      '0:2:30,b',
      '1:2:30,d',
      '1:3:40,e',
    ]);
  });

  it('keeps the order inside a source, though it steps back within the lateness', async () => {
    const sources = await sourcesOf('10\n30\n21\n40\n', '25\n');
    expect(await merged(sources)).toEqual(['0:1:10', '1:1:25', '0:2:30', '0:3:21', '0:4:40']);
  });

  it('merges files in order with sorted ones', async () => {
    const sources = await sourcesOf('10\n30\n', '40\n20\n5\n');
    expect(sources.map((source) => source.spool !== null)).toEqual([false, true]);
    expect(await merged(sources)).toEqual(['1:3:5', '0:1:10', '1:2:20', '0:2:30', '1:1:40']);
  });

  it('is not held back by lines without time or of the year 2099', async () => {
    const sources = await sourcesOf(`10\n${YEAR_2099}\nx\n30\n`, '20\n40\n');
    expect(await merged(sources)).toEqual([
      '0:1:10',
      `0:2:${YEAR_2099}`,
      '0:3:x',
      '1:1:20',
      '0:4:30',
      '1:2:40',
    ]);
  });

  it('delivers lines before the first time first', async () => {
    const sources = await sourcesOf('10\n', 'x\ny\n20\n');
    expect(await merged(sources)).toEqual(['1:1:x', '1:2:y', '0:1:10', '1:3:20']);
  });

  it('hands faults through with their source and line', async () => {
    const cut = gzipSync('10\n20\n').subarray(0, -4);
    const sources = [
      await prepared(scratch.writeRaw('raw.gps-0.jsonl.gz', cut), 'input-0'),
      await prepared(scratch.write('raw.gps-1.jsonl', Buffer.from('\ufeff15\n', 'utf16le')), 'input-1'),
      await prepared(scratch.write('raw.gps-2.jsonl', `15\n${'x'.repeat(70_000)}\n30\n`), 'input-2'),
    ];
    expect(await merged(sources)).toEqual([
      '1:1:bad_encoding',
      '0:1:10',
      '2:1:15',
      '2:2:too_large',
      '0:2:20',
      '0:3:truncated',
      '2:3:30',
    ]);
    expect(await merged(sources.slice(0, 1))).toEqual(['0:1:10', '0:2:20', '0:3:truncated']);
  });

  it('gives the same sequence for every batch size, with and without a scan', async () => {
    const contents = ['10\n30\n21\n31\nx\n29\n', '22\n28\n30\n', '40\n1\n30\n25\n'];
    const sources = await sourcesOf(...contents);
    const expected = await merged(sources);
    expect(expected).toHaveLength(13);
    const blind = sources.map((source) => ({ ...source, scan: null }));
    for (let batchLines = 1; batchLines <= 14; batchLines += 1) {
      expect(await merged(sources, null, { ...OPTIONS, batchLines })).toEqual(expected);
      expect(await merged(blind, null, { ...OPTIONS, batchLines })).toEqual(expected);
    }
  });

  it('merges nothing, and empty sources', async () => {
    expect(await merged([])).toEqual([]);
    expect(await merged(await sourcesOf(''))).toEqual([]);
    expect(await merged(await sourcesOf('', '1\n', '\n\n'))).toEqual(['1:1:1']);
  });
});

describe('a position', () => {
  const CASES = [
    ['one file in order', ['10\n\nx\n12\n11\ny']],
    ['one sorted file', ['40\n20\nx\n5\n\n30\n']],
    ['several files', ['10\nx\n30\n21\ny\n22', 'z\n20\n22\n', '50\n1\nw\n22\n', '', '22\n']],
  ] as const;

  it.each(CASES)('lets the merge of %s go on exactly there', async (_, contents) => {
    const sources = await sourcesOf(...contents);
    const all = await merged(sources);
    for (const batchLines of [1, 2, 3]) {
      let taken = 0;
      for await (const batch of openMerged(sources, null, { ...OPTIONS, batchLines })) {
        taken += batch.texts.length;
        const position = JSON.parse(JSON.stringify(batch.position)) as Position;
        expect(await merged(sources, position)).toEqual(all.slice(taken));
      }
      expect(taken).toBe(all.length);
    }
  });

  it('after the fault of a damaged file is the end', async () => {
    const file = scratch.writeRaw('raw.gps.jsonl.gz', gzipSync('10\n20\n').subarray(0, -4));
    const source = { ...(await prepared(file, 'input-0')), scan: null };
    const positions: Position[] = [];
    for await (const batch of openMerged([source], null, { ...OPTIONS, batchLines: 1 })) {
      positions.push(batch.position);
    }
    expect(positions).toEqual([[1], [2], [3]]);
    expect(await merged([source], positions[1])).toEqual(['0:3:truncated']);
    expect(await merged([source], positions[2])).toEqual([]);
  });

  it('spares opening what is taken, or not due yet', async () => {
    const [first, second] = await sourcesOf('10\n20\n', '30\n');
    if (first === undefined || second === undefined) throw new Error('two sources');
    const gone = { ...second, file: aFile(scratch.path('raw.gps-gone.jsonl')) };
    const early = openMerged([first, gone], null, { ...OPTIONS, batchLines: 2 });
    expect((await early.next()).value?.texts).toEqual(['10', '20']);
    await expect(early.next()).rejects.toMatchObject({ code: 'INPUT_MISSING' });
    expect(await merged([first, gone], [0, 1])).toEqual(['0:1:10', '0:2:20']);
  });
});

describe('stopping a merge', () => {
  it('throws the reason of the signal, never ends quietly', async () => {
    const sources = await sourcesOf('1\n2\n3\n', '1\n2\n');
    for (const some of [sources, sources.slice(0, 1)]) {
      const stop = new AbortController();
      const seen: string[] = [];
      const reading = (async () => {
        for await (const batch of openMerged(some, null, {
          ...OPTIONS,
          batchLines: 1,
          signal: stop.signal,
        })) {
          seen.push(...batch.texts);
          stop.abort(new Error('stop'));
        }
      })();
      await expect(reading).rejects.toThrow('stop');
      expect(seen).toEqual(['1']);
    }
  });

  it('can be left at any batch, and begun anew', async () => {
    const sources = await sourcesOf('1\n2\n3\n', '9\n1\n50\n2\n');
    for await (const batch of openMerged(sources, null, { ...OPTIONS, batchLines: 1 })) {
      expect(batch.texts).toEqual(['1']);
      break;
    }
    expect(await merged(sources)).toHaveLength(7);
  });

  it('leaves an unfinished last line to whoever follows the file', async () => {
    const file = scratch.write('raw.gps.jsonl', '1\n2\n3');
    const source = await prepared(file, 'input-0');
    expect(await merged([source], null, { ...OPTIONS, openEnd: true })).toEqual(['0:1:1', '0:2:2']);
    expect(await merged([source])).toEqual(['0:1:1', '0:2:2', '0:3:3']);
  });
});
