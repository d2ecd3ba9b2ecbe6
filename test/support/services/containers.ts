/** The services as containers, for machines with a Docker engine. */
import { KafkaContainer } from '@testcontainers/kafka';
import { RedisContainer } from '@testcontainers/redis';
import { GenericContainer, Wait } from 'testcontainers';
import type { StartedTestContainer } from 'testcontainers';
import type { Kind } from './kinds.ts';

interface StartedContainer {
  readonly address: string;
  readonly stop: () => Promise<void>;
}

const KAFKA_IMAGE = 'confluentinc/cp-kafka:8.1.0';
const KAFKA_PORT = 9_093;
const REDIS_IMAGE = 'redis:7.4';
const REGISTRY_IMAGE = 'apicurio/apicurio-registry:3.0.9';
const REGISTRY_PORT = 8_080;

/** The same small settings as of the local broker. */
const KAFKA_ENVIRONMENT = {
  KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '3',
  KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: '3',
  KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
  KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
};

const stopperOf = (container: StartedTestContainer) => async (): Promise<void> => {
  await container.stop();
};

const STARTERS: Readonly<Record<Kind, () => Promise<StartedContainer>>> = {
  kafka: async () => {
    const container = await new KafkaContainer(KAFKA_IMAGE)
      .withKraft()
      .withEnvironment(KAFKA_ENVIRONMENT)
      .start();
    const address = `${container.getHost()}:${container.getMappedPort(KAFKA_PORT)}`;
    return { address, stop: stopperOf(container) };
  },
  redis: async () => {
    const container = await new RedisContainer(REDIS_IMAGE).start();
    return { address: container.getConnectionUrl(), stop: stopperOf(container) };
  },
  registry: async () => {
    const container = await new GenericContainer(REGISTRY_IMAGE)
      .withExposedPorts(REGISTRY_PORT)
      .withWaitStrategy(Wait.forHttp('/apis/ccompat/v7/subjects', REGISTRY_PORT))
      .start();
    const host = `${container.getHost()}:${container.getMappedPort(REGISTRY_PORT)}`;
    return { address: `http://${host}/apis/ccompat/v7`, stop: stopperOf(container) };
  },
};

/** Starts one container and resolves with its address when it answers. */
export const startContainer = (kind: Kind): Promise<StartedContainer> => STARTERS[kind]();
