import { describe, expect, it } from 'vitest';
import { systemRandomness } from '../../../../src/adapters/system/clock.ts';
import type { Opaque } from '../../../../src/flow/node.ts';
import type { SlotRecord, StatePart } from '../../../../src/runtime/fold-runner.ts';
import { watermark } from '../../../../src/model/time.ts';
import type { SaltName } from '../../../../src/model/identity.ts';
import { avroCodec } from '../../../../src/wire/avro.ts';
import { EPOCH } from '../../../support/builders.ts';
import { SeededBytes } from '../../../support/seeded.ts';
import {
  HOUR,
  NAMES,
  NEXT_EPOCH,
  NEXT_HOUR,
  STATE,
  aHeader,
  aLocation,
  aNear,
  aRing,
  aWho,
  changelogOf,
  idOf,
  named,
} from './salted.ts';

const corrupt = expect.objectContaining({ code: 'STATE_CORRUPT' }) as Error;

/** One delta with a fix of each day and a location of each hour. */
const aDelta = (over: Parameters<typeof changelogOf>[1] = {}, header = aHeader()): Buffer => {
  const codec = changelogOf(aRing(), over);
  const writer = codec.writer();
  writer.fix(aNear(aWho('a')));
  writer.location(aLocation('a'));
  writer.advance(watermark(5));
  writer.fix(aNear(aWho('a', NEXT_EPOCH)));
  writer.location(aLocation('a', { epoch: NEXT_HOUR }));
  const [value] = codec.delta(header, writer);
  return value ?? Buffer.alloc(0);
};

const slot = (key: string, state: unknown = { seen: 1 }): SlotRecord => ({
  key,
  subject: idOf(key),
  state: state as Opaque,
});
const part = (salt: SaltName, records: readonly SlotRecord[], node = 'visits'): StatePart => ({
  node,
  salt,
  records,
});
const snapshotHeader = aHeader({ kind: 'snapshot', sequence: 9 });

/** The Avro record of a value, and the value of a record: what someone who writes the topic can make. */
const avro = avroCodec('oboro.state');
const opened = (value: Buffer) => {
  const outcome = avro.decode(value.subarray(1));
  if (outcome.kind !== 'keep') throw new Error('not a value of oboro.state');
  return outcome.value;
};
const closed = (value: Buffer, record: ReturnType<typeof opened>): Buffer =>
  Buffer.concat([value.subarray(0, 1), avro.encode(record)]);

const operationsIn = (value: Buffer, over: Parameters<typeof changelogOf>[1] = {}) => {
  const codec = changelogOf(aRing(), over);
  return codec.operations(codec.read(value));
};

describe('a delta', () => {
  it('says where the task stands without any key', () => {
    const { header, isChunk, salts, bytes } = changelogOf(aRing([])).read(aDelta());
    expect(header).toEqual(aHeader());
    expect(isChunk).toBe(false);
    expect([...salts].sort((a, b) => a.epoch - b.epoch)).toEqual(
      [...NAMES].sort((a, b) => a.epoch - b.epoch),
    );
    expect(bytes.length).toBeGreaterThan(0);
  });

  it('without operations is one value that says only that', () => {
    const codec = changelogOf(aRing());
    const values = codec.delta(aHeader(), codec.writer());
    expect(values).toHaveLength(1);
    const [read] = values.map((value) => codec.read(value));
    expect(read?.salts).toEqual([]);
    expect(read === undefined ? null : codec.operations(read)).toEqual([]);
  });

  it('G-04 G-07 leaves out what it cannot read any more: the operations of a destroyed epoch', () => {
    const ring = aRing();
    ring.markClosed(named('statistics', EPOCH));
    ring.markClosed(named('nearby', HOUR));
    const codec = changelogOf(ring);
    const operations = codec.operations(codec.read(aDelta()));
    expect(operations.map(({ kind }) => kind)).toEqual(['advance', 'fix', 'location']);
  });

  it('G-04 holds nothing of an epoch that was closed before it was written', () => {
    const ring = aRing();
    const codec = changelogOf(ring);
    const writer = codec.writer();
    writer.fix(aNear(aWho('a')));
    writer.fix(aNear(aWho('a', NEXT_EPOCH)));
    ring.markClosed(named('statistics', EPOCH));
    const [value = Buffer.alloc(0)] = codec.delta(aHeader(), writer);
    expect(codec.read(value).salts).toEqual([named('statistics', NEXT_EPOCH)]);
  });

  it('asks for salts that were never fetched: a bug, not a loss', () => {
    const codec = changelogOf(aRing([]));
    expect(() => codec.operations(codec.read(aDelta()))).toThrow(expect.objectContaining({ code: 'BUG' }));
  });
});

describe('a snapshot', () => {
  const parts = [
    part(named('statistics', EPOCH), [
      slot('a'),
      slot('b', { list: [1, null, 2.5], map: new Map([[1, 2]]) }),
    ]),
    part(named('statistics', NEXT_EPOCH), [slot('c')], 'bounds'),
    part(named('nearby', HOUR), [{ key: 'd', subject: null, state: {} as Opaque }], 'once'),
  ];

  it('begins with where the task stands, and its chunks give the states back', () => {
    const codec = changelogOf(aRing());
    const [start, ...chunks] = codec.snapshot(snapshotHeader, parts).map((value) => codec.read(value));
    expect(start).toMatchObject({ header: snapshotHeader, isChunk: false, salts: [] });
    expect(chunks.map(({ header, isChunk }) => [header.kind, header.sequence, isChunk])).toEqual(
      parts.map(() => ['snapshot', 9, true]),
    );
    expect(chunks.flatMap((chunk) => codec.parts(chunk))).toEqual(parts);
  });

  it('of nothing is its start alone', () => {
    expect(changelogOf(aRing()).snapshot(snapshotHeader, [])).toHaveLength(1);
  });

  it('G-04 leaves out the state of a closed epoch, on writing and on reading', () => {
    const ring = aRing();
    const codec = changelogOf(ring);
    const before = codec.snapshot(snapshotHeader, parts);
    ring.markClosed(named('statistics', EPOCH));
    const nodesIn = (values: readonly Buffer[]) =>
      values.flatMap((value) => codec.parts(codec.read(value))).map(({ node }) => node);
    expect(nodesIn(before)).toEqual(['bounds', 'once']);
    const after = codec.snapshot(snapshotHeader, parts);
    expect(nodesIn(after)).toEqual(['bounds', 'once']);
    expect(after.length).toBeLessThan(before.length);
  });

  it.each([
    ['many small states', 2_500, 10],
    ['few large ones', 30, 200_000],
  ])('cuts %s into values that a broker takes', (_, count, size) => {
    const records = Array.from({ length: count }, (_each, i) => slot(`k${i}`, { text: 'x'.repeat(size) }));
    const codec = changelogOf(aRing());
    const values = codec.snapshot(snapshotHeader, [part(named('statistics', EPOCH), records)]);
    expect(values.length).toBeGreaterThan(2);
    expect(Math.max(...values.map(({ length }) => length))).toBeLessThan(1_000_000);
    const read = values.flatMap((value) => codec.parts(codec.read(value)));
    expect(read.flatMap((one) => one.records.map(({ key }) => key))).toEqual(records.map(({ key }) => key));
    expect(new Set(read.map(({ node, salt }) => JSON.stringify([node, salt]))).size).toBe(1);
  });
});

describe('G-04 a sealed part opens only where it was sealed', () => {
  it('the control: where it was sealed it opens', () => {
    expect(operationsIn(aDelta())).toHaveLength(5);
    expect(operationsIn(closed(aDelta(), opened(aDelta())))).toHaveLength(5);
  });

  it('not in another partition', () => {
    expect(() => operationsIn(aDelta(), { place: { ...STATE, partition: 4 } })).toThrow(corrupt);
    expect(() => operationsIn(aDelta(), { place: { ...STATE, topic: 'other' } })).toThrow(corrupt);
  });

  it('not in another deployment on the same topics', () => {
    expect(() => operationsIn(aDelta(), { deployment: 'blue' })).toThrow(corrupt);
  });

  it('not in another commit', () => {
    const value = aDelta();
    const moved = closed(value, { ...opened(value), sequence: 8 });
    expect(() => operationsIn(moved)).toThrow(corrupt);
  });

  it('not as part of a snapshot', () => {
    const value = aDelta();
    const codec = changelogOf(aRing());
    const moved = closed(value, { ...opened(value), kind: 'chunk' });
    expect(() => codec.parts(codec.read(moved))).toThrow(corrupt);
  });

  it('not under another epoch or audience', () => {
    const value = aDelta();
    const record = opened(value);
    const [first, second] = record.parts;
    if (first === undefined || second === undefined) throw new Error('parts expected');
    const swapped = [{ ...first, epoch: NEXT_EPOCH }, second];
    expect(() => operationsIn(closed(value, { ...record, parts: swapped }))).toThrow(corrupt);
    const renamed = [{ ...second, audience: 'nearby' as const, epoch: NEXT_HOUR }];
    expect(() => operationsIn(closed(value, { ...record, parts: renamed }))).toThrow(corrupt);
  });

  it('not under another salt', () => {
    const ring = aRing(NAMES.slice(1));
    const bytes = Buffer.alloc(32, 1);
    ring.add({ name: named('statistics', EPOCH), bytes, commitment: '', born: false });
    const codec = changelogOf(ring);
    expect(() => codec.operations(codec.read(aDelta()))).toThrow(corrupt);
  });

  it('not with any one bit of it changed', () => {
    const value = aDelta();
    const record = opened(value);
    const [first] = record.parts;
    if (first === undefined) throw new Error('a part expected');
    for (const field of ['nonce', 'sealed'] as const) {
      for (let at = 0; at < first[field].length; at += 1) {
        const bytes = Buffer.from(first[field]);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
        const bent = { ...record, parts: [{ ...first, [field]: bytes }] };
        expect(() => operationsIn(closed(value, bent))).toThrow(corrupt);
      }
    }
  });
});

describe('foreign bytes', () => {
  const value = aDelta();
  const cases: readonly (readonly [string, Buffer])[] = [
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([value[0] ?? 0])],
    ['another format', Buffer.concat([Buffer.from([(value[0] ?? 0) + 1]), value.subarray(1)])],
    ['a value cut short', value.subarray(0, value.length - 1)],
    ['a value with more behind it', Buffer.concat([value, Buffer.alloc(1)])],
    ['text', Buffer.from('{"kind":"delta"}')],
  ];
  it.each(cases)('%s: STATE_CORRUPT', (_, bytes) => {
    expect(() => changelogOf(aRing()).read(bytes)).toThrow(corrupt);
  });

  it('at random: STATE_CORRUPT, or nothing that opens', () => {
    const codec = changelogOf(aRing());
    const random = new SeededBytes('foreign');
    for (let i = 0; i < 300; i += 1) {
      const bytes = random.bytes(i);
      if (i > 0) bytes[0] = value[0] ?? 0;
      try {
        expect(codec.read(bytes).salts).toEqual([]);
      } catch (cause) {
        expect(cause).toEqual(corrupt);
      }
    }
  });

  it('G-15 are not in the error', () => {
    const bytes = Buffer.from('phone-1 was here');
    try {
      changelogOf(aRing()).read(bytes);
      expect.unreachable();
    } catch (cause) {
      expect(String(cause)).not.toContain('phone');
    }
  });
});

describe('G-08 what lies on the topic', () => {
  const near = aNear(aWho('a'));
  const states = [part(named('statistics', EPOCH), [slot(near.who.device, { position: near.position })])];
  const doubleOf = (n: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(n);
    return bytes;
  };
  const location = aLocation('a');
  const secrets: readonly (readonly [string, Buffer])[] = [
    ...[near.who.subject, near.who.device, location.pseudonym].flatMap((id) => [
      ['id as text', Buffer.from(id)] as const,
      ['id as bytes', Buffer.from(id, 'hex')] as const,
    ]),
    ['latitude', doubleOf(near.position.lat)],
    ['longitude', doubleOf(near.position.lng)],
    ['latitude as text', Buffer.from(String(near.position.lat))],
    ['time', doubleOf(near.at)],
    ['fine cell', Buffer.from(near.cell)],
    ['fine cell as bytes', Buffer.from(`0${near.cell}`, 'hex')],
    ['coarse cell', Buffer.from(location.cell)],
  ];
  const onTopic = [aDelta(), ...changelogOf(aRing()).snapshot(snapshotHeader, states)];

  it.each(secrets)('has no %s in the clear', (_, secret) => {
    for (const value of onTopic) expect(value.includes(secret)).toBe(false);
  });

  it('the control: the same search finds them in what was sealed', () => {
    const inside = JSON.stringify(changelogOf(aRing()).operations(changelogOf(aRing()).read(aDelta())));
    expect(inside).toContain(near.who.subject);
    expect(inside).toContain(String(near.position.lat));
  });

  it('two equal deltas look different', () => {
    const randomness = systemRandomness;
    const [one, other] = [opened(aDelta({ randomness })), opened(aDelta({ randomness }))];
    one.parts.forEach((sealed, i) => {
      expect(sealed.nonce).not.toEqual(other.parts[i]?.nonce);
      expect(sealed.sealed).not.toEqual(other.parts[i]?.sealed);
    });
  });

  it('G-07 cannot be opened when the salt is gone, whatever else is at hand', () => {
    const ring = aRing();
    for (const name of NAMES) ring.markClosed(name);
    const codec = changelogOf(ring);
    expect(codec.operations(codec.read(aDelta())).map(({ kind }) => kind)).toEqual(['advance']);
    expect(onTopic.slice(1).flatMap((value) => codec.parts(codec.read(value)))).toEqual([]);
  });
});
