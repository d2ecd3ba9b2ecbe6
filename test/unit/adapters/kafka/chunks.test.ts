/** Cutting a transaction into sends, and what counts as an answer to one. */
import { describe, expect, it } from 'vitest';
import type { Answer, Chunk } from '../../../../src/adapters/kafka/chunks.ts';
import { chunksOf, isComplete, MAX_RECORD_BYTES } from '../../../../src/adapters/kafka/chunks.ts';
import type { Outgoing } from '../../../../src/ports/log.ts';

const record = (topic: string, partition: number, bytes = 1): Outgoing => ({
  topic,
  partition,
  key: null,
  value: Buffer.alloc(bytes),
});

const sizes = (chunks: readonly Chunk[]): readonly number[] =>
  chunks.map((chunk) => chunk.reduce((sum, { messages }) => sum + messages.length, 0));

describe('chunksOf', () => {
  it('makes no send of nothing', () => {
    expect(chunksOf([])).toEqual([]);
  });

  it('takes a thousand records a send', () => {
    expect(sizes(chunksOf(Array.from({ length: 2_500 }, () => record('t', 0))))).toEqual([1_000, 1_000, 500]);
  });

  it('takes less than a megabyte a send, and a large record alone', () => {
    const records = [400_000, 400_000, 400_000, 1_000_000, 10].map((bytes) => record('t', 0, bytes));
    expect(sizes(chunksOf(records))).toEqual([2, 1, 1, 1]);
  });

  it('keeps the order within a partition over topics and sends', () => {
    const records = Array.from({ length: 3_000 }, (_, i) => ({
      ...record(i % 3 === 0 ? 'a' : 'b', i % 2),
      value: Buffer.from(String(i)),
    }));
    const order = new Map<string, number[]>();
    for (const { topic, messages } of chunksOf(records).flat()) {
      for (const { partition, value } of messages) {
        const place = `${topic}/${partition}`;
        order.set(place, [...(order.get(place) ?? []), Number(value?.toString())]);
      }
    }
    expect([...order.values()].flat()).toHaveLength(3_000);
    for (const numbers of order.values()) expect(numbers).toEqual([...numbers].sort((x, y) => x - y));
  });

  it('refuses what no topic takes, without a word of its content', () => {
    const huge = { ...record('t', 0), value: Buffer.alloc(MAX_RECORD_BYTES, 'canary') };
    expect(() => chunksOf([huge])).toThrow(expect.objectContaining({ code: 'BUG' }) as Error);
    expect(() => chunksOf([huge])).not.toThrow(/canary/);
  });
});

describe('isComplete', () => {
  const [chunk] = chunksOf([record('a', 0), record('a', 1), record('a', 1), record('b', 0)]);
  if (chunk === undefined) throw new Error('one chunk');
  const answer = (topicName: string, partition: number, errorCode = 0): Answer => ({
    topicName,
    partition,
    errorCode,
  });
  const whole = [answer('a', 0), answer('a', 1), answer('b', 0)];

  it.each<readonly [string, readonly Answer[], boolean]>([
    ['every partition once', whole, true],
    ['one left out', whole.slice(1), false],
    ['one twice', [...whole, answer('a', 1)], false],
    ['one that was not asked', [...whole, answer('b', 1)], false],
    ['one with an error', [...whole.slice(1), answer('a', 0, 3)], false],
    ['nothing', [], false],
  ])('%s: %#', (_, answers, expected) => {
    expect(isComplete(chunk, answers)).toBe(expected);
  });
});
