import { describe, expect, it } from 'vitest';
import { Household } from '../../../src/app/household.ts';
import { HandClock, settle } from '../runtime/stream/scripted-task.ts';

/** A household whose processes end when the test says so. */
class Stand {
  readonly clock = new HandClock();
  /** What has happened, in order. */
  readonly said: string[] = [];
  /** Exit code of the household; null while it runs. */
  code: number | null = null;
  /** Exit code of a process that is asked to stop; null lets it run on. */
  whenStopped: number | null = 0;
  readonly #stop = new AbortController();
  readonly #ends = new Map<number, (code: number) => void>();

  constructor(processes = 1) {
    const household = new Household({
      ...{ processes, clock: this.clock, signal: this.#stop.signal },
      start: (index) => {
        this.said.push(`starts ${String(index)}`);
        const ended = new Promise<number>((resolve) => this.#ends.set(index, resolve));
        const stop = (): void => {
          this.said.push(`stops ${String(index)}`);
          if (this.whenStopped !== null) this.#ends.get(index)?.(this.whenStopped);
        };
        return { ended, stop };
      },
    });
    void household.run().then((code) => {
      this.code = code;
    });
  }

  async ends(code: number, index = 0): Promise<void> {
    this.#ends.get(index)?.(code);
    await settle();
  }

  async signal(): Promise<void> {
    this.#stop.abort();
    await settle();
  }

  get starts(): number {
    return this.said.filter((line) => line.startsWith('starts')).length;
  }

  /** How long it takes until the next start, to the second; the process has just ended. */
  async pauseSeconds(): Promise<number> {
    const { starts } = this;
    for (let seconds = 1; seconds <= 120; seconds += 1) {
      await this.clock.pass(1_000);
      if (this.starts > starts) return seconds;
    }
    return Number.POSITIVE_INFINITY;
  }
}

const falls = async (stand: Stand, times: number): Promise<readonly number[]> => {
  const pauses: number[] = [];
  for (let i = 0; i < times; i += 1) {
    await stand.ends(70);
    pauses.push(await stand.pauseSeconds());
  }
  return pauses;
};

describe('a household', () => {
  it('starts each of its processes', () => {
    expect(new Stand(3).said).toEqual(['starts 0', 'starts 1', 'starts 2']);
  });

  it('starts again what falls over, and only that', async () => {
    const stand = new Stand(2);
    await stand.ends(70, 1);
    expect(await stand.pauseSeconds()).toBe(1);
    expect(stand.said).toEqual(['starts 0', 'starts 1', 'starts 1']);
    expect(stand.code).toBeNull();
  });

  it('waits longer for one that falls over at once again, up to half a minute', async () => {
    expect(await falls(new Stand(), 8)).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('waits no longer than at first for one that has lived for a minute', async () => {
    const stand = new Stand();
    expect(await falls(stand, 4)).toEqual([1, 2, 4, 8]);
    await stand.clock.pass(60_000);
    expect(await falls(stand, 3)).toEqual([1, 2, 4]);
    await stand.clock.pass(59_000);
    expect(await falls(stand, 1)).toEqual([8]);
  });

  it('waits for each of its own accord', async () => {
    const stand = new Stand(2);
    await falls(stand, 3);
    await stand.ends(70, 1);
    expect(await stand.pauseSeconds()).toBe(1);
  });
});

describe('a signal', () => {
  it('stops all, and ends it when they have ended', async () => {
    const stand = new Stand(2);
    stand.whenStopped = null;
    await stand.signal();
    expect(stand.said.slice(2)).toEqual(['stops 0', 'stops 1']);
    expect(stand.code).toBeNull();
    await stand.ends(0, 0);
    expect(stand.code).toBeNull();
    await stand.ends(0, 1);
    expect(stand.code).toBe(0);
    expect(stand.starts).toBe(2);
  });

  it('ends a pause at once: nothing is started any more', async () => {
    const stand = new Stand();
    await falls(stand, 6);
    await stand.ends(70);
    await stand.signal();
    expect(stand.code).toBe(0);
    expect(stand.starts).toBe(7);
    await stand.clock.pass(60_000);
    expect(stand.starts).toBe(7);
  });

  it('ends the pause of one while the other still leaves', async () => {
    const stand = new Stand(2);
    stand.whenStopped = null;
    await stand.ends(70, 0);
    await stand.signal();
    expect(stand.said.slice(2)).toEqual(['stops 1']);
    await stand.ends(0, 1);
    expect(stand.code).toBe(0);
  });

  it('starts no other for one that falls over on the way out', async () => {
    const stand = new Stand();
    stand.whenStopped = 70;
    await stand.signal();
    expect(stand.code).toBe(0);
    expect(stand.starts).toBe(1);
  });
});

describe('a process for which there is no hope', () => {
  it.each([64, 65, 77, 78])('ends all with its exit code: %d', async (code) => {
    const stand = new Stand(2);
    await stand.ends(code, 1);
    expect(stand.said.slice(2)).toEqual(['stops 0']);
    expect(stand.code).toBe(code);
    expect(stand.starts).toBe(2);
  });

  it('ends the pause of another', async () => {
    const stand = new Stand(2);
    await stand.ends(70, 0);
    await stand.ends(78, 1);
    expect(stand.code).toBe(78);
    expect(stand.starts).toBe(2);
  });

  it.each([0, 69, 70, 75])('is not one that ends with %d', async (code) => {
    const stand = new Stand();
    await stand.ends(code);
    expect(await stand.pauseSeconds()).toBe(1);
  });

  it('is told of by the first exit code', async () => {
    const stand = new Stand(2);
    stand.whenStopped = 65;
    await stand.ends(78, 1);
    expect(stand.code).toBe(78);
  });
});

it('ends at once where the signal came before it began', async () => {
  const household = new Household({
    ...{ processes: 2, clock: new HandClock(), signal: AbortSignal.abort() },
    start: () => {
      throw new Error('nothing is to be started');
    },
  });
  expect(await household.run()).toBe(0);
});
