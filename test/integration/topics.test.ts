/** `oboro topics create` on a real Kafka: makes what is missing, tells what differs, changes nothing that is there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { kafkajs } from '../../src/adapters/kafka/client.ts';
import type { TopicOutcome } from '../../src/adapters/kafka/topic-setup.ts';
import { topicsCreate } from '../../src/app/commands/topics.ts';
import { EXIT, OboroError } from '../../src/model/errors.ts';
import { KafkaBench, kafkaSettings } from '../support/kafka-bench.ts';
import type { KafkaCluster } from '../support/services/kafka.ts';
import { startKafka } from '../support/services/kafka.ts';
import { describeWithProcesses } from '../support/services/needs.ts';

const folder = mkdtempSync(join(tmpdir(), 'oboro-topics-'));

interface Ran {
  readonly outcomes: readonly TopicOutcome[];
  readonly output: string;
  readonly fault: OboroError | null;
}

/** Runs the command and takes what it prints. */
const create = async (topics: string, brokers: readonly string[], json = true): Promise<Ran> => {
  const config = join(folder, 'oboro.yaml');
  writeFileSync(config, `kafka: { brokers: ${JSON.stringify(brokers)} }\ntopics: ${topics}\n`);
  const lines: string[] = [];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  const fault = await topicsCreate({ config, json }).then(
    () => null,
    (cause: unknown) => (cause instanceof OboroError ? cause : Promise.reject(cause as Error)),
  );
  stdout.mockRestore();
  const output = lines.join('');
  const outcomes =
    json && output !== '' ? (JSON.parse(output) as { readonly topics: readonly TopicOutcome[] }).topics : [];
  return { outcomes, output, fault };
};

const SMALL = '{ inputPartitions: 2, gatePartitions: 3, replication: 1, minInsync: 1 }';

describeWithProcesses('oboro topics create', ['kafka'], () => {
  let cluster: KafkaCluster | null = null;
  let bench: KafkaBench | null = null;
  const brokers = (): readonly string[] => cluster?.brokers ?? [];
  const admin = () => {
    if (bench === null) throw new Error('Kafka is not up');
    return bench.admin;
  };
  beforeAll(async () => {
    cluster = await startKafka();
    bench = await KafkaBench.open(kafkaSettings(cluster.brokers));
  });
  afterAll(async () => {
    await bench?.close();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const configOf = async (topic: string): Promise<ReadonlyMap<string, string>> => {
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const { resources } = await admin().describeConfigs({
      includeSynonyms: false,
      resources: [{ type, name: topic }],
    });
    const [resource] = resources;
    return new Map(resource?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
  };

  it('wants no more copies than there are brokers, and says so', async () => {
    const { fault, outcomes } = await create('{ inputPartitions: 1 }', brokers());
    expect(fault).toMatchObject({ code: 'CFG_INVALID', exitCode: EXIT.config });
    expect(fault?.message).toContain('topics.replication');
    expect(outcomes).toEqual([]);
  });

  it('makes all topics, as planned', async () => {
    const { fault, outcomes } = await create(SMALL, brokers());
    expect(fault).toBeNull();
    expect(outcomes.map(({ result }) => result)).toEqual(outcomes.map(() => 'created'));
    const { topics } = await admin().fetchTopicMetadata({ topics: outcomes.map(({ topic }) => topic) });
    const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
    for (const { topic, partitions } of outcomes)
      expect([topic, counts.get(topic)]).toEqual([topic, partitions]);
    expect([counts.get('raw.gps'), counts.get('release.visits'), counts.get('oboro.vault')]).toEqual([
      2, 3, 1,
    ]);
  });

  it('G-04 sets what is kept for how long, by the broker’s clock', async () => {
    const [raw, sanitized, consent] = [
      await configOf('raw.gps'),
      await configOf('location.sanitized'),
      await configOf('privacy.consent'),
    ];
    expect(Number(raw.get('retention.ms')) + Number(raw.get('segment.ms'))).toBeLessThan(72 * 3_600_000);
    expect(sanitized.get('retention.ms')).toBe('7200000');
    expect(consent.get('cleanup.policy')).toBe('compact');
    expect([raw, sanitized, consent].map((one) => one.get('message.timestamp.type'))).toEqual(
      Array(3).fill('LogAppendTime'),
    );
  });

  it('does nothing the second time', async () => {
    const { fault, outcomes } = await create(SMALL, brokers());
    expect(fault).toBeNull();
    expect(new Set(outcomes.map(({ result }) => result))).toEqual(new Set(['present']));
  });

  it('tells a partition count and settings that differ, ends with 78, and changes nothing', async () => {
    await admin().alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: 'raw.device',
          configEntries: [{ name: 'retention.ms', value: '-1' }],
        },
      ],
    });
    await admin().createPartitions({ topicPartitions: [{ topic: 'raw.gps', count: 4 }] });
    // A broker learns of both a moment later.
    await vi.waitFor(async () => {
      expect((await configOf('raw.device')).get('retention.ms')).toBe('-1');
      const { topics } = await admin().fetchTopicMetadata({ topics: ['raw.gps'] });
      expect(topics[0]?.partitions).toHaveLength(4);
    });
    const { fault, outcomes } = await create(SMALL, brokers());
    expect(fault).toMatchObject({ code: 'CFG_INVALID', exitCode: EXIT.config });
    expect(fault?.message).toBe('2 topics are not as they must be');
    const differing = new Map(
      outcomes.filter(({ result }) => result === 'differs').map((one) => [one.topic, one.differences]),
    );
    expect([...differing.keys()]).toEqual(['raw.gps', 'raw.device']);
    expect(differing.get('raw.gps')).toEqual([{ setting: 'partitions', expected: '2', found: '4' }]);
    expect(differing.get('raw.device')).toContainEqual({
      setting: 'retention.ms',
      expected: 'at most 255600000',
      found: '-1',
    });
    expect((await configOf('raw.device')).get('retention.ms')).toBe('-1');
    const { output } = await create(SMALL, brokers(), false);
    expect(output).toContain('raw.gps (2 partitions): differs\n  partitions: expected 2, found 4\n');
  });

  it('says that no broker answers, and ends with 69', async () => {
    const { fault } = await create(SMALL, ['127.0.0.1:1']);
    expect(fault).toMatchObject({ code: 'KAFKA_AWAY', exitCode: EXIT.unavailable });
    expect(fault?.hint).toContain('kafka.brokers');
  });
});
