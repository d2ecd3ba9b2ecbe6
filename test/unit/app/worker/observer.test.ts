import { describe, expect, it } from 'vitest';
import { ReadyBoard } from '../../../../src/adapters/telemetry/health.ts';
import type { WorkerAssembly } from '../../../../src/app/worker/assembly.ts';
import { Observer } from '../../../../src/app/worker/observer.ts';
import type { WallTime } from '../../../../src/model/time.ts';
import { wallTime, watermark } from '../../../../src/model/time.ts';
import type { Telemetry } from '../../../../src/ports/telemetry.ts';

type Task = ReturnType<WorkerAssembly['sanitizeTasks']>[number];

const NOW = wallTime(1_000_000);

const taskOn = (partition: number, rightsBehindSince: WallTime | null = null): Task => ({
  partition,
  stands: {
    watermark: watermark(NOW - 30_000),
    keys: { visits: 7 },
    changelogBytes: 4_096,
    lag: [{ topic: 'raw.gps', records: 12 }],
    rightsBehindSince,
  },
});

/** What is on show, and an observer of a worker whose tasks can be changed. */
const watch = () => {
  const shown = new Map<string, number>();
  const telemetry: Telemetry = {
    add: () => undefined,
    observe: () => undefined,
    set: (name, labels, value) => void shown.set(`${name} ${JSON.stringify(labels)}`, value),
    drop: (name, labels) => void shown.delete(`${name} ${JSON.stringify(labels)}`),
  };
  let tasks: readonly Task[] = [];
  const worker = {
    workers: [],
    vault: { held: () => [{ audience: 'statistics' }, { audience: 'nearby' }, { audience: 'nearby' }] },
    sanitizeTasks: () => tasks,
    mendViews: () => undefined,
  } as unknown as WorkerAssembly;
  const clock = { now: () => NOW, sleep: () => Promise.resolve() };
  const board = new ReadyBoard(['group', 'tasks', 'redis']);
  const observer = new Observer({ worker, board, telemetry, clock, views: null });
  const look = (...now: readonly Task[]): ReadonlyMap<string, number> => {
    tasks = now;
    observer.look();
    return shown;
  };
  return look;
};

const of = (shown: ReadonlyMap<string, number>, partition: number): readonly string[] =>
  [...shown.keys()].filter((key) => key.includes(`"partition":${String(partition)}`)).sort();

describe('an observer', () => {
  it('shows how each sanitize task stands', () => {
    const shown = watch()(taskOn(3));
    expect(Object.fromEntries([...shown].filter(([key]) => key.includes('"partition":3')))).toEqual({
      'watermarkDelaySeconds {"partition":3}': 30,
      'changelogBytes {"partition":3}': 4_096,
      'stateKeys {"fold":"visits","partition":3}': 7,
      'lagRecords {"topic":"raw.gps","partition":3}': 12,
    });
  });

  it('takes away what a task showed that has moved to another worker', () => {
    const look = watch();
    expect(of(look(taskOn(1), taskOn(2)), 2)).toHaveLength(4);
    const shown = look(taskOn(1));
    expect(of(shown, 2)).toEqual([]);
    expect(of(shown, 1)).toHaveLength(4);
  });

  it.each([
    ['no consent waits', [null, null], 0],
    ['one task has consents that wait', [null, wallTime(NOW - 4_000)], 4],
    ['two have: the older counts', [wallTime(NOW - 9_000), wallTime(NOW - 4_000)], 9],
  ])('shows how old the view of consents is: %s', (_, since, seconds) => {
    const shown = watch()(...since.map((at, partition) => taskOn(partition, at)));
    expect(shown.get('consentViewAgeSeconds {}')).toBe(seconds);
  });

  it('shows no age of consents where it has none', () => {
    const look = watch();
    look(taskOn(1));
    expect(look().has('consentViewAgeSeconds {}')).toBe(false);
  });

  it('shows how many salts live, by audience', () => {
    const shown = watch()();
    expect(shown.get('saltEpochs {"audience":"nearby"}')).toBe(2);
    expect(shown.get('saltEpochs {"audience":"fraud"}')).toBe(0);
  });
});
