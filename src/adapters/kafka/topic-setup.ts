/** Makes the topics that are missing and holds those that are there against the plan; what is there is never changed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { OboroError } from '../../model/errors.ts';
import type { KafkaClients } from './client.ts';
import { kafkajs } from './client.ts';
import { faultOf, hasType, isPassing } from './faults.ts';
import type { Difference, FoundTopic, TopicPlan } from './topic-plan.ts';
import { differencesOf } from './topic-plan.ts';

export interface TopicOutcome {
  readonly topic: string;
  readonly partitions: number;
  readonly result: 'created' | 'present' | 'differs';
  readonly differences: readonly Difference[];
}

/** Throws KAFKA_AWAY, KAFKA_REFUSED, and CFG_INVALID where the cluster is too small for the plan. */
export const setUpTopics = async (
  clients: KafkaClients,
  plans: readonly TopicPlan[],
): Promise<readonly TopicOutcome[]> => {
  const admin = clients.client({ role: 'topics' }).admin();
  try {
    await admin.connect();
    const before = new Set(await admin.listTopics());
    const missing = plans.filter(({ topic }) => !before.has(topic));
    await create(admin, missing, clients.settings.requestTimeoutMs);
    const found = await settled(() => look(admin, plans));
    return plans.map((plan) => outcomeOf(plan, found.get(plan.topic), before.has(plan.topic)));
  } catch (cause) {
    if (hasType(cause, 'INVALID_REPLICATION_FACTOR')) throw tooFewBrokers();
    throw faultOf(cause, 'the topics could not be made');
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};

/** How often, and how far apart, a cluster is asked about topics that not all of its brokers know yet. */
const LOOKS = 20;
const LOOK_PAUSE_MS = 250;

/** A broker that has not heard of a new topic makes kafkajs fail, now and then with an error of JavaScript's own. */
const settled = async <T>(attempt: () => Promise<T>): Promise<T> => {
  for (let looks = 1; ; looks += 1) {
    try {
      return await attempt();
    } catch (cause) {
      const mayPass = isPassing(cause) || cause instanceof TypeError;
      if (!mayPass || looks >= LOOKS) throw cause;
      await sleep(LOOK_PAUSE_MS);
    }
  }
};

const create = async (admin: Admin, plans: readonly TopicPlan[], timeout: number): Promise<void> => {
  if (plans.length === 0) return;
  await admin.createTopics({
    timeout,
    waitForLeaders: true,
    topics: plans.map(({ topic, partitions, replication, settings }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor: replication,
      configEntries: settings.map(({ name, value }) => ({ name, value })),
    })),
  });
};

const look = async (admin: Admin, plans: readonly TopicPlan[]): Promise<ReadonlyMap<string, FoundTopic>> => {
  const names = plans.map(({ topic }) => topic);
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: plans.map(({ topic, settings }) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: topic,
      configNames: settings.map(({ name }) => name),
    })),
  });
  const settings = new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
  return new Map(
    topics.map(({ name, partitions }) => [
      name,
      {
        partitions: partitions.length,
        replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
        settings: settings.get(name) ?? new Map<string, string>(),
      },
    ]),
  );
};

const outcomeOf = (plan: TopicPlan, found: FoundTopic | undefined, wasThere: boolean): TopicOutcome => {
  const { topic, partitions } = plan;
  if (found === undefined) throw new OboroError('TOPIC_MISSING', `${topic} was made but is not there`);
  const differences = differencesOf(plan, found);
  const asPlanned = wasThere ? 'present' : 'created';
  return { topic, partitions, result: differences.length > 0 ? 'differs' : asPlanned, differences };
};

const tooFewBrokers = (): OboroError =>
  new OboroError('CFG_INVALID', 'topics.replication is more than the cluster has brokers', {
    hint: 'For a trial on one broker set topics.replication and topics.minInsync to 1.',
  });
