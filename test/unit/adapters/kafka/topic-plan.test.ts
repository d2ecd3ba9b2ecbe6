/** The topics of a deployment: complete, co-partitioned, and kept for no longer than was promised. */
import { describe, expect, it } from 'vitest';
import { groupName, prefixOf, writerName } from '../../../../src/adapters/kafka/names.ts';
import type { FoundTopic, TopicPlan } from '../../../../src/adapters/kafka/topic-plan.ts';
import { differencesOf, topicPlans } from '../../../../src/adapters/kafka/topic-plan.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../../../src/runtime/stream/topics.ts';
import { SCHEMAS } from '../../../../src/wire/schemas.gen.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const PLANS = topicPlans({ inputPartitions: 6, gatePartitions: 4, replication: 3, minInsync: 2 });

const planOf = (topic: string): TopicPlan => {
  const plan = PLANS.find((one) => one.topic === topic);
  if (plan === undefined) throw new Error(`no plan for ${topic}`);
  return plan;
};

const setting = (topic: string, name: string): string | undefined =>
  planOf(topic).settings.find((one) => one.name === name)?.value;

const number = (topic: string, name: string): number => Number(setting(topic, name));

describe('the topics of a deployment', () => {
  it('are all that there is a schema for, and all that the stream uses', () => {
    const named = [...Object.values(SCHEMAS).map(({ topic }) => topic), ...Object.values(TOPICS)];
    const planned = PLANS.map(({ topic }) => topic);
    expect(new Set(planned).size).toBe(planned.length);
    expect([...new Set(named)].filter((topic) => !planned.includes(topic))).toEqual([]);
  });

  it('are co-partitioned where one task reads or writes them', () => {
    const count = (topic: string): number => planOf(topic).partitions;
    const sanitize = [...SANITIZE_TOPICS, TOPICS.state, 'location.sanitized', 'fraud.signals', 'dead-letter'];
    expect(new Set(sanitize.map(count))).toEqual(new Set([6]));
    const gate = PLANS.filter(({ topic }) => topic.startsWith('release.')).map(({ topic }) => topic);
    expect(gate).toHaveLength(8);
    expect(new Set([...gate, TOPICS.contributions, TOPICS.gate].map(count))).toEqual(new Set([4]));
    expect(count('ref.stores')).toBe(1);
    expect(count('oboro.vault')).toBe(1);
  });

  it.each(['raw.gps', 'raw.device', 'raw.access-log'])('G-04 %s is gone within 72 h', (topic) => {
    expect(setting(topic, 'cleanup.policy')).toBe('delete');
    expect(number(topic, 'retention.ms') + number(topic, 'segment.ms')).toBeLessThan(72 * HOUR);
    expect(setting(topic, 'message.timestamp.type')).toBe('LogAppendTime');
  });

  it.each([
    ['privacy.erasure', 7 * DAY],
    ['dead-letter', 7 * DAY],
    ['location.sanitized', 2 * HOUR],
  ])('G-04 %s is kept for its time', (topic, retention) => {
    expect(setting(topic, 'cleanup.policy')).toBe('delete');
    expect(number(topic, 'retention.ms')).toBe(retention);
    expect(number(topic, 'segment.ms')).toBeLessThanOrEqual(retention / 8);
  });

  it('G-04 a consent has its history for 30 h and is gone for good within 72 h of its erasure', () => {
    const lag = number('privacy.consent', 'max.compaction.lag.ms');
    expect(setting('privacy.consent', 'cleanup.policy')).toBe('compact');
    expect(number('privacy.consent', 'min.compaction.lag.ms')).toBe(30 * HOUR);
    expect(lag).toBeGreaterThanOrEqual(30 * HOUR);
    expect(lag + number('privacy.consent', 'delete.retention.ms')).toBeLessThan(72 * HOUR);
  });

  it('G-07 the copy of a destroyed salt is gone within hours', () => {
    expect(setting('oboro.vault', 'cleanup.policy')).toBe('compact');
    expect(
      number('oboro.vault', 'max.compaction.lag.ms') + number('oboro.vault', 'segment.ms'),
    ).toBeLessThanOrEqual(2 * HOUR);
  });

  it('keep for ever what is published once, and what positions are in', () => {
    for (const { topic } of PLANS.filter((plan) => plan.topic.startsWith('release.'))) {
      expect([setting(topic, 'retention.ms'), setting(topic, 'retention.bytes')]).toEqual(['-1', '-1']);
      expect(setting(topic, 'cleanup.policy')).toBe('delete');
    }
    expect(setting('oboro.state', 'retention.ms')).toBe('-1');
    expect(setting('oboro.state', 'segment.ms')).toBe('600000');
    expect(number('oboro.contributions', 'retention.ms')).toBeGreaterThanOrEqual(72 * HOUR);
    expect(setting('oboro.contributions', 'message.timestamp.type')).toBe('LogAppendTime');
  });

  it('let nothing through that a reader could not take, and nothing be lost with a broker', () => {
    for (const { topic, replication } of PLANS) {
      expect(['gzip', 'uncompressed']).toContain(setting(topic, 'compression.type'));
      expect(setting(topic, 'max.message.bytes')).toBe('1048588');
      expect(setting(topic, 'unclean.leader.election.enable')).toBe('false');
      expect(setting(topic, 'min.insync.replicas')).toBe('2');
      expect(replication).toBe(3);
    }
  });
});

describe('differencesOf', () => {
  const plan = planOf('raw.gps');
  const asPlanned = new Map(plan.settings.map(({ name, value }) => [name, value]));
  const found = (settings: Readonly<Record<string, string>> = {}, rest: Partial<FoundTopic> = {}) =>
    differencesOf(plan, {
      partitions: 6,
      replication: 3,
      settings: new Map([...asPlanned, ...Object.entries(settings)]),
      ...rest,
    });

  it('finds none in what was made as planned', () => {
    expect(found()).toEqual([]);
  });

  it.each([
    ['a shorter retention', { 'retention.ms': '3600000' }],
    ['shorter segments', { 'segment.ms': '60000' }],
    ['more copies in sync', { 'min.insync.replicas': '3' }],
    ['larger records', { 'max.message.bytes': '2000000' }],
  ])('takes %s for as good', (_, settings) => {
    expect(found(settings)).toEqual([]);
    expect(found({}, { replication: 5 })).toEqual([]);
  });

  it.each([
    ['retention.ms', '259200001', 'at most 255600000'],
    ['retention.ms', '-1', 'at most 255600000'],
    ['cleanup.policy', 'compact', 'delete'],
    ['cleanup.policy', 'compact,delete', 'delete'],
    ['compression.type', 'zstd', 'gzip'],
    ['message.timestamp.type', 'CreateTime', 'LogAppendTime'],
    ['unclean.leader.election.enable', 'true', 'false'],
    ['min.insync.replicas', '1', 'at least 2'],
    ['max.message.bytes', '1000', 'at least 1048588'],
  ])('tells %s %s', (name, value, expected) => {
    expect(found({ [name]: value })).toEqual([{ setting: name, expected, found: value }]);
  });

  it('tells another partition count, fewer copies, and a setting that the broker does not name', () => {
    expect(found({}, { partitions: 12, replication: 1 })).toEqual([
      { setting: 'partitions', expected: '6', found: '12' },
      { setting: 'replication', expected: 'at least 3', found: '1' },
    ]);
    const silent = differencesOf(plan, { partitions: 6, replication: 3, settings: new Map() });
    expect(silent).toHaveLength(plan.settings.length);
    expect(silent[0]?.found).toBe('unknown');
  });

  it('counts −1 as without limit', () => {
    const ledger = planOf('release.ledger');
    const differences = differencesOf(ledger, {
      partitions: 4,
      replication: 3,
      settings: new Map(
        ledger.settings.map(({ name, value }) => [name, name === 'retention.bytes' ? '10' : value]),
      ),
    });
    expect(differences).toEqual([{ setting: 'retention.bytes', expected: 'at least -1', found: '10' }]);
  });
});

describe('names', () => {
  const name = { application: 'oboro', deployment: 'main' };

  it('share the prefix that rights are given for', () => {
    expect(prefixOf(name)).toBe('oboro.main.');
    expect(groupName(name, 'sanitize')).toBe('oboro.main.sanitize');
    expect(writerName(name, 'sanitize', 3)).toBe('oboro.main.sanitize.3');
  });
});
