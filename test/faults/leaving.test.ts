import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import { smallCity } from '../support/inputs.ts';
import { recomputeRecords } from '../support/faults/expected.ts';
import { finished, judge } from '../support/faults/oracle.ts';
import type { Deployment, DeploymentOptions } from '../support/faults/stand.ts';
import { INPUT_PARTITIONS, Stand } from '../support/faults/stand.ts';
import type { FaultPoint } from '../support/faults/workers.ts';
import { describeWithServices } from '../support/services/needs.ts';
import { feedOf } from '../support/stream/stream.ts';

const MEMBERS = 150;

const slow = (ms: number): FaultPoint => ({ call: 'endTxn', when: 'before', every: true, act: 'delay', ms });

describeWithServices('workers that leave and come', ['registry'], ({ registry }) => {
  let stand: Stand;
  let records: readonly FeedRecord[];

  beforeAll(async () => {
    stand = await Stand.open({ registry });
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

  const verdict = async (deployment: Deployment): Promise<readonly string[]> => {
    const expected = await recomputeRecords(deployment.config, records, INPUT_PARTITIONS);
    return judge({ deployment, expected, dataDir: stand.kafka.dataDir });
  };

  it('G-12 row 32: SIGTERM in a transaction ends it, leaves the group and exits with 0', async () => {
    const deployment = await deploy();
    const leaver = deployment.start({
      points: [slow(50), { call: 'endTxn', when: 'before', about: 'sanitize', nth: 20, act: 'term' }],
    });
    await leaver.says('fault_point');
    expect(await leaver.exits()).toEqual({ code: 0, signal: null });
    expect(leaver.count(({ event }) => event === 'worker_stopped')).toBe(1);
    const since = performance.now();
    const next = deployment.start();
    await next.says(({ event, role, count }) => event === 'assigned' && role === 'sanitize' && count === 4);
    // Shorter than the session of a member that left without a word.
    expect(performance.now() - since).toBeLessThan(6_000);
    await finished(deployment);
    await deployment.stopAll();
    expect(await verdict(deployment)).toEqual([]);
  });

  it('G-12 row 32: a deadline that passes, and a second SIGINT, end a worker at once; successors clean up', async () => {
    const deployment = await deploy({
      stream: 'stopDeadline: PT2S, commitRecords: 100'.split(', ').join('\n  '),
    });
    const stuck: FaultPoint = {
      call: 'endTxn',
      when: 'before',
      about: 'sanitize',
      nth: 25,
      every: true,
      act: 'delay',
      ms: 60_000,
    };
    const late = deployment.start({ points: [stuck] });
    await late.says('salt_born', 4);
    await pause(1_000);
    const since = performance.now();
    await late.stop();
    expect(performance.now() - since).toBeLessThan(15_000);
    await deployment.forgetDead();
    const hurried = deployment.start({ points: [{ ...stuck, nth: 5 }] });
    await hurried.says('task_restored', INPUT_PARTITIONS);
    await pause(1_000);
    hurried.signal('SIGINT');
    await pause(200);
    hurried.signal('SIGINT');
    expect(await hurried.exits()).toEqual({ code: 130, signal: null });
    await deployment.forgetDead();
    deployment.start();
    await finished(deployment);
    await deployment.stopAll();
    expect(await verdict(deployment)).toEqual([]);
  });

  it('G-12 row 30: workers that join and leave every two seconds do not stop the work', async () => {
    const deployment = await deploy();
    deployment.start({ points: [slow(200)] });
    const guests = 5;
    for (let i = 0; i < guests; i++) {
      const guest = deployment.start({ points: [slow(200)] });
      await guest.says('assigned', 2);
      await pause(1_000);
      expect((await guest.stop()).code).toBe(0);
    }
    await finished(deployment);
    await deployment.stopAll();
    expect(await verdict(deployment)).toEqual([]);
  });

  it('G-12 row 33: a worker whose event loop stands still for longer than its session loses its tasks, and comes back', async () => {
    const deployment = await deploy();
    const blocked = deployment.start({
      points: [{ call: 'endTxn', when: 'after', about: 'sanitize', nth: 20, act: 'block', ms: 9_000 }],
    });
    await blocked.says('fault_point');
    deployment.start({ points: [slow(100)] });
    await blocked.says('committed_after_fault');
    await finished(deployment);
    expect(blocked.isOver).toBe(false);
    await deployment.stopAll();
    expect(await verdict(deployment)).toEqual([]);
  });
});
