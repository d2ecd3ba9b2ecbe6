import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timers } from '../../../src/runtime/timers.ts';

const drained = (timers: Timers<string>, now = Infinity): string[] => {
  const out: string[] = [];
  for (let timer = timers.take(now); timer !== null; timer = timers.take(now)) out.push(timer.item);
  return out;
};
const filled = (...ats: readonly number[]): Timers<string> => {
  const timers = new Timers<string>();
  ats.forEach((at, i) => {
    timers.set(at, `${String(at)}#${String(i)}`);
  });
  return timers;
};

describe('Timers', () => {
  it.each<[readonly number[], readonly string[]]>([
    [[], []],
    [[3], ['3#0']],
    [
      [3, 1, 2],
      ['1#1', '2#2', '3#0'],
    ],
    [
      [1, 1, 1],
      ['1#0', '1#1', '1#2'],
    ],
    [
      [2, 1, 2, 1],
      ['1#1', '1#3', '2#0', '2#2'],
    ],
    [
      [0, -5, 7],
      ['-5#1', '0#0', '7#2'],
    ],
  ])('set at %j come out as %j: by time, equal ones as they were set', (ats, expected) => {
    expect(drained(filled(...ats))).toEqual(expected);
  });

  it('come out at or before now, the others stay', () => {
    const timers = filled(5, 10, 15);
    expect(drained(timers, 10)).toEqual(['5#0', '10#1']);
    expect(timers.next).toBe(15);
    expect(timers.take(14)).toBeNull();
    expect(drained(timers, 15)).toEqual(['15#2']);
    expect(timers.next).toBeNull();
  });

  it('may be set while others come out', () => {
    const timers = filled(1, 4);
    expect(timers.take(9)?.item).toBe('1#0');
    timers.set(2, 'new');
    expect(drained(timers)).toEqual(['new', '4#1']);
  });

  it('are a stable sort, whatever is set and taken in between', () => {
    const anyStep = fc.record({ at: fc.nat(20), takes: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 80 }), (steps) => {
        const timers = new Timers<number>();
        let model: { at: number; order: number }[] = [];
        steps.forEach(({ at, takes }, order) => {
          timers.set(at, order);
          model = [...model, { at, order }].sort((a, b) => a.at - b.at || a.order - b.order);
          for (let i = 0; i < takes; i++) {
            const expected = model.shift();
            expect(timers.take(99)?.item).toBe(expected?.order);
          }
          expect(timers.next).toBe(model[0]?.at ?? null);
        });
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
