import { createRequire } from 'node:module';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EncoderClass, MakeRequest, ProduceGiven } from '../../../../src/adapters/kafka/fast-produce.ts';
import { groupMessages, produceRequest } from '../../../../src/adapters/kafka/fast-produce.ts';

const load = createRequire(import.meta.url);
const Encoder = load('kafkajs/src/protocol/encoder.js') as EncoderClass;
const Long = load('kafkajs/src/utils/long.js') as {
  fromValue(value: string): { readonly toString: () => string };
};
const original = load('kafkajs/src/protocol/requests/produce/v3/request.js') as MakeRequest;
const fast = produceRequest(original, Encoder);

const NOW = 1_760_000_000_123;

const bytesOf = async (make: MakeRequest, given: ProduceGiven): Promise<string> =>
  ((await make(given).encode()) as { readonly buffer: Buffer }).buffer.toString('hex');

const bytes = fc
  .oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 120, maxLength: 140 }))
  .map((array) => Buffer.from(array));
const message = fc.record({
  key: fc.option(bytes, { nil: null }),
  value: fc.option(bytes, { nil: null }),
  partition: fc.nat(3),
});
const given = fc.record({
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(60_000),
  transactionalId: fc.constantFrom('oboro.main.sanitize.3', null),
  producerId: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }).map((id) => Long.fromValue(String(id))),
  producerEpoch: fc.nat(32_767),
  compression: fc.constant(0),
  topicData: fc.array(
    fc.record({
      topic: fc.constantFrom('location.sanitized', 'oboro.état'),
      partitions: fc.array(
        fc.record({
          partition: fc.nat(1_000),
          firstSequence: fc.nat(2 ** 31 - 1),
          messages: fc.array(message, { minLength: 1, maxLength: 150 }),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
});

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('produceRequest', () => {
  it('gives the bytes that kafkajs gives, for any records of bytes', async () => {
    await fc.assert(
      fc.asyncProperty(given, async (any) => {
        expect(await bytesOf(fast, any)).toBe(await bytesOf(original, any));
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  it('gives the same bytes for records with lengths around the sizes of varints', async () => {
    for (const length of [0, 1, 62, 63, 64, 65, 8_190, 8_191, 8_192, 8_193, 1_048_575, 1_048_576]) {
      const messages = [{ key: null, value: Buffer.alloc(length, 7) }];
      const one = { topic: 't', partitions: [{ partition: 0, firstSequence: 5, messages }] };
      const asked = { acks: -1, timeout: 1, transactionalId: 'id', producerEpoch: 1, topicData: [one] };
      expect(await bytesOf(fast, asked)).toBe(await bytesOf(original, asked));
    }
  });

  it.each([
    ['headers', { value: Buffer.from('v'), headers: { h: Buffer.from('x') } }],
    ['a time of its own', { value: Buffer.from('v'), timestamp: '1750000000000' }],
    ['text', { key: 'k', value: 'v' }],
  ])('leaves a record with %s to kafkajs', async (_, odd) => {
    const messages = [{ value: Buffer.from('a') }, odd];
    const one = { topic: 't', partitions: [{ partition: 0, messages }] };
    const asked = { acks: -1, timeout: 1, topicData: [one] };
    expect(await bytesOf(fast, asked)).toBe(await bytesOf(original, asked));
  });

  it('keeps everything else of the request', () => {
    const asked = { acks: 0, timeout: 1, topicData: [] };
    const { encode: _fast, ...mine } = fast(asked);
    const { encode: _original, ...theirs } = original(asked);
    expect(Object.keys(mine)).toEqual(Object.keys(theirs));
    expect({ ...mine, expectResponse: null }).toEqual({ ...theirs, expectResponse: null });
  });
});

describe('groupMessages', () => {
  const grouping = load('kafkajs/src/producer/groupMessagesPerPartition.js') as typeof groupMessages;

  it('groups as kafkajs does, in order', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
        const asked = {
          topic: 't',
          partitionMetadata: [{}],
          messages,
          partitioner: ({ message: one }: { readonly message: unknown }) =>
            (one as { readonly partition: number }).partition,
        };
        expect(groupMessages(asked)).toEqual(grouping(asked));
      }),
      { seed: 7 },
    );
  });

  it('groups nothing while the topic is not known', () => {
    const asked = { topic: 't', partitionMetadata: [], messages: [{ value: null }], partitioner: () => 0 };
    expect(groupMessages(asked)).toEqual({});
  });
});
