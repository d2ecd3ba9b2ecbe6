/** The log contract on a real Kafka, and what only a real one can show. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KafkaLog } from '../../src/adapters/kafka/log.ts';
import type { LogRecord } from '../../src/ports/log.ts';
import { out } from '../contract/log-records.ts';
import { logContract } from '../contract/log.ts';
import { KafkaBench, kafkaSettings } from '../support/kafka-bench.ts';
import type { KafkaCluster } from '../support/services/kafka.ts';
import { startKafka } from '../support/services/kafka.ts';
import { describeWithProcesses } from '../support/services/needs.ts';

const short = (): string => randomUUID().slice(0, 8);

describeWithProcesses('on Kafka', ['kafka'], () => {
  let cluster: KafkaCluster | null = null;
  let bench: KafkaBench | null = null;
  const opened = (): KafkaBench => {
    if (bench === null) throw new Error('Kafka is not up');
    return bench;
  };
  beforeAll(async () => {
    cluster = await startKafka({
      config: { 'log.cleaner.backoff.ms': 100, 'log.initial.task.delay.ms': 100 },
    });
    bench = await KafkaBench.open(kafkaSettings(cluster.brokers));
  });
  afterAll(async () => {
    await bench?.close();
    await cluster?.stop();
  });

  logContract('Kafka', () => Promise.resolve(opened().subject()), short);

  it('reads a large partition fast', async () => {
    const topic = `topic-${short()}`;
    const place = { topic, partition: 0 };
    const log = new KafkaLog(opened().clients);
    await opened().createTopic(topic, { partitions: 1 });
    const value = 'v'.repeat(200);
    for (let round = 0; round < 10; round += 1) {
      await opened().append(Array.from({ length: 10_000 }, () => out(place, null, value)));
    }
    let count = 0;
    let last: LogRecord | undefined;
    const since = performance.now();
    await log.readToEnd(place, null, ({ records }) => {
      count += records.length;
      last = records.at(-1);
    });
    const ms = performance.now() - since;
    console.log(`read ${count} records in ${Math.round(ms)} ms: ${Math.round(count / ms)} k/s`);
    expect(count).toBe(100_000);
    expect(last?.offset).toBe(99_999);
    await log.close();
  });
});
