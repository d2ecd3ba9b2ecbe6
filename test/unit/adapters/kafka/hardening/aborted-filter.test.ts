import { describe, expect, it } from 'vitest';
import { filterAborted } from '../../../../../src/adapters/kafka/hardening/aborted-filter.ts';
import type { WireRecord } from '../../../../../src/adapters/kafka/hardening/kafkajs-shapes.ts';
import { craftBatch, craftMarker } from './craft-batch.ts';
import { decode, stockFilter } from './wire-decoder.ts';

const [A, B] = [11, 12];
const NONE = -1;

const write = (offset: number, producerId: number, value: string, key: Buffer | null = null): Buffer =>
  craftBatch({ baseOffset: offset, isTransactional: true, producerId, records: [{ key, value }] });

const visible = (records: readonly WireRecord[]): readonly string[] =>
  records.filter(({ isControlRecord }) => !isControlRecord).map(({ value }) => String(value));

const aborted = (
  ...all: readonly (readonly [number, number])[]
): { producerId: string; firstOffset: string }[] =>
  all.map(([producerId, firstOffset]) => ({
    producerId: String(producerId),
    firstOffset: String(firstOffset),
  }));

const FOUR_ZEROS = Buffer.alloc(4);

/** As logs and the broker's list of aborted transactions, which is in the order of their ends. */
const CASES = [
  {
    name: 'overlapping transactions of which the second began ends first',
    log: [write(0, A, 'a'), write(1, B, 'b'), craftMarker(2, B, 'abort'), craftMarker(3, A, 'abort')],
    aborted: aborted([B, 1], [A, 0]),
    expected: [],
    stock: ['a'],
  },
  {
    name: 'a record of the application with the key of an abort marker',
    log: [write(0, A, 'a', FOUR_ZEROS), write(1, A, 'b'), craftMarker(2, A, 'abort')],
    aborted: aborted([A, 0]),
    expected: [],
    stock: ['a', 'b'],
  },
  {
    name: 'one producer that aborts twice and commits between',
    log: [
      write(0, A, 'a'),
      craftMarker(1, A, 'abort'),
      write(2, A, 'b'),
      craftMarker(3, A, 'commit'),
      write(4, A, 'c'),
      craftMarker(5, A, 'abort'),
      write(6, A, 'd'),
      craftMarker(7, A, 'commit'),
    ],
    aborted: aborted([A, 0], [A, 4]),
    expected: ['b', 'd'],
    stock: ['b', 'd'],
  },
  {
    name: 'a fetch that starts in the middle of two aborted transactions',
    log: [write(6, B, 'b'), craftMarker(7, B, 'abort'), craftMarker(8, A, 'abort'), write(9, A, 'a')],
    aborted: aborted([B, 3], [A, 2]),
    expected: ['a'],
    stock: ['a'],
  },
  {
    name: 'records outside of transactions, also of the same producer',
    log: [
      write(0, A, 'a'),
      craftBatch({ baseOffset: 1, producerId: A, records: [{ value: 'b' }] }),
      craftBatch({ baseOffset: 2, producerId: NONE, records: [{ value: 'c' }] }),
      craftMarker(3, A, 'abort'),
    ],
    aborted: aborted([A, 0]),
    expected: ['b', 'c'],
    stock: ['b', 'c'],
  },
] as const;

describe('what a reader of committed records sees', () => {
  it.each(CASES)('$name', async ({ log, aborted: list, expected, stock }) => {
    const records = await decode(log);
    expect(visible(filterAborted(records, list))).toEqual(expected);
    expect(visible(stockFilter({ messages: records, abortedTransactions: list }))).toEqual(stock);
  });

  it.each([null, undefined, []])('everything, when nothing was aborted (%o)', async (list) => {
    const records = await decode([write(0, A, 'a')]);
    expect(filterAborted(records, list)).toBe(records);
  });

  it('a batch that was left out goes with its transaction', async () => {
    const bad = (offset: number, producerId: number): Buffer =>
      craftBatch({ baseOffset: offset, producerId, isTransactional: true, recordCount: 1, codec: 2 });
    const records = await decode([
      bad(0, A),
      bad(1, B),
      craftMarker(2, A, 'abort'),
      craftMarker(3, B, 'commit'),
    ]);
    const left = filterAborted(records, aborted([A, 0])).flatMap(({ leftOut }) => leftOut ?? []);
    expect(left.map(({ firstOffset }) => firstOffset)).toEqual(['1']);
  });
});
