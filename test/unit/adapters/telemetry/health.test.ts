import { describe, expect, it, vi } from 'vitest';
import { LoopPulse, ReadyBoard } from '../../../../src/adapters/telemetry/health.ts';

describe('ReadyBoard', () => {
  const states = (board: ReadyBoard): object =>
    Object.fromEntries(board.checks.map((one) => [one.name, one.check()]));

  it('says starting until it is told', () => {
    const board = new ReadyBoard(['group', 'registry']);
    expect(states(board)).toEqual({ group: 'starting', registry: 'starting' });
    board.say('group', 'ok');
    board.say('registry', 'unreachable');
    expect(states(board)).toEqual({ group: 'ok', registry: 'unreachable' });
    board.say('registry', 'ok');
    expect(states(board)).toEqual({ group: 'ok', registry: 'ok' });
  });

  it('keeps to its list', () => {
    const board = new ReadyBoard(['group']);
    board.say('consent', 'behind');
    expect(states(board)).toEqual({ group: 'starting' });
  });
});

describe('LoopPulse', () => {
  it('is stalled when the last beat is too long ago, and ok again after the next', () => {
    let now = 1_000;
    const pulse = new LoopPulse({ stalledAfterMs: 5_000, now: () => now });
    try {
      expect(pulse.check()).toBe('ok');
      now += 5_000;
      expect(pulse.check()).toBe('ok');
      now += 1;
      expect(pulse.check()).toBe('stalled');
      pulse.beat();
      expect(pulse.check()).toBe('ok');
    } finally {
      pulse.stop();
    }
  });

  it('beats by itself until it is stopped', () => {
    vi.useFakeTimers();
    try {
      let now = 0;
      const pulse = new LoopPulse({ stalledAfterMs: 1_000, now: () => now });
      now = 10_000;
      expect(pulse.check()).toBe('stalled');
      vi.advanceTimersByTime(600);
      expect(pulse.check()).toBe('ok');
      pulse.stop();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
