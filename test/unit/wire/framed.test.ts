/** The frame around Avro values: magic byte, schema id, value. */
import { describe, expect, it } from 'vitest';
import { avroCodec } from '../../../src/wire/avro.ts';
import { framed, framedEncoder, schemaIdOf, unframed } from '../../../src/wire/framed.ts';
import { SAMPLES } from './samples.ts';

describe('a framed value', () => {
  it('is a zero byte, the id big-endian, and the value', () => {
    const value = framedEncoder('release.visits', 0x01020304)(SAMPLES['release.visits']);
    expect([...value.subarray(0, 5)]).toEqual([0, 1, 2, 3, 4]);
    expect(unframed(value)).toEqual(avroCodec('release.visits').encode(SAMPLES['release.visits']));
    expect(schemaIdOf(value)).toBe(0x01020304);
  });

  it('shares no bytes with the next one', () => {
    const encode = framedEncoder('raw.gps', 1);
    const first = encode(SAMPLES['raw.gps']);
    const copy = Buffer.from(first);
    encode({ ...SAMPLES['raw.gps'], position: { lat: 1, lng: 2 } });
    expect(first).toEqual(copy);
  });

  it('may be empty inside', () => {
    expect(schemaIdOf(framed(7, Buffer.alloc(0)))).toBe(7);
  });

  it.each<[what: string, bytes: number[]]>([
    ['nothing', []],
    ['four bytes', [0, 0, 0, 1]],
    ['another magic byte', [1, 0, 0, 0, 1, 0]],
    ['a negative id', [0, 0xff, 0xff, 0xff, 0xff, 0]],
  ])('is none: %s', (_what, bytes) => {
    expect(schemaIdOf(Buffer.from(bytes))).toBe(-1);
  });
});
