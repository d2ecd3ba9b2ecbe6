import { describe, expect, it } from 'vitest';
import { SealedContributions } from '../../../../src/adapters/stream/contribution-codec.ts';
import type { Contribution } from '../../../../src/model/contribution.ts';
import { watermark } from '../../../../src/model/time.ts';
import type { Outgoing } from '../../../../src/ports/log.ts';
import { Outbox } from '../../../../src/runtime/stream/outbox.ts';
import { TOPICS } from '../../../../src/runtime/stream/topics.ts';
import { EPOCH, aVisit, clock, storeOf } from '../../../support/builders.ts';
import { SeededBytes } from '../../../support/seeded.ts';
import { NEXT_EPOCH, aRing, cellAt, idOf, named } from '../../adapters/stream/salted.ts';

const BAKERY = cellAt(storeOf('bakery').position, 5);
const INN = cellAt(storeOf('inn').position, 5);
const aLetter = (n: number): Outgoing => ({
  ...{ topic: 'dead-letter', partition: 0, key: null },
  value: Buffer.from(`letter ${n}`),
});
const visitOf = (who: string, store = 'bakery', epoch = EPOCH): Contribution =>
  aVisit(idOf(who), { store, epoch, region: store === 'inn' ? INN : BAKERY });
const MARK = { kind: 'mark', task: '0', watermark: watermark(clock('12:00')) } as const;

const anOutbox = () => {
  const ring = aRing();
  const codec = new SealedContributions({ keyOf: ring.keyOf, randomness: new SeededBytes('outbox') });
  const outbox = new Outbox({
    ...{ codec, gatePartitions: 3 },
    partitionOf: (region) => (region === INN ? 2 : 0),
  });
  /** A record as a gate task reads it. */
  const read = ({ topic, partition, value }: Outgoing): string => {
    if (topic !== TOPICS.contributions || value === null) return topic;
    const control = codec.read(value);
    if (control.kind !== 'sealed') return `${control.kind} to ${partition}`;
    const messages = codec.open({ topic, partition }, value) ?? [];
    return `${messages.length} of day ${control.epoch === EPOCH ? 0 : 1} to ${partition}`;
  };
  return { outbox, codec, ring, taken: () => outbox.take().map(read) };
};

describe('the outbox', () => {
  it('G-12 writes no mark before what it vouches for', () => {
    const { outbox, taken } = anOutbox();
    outbox.broadcast(MARK);
    outbox.record(aLetter(1));
    outbox.contribution(visitOf('a'));
    outbox.contribution(visitOf('b', 'inn'));
    outbox.contribution(visitOf('c'));
    expect(taken()).toEqual([
      'dead-letter',
      '2 of day 0 to 0',
      '1 of day 0 to 2',
      'mark to 0',
      'mark to 1',
      'mark to 2',
    ]);
  });

  it('seals by gate partition and epoch', () => {
    const { outbox, taken } = anOutbox();
    for (const [who, store, epoch] of [
      ['a', 'bakery', EPOCH],
      ['b', 'inn', EPOCH],
      ['c', 'bakery', NEXT_EPOCH],
      ['d', 'bakery', EPOCH],
    ] as const) {
      outbox.contribution(visitOf(who, store, epoch));
    }
    expect([...taken()].sort()).toEqual(['1 of day 0 to 2', '1 of day 1 to 0', '2 of day 0 to 0']);
  });

  it('keeps the order of one partition and epoch', () => {
    const { outbox, codec } = anOutbox();
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) outbox.contribution(visitOf(name));
    const [record] = outbox.take();
    const at = { topic: TOPICS.contributions, partition: 0 };
    const messages = codec.open(at, record?.value ?? Buffer.alloc(0)) ?? [];
    expect(messages.map(({ subject }) => subject)).toEqual(names.map(idOf));
  });

  it('cuts many contributions into values that a broker takes', () => {
    const { outbox, taken } = anOutbox();
    for (let i = 0; i < 4_100; i += 1) outbox.contribution(visitOf(String(i)));
    const sizes = taken().map((text) => Number(text.split(' ')[0]));
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((a, b) => a + b)).toBe(4_100);
  });

  it('is empty after it was taken', () => {
    const { outbox, taken } = anOutbox();
    outbox.record(aLetter(1));
    outbox.contribution(visitOf('a'));
    outbox.broadcast(MARK);
    taken();
    expect(taken()).toEqual([]);
    expect([outbox.count, outbox.bytes]).toEqual([0, 0]);
  });

  it('counts what waits, one a contribution', () => {
    const { outbox } = anOutbox();
    expect([outbox.count, outbox.bytes]).toEqual([0, 0]);
    outbox.record(aLetter(1));
    expect([outbox.count, outbox.bytes]).toEqual([1, 8]);
    outbox.contribution(visitOf('a'));
    outbox.contribution(visitOf('b'));
    expect(outbox.count).toBe(3);
    expect(outbox.bytes).toBeGreaterThan(100);
  });

  it('G-07 can seal an epoch whose key is about to be given up, and loses nothing of it', () => {
    const { outbox, codec, ring } = anOutbox();
    const at = { topic: TOPICS.contributions, partition: 0 };
    outbox.contribution(visitOf('a'));
    outbox.contribution(visitOf('b', 'bakery', NEXT_EPOCH));
    outbox.contribution(visitOf('c', 'inn'));
    outbox.sealEpoch(EPOCH);
    ring.retire(named('statistics', EPOCH));
    const values = outbox
      .take()
      .map(({ partition, value }) => ({ partition, value: value ?? Buffer.alloc(0) }));
    const whole = new SealedContributions({ keyOf: aRing().keyOf, randomness: new SeededBytes('') });
    const subjects = values.flatMap(({ partition, value }) =>
      (whole.open({ ...at, partition }, value) ?? []).map(({ subject, epoch }) => [
        partition,
        epoch,
        subject,
      ]),
    );
    expect(subjects).toEqual([
      [0, EPOCH, idOf('a')],
      [2, EPOCH, idOf('c')],
      [0, NEXT_EPOCH, idOf('b')],
    ]);
    expect(values.map(({ value }) => codec.read(value).kind)).toEqual(['sealed', 'sealed', 'sealed']);
  });

  it('the control: without that the key is missing when it is taken', () => {
    const { outbox, ring } = anOutbox();
    outbox.contribution(visitOf('a'));
    ring.retire(named('statistics', EPOCH));
    expect(() => outbox.take()).toThrow(expect.objectContaining({ code: 'TASK_LOST' }));
  });

  it('sealing an epoch of which nothing waits does nothing', () => {
    const { outbox, taken } = anOutbox();
    outbox.sealEpoch(EPOCH);
    expect(taken()).toEqual([]);
  });

  it('asks the vault’s writer at once, in the first partition', () => {
    const { outbox, codec } = anOutbox();
    const names = [named('statistics', EPOCH)];
    const { topic, partition, key, value } = outbox.want(names);
    expect([topic, partition, key]).toEqual([TOPICS.contributions, 0, null]);
    expect(codec.read(value ?? Buffer.alloc(0))).toEqual({ kind: 'want', names });
    expect(outbox.take()).toEqual([]);
  });
});
