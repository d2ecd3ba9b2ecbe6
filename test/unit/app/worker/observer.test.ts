import { describe, expect, it } from 'vitest';
import type { CheckName } from '../../../../src/adapters/telemetry/health.ts';
import { ReadyBoard } from '../../../../src/adapters/telemetry/health.ts';
import type { SanitizeTask, WorkerAssembly } from '../../../../src/app/worker/assembly.ts';
import { Observer } from '../../../../src/app/worker/observer.ts';
import { wallTime, watermark } from '../../../../src/model/time.ts';
import type { Telemetry } from '../../../../src/ports/telemetry.ts';

const NOW = wallTime(1_000_000);

const STANDS = { keys: { visits: 7 }, changelogBytes: 4_096 };

const taskOn = (partition: number, consents = 5): SanitizeTask => ({
  partition,
  stands: { ...STANDS, watermark: watermark(NOW - 30_000) },
  positions: [
    { topic: 'raw.gps', partition, offset: 88 },
    { topic: 'privacy.consent', partition, offset: consents },
    { topic: 'privacy.erasure', partition, offset: 0 },
  ],
});

/** What the log says of the ends of inputs. */
const ENDS: Readonly<Record<string, number>> = { 'raw.gps': 100, 'privacy.consent': 5, 'privacy.erasure': 0 };

/** What is on show, and an observer of a worker whose tasks can be changed. */
const watch = () => {
  const shown = new Map<string, number>();
  const telemetry: Telemetry = {
    add: () => undefined,
    observe: () => undefined,
    set: (name, labels, value) => void shown.set(`${name} ${JSON.stringify(labels)}`, value),
    drop: (name, labels) => void shown.delete(`${name} ${JSON.stringify(labels)}`),
  };
  let tasks: readonly SanitizeTask[] = [];
  const worker = {
    workers: [],
    vault: { held: () => [{ audience: 'statistics' }, { audience: 'nearby' }, { audience: 'nearby' }] },
    sanitizeTasks: () => tasks,
    sanitizePartitions: () => tasks.map(({ partition }) => partition),
    mendViews: () => undefined,
  } as unknown as WorkerAssembly;
  const time = { now: NOW };
  const clock = { now: () => time.now, sleep: () => Promise.resolve() };
  let isThere = true;
  const log = {
    bounds: ({ topic }: { topic: string }) =>
      isThere ? Promise.resolve({ start: 0, end: ENDS[topic] ?? 0 }) : Promise.reject(new Error('away')),
  };
  const board = new ReadyBoard(['group', 'tasks', 'consent', 'kafka']);
  const observer = new Observer({ worker, board, telemetry, clock, log, views: null });
  /** Two looks, the second of which knows what has come of asking the log. */
  const look = async (...now: readonly SanitizeTask[]): Promise<ReadonlyMap<string, number>> => {
    tasks = now;
    time.now = wallTime(time.now + 6_000);
    await observer.watch();
    observer.look();
    return shown;
  };
  return {
    look,
    forward: (ms: number) => void (time.now = wallTime(time.now + ms)),
    loseKafka: () => void (isThere = false),
    ready: (name: CheckName) => board.checks.find((one) => one.name === name)?.check(),
  };
};

const of = (shown: ReadonlyMap<string, number>, partition: number): readonly string[] =>
  [...shown.keys()].filter((key) => key.includes(`"partition":${String(partition)}`)).sort();

describe('an observer', () => {
  it('shows how each sanitize task stands', async () => {
    const shown = await watch().look(taskOn(3));
    expect(Object.fromEntries([...shown].filter(([key]) => key.includes('"partition":3')))).toEqual({
      'watermarkDelaySeconds {"partition":3}': 36,
      'changelogBytes {"partition":3}': 4_096,
      'stateKeys {"fold":"visits","partition":3}': 7,
      'lagRecords {"topic":"raw.gps","partition":3}': 12,
      'lagRecords {"topic":"privacy.consent","partition":3}': 0,
      'lagRecords {"topic":"privacy.erasure","partition":3}': 0,
    });
  });

  it('takes away what a task showed that has moved to another worker', async () => {
    const { look } = watch();
    expect(of(await look(taskOn(1), taskOn(2)), 2)).toHaveLength(6);
    const shown = await look(taskOn(1));
    expect(of(shown, 2)).toEqual([]);
    expect(of(shown, 1)).toHaveLength(6);
  });

  it('shows how old the view of consents is: of the oldest task', async () => {
    const { look, forward } = watch();
    expect((await look(taskOn(1), taskOn(2))).get('consentViewAgeSeconds {}')).toBe(0);
    await look(taskOn(1), taskOn(2, 3));
    forward(8_000);
    expect((await look(taskOn(1), taskOn(2, 3))).get('consentViewAgeSeconds {}')).toBe(20);
  });

  it('shows no age of consents where it has none', async () => {
    const { look } = watch();
    expect((await look(taskOn(1))).has('consentViewAgeSeconds {}')).toBe(true);
    expect((await look()).has('consentViewAgeSeconds {}')).toBe(false);
  });

  it('is ready when it is in its group, Kafka answers and consents are read to their end', async () => {
    const { look, ready } = watch();
    expect(ready('kafka')).toBe('starting');
    await look(taskOn(1));
    for (const name of ['group', 'tasks', 'consent', 'kafka'] as const) expect(ready(name)).toBe('ok');
  });

  it('is not ready while Kafka does not answer, sanitize tasks or not', async () => {
    const { look, loseKafka, forward, ready } = watch();
    await look();
    loseKafka();
    await look();
    expect(ready('kafka')).toBe('ok');
    forward(10_000);
    await look();
    expect(ready('kafka')).toBe('unreachable');
  });

  it('is not ready when consents wait to be read for long', async () => {
    const { look, forward, ready } = watch();
    await look(taskOn(1, 3));
    expect(ready('consent')).toBe('ok');
    forward(31_000);
    await look(taskOn(1, 3));
    expect(ready('consent')).toBe('behind');
  });

  it('shows how many salts live, by audience', async () => {
    const shown = await watch().look();
    expect(shown.get('saltEpochs {"audience":"nearby"}')).toBe(2);
    expect(shown.get('saltEpochs {"audience":"fraud"}')).toBe(0);
  });
});
