import { describe, expect, it } from 'vitest';
import type { WireRecord } from '../../../../../src/adapters/kafka/hardening/kafkajs-shapes.ts';
import { craftBatch, craftMarker, craftRecord, varint } from './craft-batch.ts';
import type { CraftedBatch, CraftedRecord } from './craft-batch.ts';
import { decode, recordSet, stockDecode } from './wire-decoder.ts';
import type { DecodingOptions } from './wire-decoder.ts';

const shown = (records: readonly WireRecord[]): readonly string[] =>
  records.map(({ offset, value, isControlRecord, leftOut }) =>
    isControlRecord ? `${offset} ${leftOut?.reason ?? 'control'}` : `${offset} ${String(value)}`,
  );

const values = (...all: readonly string[]): readonly CraftedRecord[] => all.map((value) => ({ value }));

describe('well-formed batches decode as kafkajs decodes them', () => {
  it.each<readonly [string, CraftedBatch]>([
    ['plain', { baseOffset: 7, records: values('a', 'b') }],
    ['gzip', { baseOffset: 7, records: values('a', 'b'), codec: 1 }],
    [
      'null and empty',
      {
        records: [
          { key: null, value: null },
          { key: '', value: '' },
        ],
      },
    ],
    [
      'times',
      { baseTimestamp: 1_700_000_000_000, records: [{ timestampDelta: -5 }, { timestampDelta: 9e11 }] },
    ],
    ['time of the broker', { isLogAppendTime: true, maxTimestamp: 99, records: [{ timestampDelta: 7 }] }],
    ['a transaction', { producerId: 12, isTransactional: true, records: values('a') }],
    ['large offset', { baseOffset: 2n ** 40n, records: values('a') }],
    [
      'headers',
      {
        records: [
          {
            headers: [
              ['a', '1'],
              ['b', null],
              ['a', '2'],
              ['a', ''],
              ['c', 'd'],
            ],
          },
        ],
      },
    ],
  ])('%s', async (_what, batch) => {
    const bytes = craftBatch(batch);
    const [ours, stock] = [await decode([bytes]), await stockDecode(recordSet(bytes))];
    expect(ours).toEqual(stock);
  });

  it('headers named like what every object has, where kafkajs puts functions beside the value', async () => {
    const headers = [
      ['__proto__', 'x'],
      ['toString', 'y'],
    ] as const;
    const [record] = await decode([craftBatch({ records: [{ headers }] })]);
    const plain = Object.entries(record?.headers ?? {}).map(([name, value]) => [name, String(value)]);
    expect(plain).toEqual(headers);
  });

  it('a marker', async () => {
    const bytes = craftMarker(3, 12, 'abort');
    expect(await decode([bytes])).toEqual(await stockDecode(recordSet(bytes)));
  });

  it('a batch cut by the size asked for is left for the next fetch', async () => {
    const [whole, cut] = [
      craftBatch({ records: values('a') }),
      craftBatch({ baseOffset: 1, records: values('b') }),
    ];
    for (let kept = 0; kept < cut.length; kept += 1) {
      expect(shown(await decode([whole, cut.subarray(0, kept)]))).toEqual(['0 a']);
    }
    expect(await decode([Buffer.alloc(0)])).toEqual([]);
  });
});

describe('the position moves past what compaction took', () => {
  it.each<readonly [string, CraftedBatch, readonly string[]]>([
    ['every record', { baseOffset: 5, lastOffsetDelta: 3, records: [] }, ['8 control']],
    ['every record, compressed', { baseOffset: 5, lastOffsetDelta: 3, records: [], codec: 1 }, ['8 control']],
    [
      'the last',
      { baseOffset: 5, lastOffsetDelta: 2, records: values('a', 'b') },
      ['5 a', '6 b', '7 control'],
    ],
    ['the first', { baseOffset: 5, records: [{ delta: 2, value: 'c' }] }, ['7 c']],
    ['a marker', { baseOffset: 5, isControl: true, records: [] }, ['5 control']],
  ])('%s', async (_what, batch, expected) => {
    expect(shown(await decode([craftBatch(batch)]))).toEqual(expected);
  });
});

const bomb = (codec: number): CraftedBatch => ({ codec, records: [{ value: Buffer.alloc(5_000) }] });
const hostile = (body: Buffer, recordCount = 1): CraftedBatch => ({ body, recordCount, lastOffsetDelta: 9 });

describe('a batch that cannot be read is left out whole, and the next one is read', () => {
  const small: DecodingOptions = {
    limits: { maxBatchRecords: 100, maxBatchBytes: 1_000 },
    isCrcChecked: true,
  };

  it.each<readonly [string, string, CraftedBatch | Buffer]>([
    [
      'a count over the limit',
      'too-many-records',
      { recordCount: 101, records: values('a'), lastOffsetDelta: 9 },
    ],
    ['a count beyond reason', 'too-many-records', { recordCount: 2 ** 31 - 1, lastOffsetDelta: 9 }],
    ['a gzip bomb', 'too-large', { ...bomb(1), lastOffsetDelta: 9 }],
    ['too large as it is', 'too-large', { ...bomb(0), lastOffsetDelta: 9 }],
    ['snappy, which is not registered', 'unknown-codec', { ...bomb(2), lastOffsetDelta: 9 }],
    ['a codec that does not exist', 'unknown-codec', { ...bomb(7), lastOffsetDelta: 9 }],
    ['no gzip', 'malformed', { codec: 0, ...hostile(Buffer.from('x')), isLogAppendTime: true }],
    ['fewer records than said', 'malformed', { records: values('a'), recordCount: 2, lastOffsetDelta: 9 }],
    ['a record past the end', 'malformed', hostile(Buffer.concat([varint(50), Buffer.alloc(9)]))],
    ['a negative length', 'malformed', hostile(varint(-2))],
    ['a key past its record', 'malformed', hostile(Buffer.from([8, 0, 0, 0, 0x7e]))],
    ['a length that never ends', 'malformed', hostile(Buffer.alloc(40, 0xff))],
    [
      '2^31 headers',
      'malformed',
      hostile(Buffer.concat([varint(10), Buffer.from([0, 0, 0, 1, 1]), varint(2 ** 31 - 1)])),
    ],
    ['offsets that go back', 'malformed', { records: [{ delta: 1 }, { delta: 0 }], lastOffsetDelta: 9 }],
    ['an offset beyond the batch', 'malformed', { records: [{ delta: 10 }], lastOffsetDelta: 9 }],
    [
      'bytes after the record',
      'malformed',
      hostile(Buffer.concat([varint(20), craftRecord({}), Buffer.alloc(13)])),
    ],
  ])('%s', async (_what, reason, batch) => {
    const bytes = Buffer.isBuffer(batch) ? batch : craftBatch(batch);
    const [first, ...rest] = await decode(
      [bytes, craftBatch({ baseOffset: 10, records: values('z') })],
      small,
    );
    expect(shown(rest)).toEqual(['10 z']);
    expect(first).toMatchObject({ offset: '9', isControlRecord: true, key: null, value: null });
    expect(first?.leftOut).toEqual({ reason, firstOffset: '0', lastOffset: '9', byteCount: bytes.length });
  });

  it('not gzip although it says so', async () => {
    const bytes = craftBatch({ body: Buffer.from('no gzip'), recordCount: 1 });
    bytes.writeInt16BE(1, 21);
    expect(shown(await decode([bytes]))).toEqual(['0 malformed']);
  });

  it('a checksum that does not fit, where it is looked at', async () => {
    const bytes = craftBatch({ records: values('a') });
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    expect(shown(await decode([bytes], { isCrcChecked: true }))).toEqual(['0 checksum']);
    expect(shown(await decode([bytes]))).toEqual(['0 a']);
  });

  it('a batch shorter than its head stops the reading: the next one cannot be found', async () => {
    const bytes = craftBatch({ records: values('a') });
    bytes.writeInt32BE(3, 8);
    await expect(decode([bytes])).rejects.toThrow('a batch shorter than its head');
  });
});

describe('one fetch is held within limits', () => {
  const three = [0, 2, 4].map((baseOffset) =>
    craftBatch({ baseOffset, records: values('a', 'b'), codec: 1 }),
  );

  it.each([
    ['all', {}, 6],
    ['until enough records', { maxFetchRecords: 3 }, 4],
    ['until enough bytes', { maxFetchBytes: 1 }, 2],
  ] as const)('%s', async (_what, limits, expected) => {
    expect(await decode(three, { limits })).toHaveLength(expected);
  });

  it('300,000 records in one small batch are read', async () => {
    const body = Buffer.concat(Array.from({ length: 300_000 }, (_, delta) => craftRecord({ delta })));
    const batch = craftBatch({ body, recordCount: 300_000, codec: 1 });
    const records = await decode([batch]);
    expect(records).toHaveLength(300_000);
    expect(records.at(-1)?.offset).toBe('299999');
    await expect(stockDecode(recordSet(batch))).rejects.toThrow('Maximum call stack size exceeded');
  });

  it('40,000 headers of one record are read in one pass', async () => {
    const headers = Array.from({ length: 40_000 }, (_, i) => [`h${i}`, ''] as const);
    const [record] = await decode([craftBatch({ records: [{ headers }] })]);
    expect(Object.keys(record?.headers ?? {})).toHaveLength(40_000);
  });
});
