import { describe, expect, it } from 'vitest';
import { bind } from '../../../src/flow/node.ts';
import type { Fold } from '../../../src/flow/station.ts';
import { pseudonym } from '../../../src/model/identity.ts';
import { epochStart, eventTime, watermark } from '../../../src/model/time.ts';

interface Sum {
  total: number;
}
const sum: Fold<Sum, number, string, { readonly unit: string }> = {
  name: 'sum',
  empty: () => ({ total: 0 }),
  onEvent: (state, n, now, { unit }) => ({
    state: { total: state.total + n },
    emit: [`${String(state.total + n)} ${unit} at ${String(now)}`],
    dropped: [],
  }),
  onWatermark: (state, now, { unit }) => ({
    state: null,
    emit: [`${unit} ${String(state.total + now)}`],
    dropped: [],
  }),
  wakesAt: (state, { unit }) => eventTime(state.total + unit.length),
};

describe('bind', () => {
  const node = bind(
    sum,
    { unit: 'km' },
    {
      keyOf: (n) => `k${String(n)}`,
      epochOf: () => epochStart(1),
      subjectOf: () => pseudonym('a'),
    },
  );

  it('gives a fold its environment and its keys', () => {
    const first = node.onEvent(node.empty('k'), 3, watermark(9));
    expect(first.emit).toEqual(['3 km at 9']);
    const state = first.state ?? node.empty('k');
    expect(node.wakesAt(state)).toBe(5);
    expect(node.onWatermark(state, watermark(4))).toEqual({ state: null, emit: ['km 7'], dropped: [] });
    expect([node.name, node.keyOf(7), node.epochOf(7), node.subjectOf(7)]).toEqual(['sum', 'k7', 1, 'a']);
  });
});
