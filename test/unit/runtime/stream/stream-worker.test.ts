import { describe, expect, it } from 'vitest';
import type { Position } from '../../../../src/ports/log.ts';
import type { StreamTask } from '../../../../src/runtime/stream/stream-task.ts';
import { StreamWorker } from '../../../../src/runtime/stream/stream-worker.ts';
import { noJournal, noTelemetry } from '../../../support/stream/stream.ts';
import { aBatch } from './batches.ts';
import { HandClock, HandReader, settle } from './scripted-task.ts';

/** An attempt at a partition that says what happens to it, and whose letting go ends when the test says so. */
class SlowTask implements StreamTask {
  readonly pending = { records: 0, bytes: 0, urgent: false };
  readonly #name: string;
  readonly #world: World;
  readonly #partition: number;

  constructor(world: World, partition: number) {
    this.#world = world;
    this.#partition = partition;
    this.#name = `${partition}#${(world.made.get(partition) ?? 0) + 1}`;
    world.made.set(partition, (world.made.get(partition) ?? 0) + 1);
  }

  takeOver(): Promise<readonly Position[]> {
    this.#world.said.push(`${this.#name} begins`);
    return Promise.resolve(this.positions());
  }

  take({ from }: { readonly from: number }): Promise<void> {
    this.#world.said.push(`${this.#name} takes ${from}`);
    return Promise.resolve();
  }

  turn(): void {
    // Wall time has no say here.
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  positions(): readonly Position[] {
    return [{ topic: 'raw.gps', partition: this.#partition, offset: 0 }];
  }

  close(): Promise<void> {
    this.#world.said.push(`${this.#name} lets go`);
    return this.#world.isSlow
      ? new Promise((resolve) => {
          this.#world.closing.push(resolve);
        })
      : Promise.resolve();
  }
}

class World {
  readonly said: string[] = [];
  readonly made = new Map<number, number>();
  readonly closing: (() => void)[] = [];
  readonly failures: unknown[] = [];
  readonly reader = new HandReader();
  readonly worker: StreamWorker;
  isSlow = false;

  constructor() {
    this.worker = new StreamWorker({
      ...{ role: 'sanitize', first: [], reader: this.reader, clock: new HandClock() },
      ...{ telemetry: noTelemetry, journal: noJournal, failed: (cause) => this.failures.push(cause) },
      make: (partition) => new SlowTask(this, partition),
      settings: { commitIntervalMs: 1_000, commitRecords: 100, commitBytes: 1_000, inboxBytes: 1_000 },
    });
  }

  async assigned(...partitions: readonly number[]): Promise<void> {
    this.reader.handlers?.assigned(partitions);
    await settle();
  }

  async close(): Promise<void> {
    for (const close of this.closing.splice(0)) close();
    await settle();
  }

  heard(): readonly string[] {
    return this.said.splice(0);
  }
}

const started = async (): Promise<World> => {
  const world = new World();
  await world.worker.start();
  return world;
};

describe('a worker’s share', () => {
  it('is nothing until the group answers', async () => {
    const { worker } = await started();
    expect(worker.states).toEqual({ role: 'sanitize', joined: false, tasks: [] });
  });

  it('is one runner a partition, and each gets its own batches', async () => {
    const world = await started();
    await world.assigned(0, 2);
    expect(world.worker.states).toEqual({ role: 'sanitize', joined: true, tasks: ['running', 'running'] });
    world.reader.handlers?.batch({ ...aBatch('raw.gps', { from: 7 }), partition: 0 });
    world.reader.handlers?.batch({ ...aBatch('raw.gps', { from: 8 }), partition: 1 });
    await settle();
    expect(world.heard()).toEqual(['0#1 begins', '2#1 begins', '0#1 takes 7']);
  });

  it('keeps what stays, begins what comes and lets go of what goes', async () => {
    const world = await started();
    await world.assigned(0, 1);
    world.heard();
    world.reader.said.length = 0;
    await world.assigned(1, 2);
    expect([...new Set(world.heard())].sort()).toEqual(['0#1 lets go', '2#1 begins']);
    expect(world.reader.said).toEqual(['raw.gps-1 from 0', 'raw.gps-2 from 0']);
    expect(world.worker.runners.map(({ partition }) => partition)).toEqual([1, 2]);
  });

  it('may be nothing: there are more workers than partitions', async () => {
    const world = await started();
    await world.assigned();
    expect(world.worker.states).toEqual({ role: 'sanitize', joined: true, tasks: [] });
  });
});

describe('G-12 one process never fences itself', () => {
  it('a partition that comes back is begun only when its last attempt has let go', async () => {
    const world = await started();
    await world.assigned(0);
    world.isSlow = true;
    await world.assigned();
    await world.assigned(0);
    expect(world.heard()).not.toContain('0#2 begins');
    await world.close();
    await world.close();
    expect(world.heard()).toContain('0#2 begins');
  });

  it('neither when it came and went again meanwhile', async () => {
    const world = await started();
    await world.assigned(0);
    world.isSlow = true;
    for (const share of [[], [0], [], [0]]) await world.assigned(...share);
    expect(world.heard().filter((text) => text.endsWith('begins'))).toEqual(['0#1 begins']);
    world.isSlow = false;
    await world.close();
    await world.close();
    expect(world.heard().filter((text) => text.endsWith('begins'))).toEqual(['0#2 begins']);
  });
});

describe('leaving', () => {
  it('lets go of every task, then of the group', async () => {
    const world = await started();
    await world.assigned(0, 1);
    await world.worker.stop();
    expect(world.heard().slice(2)).toEqual(['0#1 lets go', '1#1 lets go']);
    expect(world.reader.said.at(-1)).toBe('leave');
  });

  it('waits for what is still letting go', async () => {
    const world = await started();
    await world.assigned(0);
    world.isSlow = true;
    await world.assigned();
    const stopped = world.worker.stop();
    await settle();
    expect(world.reader.said).not.toContain('leave');
    await world.close();
    await world.close();
    await stopped;
    expect(world.reader.said).toContain('leave');
  });

  it('begins nothing any more', async () => {
    const world = await started();
    await world.worker.stop();
    await world.assigned(0);
    expect(world.heard()).toEqual([]);
  });
});

it('a reader that gives up ends the process', async () => {
  const world = await started();
  const cause = new Error('given up');
  world.reader.handlers?.crashed(cause);
  expect(world.failures).toEqual([cause]);
});
