import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import { smallCity } from '../support/inputs.ts';
import { recomputeRecords } from '../support/faults/expected.ts';
import { finished, judge } from '../support/faults/oracle.ts';
import type { Deployment } from '../support/faults/stand.ts';
import { INPUT_PARTITIONS, Stand } from '../support/faults/stand.ts';
import { newcomers, ViewWatch } from '../support/faults/views.ts';
import type { FaultPoint } from '../support/faults/workers.ts';
import type { FaultProxy } from '../support/services/kafka-proxy.ts';
import { startProxy } from '../support/services/kafka-proxy.ts';
import { describeWithServices } from '../support/services/needs.ts';
import type { RedisServer } from '../support/services/redis.ts';
import { startRedis } from '../support/services/redis.ts';
import { feedOf } from '../support/stream/stream.ts';

const MEMBERS = 150;
const SMALL = { kafka: 'maxBytesPerPartition: 16384', stream: 'commitRecords: 100' };

/** So that there is a middle of the work. */
const SLOW: FaultPoint = { call: 'endTxn', when: 'before', every: true, act: 'delay', ms: 60 };

/** A worker looks every 2 s, and waits 5 s after a write that failed. */
const PATIENCE = { timeout: 30_000, interval: 100 };

describeWithServices('a Redis that fails', ['registry', 'redis'], ({ registry }) => {
  let stand: Stand;
  let records: readonly FeedRecord[];
  let consents: readonly FeedRecord[];
  let redis: RedisServer;
  let wire: FaultProxy;
  let watch: ViewWatch | null = null;

  beforeAll(async () => {
    redis = await startRedis({ aof: 'always' });
    wire = await startProxy({ target: redis.port, protocol: 'raw' });
    stand = await Stand.open({ registry });
    records = await feedOf(smallCity(`${stand.folder}/input`, MEMBERS), INPUT_PARTITIONS);
    consents = records.filter(({ topic }) => topic === 'privacy.consent');
  });

  afterAll(async () => {
    await watch?.close();
    await stand.close();
    await wire.close();
    await redis.stop();
  });

  const watchAt = async (deployment: Deployment, port: number): Promise<ViewWatch> => {
    await watch?.close();
    watch = await ViewWatch.open(deployment.config, port);
    return watch;
  };

  const deploy = async (): Promise<{ readonly deployment: Deployment; readonly view: ViewWatch }> => {
    wire.heal();
    wire.forwardTo(redis.port);
    const deployment = await stand.deploy({ ...SMALL, redis: wire.port });
    await deployment.feed(records);
    return { deployment, view: await watchAt(deployment, redis.port) };
  };

  /** Resolves when every one of those consents, and nothing else, is what the views say. */
  const whole = async (view: ViewWatch, of: readonly FeedRecord[]): Promise<void> => {
    await expect.poll(() => view.answers(of), PATIENCE).toEqual({ known: expect.any(Number) as number });
  };

  const joined = async (deployment: Deployment, name: string): Promise<readonly FeedRecord[]> => {
    const more = newcomers(records, deployment, name);
    await deployment.feed(more);
    return more;
  };

  /** What is published is what it would be without any fault of Redis (O1, O4). */
  const verdict = async (deployment: Deployment): Promise<readonly string[]> => {
    await deployment.stopAll();
    const expected = await recomputeRecords(deployment.config, records, INPUT_PARTITIONS);
    return judge({ deployment, expected, dataDir: stand.kafka.dataDir });
  };

  it('G-04 G-12 rows 8 and 9: a Redis that is killed, and comes back older, is away, then told anew; nobody waits for it', async () => {
    const { deployment, view } = await deploy();
    deployment.start({ points: [SLOW] });
    await whole(view, consents);
    const [folder, copy] = [join(redis.dataDir, 'appendonlydir'), join(redis.dataDir, 'copy')];
    await cp(folder, copy, { recursive: true });
    const first = await joined(deployment, 'first');
    await whole(view, first);
    await redis.kill();
    const second = await joined(deployment, 'second');
    expect(await view.answers(second)).toEqual({ away: INPUT_PARTITIONS });
    // The day goes on without it, to its end.
    await finished(deployment);
    await rm(folder, { recursive: true });
    await cp(copy, folder, { recursive: true });
    await redis.restart();
    await whole(view, [...consents, ...first, ...second]);
    expect(await verdict(deployment)).toEqual([]);
  });

  it('G-04 G-12 row 10: after FLUSHALL nothing is known until it is known again; after a failover to a stale replica too', async () => {
    const { deployment, view } = await deploy();
    const replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${String(redis.port)}`] });
    try {
      deployment.start({ points: [SLOW] });
      await whole(view, consents);
      await view.flush();
      expect(Object.keys(await view.answers(consents))).toEqual(['stale']);
      const first = await joined(deployment, 'first');
      await whole(view, [...consents, ...first]);
      const other = await watchAt(deployment, replica.port);
      await whole(other, [...consents, ...first]);
      // From here on the replica hears nothing more.
      await other.tell('REPLICAOF', 'NO', 'ONE');
      const second = await joined(deployment, 'second');
      const main = await watchAt(deployment, redis.port);
      await whole(main, second);
      const stale = await watchAt(deployment, replica.port);
      expect(await stale.answers(second)).toEqual({ unknown: INPUT_PARTITIONS });
      wire.forwardTo(replica.port);
      wire.cut();
      await whole(stale, [...consents, ...first, ...second]);
      await finished(deployment);
      expect(await verdict(deployment)).toEqual([]);
    } finally {
      await replica.stop();
    }
  });

  it('G-12 row 11: a Redis that answers after 2 s, or not at all, holds no commit up and is told nothing twice', async () => {
    const { deployment, view } = await deploy();
    const slow = wire.inject({ direction: 'response', act: 'delay', delayMs: 2_000 });
    const isSlow = slow.met();
    const worker = deployment.start({ points: [SLOW] });
    await isSlow;
    await worker.says('salt_born', 8);
    wire.blackhole();
    const first = await joined(deployment, 'first');
    await finished(deployment);
    expect(worker.count(({ event }) => event === 'task_lost')).toBe(0);
    wire.heal();
    await whole(view, [...consents, ...first]);
    expect(await verdict(deployment)).toEqual([]);
  });
});
