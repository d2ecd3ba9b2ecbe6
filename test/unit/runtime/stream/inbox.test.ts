import { describe, expect, it } from 'vitest';
import { Inbox } from '../../../../src/runtime/stream/inbox.ts';
import type { LogBatch } from '../../../../src/ports/log.ts';
import { SANITIZE_TOPICS, RIGHT_TOPICS } from '../../../../src/runtime/stream/topics.ts';
import { NO_CLOCKS, aBatch, clocksOf } from './batches.ts';

const anInbox = (maxBytes = 1_000): Inbox => new Inbox({ first: RIGHT_TOPICS, maxBytes });

/** Takes everything out, as a task would. */
const drain = (inbox: Inbox, clockOf = NO_CLOCKS): readonly string[] => {
  const taken: string[] = [];
  for (let batch = inbox.peek(clockOf); batch !== null; batch = inbox.peek(clockOf)) {
    taken.push(`${batch.topic}@${batch.from}`);
    inbox.drop(batch);
  }
  return taken;
};

describe('the inbox', () => {
  it('is empty at first', () => {
    expect(anInbox().peek(NO_CLOCKS)).toBeNull();
  });

  it('G-01 gives rights before all events, consents before erasures', () => {
    const inbox = anInbox();
    for (const topic of SANITIZE_TOPICS.toReversed()) inbox.put(aBatch(topic));
    const taken = drain(inbox, clocksOf({ 'raw.gps': 2, 'raw.device': 1, 'raw.access-log': 3 }));
    expect(taken).toEqual([
      'privacy.consent@0',
      'privacy.erasure@0',
      'raw.device@0',
      'raw.gps@0',
      'raw.access-log@0',
    ]);
  });

  it('of the events gives the input that is furthest behind', () => {
    const inbox = anInbox();
    inbox.put(aBatch('raw.gps'));
    inbox.put(aBatch('raw.gps', { from: 1 }));
    inbox.put(aBatch('raw.device'));
    const clocks: Record<string, number> = { 'raw.gps': 5, 'raw.device': 6 };
    const peeked = inbox.peek(clocksOf(clocks));
    expect(peeked?.topic).toBe('raw.gps');
    if (peeked !== null) inbox.drop(peeked);
    clocks['raw.gps'] = 7;
    expect(inbox.peek(clocksOf(clocks))?.topic).toBe('raw.device');
  });

  it('does not wait for an input of which nothing is there', () => {
    const inbox = anInbox();
    inbox.put(aBatch('raw.gps'));
    expect(inbox.peek(clocksOf({ 'raw.gps': 9, 'raw.device': 1 }))?.topic).toBe('raw.gps');
  });

  it('keeps a topic in the order in which it came, and a batch until it is dropped', () => {
    const inbox = anInbox();
    for (const from of [0, 1, 2]) inbox.put(aBatch('raw.gps', { from }));
    const [first, again] = [inbox.peek(NO_CLOCKS), inbox.peek(NO_CLOCKS)];
    expect(again).toBe(first);
    expect(drain(inbox)).toEqual(['raw.gps@0', 'raw.gps@1', 'raw.gps@2']);
  });

  it('drops only what stands first: a batch that was cleared away meanwhile takes nothing with it', () => {
    const inbox = anInbox();
    const old = aBatch('raw.gps');
    inbox.put(old);
    inbox.clear();
    inbox.put(aBatch('raw.gps', { from: 7 }));
    inbox.drop(old);
    expect(drain(inbox)).toEqual(['raw.gps@7']);
  });

  it('is full by the bytes of each topic', () => {
    const inbox = anInbox(1_000);
    inbox.put(aBatch('raw.gps', { bytes: 800 }));
    expect(inbox.isFull('raw.gps')).toBe(false);
    inbox.put(aBatch('raw.gps', { from: 1, bytes: 800 }));
    expect(inbox.isFull('raw.gps')).toBe(true);
    expect(inbox.isFull('raw.device')).toBe(false);
    const batch = inbox.peek(NO_CLOCKS);
    if (batch !== null) inbox.drop(batch);
    expect(inbox.isFull('raw.gps')).toBe(false);
  });

  it('is full of many records without content as well', () => {
    const inbox = anInbox(10_000);
    inbox.put(aBatch('raw.gps', { count: 900, bytes: 0 }));
    expect(inbox.isFull('raw.gps')).toBe(true);
  });

  it.each([
    [999, 1],
    [1_000, 1],
    [1_001, 2],
    [3_500, 4],
  ])('cuts %i records into %i pieces without a gap', (count, pieces) => {
    const inbox = anInbox();
    const whole = {
      ...aBatch('raw.gps', { from: 40, count, step: 2 }),
      next: 40 + count * 2 + 5,
      end: 99_999,
    };
    inbox.put(whole);
    const taken: LogBatch[] = [];
    for (let batch = inbox.peek(NO_CLOCKS); batch !== null; batch = inbox.peek(NO_CLOCKS)) {
      taken.push(batch);
      inbox.drop(batch);
    }
    expect(taken).toHaveLength(pieces);
    expect(taken.flatMap(({ records }) => records)).toEqual(whole.records);
    expect(taken[0]?.from).toBe(whole.from);
    expect(taken.at(-1)?.next).toBe(whole.next);
    taken.slice(1).forEach((batch, i) => expect(batch.from).toBe(taken[i]?.next));
    for (const { records, from, next, end } of taken) {
      expect(end).toBe(whole.end);
      expect(records.every(({ offset }) => offset >= from && offset < next)).toBe(true);
    }
    expect(inbox.isFull('raw.gps')).toBe(false);
  });
});
