import { describe, expect, it } from 'vitest';
import type { Operation, OperationWriter } from '../../../../src/runtime/stream/codecs.ts';
import { eventTime, watermark } from '../../../../src/model/time.ts';
import { EPOCH, clock, placeAt } from '../../../support/builders.ts';
import {
  HOUR,
  NEXT_EPOCH,
  NEXT_HOUR,
  aHeader,
  aLocation,
  aNear,
  aRing,
  aWho,
  cellAt,
  changelogOf,
  idOf,
  kept,
} from './salted.ts';

/** What a task reads back of the operations that it wrote, and in how many values they were. */
const roundTrip = (write: (to: OperationWriter) => void) => {
  const codec = changelogOf(aRing());
  const writer = codec.writer();
  write(writer);
  const values = codec.delta(aHeader(), writer);
  const operations: readonly Operation[] = values.flatMap((value) => codec.operations(codec.read(value)));
  return { operations, values, writer };
};

/** An operation without its number, a location as far as it is kept. */
const plain = (operation: Operation): unknown => {
  if (operation.kind === 'location') return { kind: 'location', ...kept(operation.location) };
  if (operation.kind === 'fix') return { kind: 'fix', ...operation.near };
  if (operation.kind === 'advance') return { kind: 'advance', now: operation.now };
  const { epoch, subject, erased } = operation;
  return { kind: 'retract', epoch, subject, erased };
};

describe('one operation comes back as it was', () => {
  it.each([
    ['an ordinary fix', {}],
    ['no accuracy', { accuracyM: null }],
    ['an accuracy of nothing', { accuracyM: 0 }],
    ['a tiny accuracy', { accuracyM: Number.MIN_VALUE }],
    ['the south-west of the world', { position: { lat: -89.999_999_9, lng: -179.999_999_9 } }],
    ['the middle of the world', { position: { lat: 0, lng: 0 } }],
    ['a fraction of a millisecond', { at: eventTime(1_709_607_660_000.5) }],
    ['a time before 1970', { at: eventTime(-1) }],
  ])('fix: %s', (_, over) => {
    const near = aNear(aWho('a'), over);
    const { operations } = roundTrip((to) => to.fix(near));
    expect(operations.map(plain)).toEqual([{ kind: 'fix', ...near }]);
  });

  it.each([0, 1, 4, 5, 6, 7, 8, 9, 10, 14, 15])('cells of resolution %i', (resolution) => {
    const places = [placeAt(3, 1, 0), { lat: -33.9, lng: 18.4 }, { lat: 78.2, lng: -15.6 }];
    const cells = places.map((place) => cellAt(place, resolution));
    const { operations } = roundTrip((to) => {
      for (const cell of cells) {
        to.fix(aNear(aWho('a'), { cell }));
        to.location(aLocation('a', { cell }));
      }
    });
    const read = operations.map((o) => (o.kind === 'fix' ? o.near.cell : plain(o)));
    expect(read).toEqual(
      cells.flatMap((cell) => [cell, { kind: 'location', ...kept(aLocation('a', { cell })) }]),
    );
  });

  it.each([
    [true, EPOCH],
    [false, NEXT_EPOCH],
  ])('a retraction, erased: %s', (erased, epoch) => {
    const { operations } = roundTrip((to) => to.retract(epoch, idOf('x'), erased));
    expect(operations.map(plain)).toEqual([{ kind: 'retract', epoch, subject: idOf('x'), erased }]);
  });

  it.each([true, false])('whether the subject is a member: %s', (linked) => {
    const who = { ...aWho('a'), linked };
    const { operations } = roundTrip((to) => to.fix(aNear(who)));
    expect(operations[0]).toMatchObject({ near: { who } });
  });

  it('an id with leading zeros', () => {
    const subject = idOf('x').replace(/^..../u, '0000') as ReturnType<typeof idOf>;
    const { operations } = roundTrip((to) => to.retract(EPOCH, subject, true));
    expect(operations[0]).toMatchObject({ subject });
  });

  it('a move of the watermark, alone', () => {
    const { operations, values } = roundTrip((to) => to.advance(watermark(clock('12:00'))));
    expect(operations.map(plain)).toEqual([{ kind: 'advance', now: clock('12:00') }]);
    expect(values).toHaveLength(1);
  });
});

describe('a location with a request id', () => {
  it('leaves no trace in any state, so it is no operation', () => {
    const { operations, writer } = roundTrip((to) =>
      to.location(aLocation('a', { requestId: 'token', pseudonym: idOf('own') })),
    );
    expect(operations).toEqual([]);
    expect(writer.count).toBe(0);
  });
});

describe('many operations', () => {
  it('keep their order across audiences, epochs and moves of the watermark', () => {
    const [a, b, tomorrow] = [aWho('a'), aWho('b'), aWho('a', NEXT_EPOCH)];
    const { operations } = roundTrip((to) => {
      to.fix(aNear(tomorrow));
      to.location(aLocation('a', { epoch: NEXT_HOUR }));
      to.advance(watermark(1));
      to.fix(aNear(b));
      to.location(aLocation('b', { epoch: HOUR }));
      to.retract(NEXT_EPOCH, tomorrow.subject, false);
      to.advance(watermark(2));
      to.fix(aNear(a));
      to.fix(aNear(tomorrow));
    });
    expect(operations.map(plain)).toEqual([
      { kind: 'fix', ...aNear(tomorrow) },
      { kind: 'location', ...kept(aLocation('a', { epoch: NEXT_HOUR })) },
      { kind: 'advance', now: 1 },
      { kind: 'fix', ...aNear(b) },
      { kind: 'location', ...kept(aLocation('b', { epoch: HOUR })) },
      { kind: 'retract', epoch: NEXT_EPOCH, subject: tomorrow.subject, erased: false },
      { kind: 'advance', now: 2 },
      { kind: 'fix', ...aNear(a) },
      { kind: 'fix', ...aNear(tomorrow) },
    ]);
  });

  it('outgrow every buffer and one value, in order all the same', () => {
    const whos = Array.from({ length: 300 }, (_, i) => aWho(String(i)));
    const written: unknown[] = [];
    const { operations, values } = roundTrip((to) => {
      for (let i = 0; i < 9_500; i += 1) {
        const near = aNear(whos[(i * 7) % whos.length] ?? aWho('a'), { at: eventTime(EPOCH + i) });
        to.fix(near);
        written.push({ kind: 'fix', ...near });
        if (i % 500 === 0) {
          to.advance(watermark(i));
          written.push({ kind: 'advance', now: i });
        }
      }
    });
    expect(values.length).toBeGreaterThan(1);
    expect(Math.max(...values.map(({ length }) => length))).toBeLessThan(1_000_000);
    expect(operations.map(plain)).toEqual(written);
  });

  it('give one object per device and value, so that it can be compared by identity', () => {
    const who = aWho('a');
    const { operations } = roundTrip((to) => {
      to.fix(aNear(who));
      to.fix(aNear(aWho('b')));
      to.fix(aNear(who));
    });
    const [first, other, again] = operations.map((o) => (o.kind === 'fix' ? o.near.who : null));
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('are counted, and their size is told', () => {
    const { writer, values } = roundTrip((to) => {
      for (let i = 0; i < 100; i += 1) to.fix(aNear(aWho(String(i % 3))));
      to.advance(watermark(1));
    });
    expect(writer.count).toBe(101);
    const size = values.reduce((sum, { length }) => sum + length, 0);
    expect(writer.bytes).toBeGreaterThan(size / 2);
    expect(writer.bytes).toBeLessThan(size * 2);
  });

  it('are few bytes each', () => {
    const whos = Array.from({ length: 100 }, (_, i) => aWho(String(i)));
    const { values } = roundTrip((to) => {
      for (let i = 0; i < 1_000; i += 1) to.fix(aNear(whos[i % whos.length] ?? aWho('a')));
    });
    expect((values[0]?.length ?? Infinity) / 1_000).toBeLessThan(60);
  });
});
