import { describe, expect, it } from 'vitest';
import { deserialize, serialize } from 'node:v8';
import { bind } from '../../../src/flow/node.ts';
import type { Fold, Transition } from '../../../src/flow/station.ts';
import { pseudonym } from '../../../src/model/identity.ts';
import type { EpochStart, EventTime } from '../../../src/model/time.ts';
import { epochStart, eventTime, watermark } from '../../../src/model/time.ts';
import type { StatePart } from '../../../src/runtime/fold-runner.ts';
import { FoldRunner } from '../../../src/runtime/fold-runner.ts';

interface Coin {
  readonly key: string;
  readonly epoch: EpochStart;
  /** When it is to be paid out. */
  readonly at: number;
}
interface Purse {
  readonly key: string;
  due: number[];
}

/** Pays every coin out when its time has come; a key is forgotten when its purse is empty. */
const purse: Fold<Purse, Coin, string, { readonly step: number }> = {
  name: 'purse',
  empty: (key) => ({ key, due: [] }),
  onEvent: (state, coin, now) => {
    if (coin.at < now) return { state: state.due.length === 0 ? null : state, emit: [], dropped: ['late'] };
    state.due.push(coin.at);
    return { state, emit: [`in ${coin.key}`], dropped: [] };
  },
  onWatermark: (state, now): Transition<Purse, string> => {
    const paid = state.due.filter((at) => at <= now).sort((a, b) => a - b);
    state.due = state.due.filter((at) => at > now);
    return {
      state: state.due.length === 0 ? null : state,
      emit: paid.map((at) => `out ${state.key} ${String(at)}`),
      dropped: [],
    };
  },
  wakesAt: (state) => (state.due.length === 0 ? null : (Math.min(...state.due) as EventTime)),
};

const A = epochStart(1_000);
const B = epochStart(2_000);
const aRunner = () => {
  const out: string[] = [];
  const node = bind(
    purse,
    { step: 1 },
    {
      keyOf: (coin: Coin) => coin.key,
      epochOf: (coin: Coin) => coin.epoch,
      subjectOf: (coin: Coin) => pseudonym(coin.key.slice(0, 1)),
    },
  );
  const runner = new FoldRunner(node, {
    emit: (one) => out.push(one),
    dropped: (reason) => out.push(`drop ${reason}`),
  });
  const push = (key: string, at: number, epoch = A, now = 0): void => {
    runner.push({ key, epoch, at }, watermark(now));
  };
  return { runner, out, push };
};

describe('FoldRunner', () => {
  it('keeps one state a key and hands on what it emits', () => {
    const { runner, out, push } = aRunner();
    push('a', 5);
    push('b', 7);
    push('a', 6);
    expect(out).toEqual(['in a', 'in b', 'in a']);
    expect(runner.keys).toBe(2);
  });

  it('wakes keys at or before the watermark in the order of their times, equal ones as they were set', () => {
    const { runner, out, push } = aRunner();
    push('c', 9);
    push('a', 5);
    push('b', 5);
    push('d', 11);
    out.length = 0;
    runner.advance(watermark(10));
    expect(out).toEqual(['out a 5', 'out b 5', 'out c 9']);
    expect(runner.keys).toBe(1);
  });

  it('wakes a key at the earlier time when one is set after a later one', () => {
    const { runner, out, push } = aRunner();
    push('a', 20);
    push('a', 5);
    out.length = 0;
    runner.advance(watermark(5));
    runner.advance(watermark(19));
    runner.advance(watermark(20));
    expect(out).toEqual(['out a 5', 'out a 20']);
  });

  it('wakes nobody twice for one time', () => {
    const { runner, out, push } = aRunner();
    push('a', 5);
    out.length = 0;
    runner.advance(watermark(9));
    runner.advance(watermark(9));
    expect(out).toEqual(['out a 5']);
  });

  it('tells what was dropped', () => {
    const { out, push, runner } = aRunner();
    push('a', 5, A, 9);
    expect(out).toEqual(['drop late']);
    expect(runner.keys).toBe(0);
  });

  it('does not hang on a fold that is due again at once', () => {
    const greedy: Fold<Purse, Coin, string, null> = {
      ...purse,
      onEvent: (state, coin) => ({ state: { ...state, due: [coin.at] }, emit: [], dropped: [] }),
      onWatermark: (state) => ({ state, emit: ['again'], dropped: [] }),
      wakesAt: () => eventTime(5),
    };
    const out: string[] = [];
    const keying = { keyOf: (c: Coin) => c.key, epochOf: (c: Coin) => c.epoch, subjectOf: () => null };
    const runner = new FoldRunner(bind(greedy, null, keying), {
      emit: (one) => out.push(one),
      dropped: () => undefined,
    });
    runner.push({ key: 'a', epoch: A, at: 5 }, watermark(0));
    runner.advance(watermark(7));
    expect(out).toEqual(['again']);
    runner.advance(watermark(8));
    expect(out).toEqual(['again', 'again']);
  });
});

describe('G-04 forgetting', () => {
  it('an epoch drops its keys and their timers, and no other', () => {
    const { runner, out, push } = aRunner();
    push('a', 5, A);
    push('a', 5, B);
    out.length = 0;
    runner.dropEpoch(A);
    runner.advance(watermark(9));
    expect(out).toEqual(['out a 5']);
    expect(runner.epochs()).toEqual([B]);
  });

  it('a subject drops all its keys in one epoch', () => {
    const { runner, out, push } = aRunner();
    push('a1', 5);
    push('a2', 6);
    push('b1', 6);
    push('a1', 6, B);
    out.length = 0;
    runner.forgetSubject(A, pseudonym('a'));
    runner.advance(watermark(9));
    expect(out).toEqual(['out b1 6', 'out a1 6']);
    runner.forgetSubject(A, pseudonym('nobody'));
    expect(runner.keys).toBe(0);
  });

  it('a key that comes back after it starts with nothing', () => {
    const { runner, out, push } = aRunner();
    push('a', 5);
    runner.forgetSubject(A, pseudonym('a'));
    push('a', 8);
    out.length = 0;
    runner.advance(watermark(9));
    expect(out).toEqual(['out a 8']);
  });
});

describe('touch', () => {
  it('opens a key that has no state and leaves one that has', () => {
    const { runner, push, out } = aRunner();
    runner.touch('z', A);
    expect(runner.keys).toBe(1);
    push('z', 5);
    runner.touch('z', A);
    out.length = 0;
    runner.advance(watermark(5));
    expect(out).toEqual(['out z 5']);
  });
});

describe('a snapshot', () => {
  it('names the salt of each epoch, goes through bytes, and wakes where it would have woken', () => {
    const first = aRunner();
    first.push('a', 5);
    first.push('b', 9);
    first.push('a', 7, B);
    const parts = first.runner.parts('statistics');
    expect(parts.map(({ node, salt }) => [node, salt])).toEqual([
      ['purse', { audience: 'statistics', epoch: A }],
      ['purse', { audience: 'statistics', epoch: B }],
    ]);
    const next = aRunner();
    for (const part of deserialize(serialize(parts)) as StatePart[]) next.runner.restore(part);
    expect(next.runner.keys).toBe(3);
    next.runner.advance(watermark(8));
    next.runner.forgetSubject(A, pseudonym('b'));
    next.runner.advance(watermark(99));
    expect(next.out).toEqual(['out a 5', 'out a 7']);
  });
});
