import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KafkaLog } from '../../src/adapters/kafka/log.ts';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import { TOPICS } from '../../src/runtime/stream/topics.ts';
import { framed, unframed } from '../../src/wire/framed.ts';
import { SCHEMAS } from '../../src/wire/schemas.gen.ts';
import { smallCity } from '../support/inputs.ts';
import type { Unreadable } from '../support/faults/dirty-input.ts';
import { inDisorder, unreadable } from '../support/faults/dirty-input.ts';
import { recomputeRecords } from '../support/faults/expected.ts';
import { finished, judge } from '../support/faults/oracle.ts';
import type { Deployment } from '../support/faults/stand.ts';
import { INPUT_PARTITIONS, Stand } from '../support/faults/stand.ts';
import type { FaultProxy } from '../support/services/kafka-proxy.ts';
import { startProxy } from '../support/services/kafka-proxy.ts';
import { describeWithServices } from '../support/services/needs.ts';
import { feedOf } from '../support/stream/stream.ts';

const MEMBERS = 150;
const SEED = 11;
const SMALL = { kafka: 'maxBytesPerPartition: 16384', stream: 'commitRecords: 100' };

describeWithServices('what comes in', ['registry'], ({ registry }) => {
  let stand: Stand;
  let records: readonly FeedRecord[];
  let wire: FaultProxy;

  beforeAll(async () => {
    wire = await startProxy({ target: Number(new URL(registry).port), protocol: 'raw' });
    stand = await Stand.open({ registry });
    records = await feedOf(smallCity(`${stand.folder}/input`, MEMBERS), INPUT_PARTITIONS);
  });

  afterAll(async () => {
    await stand.close();
    await wire.close();
  });

  const verdict = async (
    deployment: Deployment,
    fed: readonly FeedRecord[],
    deadLetters: readonly string[] = [],
  ): Promise<readonly string[]> => {
    const expected = await recomputeRecords(deployment.config, fed, INPUT_PARTITIONS);
    return judge({ deployment, expected: { ...expected, deadLetters }, dataDir: stand.kafka.dataDir });
  };

  /** Sends records in one transaction and gives the names of the dead letters they must become. */
  const feedBroken = async (
    deployment: Deployment,
    broken: readonly Unreadable[],
  ): Promise<readonly string[]> => {
    const log = deployment.openLog();
    const letters: string[] = [];
    const next = new Map<string, number>();
    for (const { record, reason } of broken) {
      const { topic, partition } = record;
      const place = `${topic} ${String(partition)}`;
      const offset = next.get(place) ?? (await log.bounds({ topic, partition })).end;
      next.set(place, offset + 1);
      letters.push(`${reason} ${place} ${String(offset)}`);
    }
    await log.close();
    await deployment.feedAsIs(broken.map(({ record }) => record));
    return letters;
  };

  it('G-12 rows 14, 15, 19, 20, 22: broken records are set aside once; disorder, repeats and wild times change nothing else', async () => {
    const deployment = await stand.deploy(SMALL);
    const dirty = inDisorder(records, SEED);
    await deployment.feed(dirty);
    const letters = await feedBroken(
      deployment,
      unreadable(records, (topic) => deployment.idOf(topic)),
    );
    for (const nth of [4, 30]) {
      await deployment
        .start({ points: [{ call: 'endTxn', when: 'after', about: 'sanitize', nth, act: 'kill' }] })
        .exits();
      await deployment.forgetDead();
    }
    deployment.start();
    await finished(deployment);
    await deployment.stopAll();
    expect(await verdict(deployment, dirty, letters)).toEqual([]);
  });

  it('G-12 row 21: a partition without any traffic holds nothing up', async () => {
    const deployment = await stand.deploy(SMALL);
    const quiet = records.filter(({ topic, partition }) => !topic.startsWith('raw.') || partition !== 3);
    await deployment.feed(quiet);
    deployment.start();
    await finished(deployment);
    await deployment.stopAll();
    expect(await verdict(deployment, quiet)).toEqual([]);
  });

  it('G-12 rows 12 and 13: without the registry a worker waits, at its start and at a schema that it has not seen', async () => {
    const deployment = await stand.deploy({
      kafka: SMALL.kafka,
      // The second half comes later; nothing may fall idle before.
      stream: 'idleAfter: PT12S',
      registry: registry.replace(/:\d+\//, `:${String(wire.port)}/`),
    });
    const half = Math.floor(records.length / 2);
    await deployment.feed(records.slice(0, half));
    wire.refuse();
    const worker = deployment.start();
    await worker.says('service_away', 2);
    expect(worker.count(({ event }) => event === 'assigned')).toBe(0);
    wire.heal();
    await worker.says('task_restored', INPUT_PARTITIONS);
    wire.refuse();
    const id = await newVersion(registry, 'raw.gps');
    const rest = records.slice(half);
    // Those of one partition carry the new schema; the others are known.
    await deployment.feedAsIs(
      rest.map((record) => {
        const isNew = record.topic === 'raw.gps' && record.partition === 2;
        const of = isNew ? id : deployment.idOf(record.topic);
        return { ...record, value: framed(of, unframed(record.value)) };
      }),
    );
    const isAway = ({ event, partition }: { event: string; partition?: number }): boolean =>
      event === 'service_away' && partition === 2;
    await worker.says(isAway);
    wire.heal();
    await finished(deployment);
    await deployment.stopAll();
    expect(await verdict(deployment, records)).toEqual([]);
  });

  it('G-07 G-12 row 28: without whoever makes salts, sanitize tasks wait, and use no other', async () => {
    const deployment = await stand.deploy(SMALL);
    await deployment.feed(records);
    const sanitizer = deployment.start({ role: 'sanitize' });
    await sanitizer.says('task_restored', INPUT_PARTITIONS);
    const log = deployment.openLog();
    await untilAsked(log);
    for (let partition = 0; partition < INPUT_PARTITIONS; partition++) {
      expect(await log.bounds({ topic: 'location.sanitized', partition })).toEqual({ start: 0, end: 0 });
    }
    await log.close();
    deployment.start({ role: 'aggregate' });
    await finished(deployment);
    await deployment.stopAll();
    expect(await verdict(deployment, records)).toEqual([]);
  });
});

/** Registers the topic's schema once more, with other words; the values of both are the same. */
const newVersion = async (registry: string, topic: 'raw.gps'): Promise<number> => {
  const schema = JSON.stringify({ ...SCHEMAS[topic], doc: 'The same in other words.' });
  const answer = await fetch(`${registry}/subjects/${topic}-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema }),
  });
  return ((await answer.json()) as { readonly id: number }).id;
};

/** Resolves when every sanitize task has asked the vault's writer for salts. */
const untilAsked = async (log: KafkaLog): Promise<void> => {
  let asked = 0;
  await new Promise<void>((resolve, reject) => {
    log
      .tail(TOPICS.contributions, ({ records }) => {
        asked += records.length;
        if (asked >= INPUT_PARTITIONS) resolve();
      })
      .catch(reject);
  });
};
