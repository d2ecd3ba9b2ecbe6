import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import { smallCity } from '../support/inputs.ts';
import { recomputeRecords } from '../support/faults/expected.ts';
import { finished, judge } from '../support/faults/oracle.ts';
import { inUnknownCodec, largeRecords, manyRecords, sendRaw, zeros } from '../support/faults/raw-batches.ts';
import { INPUT_PARTITIONS, Stand } from '../support/faults/stand.ts';
import { describeWithServices } from '../support/services/needs.ts';
import { feedOf } from '../support/stream/stream.ts';

const MEMBERS = 150;
/** Of the worker, MiB. */
const HEAP_MB = 256;

/** More than kafkajs takes before its call stack ends, and fewer than the limit. */
const MANY = 130_000;
const TOO_MANY = 500_001;

describeWithServices('batches made to end a worker', ['registry'], ({ registry }) => {
  let stand: Stand;
  let records: readonly FeedRecord[];

  beforeAll(async () => {
    stand = await Stand.open({ registry });
    records = await feedOf(smallCity(`${stand.folder}/input`, MEMBERS), INPUT_PARTITIONS);
  });

  afterAll(() => stand.close());

  it('G-12 rows 15 and 16: bombs are set aside by a worker with a small heap, once each, and what follows is processed', async () => {
    const deployment = await stand.deploy();
    const half = Math.floor(records.length / 2);
    await deployment.feed(records.slice(0, half));
    const [broker = ''] = stand.kafka.direct;
    const each = new Map(Array.from({ length: MANY }, (_, delta) => [delta, 'undecodable']));
    const letters = [
      ...(await sendRaw(deployment, broker, [
        zeros(80, 'too_large'),
        zeros(60, 'too_large'),
        manyRecords(TOO_MANY, new Map([[0, 'too_large']])),
        manyRecords(MANY, each),
        largeRecords(40, 1_000_000, 'unknown_schema'),
      ])),
    ];
    const log = deployment.openLog();
    const { end } = await log.bounds({ topic: 'raw.gps', partition: 0 });
    await log.close();
    const packed = records.find(({ topic, partition }) => topic === 'raw.gps' && partition === 0);
    await inUnknownCodec(deployment, async () => {
      if (packed !== undefined) await deployment.feed([packed]);
    });
    letters.push(`undecodable raw.gps 0 ${String(end)}`);
    await deployment.feed(records.slice(half));
    const worker = deployment.start({ env: { NODE_OPTIONS: `--max-old-space-size=${String(HEAP_MB)}` } });
    await finished(deployment);
    expect(worker.isOver).toBe(false);
    expect(worker.count(({ event }) => event === 'task_lost')).toBe(0);
    await deployment.stopAll();
    const expected = await recomputeRecords(deployment.config, records, INPUT_PARTITIONS);
    const judged = {
      deployment,
      expected: { ...expected, deadLetters: letters },
      dataDir: stand.kafka.dataDir,
    };
    expect(await judge(judged)).toEqual([]);
  });
});
