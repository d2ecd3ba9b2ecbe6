/** How every topic of a deployment must be: partitions, what is kept for how long, what the broker may accept. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../model/time.ts';
import { MAX_RECORD_BYTES } from './chunks.ts';

export interface TopicSizes {
  readonly inputPartitions: number;
  readonly gatePartitions: number;
  readonly replication: number;
  readonly minInsync: number;
}

/** One setting of a topic. */
export interface TopicSetting {
  readonly name: string;
  readonly value: string;
  /** Which other values are as good: none, smaller ones, or larger ones; −1 counts as without limit. */
  readonly bound: 'exactly' | 'at most' | 'at least';
}

export interface TopicPlan {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
  readonly settings: readonly TopicSetting[];
}

type Shape = readonly [partitions: number, settings: readonly TopicSetting[]];

const exactly = (name: string, value: string | number): TopicSetting => ({
  name,
  value: String(value),
  bound: 'exactly',
});
const atMost = (name: string, value: number): TopicSetting => ({
  name,
  value: String(value),
  bound: 'at most',
});
const atLeast = (name: string, value: number): TopicSetting => ({
  name,
  value: String(value),
  bound: 'at least',
});

const FOR_EVER = -1;

/** Told by the broker's own clock, so that no producer's can keep a record longer, or compact it away early. */
const BROKER_TIME = exactly('message.timestamp.type', 'LogAppendTime');

/** Sealed values do not compress, and what is kept for hours need not. */
const AS_IS = exactly('compression.type', 'uncompressed');

/** Whatever producers send, readers meet gzip only, which kafkajs knows. */
const GZIP = exactly('compression.type', 'gzip');

/**
 * Records are gone at the latest `retention` + `segment` and some minutes after they were written: a segment is dropped
 * when its newest record is old enough, and a check runs every five minutes.
 */
const dropAfter = (retentionMs: number, segmentMs: number): readonly TopicSetting[] => [
  exactly('cleanup.policy', 'delete'),
  atMost('retention.ms', retentionMs),
  atMost('segment.ms', segmentMs),
];

/** Nothing may be dropped before its time, neither for age nor for size. */
const keepFor = (retentionMs: number): readonly TopicSetting[] => [
  exactly('cleanup.policy', 'delete'),
  atLeast('retention.ms', retentionMs),
  atLeast('retention.bytes', FOR_EVER),
];

/** What a newer record of its key has replaced is gone within `lag` and some minutes, and stays for `history` before. */
const replaceWithin = (lagMs: number, historyMs: number, segmentMs: number): readonly TopicSetting[] => [
  exactly('cleanup.policy', 'compact'),
  atMost('max.compaction.lag.ms', lagMs),
  atLeast('min.compaction.lag.ms', historyMs),
  atMost('segment.ms', segmentMs),
  atMost('delete.retention.ms', DAY_MS),
];

/**
 * Raw events are gone within 72 h (71 h, and half an hour for the segment), sanitized locations about 2 h after they
 * were written, erasures and dead letters after 7 days, and a consent that was erased within 36 h.
 *
 * @guarantee G-04
 */
const inputShapes = (partitions: number): Readonly<Record<string, Shape>> => {
  const raw: Shape = [partitions, [...dropAfter(71 * HOUR_MS, 30 * MINUTE_MS), GZIP]];
  return {
    'raw.gps': raw,
    'raw.device': raw,
    'raw.access-log': raw,
    // A grant is told apart from an older one for 30 h; a broker refuses a larger minimum than the maximum.
    'privacy.consent': [partitions, [...replaceWithin(36 * HOUR_MS, 30 * HOUR_MS, 6 * HOUR_MS), GZIP]],
    'privacy.erasure': [partitions, [...dropAfter(7 * DAY_MS, 6 * HOUR_MS), GZIP]],
    'ref.stores': [1, [exactly('cleanup.policy', 'compact'), GZIP]],
  };
};

/** Written by sanitize task p in partition p alone. */
const sanitizeShapes = (partitions: number): Readonly<Record<string, Shape>> => ({
  'location.sanitized': [partitions, [...dropAfter(2 * HOUR_MS, 10 * MINUTE_MS), AS_IS]],
  'fraud.signals': [partitions, [...dropAfter(7 * DAY_MS, 6 * HOUR_MS), AS_IS]],
  'dead-letter': [partitions, [...dropAfter(7 * DAY_MS, 6 * HOUR_MS), AS_IS]],
  // Dropped by its task as soon as a snapshot stands for it, never by age: the positions are in it. Short segments,
  // because a broker drops whole ones only.
  'oboro.state': [partitions, [...keepFor(FOR_EVER), atMost('segment.ms', 10 * MINUTE_MS), AS_IS]],
});

/** Written by gate task p in partition p alone, but for the contributions, which every sanitize task writes. */
const gateShapes = (partitions: number): Readonly<Record<string, Shape>> => {
  // The key is the unit: compaction would drop a unit's earlier windows. Nothing is ever released again.
  const released: Shape = [partitions, [...keepFor(FOR_EVER), GZIP]];
  return {
    // An epoch is open for 24 h and its salt dies 36 h later at the latest: a week outlasts that and a long outage.
    'oboro.contributions': [partitions, [...keepFor(7 * DAY_MS), atMost('segment.ms', 6 * HOUR_MS), AS_IS]],
    'oboro.gate': [partitions, [exactly('cleanup.policy', 'compact'), AS_IS]],
    'release.visits': released,
    'release.dwell': released,
    'release.transitions': released,
    'release.terminals': released,
    'release.demographics': released,
    'release.footfall': released,
    'release.web': released,
    'release.ledger': released,
  };
};

/**
 * Wrapped salts, one record each; the record of a salt's death replaces it, and the copy is gone within two hours.
 *
 * @guarantee G-07
 */
const vaultShapes: Readonly<Record<string, Shape>> = {
  'oboro.vault': [1, [...replaceWithin(HOUR_MS, 0, 10 * MINUTE_MS), AS_IS]],
};

/** All topics of a deployment. */
export const topicPlans = ({
  inputPartitions,
  gatePartitions,
  replication,
  minInsync,
}: TopicSizes): readonly TopicPlan[] => {
  const shapes = {
    ...inputShapes(inputPartitions),
    ...sanitizeShapes(inputPartitions),
    ...gateShapes(gatePartitions),
    ...vaultShapes,
  };
  const always = [
    BROKER_TIME,
    atLeast('max.message.bytes', MAX_RECORD_BYTES),
    atLeast('min.insync.replicas', minInsync),
    exactly('unclean.leader.election.enable', 'false'),
  ];
  return Object.entries(shapes).map(([topic, [partitions, settings]]) => ({
    topic,
    partitions,
    replication,
    settings: [...settings, ...always],
  }));
};

/** A setting that is not as it must be. */
export interface Difference {
  readonly setting: string;
  readonly expected: string;
  readonly found: string;
}

/** A topic as the cluster has it. */
export interface FoundTopic {
  readonly partitions: number;
  /** Least number of copies of any partition. */
  readonly replication: number;
  readonly settings: ReadonlyMap<string, string>;
}

/** What of a topic is not as planned; nothing when it is as good. */
export const differencesOf = (plan: TopicPlan, found: FoundTopic): readonly Difference[] => {
  const wanted: readonly (readonly [TopicSetting, string])[] = [
    [exactly('partitions', plan.partitions), String(found.partitions)],
    [atLeast('replication', plan.replication), String(found.replication)],
    ...plan.settings.map((setting) => [setting, found.settings.get(setting.name) ?? 'unknown'] as const),
  ];
  return wanted.flatMap(([setting, value]) =>
    fits(setting, value)
      ? []
      : [
          {
            setting: setting.name,
            expected: setting.bound === 'exactly' ? setting.value : `${setting.bound} ${setting.value}`,
            found: value,
          },
        ],
  );
};

const fits = ({ value, bound }: TopicSetting, found: string): boolean => {
  if (bound === 'exactly') return found === value;
  const [wanted, has] = [amountOf(value), amountOf(found)];
  return bound === 'at most' ? has <= wanted : has >= wanted;
};

const amountOf = (text: string): number => (text === '-1' ? Number.POSITIVE_INFINITY : Number(text));
