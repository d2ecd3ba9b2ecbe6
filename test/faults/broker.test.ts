import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import { smallCity } from '../support/inputs.ts';
import { API } from '../support/services/kafka-frames.ts';
import type { FaultRule } from '../support/services/kafka-proxy.ts';
import { describeWithServices } from '../support/services/needs.ts';
import { feedOf } from '../support/stream/stream.ts';
import { recomputeRecords } from '../support/faults/expected.ts';
import { finished, judge } from '../support/faults/oracle.ts';
import type { Deployment, DeploymentOptions } from '../support/faults/stand.ts';
import { INPUT_PARTITIONS, Stand } from '../support/faults/stand.ts';
import type { FaultPoint, WorkerProcess } from '../support/faults/workers.ts';

const MEMBERS = 150;

/** Commits take their time, so that there is a middle of the work for faults to fall into. */
const SLOW: FaultPoint = { call: 'endTxn', when: 'before', every: true, act: 'delay', ms: 120 };

const failedWith =
  (expected: string) =>
  ({ event, code }: { readonly event: string; readonly code?: string }): boolean =>
    event === 'worker_failed' && code === expected;

describeWithServices('a broker that fails, and topics that change', ['registry'], ({ registry }) => {
  let stand: Stand;
  let records: readonly FeedRecord[];

  beforeAll(async () => {
    stand = await Stand.open({ registry, proxied: true });
    records = await feedOf(smallCity(`${stand.folder}/input`, MEMBERS), INPUT_PARTITIONS);
  });

  afterAll(() => stand.close());

  const deploy = async (options: DeploymentOptions = {}): Promise<Deployment> => {
    const deployment = await stand.deploy({
      kafka: 'maxBytesPerPartition: 16384',
      stream: 'commitRecords: 100',
      ...options,
    });
    await deployment.feed(records);
    return deployment;
  };

  const verdict = async (
    deployment: Deployment,
    deadLetters: readonly string[] = [],
  ): Promise<readonly string[]> => {
    const expected = await recomputeRecords(deployment.config, records, INPUT_PARTITIONS);
    return judge({ deployment, expected: { ...expected, deadLetters }, dataDir: stand.kafka.dataDir });
  };

  /** Resolves in the middle of the day. */
  const atWork = (worker: WorkerProcess): Promise<void> => worker.says('salt_born', 12);

  /** A commit in doubt ends its task, whoever had asked for it. */
  const isInDoubt = ({ event, code }: { readonly event: string; readonly code?: string }): boolean =>
    event === 'task_lost' && code === 'TXN_UNKNOWN';

  /** Resolves when a worker is in both groups: one that cannot join at its start ends, and is started again by others. */
  const joined = async (worker: WorkerProcess): Promise<void> => {
    for (const stage of ['sanitize', 'aggregate'])
      await worker.says(
        ({ event, role }: { readonly event: string; readonly role?: string }) =>
          event === 'assigned' && role === stage,
      );
  };

  it('G-12 row 4: a commit whose request or answer is held back, dropped or cut happens once or not at all', async () => {
    const deployment = await deploy();
    // One task falls behind, so that there are commits to the end of the test.
    const worker = deployment.start({ points: [{ ...SLOW, about: 'sanitize.1', ms: 400 }] });
    await worker.says('task_restored', INPUT_PARTITIONS);
    const rules: readonly Pick<FaultRule, 'direction' | 'act'>[] = [
      { direction: 'response', act: 'hold' },
      { direction: 'request', act: 'hold' },
      { direction: 'response', act: 'drop' },
      { direction: 'response', act: 'close' },
    ];
    for (const rule of rules) {
      const before = worker.count(isInDoubt);
      const restored = worker.count(({ event }) => event === 'task_restored');
      const fault = stand.proxy?.inject({ api: API.endTxn, times: 1, ...rule });
      await fault?.met();
      // Over a connection that is cut kafkajs asks again, and may well be answered.
      if (rule.act !== 'close') {
        await worker.says(isInDoubt, before + 1);
        // What was held back arrives when somebody else has long had the task.
        await worker.says('task_restored', restored + 1);
      }
      fault?.release();
    }
    await finished(deployment);
    await deployment.stopAll();
    expect(await verdict(deployment)).toEqual([]);
  });

  it('G-12 row 5: a broker that is killed twice in the middle of the work costs time only', async () => {
    const deployment = await deploy();
    const worker = deployment.start({ points: [SLOW] });
    const second = deployment.start({ points: [SLOW] });
    const both = [worker, second];
    const anyOf = (event: string, times = 1): Promise<unknown> =>
      Promise.race(both.map((one) => one.says(event, one.count((line) => line.event === event) + times)));
    for (const one of both) await joined(one);
    await anyOf('salt_born', 1);
    for (let i = 0; i < 2; i++) {
      const doubt = anyOf('commit_unknown');
      await stand.kafka.kill();
      await doubt;
      const isBack = anyOf('task_restored');
      await stand.kafka.restart();
      await isBack;
    }
    await finished(deployment);
    expect([worker.isOver, second.isOver]).toEqual([false, false]);
    await deployment.stopAll();
    expect(await verdict(deployment)).toEqual([]);
  });

  it('row 35: without its dead-letter topic a worker stops, and drops nothing', async () => {
    const deployment = await deploy();
    const [first] = records.filter(({ topic }) => topic === 'raw.gps');
    const broken = {
      topic: 'raw.gps',
      partition: 2,
      key: first?.key ?? null,
      value: Buffer.from('no record'),
    };
    await deployment.admin((admin) => admin.deleteTopics({ topics: ['dead-letter'] }));
    await deployment.feedAsIs([broken as FeedRecord]);
    const worker = deployment.start();
    await worker.says(failedWith('TOPIC_MISSING'));
    expect((await worker.exits()).code).not.toBe(0);
    await deployment.makeTopics();
    await deployment.forgetDead();
    deployment.start();
    await finished(deployment);
    await deployment.stopAll();
    const log = deployment.openLog();
    const { end } = await log.bounds({ topic: 'raw.gps', partition: 2 });
    await log.close();
    // The last record, and the marker of its transaction.
    expect(await verdict(deployment, [`undecodable raw.gps 2 ${String(end - 2)}`])).toEqual([]);
  });

  it('row 25: a topic that was made again, or lost what was not read yet, stops the worker', async () => {
    const deployment = await deploy();
    const worker = deployment.start({ points: [SLOW] });
    await atWork(worker);
    await worker.stop();
    await deployment.admin(async (admin) => {
      const offsets = await admin.fetchTopicOffsets('raw.gps');
      const partitions = offsets.map(({ partition, high }) => ({ partition, offset: high }));
      await admin.deleteTopicRecords({ topic: 'raw.gps', partitions });
    });
    const late = deployment.start();
    await late.says(failedWith('POSITION_LOST'));
    expect((await late.exits()).code).not.toBe(0);
    await deployment.forgetDead();
    await deployment.admin((admin) => admin.deleteTopics({ topics: ['raw.gps'] }));
    await deployment.makeTopics();
    const later = deployment.start();
    await later.says(failedWith('POSITION_LOST'));
    expect((await later.exits()).code).not.toBe(0);
  });

  it('row 24: more partitions than at the start stop the worker, and the next one too', async () => {
    const deployment = await deploy();
    const worker = deployment.start({ points: [SLOW] });
    await atWork(worker);
    await deployment.admin((admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: 'raw.gps', count: INPUT_PARTITIONS + 1 }] }),
    );
    await worker.says(failedWith('PARTITIONS_CHANGED'));
    expect((await worker.exits()).code).not.toBe(0);
    const next = deployment.start();
    await next.says(failedWith('PARTITIONS_CHANGED'));
    expect((await next.exits()).code).not.toBe(0);
  });
});
