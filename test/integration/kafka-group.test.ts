/** Membership in a group on a real Kafka: shares, pauses, seeks, rebalances, and what must never go unnoticed. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { GroupReaderOptions } from '../../src/adapters/kafka/group-reader.ts';
import { KafkaGroupReader } from '../../src/adapters/kafka/group-reader.ts';
import { KafkaLog } from '../../src/adapters/kafka/log.ts';
import type { LogBatch, Position } from '../../src/ports/log.ts';
import { faultCode, out, text } from '../contract/log-records.ts';
import { KafkaBench, kafkaSettings } from '../support/kafka-bench.ts';
import type { KafkaCluster } from '../support/services/kafka.ts';
import { startKafka } from '../support/services/kafka.ts';
import { describeWithProcesses, describeWithServices } from '../support/services/needs.ts';

const short = (): string => randomUUID().slice(0, 8);
const soon = <T>(check: () => T): Promise<T> => vi.waitFor(check, { timeout: 30_000, interval: 20 });

/** A member of a group with all that it was told. */
class Member {
  readonly reader: KafkaGroupReader;
  readonly shares: (readonly number[])[] = [];
  readonly batches: LogBatch[] = [];
  readonly faults: Error[] = [];
  readonly group: string;

  constructor(bench: KafkaBench, group: string, options: Pick<GroupReaderOptions, 'topics'>) {
    this.group = group;
    this.reader = new KafkaGroupReader({ clients: bench.clients, group, watchMs: 500, ...options });
  }

  join(onBatch: (batch: LogBatch) => void = () => undefined): Promise<void> {
    return this.reader.join({
      assigned: (partitions) => this.shares.push(partitions),
      batch: (batch) => {
        this.batches.push(batch);
        onBatch(batch);
      },
      crashed: (fault) => this.faults.push(fault),
    });
  }

  get share(): readonly number[] {
    return this.shares.at(-1) ?? [];
  }

  values(topic: string, partition = 0): readonly (string | null)[] {
    return this.batches
      .filter((batch) => batch.topic === topic && batch.partition === partition)
      .flatMap(({ records }) => records.map(({ value }) => text(value)));
  }

  get codes(): readonly unknown[] {
    return this.faults.map((fault) => ('code' in fault ? fault.code : fault.name));
  }
}

describeWithServices('a group reader', ['kafka'], ({ kafka }) => {
  let bench: KafkaBench | null = null;
  const members: Member[] = [];
  const opened = (): KafkaBench => {
    if (bench === null) throw new Error('Kafka is not up');
    return bench;
  };
  beforeAll(async () => {
    bench = await KafkaBench.open(kafkaSettings(kafka));
  });
  afterEach(async () => {
    await Promise.all(members.splice(0).map(({ reader }) => reader.leave()));
  });
  afterAll(async () => {
    await bench?.close();
  });

  const topicWith = async (partitions: number): Promise<string> => {
    const topic = `topic-${short()}`;
    await opened().createTopic(topic, { partitions });
    return topic;
  };
  const memberOf = (topics: readonly string[], group = `group-${short()}`): Member => {
    const member = new Member(opened(), group, { topics });
    members.push(member);
    return member;
  };
  const at = (topic: string, offset: number, partition = 0): Position => ({ topic, partition, offset });
  const write = (topic: string, values: readonly string[], partition = 0): Promise<void> =>
    opened().append(values.map((value) => out({ topic, partition }, null, value)));

  it('lets nothing flow until it is told where, then everything without a gap', async () => {
    const [a, b] = [await topicWith(2), await topicWith(2)];
    await write(a, ['0', '1', '2']);
    await write(b, ['x'], 1);
    const member = memberOf([a, b]);
    await member.join();
    expect(member.share).toEqual([0, 1]);
    member.reader.resumeAt(at(b, 0, 1));
    await soon(() => expect(member.values(b, 1)).toEqual(['x']));
    expect(member.values(a)).toEqual([]);
    member.reader.resumeAt(at(a, 1));
    await soon(() => expect(member.values(a)).toEqual(['1', '2']));
    await write(a, ['3']);
    await soon(() => expect(member.values(a)).toEqual(['1', '2', '3']));
    const batches = member.batches.filter(({ topic }) => topic === a);
    expect(batches[0]?.from).toBe(1);
    for (const [i, batch] of batches.entries()) expect(batch.from).toBe(batches[i - 1]?.next ?? 1);
    expect(batches.at(-1)).toMatchObject({ next: 4, end: 4 });
    expect(Object.keys(batches[0]?.records[0] ?? {}).sort()).toEqual(['key', 'offset', 'value']);
  });

  it('hands over ranges of markers and aborted records, so that the position moves', async () => {
    const topic = await topicWith(1);
    const member = memberOf([topic]);
    await member.join();
    member.reader.resumeAt(at(topic, 0));
    const abort = await opened().hang(`id-${short()}`, [out({ topic, partition: 0 }, null, 'aborted')]);
    await abort();
    await soon(() => expect(member.batches.at(-1)).toMatchObject({ next: 2, end: 2 }));
    expect(member.values(topic)).toEqual([]);
    await write(topic, ['kept']);
    await soon(() => expect(member.values(topic)).toEqual(['kept']));
    expect(member.batches.at(-1)).toMatchObject({ from: 2, next: 3 });
  });

  it('holds what is paused back, and goes on where it stood', async () => {
    const [a, b] = [await topicWith(1), await topicWith(1)];
    const member = memberOf([a, b]);
    const places = [{ topic: a, partition: 0 }];
    await member.join((batch) => {
      if (batch.topic === a) member.reader.pause(places);
    });
    for (const topic of [a, b]) member.reader.resumeAt(at(topic, 0));
    await write(a, ['0']);
    await soon(() => expect(member.values(a)).toEqual(['0']));
    await write(a, ['1']);
    await write(b, ['through']);
    await soon(() => expect(member.values(b)).toEqual(['through']));
    expect(member.values(a)).toEqual(['0']);
    member.reader.resume(places);
    await soon(() => expect(member.values(a)).toEqual(['0', '1']));
  });

  it('reads again from where it is sent back to', async () => {
    const topic = await topicWith(1);
    await write(topic, ['0', '1', '2']);
    const member = memberOf([topic]);
    await member.join();
    member.reader.resumeAt(at(topic, 0));
    await soon(() => expect(member.values(topic)).toHaveLength(3));
    member.reader.resumeAt(at(topic, 1));
    await soon(() => expect(member.values(topic)).toEqual(['0', '1', '2', '1', '2']));
  });

  it('shares evenly, leaves each what it has, and tells nobody of what is no more theirs', async () => {
    const [a, b] = [await topicWith(4), await topicWith(4)];
    const first = memberOf([a, b]);
    await first.join();
    expect(first.share).toEqual([0, 1, 2, 3]);
    const second = memberOf([a, b], first.group);
    await second.join();
    await soon(() => expect(first.share).toHaveLength(2));
    expect([...first.share, ...second.share].sort()).toEqual([0, 1, 2, 3]);
    for (const partition of [0, 1, 2, 3]) {
      for (const { reader } of [first, second]) reader.resumeAt(at(a, 0, partition));
      await write(a, [`to ${partition}`], partition);
    }
    const seen = ({ batches }: Member): readonly number[] =>
      [
        ...new Set(batches.filter(({ records }) => records.length > 0).map(({ partition }) => partition)),
      ].sort();
    await soon(() => expect([...seen(first), ...seen(second)].sort()).toEqual([0, 1, 2, 3]));
    expect(seen(first)).toEqual([...first.share].sort());
    const kept = second.share;
    await first.reader.leave();
    await soon(() => expect(second.share).toEqual([0, 1, 2, 3]));
    expect(second.shares.at(-2)).toEqual(kept);
    expect([...first.faults, ...second.faults]).toEqual([]);
  });

  it('tells the group how far reading got', async () => {
    const topic = await topicWith(3);
    const member = memberOf([topic]);
    await member.join();
    await member.reader.note([at(topic, 1, 99)]);
    const notes = [at(topic, 1), at(topic, 5, 1), at(topic, 2), at(topic, 7, 2)];
    await Promise.all(notes.map((note) => member.reader.note([note])));
    const [noted] = await opened().admin.fetchOffsets({ groupId: member.group, topics: [topic] });
    const offsets = noted?.partitions.map(({ partition, offset }) => [partition, offset]).sort();
    expect(offsets).toEqual([
      [0, '2'],
      [1, '5'],
      [2, '7'],
    ]);
  });

  it('refuses topics that are not there or do not belong together', async () => {
    const [two, three] = [await topicWith(2), await topicWith(3)];
    expect(await faultCode(memberOf([two, three]).join())).toBe('PARTITIONS_CHANGED');
    expect(await faultCode(memberOf([two, `topic-${short()}`]).join())).toBe('TOPIC_MISSING');
  });

  it('ends when a topic gets other partitions', async () => {
    const topic = await topicWith(1);
    const member = memberOf([topic]);
    await member.join();
    await opened().admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
    await soon(() => expect(member.codes).toEqual(['PARTITIONS_CHANGED']));
  });

  it('ends when its position is gone, and never goes on elsewhere', async () => {
    const topic = await topicWith(1);
    await write(topic, ['0', '1', '2', '3']);
    const member = memberOf([topic]);
    await member.join(() => member.reader.pause([{ topic, partition: 0 }]));
    await opened().admin.fetchTopicOffsets(topic);
    await opened().admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] });
    member.reader.resumeAt(at(topic, 1));
    await soon(() => expect(member.codes).toEqual(['POSITION_LOST']));
    expect(member.batches).toEqual([]);
  });

  it('ends when the position lies after the end, as after a topic was made again', async () => {
    const topic = await topicWith(1);
    const member = memberOf([topic]);
    await member.join();
    member.reader.resumeAt(at(topic, 7));
    await soon(() => expect(member.codes).toEqual(['POSITION_LOST']));
    expect(member.batches).toEqual([]);
  });

  it('hands over a stand-in for a batch that nobody can read; a read to the end gives up there', async () => {
    const topic = `topic-${short()}`;
    // The broker compresses what is written in a way that kafkajs does not know.
    await opened().createTopic(topic, { partitions: 1, config: { 'compression.type': 'lz4' } });
    await write(topic, ['a'.repeat(200), 'b'.repeat(200)]);
    const log = new KafkaLog(opened().clients);
    const reading = log.readToEnd({ topic, partition: 0 }, null, () => undefined);
    expect(await faultCode(reading)).toBe('STATE_CORRUPT');
    await log.close();
    const member = memberOf([topic]);
    await member.join();
    member.reader.resumeAt(at(topic, 0));
    const standIn = { offset: 0, key: null, value: null, unreadable: { reason: 'undecodable' } };
    await soon(() =>
      expect(member.batches).toMatchObject([{ from: 0, records: [standIn], next: 2, end: 2 }]),
    );
  });

  it('ends when what it calls throws', async () => {
    const topic = await topicWith(1);
    await write(topic, ['0']);
    const member = memberOf([topic]);
    await member.join(() => {
      throw new TypeError('canary');
    });
    member.reader.resumeAt(at(topic, 0));
    await soon(() => expect(member.faults).toHaveLength(1));
    expect(String(member.faults[0]?.message)).not.toContain('canary');
  });
});

describeWithProcesses('a group reader whose broker is killed', ['kafka'], () => {
  let cluster: KafkaCluster | null = null;
  beforeAll(async () => {
    cluster = await startKafka();
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  it('gets its share again and goes on', async () => {
    if (cluster === null) throw new Error('Kafka is not up');
    const bench = await KafkaBench.open(kafkaSettings(cluster.brokers));
    await bench.createTopic('t', { partitions: 1 });
    await bench.append([out({ topic: 't', partition: 0 }, null, 'before')]);
    const member = new Member(bench, 'g', { topics: ['t'] });
    await member.join();
    member.reader.resumeAt({ topic: 't', partition: 0, offset: 0 });
    await soon(() => expect(member.values('t')).toEqual(['before']));
    await cluster.kill();
    await cluster.restart();
    await bench.append([out({ topic: 't', partition: 0 }, null, 'after')]);
    await soon(() => {
      // A new assignment pauses everything, as it must; whoever runs the task says where it goes on.
      if (member.shares.length > 1) member.reader.resumeAt({ topic: 't', partition: 0, offset: 1 });
      expect(member.values('t')).toContain('after');
    });
    expect(member.codes).toEqual([]);
    await member.reader.leave();
    await bench.close();
  });
});
