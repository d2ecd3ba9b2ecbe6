/** murmur2 against the vectors of Kafka's own tests, and against another implementation of it. */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { murmur2, partitionOf } from '../../../src/wire/murmur2.ts';

const { default: byKafkajs } = createRequire(import.meta.url)(
  'kafkajs/src/producer/partitioners/default/murmur2.js',
) as {
  default?: unknown;
};
const other = (byKafkajs ??
  createRequire(import.meta.url)('kafkajs/src/producer/partitioners/default/murmur2.js')) as (
  key: Buffer,
) => number;

describe('murmur2', () => {
  // org.apache.kafka.common.utils.UtilsTest.testMurmur2
  it.each([
    ['21', -973_932_308],
    ['foobar', -790_332_482],
    ['a-little-bit-long-string', -985_981_536],
    ['a-little-bit-longer-string', -1_486_304_829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
    ['abc', 479_470_107],
  ])('of %s is Kafka’s', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  it('is that of another implementation for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(murmur2(bytes)).toBe(other(Buffer.from(bytes)));
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('reads bytes, not characters', () => {
    expect(murmur2(Buffer.from('会員', 'utf8'))).toBe(other(Buffer.from('会員', 'utf8')));
    expect(murmur2(Buffer.alloc(0))).toBe(other(Buffer.alloc(0)));
  });
});

describe('the partition of a key', () => {
  it('is the hash without its sign, not its amount', () => {
    // 0x7fffffff & −973932308 = 1173551340; |−973932308| % 12 would be 8.
    expect(partitionOf(Buffer.from('21'), 12)).toBe(1_173_551_340 % 12);
    expect(partitionOf(Buffer.from('abc'), 12)).toBe(479_470_107 % 12);
  });

  it('is 0 where there is one', () => {
    expect(partitionOf(Buffer.from('21'), 1)).toBe(0);
  });
});
