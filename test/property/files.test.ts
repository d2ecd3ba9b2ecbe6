/** Laws of reading files: cutting undoes joining whatever the chunks, and the sort on disk equals a sort in memory. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it, expect } from 'vitest';
import { LineCutter, textOf } from '../../src/adapters/files/cut.ts';
import { CursorHeap } from '../../src/adapters/files/heap.ts';
import { EventKeys } from '../../src/adapters/files/order.ts';
import { sortFile } from '../../src/adapters/files/sort.ts';
import { removeSpool } from '../../src/adapters/files/spool.ts';
import { readSpool } from '../../src/adapters/files/spool-reader.ts';
import { LATEST_MS, Scratch, collect, timeOf } from '../unit/adapters/files/scratch.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => {
  scratch.remove();
});

/** What comes out of a cutter as `line:text` or `line:reason:bytes`. */
const cut = (chunks: readonly Buffer[], maxLineBytes?: number): string[] => {
  const out: string[] = [];
  const cutter = new LineCutter(
    {
      line: (bytes, start, end, line) => out.push(`${line}:${textOf(bytes, start, end)}`),
      fault: (line, fault) => out.push(`${line}:${fault.outcome.reason}:${fault.byteCount}`),
    },
    { maxLineBytes },
  );
  for (const chunk of chunks) cutter.push(Buffer.from(chunk));
  cutter.end();
  return out;
};

const chunked = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const edges = [0, ...cuts.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
};

const lineText = fc
  .string({ unit: fc.constantFrom('a', ',', '7', ' ', '\0', 'é', '渋', '𠮷', '☕'), maxLength: 12 })
  .filter((text) => !text.startsWith('\ufeff'));
const cuts = fc.array(fc.nat(400), { maxLength: 60 });

describe('cutting into lines', () => {
  it('undoes joining, wherever the chunks are cut, also inside a character', () => {
    fc.assert(
      fc.property(
        fc.array(lineText, { maxLength: 20 }),
        cuts,
        fc.constantFrom('\n', '\r\n'),
        (texts, at, end) => {
          const expected = texts.flatMap((text, i) => (text === '' ? [] : [`${i + 1}:${text}`]));
          for (const tail of ['', end]) {
            expect(cut(chunked(Buffer.from(texts.join(end) + tail), at))).toEqual(expected);
          }
        },
      ),
      { seed: 1, numRuns: 400 },
    );
  });

  it('does not depend on the chunks for any bytes at all', () => {
    const byte = fc.oneof(fc.constantFrom(10, 13, 0, 0xff, 0xfe, 0xef, 0xbb, 0xbf, 97), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 120 }),
        cuts,
        fc.integer({ min: 1, max: 12 }),
        (raw, at, max) => {
          const bytes = Buffer.from(raw);
          const whole = cut([bytes], max).filter((item) => !item.includes('bad_encoding'));
          const parts = cut(chunked(bytes, at), max).filter((item) => !item.includes('bad_encoding'));
          expect(parts).toEqual(whole);
        },
      ),
      { seed: 2, numRuns: 600 },
    );
  });
});

describe('the sort on disk', () => {
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.nat(60), lineText).map(([at, text]) => `${at},${text}`) },
    { weight: 1, arbitrary: fc.constantFrom('x', 'no time', '99999999999999,far', '-2000000000000,old', '') },
  );

  it('is a stable sort by the key of the line, for runs of every size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 60 }),
        fc.integer({ min: 1, max: 300 }),
        async (texts, runBytes) => {
          const file = scratch.write('raw.gps.jsonl', texts.join('\n'));
          const options = { timeOf, latestMs: LATEST_MS, latenessMs: 0, spool: scratch.place() };
          const keys = new EventKeys(options);
          const expected = texts
            .map((text, i) => ({ text, line: i + 1, key: text === '' ? 0 : keys.next(text) }))
            .filter(({ text }) => text !== '')
            .sort((a, b) => a.key - b.key || a.line - b.line);
          await removeSpool(options.spool);
          const spool = await sortFile(file, { ...options, runBytes });
          const items = await collect(readSpool(spool, { batchLines: 7 }));
          expect(items).toEqual(expected.map((item) => ({ text: item.text, line: item.line, fault: null })));
        },
      ),
      { seed: 3, numRuns: 30 },
    );
  });
});

describe('the heap of cursors', () => {
  it('merges sorted lists into one, ties by cursor', () => {
    const list = fc.array(fc.nat(20), { maxLength: 12 }).map((keys) => keys.sort((a, b) => a - b));
    fc.assert(
      fc.property(fc.array(list, { maxLength: 9 }), (lists) => {
        const heap = new CursorHeap(lists.length);
        const next = lists.map(() => 0);
        lists.forEach((keys, id) => {
          if (keys[0] !== undefined) heap.push(id, keys[0], id);
        });
        const out: string[] = [];
        while (heap.size > 0) {
          const id = heap.top;
          const at = next[id] ?? 0;
          out.push(`${lists[id]?.[at]}:${id}`);
          next[id] = at + 1;
          const key = lists[id]?.[at + 1];
          if (key === undefined) heap.pop();
          else heap.replaceTop(key, id);
        }
        const expected = lists
          .flatMap((keys, id) => keys.map((key) => ({ key, id })))
          .sort((a, b) => a.key - b.key || a.id - b.id);
        expect(out).toEqual(expected.map(({ key, id }) => `${key}:${id}`));
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});
