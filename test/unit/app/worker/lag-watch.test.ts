import { describe, expect, it } from 'vitest';
import type { SanitizeTask } from '../../../../src/app/worker/assembly.ts';
import { LagWatch } from '../../../../src/app/worker/lag-watch.ts';
import { OboroError } from '../../../../src/model/errors.ts';
import { wallTime, watermark } from '../../../../src/model/time.ts';
import type { Bounds, Place } from '../../../../src/ports/log.ts';

const STANDS = { watermark: watermark(0), keys: {}, changelogBytes: 0 };

type Ends = Readonly<Record<string, number>>;

/** A watch over one worker, by partition, whose tasks, clock and log do what the test says. */
class Stand {
  now = 0;
  /** Of each partition that is this worker's the positions of its task; null while that is being restored. */
  tasks: Readonly<Record<number, Ends | null>> = {};
  ends: Ends = {};
  readonly asked: string[] = [];
  isAway = false;
  /** While set, answers wait for it. */
  gate: Promise<void> = Promise.resolve();

  readonly watch = new LagWatch({
    worker: {
      sanitizeTasks: () => this.#tasks(),
      sanitizePartitions: () => Object.keys(this.tasks).map(Number),
    },
    log: { bounds: (place) => this.#bounds(place) },
    clock: { now: () => wallTime(this.now) },
  });

  /** A look, this long after the last. */
  async after(seconds: number): Promise<void> {
    this.now += seconds * 1_000;
    await this.watch.look();
  }

  get lags(): Ends {
    const lags = this.watch.lags();
    return Object.fromEntries(
      lags.map(({ topic, partition, records }) => [`${topic}-${String(partition)}`, records]),
    );
  }

  get ageSeconds(): number | null {
    const ms = this.watch.rightsAgeMs();
    return ms === null ? null : ms / 1_000;
  }

  #tasks(): readonly SanitizeTask[] {
    return Object.entries(this.tasks).flatMap(([name, offsets]) => {
      const partition = Number(name);
      const positions = Object.entries(offsets ?? {}).map(([topic, offset]) => ({
        topic,
        partition,
        offset,
      }));
      return offsets === null ? [] : [{ partition, stands: STANDS, positions }];
    });
  }

  async #bounds({ topic, partition }: Place): Promise<Bounds> {
    this.asked.push(`${topic}-${String(partition)}`);
    await this.gate;
    if (this.isAway) throw new OboroError('KAFKA_AWAY', 'no broker answers');
    return { start: 0, end: this.ends[topic] ?? 0 };
  }
}

const LEVEL = { 'raw.gps': 100, 'privacy.consent': 5, 'privacy.erasure': 2 };

const levelStand = async (): Promise<Stand> => {
  const stand = new Stand();
  stand.tasks = { 1: LEVEL };
  stand.ends = LEVEL;
  await stand.after(5);
  return stand;
};

describe('looking at the ends', () => {
  it('is asking for all inputs of all tasks, and for one topic more to hear of Kafka at all, every five seconds', async () => {
    const stand = await levelStand();
    expect(stand.asked.toSorted()).toEqual([
      'oboro.vault-0',
      'privacy.consent-1',
      'privacy.erasure-1',
      'raw.gps-1',
    ]);
    await stand.after(2);
    await stand.after(2);
    expect(stand.asked).toHaveLength(4);
    await stand.after(1);
    expect(stand.asked).toHaveLength(8);
  });

  it('is done once at a time', async () => {
    const stand = await levelStand();
    let answer: () => void = () => undefined;
    stand.gate = new Promise((resolve) => {
      answer = resolve;
    });
    const slow = stand.after(5);
    await stand.after(60);
    expect(stand.asked).toHaveLength(8);
    answer();
    await slow;
    await stand.after(5);
    expect(stand.asked).toHaveLength(12);
  });

  it('goes on after the log was away', async () => {
    const stand = await levelStand();
    stand.isAway = true;
    await stand.after(5);
    stand.isAway = false;
    stand.ends = { ...LEVEL, 'raw.gps': 130 };
    await stand.after(5);
    expect(stand.lags).toMatchObject({ 'raw.gps-1': 30 });
  });
});

describe('how far tasks are behind', () => {
  it('is not known before the first look', () => {
    const stand = new Stand();
    stand.tasks = { 1: LEVEL };
    expect(stand.lags).toEqual({});
    expect(stand.ageSeconds).toBeNull();
  });

  it('is nothing where they have all', async () => {
    const stand = await levelStand();
    expect(stand.lags).toEqual({ 'raw.gps-1': 0, 'privacy.consent-1': 0, 'privacy.erasure-1': 0 });
    expect(stand.ageSeconds).toBe(0);
  });

  it('grows of a task that waits: for a salt, or for the registry', async () => {
    const stand = await levelStand();
    const lags: (number | undefined)[] = [];
    const ages: (number | null)[] = [];
    for (const more of [10, 20, 30]) {
      stand.ends = { 'raw.gps': 100 + more, 'privacy.consent': 5 + more, 'privacy.erasure': 2 };
      await stand.after(10);
      lags.push(stand.lags['raw.gps-1']);
      ages.push(stand.ageSeconds);
    }
    expect(lags).toEqual([10, 20, 30]);
    expect(ages).toEqual([10, 20, 30]);
    stand.tasks = { 1: stand.ends };
    expect(stand.lags).toEqual({ 'raw.gps-1': 0, 'privacy.consent-1': 0, 'privacy.erasure-1': 0 });
    expect(stand.ageSeconds).toBe(0);
  });

  it('grows although nothing more comes, while what came last is not read', async () => {
    const stand = await levelStand();
    stand.ends = { ...LEVEL, 'privacy.erasure': 3 };
    await stand.after(10);
    await stand.after(50);
    expect(stand.ageSeconds).toBe(60);
  });

  it('grows of a task that is restored again and again, from where it last was', async () => {
    const stand = await levelStand();
    stand.tasks = { 1: null };
    stand.ends = { ...LEVEL, 'raw.gps': 107, 'privacy.consent': 6 };
    await stand.after(30);
    expect(stand.lags).toMatchObject({ 'raw.gps-1': 7, 'privacy.consent-1': 1 });
    expect(stand.ageSeconds).toBe(30);
  });

  it('has an age of consents before a task has ever been restored, and no number of records', async () => {
    const stand = new Stand();
    stand.tasks = { 1: null };
    stand.ends = LEVEL;
    await stand.after(5);
    await stand.after(40);
    expect(stand.ageSeconds).toBe(40);
    expect(stand.lags).toEqual({});
    stand.tasks = { 1: LEVEL };
    await stand.after(5);
    expect(stand.ageSeconds).toBe(0);
  });

  it('grows in age while the log cannot be asked: nobody knows what has come', async () => {
    const stand = await levelStand();
    stand.isAway = true;
    for (let i = 0; i < 3; i += 1) await stand.after(5);
    expect(stand.ageSeconds).toBe(0);
    await stand.after(5);
    expect(stand.ageSeconds).toBe(20);
  });

  it('is nothing of events for the age of consents', async () => {
    const stand = await levelStand();
    stand.ends = { ...LEVEL, 'raw.gps': 1_000_000 };
    await stand.after(60);
    expect(stand.ageSeconds).toBe(0);
  });

  it('is of the oldest task where there are several', async () => {
    const stand = await levelStand();
    stand.tasks = { 1: LEVEL, 2: { ...LEVEL, 'privacy.consent': 4 } };
    await stand.after(5);
    await stand.after(15);
    expect(stand.ageSeconds).toBe(15);
  });

  it('is forgotten of a task that has moved to another worker, and begins anew when it comes back', async () => {
    const stand = await levelStand();
    stand.tasks = {};
    expect(stand.lags).toEqual({});
    expect(stand.ageSeconds).toBeNull();
    stand.ends = { ...LEVEL, 'privacy.consent': 9 };
    await stand.after(500);
    stand.tasks = { 1: { ...LEVEL, 'privacy.consent': 9 } };
    expect(stand.lags).toEqual({});
    await stand.after(5);
    expect(stand.ageSeconds).toBe(0);
  });
});
