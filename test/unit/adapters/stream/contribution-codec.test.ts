import { describe, expect, it } from 'vitest';
import { SealedContributions } from '../../../../src/adapters/stream/contribution-codec.ts';
import type { Contribution, Retraction } from '../../../../src/model/contribution.ts';
import type { Control } from '../../../../src/model/control.ts';
import { watermark } from '../../../../src/model/time.ts';
import type { KeyRing } from '../../../../src/runtime/key-ring.ts';
import { avroCodec } from '../../../../src/wire/avro.ts';
import { EPOCH, aFootfall, aSuccessor, aVisit, clock } from '../../../support/builders.ts';
import { SeededBytes } from '../../../support/seeded.ts';
import { HOUR, NEXT_EPOCH, aRing, idOf, named } from './salted.ts';

const AT = { topic: 'oboro.contributions', partition: 2 } as const;
const corrupt = expect.objectContaining({ code: 'STATE_CORRUPT' }) as Error;

const codecOf = (ring: KeyRing = aRing()): SealedContributions =>
  new SealedContributions({ keyOf: ring.keyOf, randomness: new SeededBytes('contributions') });

const visit = aVisit(idOf('a'));
const retraction: Retraction = { kind: 'retract', epoch: EPOCH, region: visit.region, subject: idOf('a') };
const MESSAGES: readonly (Contribution | Retraction)[] = [
  visit,
  aSuccessor(visit, 'grocer'),
  aFootfall(idOf('b'), { linked: false }),
  aFootfall(idOf('c'), { resolution: 6 }),
  retraction,
];

describe('contributions', () => {
  it.each([
    ['none', []],
    ['one', [visit]],
    ['all kinds', MESSAGES],
    ['many', Array.from({ length: 2_000 }, (_, i) => aVisit(idOf(String(i))))],
  ])('come back in order: %s', (_, messages) => {
    const codec = codecOf();
    expect(codec.open(AT, codec.seal(AT, EPOCH, messages))).toEqual(messages);
  });

  it('say which salt they need', () => {
    const codec = codecOf();
    expect(codec.read(codec.seal(AT, NEXT_EPOCH, [visit]))).toEqual({ kind: 'sealed', epoch: NEXT_EPOCH });
  });

  it('G-04 are nothing any more once the salt is destroyed', () => {
    const ring = aRing();
    const codec = codecOf(ring);
    const value = codec.seal(AT, EPOCH, MESSAGES);
    ring.markClosed(named('statistics', EPOCH));
    expect(codec.open(AT, value)).toBeNull();
  });

  it('cannot be added to an epoch that somebody else has ended: the task is theirs', () => {
    const ring = aRing();
    ring.retire(named('statistics', EPOCH));
    expect(() => codecOf(ring).seal(AT, EPOCH, [visit])).toThrow(
      expect.objectContaining({ code: 'TASK_LOST', retriable: true }),
    );
  });

  it('G-04 hold nothing of anybody in the clear', () => {
    const value = codecOf().seal(AT, EPOCH, MESSAGES);
    const texts = [visit.subject, idOf('b'), visit.store, visit.region, 'grocer', 'food'];
    for (const text of texts) expect(value.includes(Buffer.from(text))).toBe(false);
    expect(value.includes(Buffer.from(visit.subject, 'hex'))).toBe(false);
  });

  it('look different every time', () => {
    const codec = codecOf();
    expect(codec.seal(AT, EPOCH, [visit])).not.toEqual(codec.seal(AT, EPOCH, [visit]));
  });
});

describe('G-04 a sealed value opens only where it was sealed', () => {
  const value = codecOf().seal(AT, EPOCH, MESSAGES);
  it.each([
    ['partition', { ...AT, partition: 3 }],
    ['topic', { ...AT, topic: 'oboro.state' }],
  ])('not in another %s', (_, at) => {
    expect(() => codecOf().open(at, value)).toThrow(corrupt);
  });

  it('not in another epoch', () => {
    const moved = Buffer.from(value);
    moved.writeDoubleLE(NEXT_EPOCH, 1);
    expect(codecOf().read(moved)).toEqual({ kind: 'sealed', epoch: NEXT_EPOCH });
    expect(() => codecOf().open(AT, moved)).toThrow(corrupt);
  });

  it('not with a bit changed, cut short or with more behind it', () => {
    for (let at = 9; at < value.length; at += 7) {
      const bent = Buffer.from(value);
      bent[at] = (bent[at] ?? 0) ^ 4;
      expect(() => codecOf().open(AT, bent)).toThrow(corrupt);
    }
    for (const length of [10, 30, value.length - 1]) {
      expect(() => codecOf().open(AT, value.subarray(0, length))).toThrow(corrupt);
    }
    expect(() => codecOf().open(AT, Buffer.concat([value, Buffer.alloc(1)]))).toThrow(corrupt);
  });
});

describe('controls', () => {
  const born = { type: 'epoch_born', audience: 'nearby', epochStartMs: HOUR, commitment: 'ab'.repeat(32) };
  const died = { type: 'epoch_destroyed', audience: 'statistics', epochStartMs: EPOCH };
  const CONTROLS: readonly Control[] = [
    { kind: 'mark', task: '11', watermark: watermark(clock('12:00')) },
    { kind: 'want', names: [named('statistics', EPOCH), named('nearby', HOUR)] },
    { kind: 'want', names: [] },
    { kind: 'done', partition: 5, epoch: EPOCH },
    { kind: 'note', entry: born } as Control,
    { kind: 'note', entry: died } as Control,
  ];
  it.each(CONTROLS)('come back without any key: $kind', (control) => {
    const codec = codecOf(aRing([]));
    expect(codec.read(codec.control(control))).toEqual(control);
  });
});

describe('foreign bytes', () => {
  const mark = codecOf().control({ kind: 'mark', task: '1', watermark: watermark(1) });
  const cases: readonly (readonly [string, Buffer])[] = [
    ['nothing', Buffer.alloc(0)],
    ['an unknown kind', Buffer.from([9, 1, 2, 3])],
    ['a seal without anything sealed', codecOf().seal(AT, EPOCH, []).subarray(0, 9)],
    ['a mark cut short', mark.subarray(0, mark.length - 1)],
    ['a control that is no JSON', Buffer.concat([Buffer.from([3]), Buffer.from('{"kind"')])],
    ['text', Buffer.from('mark')],
  ];
  it.each(cases)('%s: STATE_CORRUPT', (_, value) => {
    expect(() => codecOf().read(value)).toThrow(corrupt);
  });

  it('a contribution where a mark belongs: STATE_CORRUPT', () => {
    // The same Avro schema holds both; only a mark may go unsealed.
    const { encode } = avroCodec('oboro.contributions');
    const visitAsMark = Buffer.concat([mark.subarray(0, 1), encode(visit)]);
    expect(() => codecOf().read(visitAsMark)).toThrow(corrupt);
  });
});
