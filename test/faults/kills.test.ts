import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import { smallCity } from '../support/inputs.ts';
import { describeWithServices } from '../support/services/needs.ts';
import { feedOf } from '../support/stream/stream.ts';
import { recomputeRecords } from '../support/faults/expected.ts';
import { finished, judge } from '../support/faults/oracle.ts';
import { INPUT_PARTITIONS, Stand } from '../support/faults/stand.ts';
import type { FaultPoint } from '../support/faults/workers.ts';

const MEMBERS = 150;

const S = 'sanitize';
const G = 'aggregate';

/** Matrix row 1: every request around a transaction, of both stages; row 2: taking over and restoring. */
const POINTS: readonly (FaultPoint & { readonly title: string })[] = [
  { title: 'before the fence', call: 'initProducerId', when: 'before', about: S, act: 'kill' },
  { title: 'after the fence', call: 'initProducerId', when: 'after', about: S, nth: 2, act: 'kill' },
  { title: 'after begin', call: 'addPartitionsToTxn', when: 'after', about: S, nth: 3, act: 'kill' },
  { title: 'before a send', call: 'produce', when: 'before', about: S, nth: 5, act: 'kill' },
  { title: 'after a send', call: 'produce', when: 'after', about: S, nth: 4, act: 'kill' },
  { title: 'after a later send', call: 'produce', when: 'after', about: S, nth: 11, act: 'kill' },
  { title: 'before the commit', call: 'endTxn', when: 'before', about: S, nth: 6, act: 'kill' },
  { title: 'after the commit', call: 'endTxn', when: 'after', about: S, nth: 7, act: 'kill' },
  { title: 'while restoring', call: 'fetch', when: 'after', about: '^oboro.state$', nth: 2, act: 'kill' },
  {
    title: 'reading consents',
    call: 'fetch',
    when: 'after',
    about: '^privacy.consent$',
    nth: 3,
    act: 'kill',
  },
  { title: 'gate: after the fence', call: 'initProducerId', when: 'after', about: G, nth: 3, act: 'kill' },
  { title: 'gate: after a send', call: 'produce', when: 'after', about: G, act: 'kill' },
  { title: 'gate: before the commit', call: 'endTxn', when: 'before', about: G, nth: 3, act: 'kill' },
  { title: 'gate: after the commit', call: 'endTxn', when: 'after', about: G, nth: 2, act: 'kill' },
  { title: 'gate: reading its chain', call: 'fetch', when: 'after', about: '^release.ledger$', act: 'kill' },
];

describeWithServices('workers killed at every step', ['registry'], ({ registry }) => {
  let stand: Stand;
  let records: readonly FeedRecord[];

  beforeAll(async () => {
    stand = await Stand.open({ registry });
    records = await feedOf(smallCity(`${stand.folder}/input`, MEMBERS), INPUT_PARTITIONS);
  });

  afterAll(() => stand.close());

  it('G-12 rows 1 and 2: whatever step a worker dies at, its successor goes on without loss or repeat', async () => {
    const deployment = await stand.deploy({
      kafka: 'maxBytesPerPartition: 16384',
      stream: 'commitRecords: 100',
    });
    await deployment.feed(records);
    for (const { title, ...point } of POINTS) {
      const worker = deployment.start({ points: [point] });
      await worker.says('fault_point').catch((cause: unknown) => {
        throw new Error(`the point was never reached: ${title}`, { cause });
      });
      expect(await worker.exits(), title).toEqual({ code: null, signal: 'SIGKILL' });
      await deployment.forgetDead();
    }
    deployment.start();
    await finished(deployment);
    await deployment.stopAll();
    const expected = await recomputeRecords(deployment.config, records, INPUT_PARTITIONS);
    expect(await judge({ deployment, expected, dataDir: stand.kafka.dataDir })).toEqual([]);
  });
});
