/** Laws of the merge of files: the order is the one of a plain merge, and every position leads to the same rest. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MergeSource, Position } from '../../src/adapters/files/merge.ts';
import { openMerged } from '../../src/adapters/files/merge.ts';
import { EventKeys } from '../../src/adapters/files/order.ts';
import { prepareInput } from '../../src/adapters/files/prepare.ts';
import { LATEST_MS, Scratch, itemsOf, timeOf } from '../unit/adapters/files/scratch.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => {
  scratch.remove();
});

const LATENESS_MS = 10;
const line = fc.oneof(
  { weight: 8, arbitrary: fc.nat(80).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('x', '', '99999999999999') },
);
/** Most files are nearly in order, some are not. */
const fileLines = fc.oneof(
  fc.array(line, { maxLength: 12 }),
  fc
    .array(line, { maxLength: 12 })
    .map((lines) => [...lines].sort((a, b) => (timeOf(a) ?? 0) - (timeOf(b) ?? 0))),
);

interface Head {
  readonly key: number;
  readonly line: number;
  readonly text: string;
}

const prepared = async (lines: readonly string[], id: number): Promise<MergeSource> => {
  const name = `raw.gps-${id}.jsonl${id % 2 === 0 ? '.gz' : ''}`;
  const file = scratch.write(name, lines.join('\n'));
  const place = scratch.place(`input-${id}`);
  const options = { timeOf, latestMs: LATEST_MS, latenessMs: LATENESS_MS, spool: place };
  return { ...(await prepareInput(file, options)), timeOf };
};

/** The order by definition: always from the source whose head has the smallest key. */
const byDefinition = (files: readonly (readonly string[])[], sources: readonly MergeSource[]): string[] => {
  const queues = files.map((lines, id): Head[] => {
    const keys = new EventKeys({ timeOf, latestMs: LATEST_MS });
    const heads = lines
      .map((text, i) => ({ text, line: i + 1, key: text === '' ? 0 : keys.next(text) }))
      .filter(({ text }) => text !== '');
    return (sources[id]?.spool ?? null) === null
      ? heads
      : heads.sort((a, b) => a.key - b.key || a.line - b.line);
  });
  const out: string[] = [];
  for (;;) {
    let best = -1;
    queues.forEach((queue, id) => {
      const least = queues[best]?.[0]?.key ?? Infinity;
      if (queue[0] !== undefined && queue[0].key < least) best = id;
    });
    const head = queues[best]?.shift();
    if (head === undefined) return out;
    out.push(`${best}:${head.line}:${head.text}`);
  }
};

const merged = async (
  sources: readonly MergeSource[],
  from: Position | null,
  batchLines: number,
): Promise<{ items: string[]; positions: { after: number; position: Position }[] }> => {
  const items: string[] = [];
  const positions: { after: number; position: Position }[] = [];
  for await (const batch of openMerged(sources, from, { latestMs: LATEST_MS, batchLines })) {
    itemsOf(batch).forEach((item, i) => items.push(`${batch.sources[i]}:${item.line}:${item.text}`));
    positions.push({ after: items.length, position: batch.position });
  }
  return { items, positions };
};

describe('the merge of files', () => {
  it('follows its definition for every batch size, and goes on from every position', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fileLines, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        async (files, batchLines) => {
          const sources = await Promise.all(files.map(prepared));
          const { items, positions } = await merged(sources, null, batchLines);
          expect(items).toEqual(byDefinition(files, sources));
          for (const { after, position } of positions) {
            expect((await merged(sources, position, batchLines + 1)).items).toEqual(items.slice(after));
          }
        },
      ),
      { seed: 5, numRuns: 30 },
    );
  });
});
