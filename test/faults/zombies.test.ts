import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import { smallCity } from '../support/inputs.ts';
import { describeWithServices } from '../support/services/needs.ts';
import { feedOf } from '../support/stream/stream.ts';
import { recomputeRecords } from '../support/faults/expected.ts';
import { finished, judge } from '../support/faults/oracle.ts';
import type { Deployment } from '../support/faults/stand.ts';
import { INPUT_PARTITIONS, Stand } from '../support/faults/stand.ts';
import type { WorkerChoice, WorkerProcess } from '../support/faults/workers.ts';

const MEMBERS = 150;

describeWithServices('workers that come back from the dead', ['registry'], ({ registry }) => {
  let stand: Stand;
  let records: readonly FeedRecord[];

  beforeAll(async () => {
    stand = await Stand.open({ registry });
    records = await feedOf(smallCity(`${stand.folder}/input`, MEMBERS), INPUT_PARTITIONS);
  });

  afterAll(() => stand.close());

  const deploy = async (): Promise<Deployment> => {
    const deployment = await stand.deploy({
      kafka: 'maxBytesPerPartition: 16384',
      stream: 'commitRecords: 100',
    });
    await deployment.feed(records);
    return deployment;
  };

  const verdict = async (deployment: Deployment): Promise<readonly string[]> => {
    const expected = await recomputeRecords(deployment.config, records, INPUT_PARTITIONS);
    return judge({ deployment, expected, dataDir: stand.kafka.dataDir });
  };

  /** A worker freezes in front of a transaction; another does all the work; then the first one wakes up. */
  const haunted = async (deployment: Deployment, choice: WorkerChoice): Promise<WorkerProcess> => {
    const zombie = deployment.start({
      ...choice,
      points: [{ call: 'addPartitionsToTxn', when: 'before', about: 'sanitize', nth: 9, act: 'freeze' }],
    });
    await zombie.says('fault_point');
    await deployment.forgetDead();
    deployment.start(choice);
    await finished(deployment);
    zombie.signal('SIGCONT');
    return zombie;
  };

  it('G-12 row 3: a worker that was frozen while others did its work is fenced, and goes on as a newcomer', async () => {
    const deployment = await deploy();
    const zombie = await haunted(deployment, {});
    await zombie.says(({ event, code }) => event === 'commit_unknown' && code === 'FENCED');
    await deployment.stopAll();
    expect(await verdict(deployment)).toEqual([]);
  });

  it('negative control: with a random transactional id each the oracle sees what the zombie writes', async () => {
    const deployment = await deploy();
    const zombie = await haunted(deployment, { broken: 'random ids' });
    await zombie.says('committed_after_fault');
    await deployment.stopAll().catch(() => undefined);
    const problems = await verdict(deployment);
    expect(problems.join('\n')).toMatch(/location\.sanitized: .* too many/);
    expect(problems.join('\n')).toMatch(/jumps in the sequence/);
  });

  it('G-12: what aborted transactions said, lying across each other, is not heard', async () => {
    const deployment = await deploy();
    await deployment.abortMarks();
    deployment.start();
    await finished(deployment);
    await deployment.stopAll();
    expect(await verdict(deployment)).toEqual([]);
  });

  it('negative control: with the stock reader of kafkajs it is heard, and the oracle sees it', async () => {
    const deployment = await deploy();
    await deployment.abortMarks();
    const worker = deployment.start({ broken: 'stock reader' });
    // Told that everything is over, the gates make nothing of what comes; whether their chains end does not matter.
    await worker.says('task_restored', INPUT_PARTITIONS);
    await finished(deployment, 20_000).catch(() => undefined);
    await deployment.stopAll().catch(() => undefined);
    expect((await verdict(deployment)).join('\n')).toMatch(/release\.visits: .* missing/);
  });
});
