import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pseudonym } from '../../../src/model/identity.ts';
import { cellId } from '../../../src/model/place.ts';
import type { SanitizedLocation } from '../../../src/model/sanitized.ts';
import { epochStart, eventTime } from '../../../src/model/time.ts';
import { avroCodec } from '../../../src/wire/avro.ts';
import { framed } from '../../../src/wire/framed.ts';
import { locationEncoder } from '../../../src/wire/location-bytes.ts';

const ID = 4_711;
const encode = locationEncoder(ID);
const { encode: general } = avroCodec('location.sanitized');

const time = fc.oneof(fc.integer({ min: -(2 ** 40), max: 2 ** 42 }), fc.constantFrom(0, 63, 64, -64, -65));
const ascii = (maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 0, max: 127 }).map((c) => String.fromCharCode(c)), maxLength });
const location: fc.Arbitrary<SanitizedLocation> = fc.record({
  pseudonym: ascii(40).map(pseudonym),
  epoch: time.map(epochStart),
  cell: ascii(15).map(cellId),
  resolution: fc.integer({ min: 0, max: 15 }),
  bucketStart: time.map(eventTime),
  bucketS: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  requestId: fc.option(ascii(256), { nil: null }),
  expiresAt: time.map(eventTime),
});

describe('locationEncoder', () => {
  it('gives the bytes of the general codec, framed', () => {
    fc.assert(
      fc.property(location, (any) => {
        expect(encode(any)?.toString('hex')).toBe(framed(ID, general(any)).toString('hex'));
      }),
      { seed: 5, numRuns: 2_000 },
    );
  });

  it('leaves earlier records as they are when a new slab is begun', () => {
    const [one] = fc.sample(location, { seed: 6, numRuns: 1 });
    if (one === undefined) throw new Error('no sample');
    const expected = framed(ID, general(one)).toString('hex');
    const all = Array.from({ length: 3_000 }, () => encode(one));
    expect(new Set(all.map((bytes) => bytes?.toString('hex')))).toEqual(new Set([expected]));
  });

  it.each([
    ['text beyond ASCII', { requestId: 'é' }],
    ['a long text', { requestId: 'x'.repeat(600) }],
    ['a number that is not whole', { bucketStart: eventTime(0.5) }],
    ['a number that is not exact', { expiresAt: eventTime(2 ** 53) }],
  ])('leaves %s to the general codec, and nothing of it behind', (_, odd) => {
    const [one] = fc.sample(location, { seed: 7, numRuns: 1 });
    if (one === undefined) throw new Error('no sample');
    expect(encode({ ...one, ...odd })).toBeNull();
    expect(encode(one)?.toString('hex')).toBe(framed(ID, general(one)).toString('hex'));
  });
});
