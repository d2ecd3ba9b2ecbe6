/** Values that ask for more than they hold are refused before anything is built. */
import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { avroCodec, avroReader } from '../../../src/wire/avro.ts';
import { avroGuard } from '../../../src/wire/avro-guard.ts';
import { SCHEMAS } from '../../../src/wire/schemas.gen.ts';
import { SAMPLES } from './samples.ts';

/** Zig-zag varints, also of values beyond 32 bits. */
const long = (value: number): number[] => {
  let rest = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
};

const type = (schema: unknown): avro.Type => avro.Type.forSchema(schema as avro.schema.AvroSchema);
const arrayOf = (items: unknown): unknown => ({ type: 'array', items });
const mapOf = (values: unknown): unknown => ({ type: 'map', values });
const tree = {
  type: 'record',
  name: 'Tree',
  fields: [{ name: 'next', type: ['null', 'Tree'] }],
};
const nulls = { type: 'record', name: 'Nothing', fields: [] };
const colour = { type: 'enum', name: 'Colour', symbols: ['RED', 'BLUE'] };
const four = { type: 'fixed', name: 'Four', size: 4 };
const STRINGS = arrayOf('string');

describe('the guard', () => {
  it.each<[what: string, schema: unknown, bytes: readonly number[], fits: boolean]>([
    ['an empty array', STRINGS, [0], true],
    ['two strings', STRINGS, [...long(2), ...long(1), 65, 0, 0], true],
    ['two blocks', STRINGS, [...long(1), 0, ...long(1), 0, 0], true],
    ['a block with its size', STRINGS, [...long(-1), ...long(2), ...long(1), 65, 0], true],
    ['five bytes for 3·10^8 strings', STRINGS, long(300_000_000), false],
    ['2·10^7 longs', arrayOf('long'), [...long(20_000_000), 0, 0], false],
    ['2^62 items', STRINGS, long(2 ** 62), false],
    ['one item more than bytes', arrayOf('null'), [...long(3), 0], false],
    ['items without bytes in many blocks', arrayOf('null'), [...Array(20).fill(long(7)).flat(), 0], false],
    ['empty records in bulk', arrayOf(nulls), [...long(1_000), 0], false],
    ['a map in bulk', mapOf('null'), long(300_000_000), false],
    ['a map', mapOf('long'), [...long(1), ...long(1), 65, 2, 0], true],
    ['a size that is too small', STRINGS, [...long(-1), ...long(1), ...long(1), 65, 0], false],
    ['a size that is too large', STRINGS, [...long(-1), ...long(3), ...long(1), 65, 0, 0], false],
    ['a negative size', STRINGS, [...long(-1), ...long(-6), ...long(1), 65, 0], false],
    ['a string beyond the end', 'string', [...long(9), 65], false],
    ['a negative length', 'bytes', [...long(-1)], false],
    ['a varint without end', 'long', Array<number>(11).fill(0x80), false],
    ['a varint cut short', 'long', [0x80], false],
    ['the longest varint of a long', 'long', [...Array<number>(9).fill(0xff), 0x01], false],
    ['the largest exact long', 'long', long(2 ** 52 - 1), true],
    ['the smallest exact long', 'long', long(1 - 2 ** 52), true],
    ['a long that doubles would round', 'long', long(-(2 ** 52) - 1), false],
    ['the largest int', 'int', long(2 ** 31 - 1), true],
    ['the smallest int', 'int', long(-(2 ** 31)), true],
    ['an int too large', 'int', long(2 ** 31), false],
    ['an int too small', 'int', long(-(2 ** 31) - 1), false],
    ['more than one value', 'long', [0, 0], false],
    ['half a double', 'double', [0, 0, 0, 0], false],
    ['an enum', colour, long(1), true],
    ['an enum without such a symbol', colour, long(2), false],
    ['a union', ['null', 'long'], [...long(1), 0], true],
    ['a union without such a branch', ['null', 'long'], [...long(2), 0], false],
    ['a negative branch', ['null', 'long'], [...long(-1), 0], false],
    ['a fixed', four, [1, 2, 3, 4], true],
    ['half a fixed', four, [1, 2], false],
    ['nothing', 'null', [], true],
    [
      'a boolean, a float',
      {
        type: 'record',
        name: 'P',
        fields: [
          { name: 'a', type: 'boolean' },
          { name: 'b', type: 'float' },
        ],
      },
      [1, 0, 0, 0, 0],
      true,
    ],
    ['a short chain', tree, [...Array<number>(30).fill(2), 0], true],
    ['a deep chain', tree, [...Array<number>(100_000).fill(2), 0], false],
    ['deep arrays', arrayOf(arrayOf(arrayOf('long'))), [...long(2), ...long(2), ...long(2), 0], false],
  ])('%s', (_what, schema, bytes, fits) => {
    expect(avroGuard(type(schema))(Buffer.from(bytes))).toBe(fits);
  });

  it('lets through what avsc writes, with all kinds of type', () => {
    const all = {
      type: 'record',
      name: 'All',
      fields: [
        { name: 'list', type: arrayOf(arrayOf(four)) },
        { name: 'map', type: mapOf(['null', 'string', 'double']) },
        { name: 'again', type: ['null', 'Four', colour] },
      ],
    };
    const every = type(all);
    const value = { list: [[], [Buffer.alloc(4)]], map: { a: null, b: 'x', c: 1.5 }, again: 'BLUE' };
    expect(avroGuard(every)(every.toBuffer(value))).toBe(true);
  });
});

describe('a bomb', () => {
  it('in the changelog is refused', () => {
    const bomb = Buffer.from([...long(0), ...long(1), ...long(300_000_000)]);
    expect(avroCodec('oboro.state').decode(bomb)).toMatchObject({
      kind: 'quarantine',
      reason: 'undecodable',
    });
  });

  it.each<[what: string, items: unknown, bytes: readonly number[]]>([
    ['many items', 'string', long(300_000_000)],
    ['items without bytes', 'null', long(300_000_000)],
    ['a jump backwards', 'string', [...long(-1), ...long(-50)]],
  ])('in a field that only the writer knows is refused: %s', (_what, items, bytes) => {
    const field = { name: 'extra', type: arrayOf(items) };
    const schema = { ...SCHEMAS['raw.gps'], fields: [...SCHEMAS['raw.gps'].fields, field] };
    const reader = avroReader('raw.gps', schema);
    if (reader.kind !== 'keep') throw new Error('no reader');
    const fix = avroCodec('raw.gps').encode(SAMPLES['raw.gps']);
    expect(reader.value(Buffer.concat([fix, Buffer.of(0)]))).toMatchObject({ kind: 'keep' });
    expect(reader.value(Buffer.concat([fix, Buffer.from(bytes)]))).toMatchObject({ reason: 'undecodable' });
  });
});
