import { afterAll, beforeAll, expect, it } from 'vitest';
import { writerName } from '../../src/adapters/kafka/names.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { openPatiently } from '../../src/app/feed/patient-writer.ts';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import { smallCity } from '../support/inputs.ts';
import { recomputeRecords } from '../support/faults/expected.ts';
import { finished, judge, unread } from '../support/faults/oracle.ts';
import type { Deployment } from '../support/faults/stand.ts';
import { INPUT_PARTITIONS, Stand } from '../support/faults/stand.ts';
import type { FaultPoint } from '../support/faults/workers.ts';
import { describeWithServices } from '../support/services/needs.ts';
import { feedOf } from '../support/stream/stream.ts';

const MEMBERS = 300;
/** Of the day's records, so many parts come one by one; then ten times as much as any of them in one go, and again. */
const PARTS = 42;
const BURST = 10;
/** Of the whole process, MiB; an idle worker takes about a third of it. */
const MOST_MB = 512;
/** As many fences within ten minutes end a worker (src/runtime/stream/fences.ts). */
const MOST_FENCES = 8;

const SLOW: FaultPoint = { call: 'endTxn', when: 'before', every: true, act: 'delay', ms: 60 };

describeWithServices('more than usual', ['registry'], ({ registry }) => {
  let stand: Stand;
  let records: readonly FeedRecord[];

  beforeAll(async () => {
    stand = await Stand.open({ registry });
    records = await feedOf(smallCity(`${stand.folder}/input`, MEMBERS), INPUT_PARTITIONS);
  });

  afterAll(() => stand.close());

  const verdict = async (deployment: Deployment): Promise<readonly string[]> => {
    const expected = await recomputeRecords(deployment.config, records, INPUT_PARTITIONS);
    return judge({ deployment, expected, dataDir: stand.kafka.dataDir });
  };

  it('G-12 row 18: bursts of ten times the load are worked off, in bounded memory and without a rebalance', async () => {
    // Nothing may fall idle between two parts.
    const deployment = await stand.deploy({
      kafka: 'maxBytesPerPartition: 16384',
      stream: 'idleAfter: PT12S\n  commitRecords: 100',
    });
    const isEvent = ({ topic }: FeedRecord): boolean => topic.startsWith('raw.');
    await deployment.feed(records.filter((record) => !isEvent(record)));
    const events = records.filter(isEvent);
    const worker = deployment.start({ points: [SLOW] });
    await worker.says('task_restored', INPUT_PARTITIONS);
    const size = Math.ceil(events.length / PARTS);
    let [at, most] = [0, 0];
    const feed = async (parts: number): Promise<void> => {
      await deployment.feed(events.slice(at, at + parts * size));
      at += parts * size;
    };
    const caughtUp = (): Promise<void> =>
      expect.poll(() => unread(deployment), { timeout: 60_000, interval: 200 }).toBe(0);
    for (let round = 0; at < events.length; round += 1) {
      await feed(1);
      await caughtUp();
      await feed(round % 2 === 0 ? BURST : 1);
      most = Math.max(most, await unread(deployment));
      await caughtUp();
    }
    // It did not keep up, which is what this is about.
    expect(most).toBeGreaterThan(size);
    await finished(deployment);
    // Once for each stage, at the start.
    expect(worker.count(({ event }) => event === 'assigned')).toBe(2);
    expect(worker.count(({ event }) => event === 'task_lost')).toBe(0);
    expect(worker.peakMb ?? 0).toBeLessThan(MOST_MB);
    await deployment.stopAll();
    expect(await verdict(deployment)).toEqual([]);
  });

  it('G-12 row 29: a worker whose writer is taken away again and again, commits or not, stops and says what to look for', async () => {
    const deployment = await stand.deploy({
      kafka: 'maxBytesPerPartition: 16384',
      stream: 'commitRecords: 20',
    });
    await deployment.feed(records);
    const worker = deployment.start({ points: [{ ...SLOW, about: 'sanitize.1', ms: 200 }] });
    const isFenced = (line: {
      readonly event: string;
      readonly partition?: number;
      readonly code?: string;
    }) => line.event === 'task_lost' && line.partition === 1 && line.code === 'FENCED';
    const isRestored = (line: {
      readonly event: string;
      readonly role?: string;
      readonly partition?: number;
    }) => line.event === 'task_restored' && line.role === 'sanitize' && line.partition === 1;
    const log = deployment.openLog();
    try {
      for (let nth = 1; nth <= MOST_FENCES; nth += 1) {
        await worker.says(isRestored, nth);
        // As the other deployment's task would.
        const id = writerName(deployment.config.kafka, 'sanitize', 1);
        const other = await openPatiently(log, id, systemClock);
        if (nth < MOST_FENCES) await worker.says(isFenced, nth);
        await other.close();
      }
    } finally {
      await log.close();
    }
    await worker.says(({ event, code }) => event === 'worker_failed' && code === 'FENCED');
    expect((await worker.exits()).code).not.toBe(0);
    expect(worker.said).toContain('another deployment');
    await deployment.forgetDead();
    deployment.start();
    await finished(deployment);
    await deployment.stopAll();
    expect(await verdict(deployment)).toEqual([]);
  });
});
