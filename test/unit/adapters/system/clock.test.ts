/** The system clock and chance keep the promises of their ports. */
import { describe, expect, it } from 'vitest';
import { systemClock, systemRandomness } from '../../../../src/adapters/system/clock.ts';

describe('systemClock', () => {
  it('reads epoch milliseconds', () => {
    expect(systemClock.now()).toBeGreaterThan(Date.UTC(2020, 0, 1));
    expect(Number.isInteger(systemClock.now())).toBe(true);
  });

  it('sleeps no time at all when asked to', async () => {
    await expect(systemClock.sleep(0)).resolves.toBeUndefined();
  });

  it('ends a sleep with an AbortError as soon as its signal aborts', async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(3_600_000, stop.signal);
    stop.abort();
    await expect(sleeping).rejects.toMatchObject({ name: 'AbortError' });
    await expect(systemClock.sleep(3_600_000, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe('systemRandomness', () => {
  it('gives as many bytes as asked for, never the same twice', () => {
    const draws = new Set<string>();
    for (let i = 0; i < 100; i += 1) {
      const bytes = systemRandomness.bytes(16);
      expect(bytes).toHaveLength(16);
      draws.add(bytes.toString('hex'));
    }
    expect(draws.size).toBe(100);
  });
});
