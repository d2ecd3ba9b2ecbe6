/** Chooses where the tests' Kafka, Redis and schema registry come from: named addresses, containers, or local processes. */
import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { areJarsThere, ensureJars } from './jars.ts';
import { startKafka } from './kafka.ts';
import type { Kind, Told } from './kinds.ts';
import { missingPrograms } from './programs.ts';
import { startRedis } from './redis.ts';
import { startRegistry } from './registry.ts';

export interface Started {
  readonly told: Told;
  readonly stop: () => Promise<void>;
}

const VARIABLES: Readonly<Record<Kind, string>> = {
  kafka: 'OBORO_TEST_KAFKA',
  redis: 'OBORO_TEST_REDIS',
  registry: 'OBORO_TEST_REGISTRY',
};

const nothing = (): Promise<void> => Promise.resolve();

const run = promisify(execFile);

/** Whether a Docker engine answers; the command line alone is not enough. */
export const hasContainerEngine = async (): Promise<boolean> => {
  if (process.env['DOCKER_HOST'] !== undefined) return true;
  try {
    await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
};

const inContainer = async (kind: Kind): Promise<Started> => {
  const { startContainer } = await import('./containers.ts');
  const { address, stop } = await startContainer(kind);
  return { told: { tier: 'container', address }, stop };
};

const local: Readonly<Record<Kind, () => Promise<{ address: string; stop: () => Promise<void> }>>> = {
  kafka: async () => {
    const cluster = await startKafka();
    return { address: cluster.brokers.join(','), stop: () => cluster.stop() };
  },
  redis: async () => {
    const server = await startRedis();
    return { address: server.url, stop: () => server.stop() };
  },
  registry: async () => {
    const registry = await startRegistry();
    return { address: registry.url, stop: () => registry.stop() };
  },
};

/** What the machine lacks for local processes of a kind; Maven is needed only until the jars are there. */
export const lackingFor = (kind: Kind): string => {
  const java = areJarsThere() ? ['java'] : ['java', 'mvn'];
  return missingPrograms(kind === 'redis' ? ['redis-server'] : java).join(' and ');
};

const asProcess = async (kind: Kind): Promise<Started> => {
  const lacking = lackingFor(kind);
  if (lacking !== '') {
    const missing = `no ${VARIABLES[kind]}, no container engine, and for a local ${kind}: no ${lacking}`;
    return { told: { missing }, stop: nothing };
  }
  const { address, stop } = await local[kind]();
  return { told: { tier: 'process', address }, stop };
};

const start = async (kind: Kind, isContainerEngineThere: boolean): Promise<Started> => {
  const address = process.env[VARIABLES[kind]];
  if (address !== undefined && address !== '') {
    return { told: { tier: 'environment', address }, stop: nothing };
  }
  try {
    return await (isContainerEngineThere ? inContainer(kind) : asProcess(kind));
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    return { told: { missing: `${kind} did not start: ${reason}` }, stop: nothing };
  }
};

/** Every service from the first tier that has it; the others are told as missing with the reason. */
export const services = async (): Promise<Readonly<Record<Kind, Started>>> => {
  const isEngineThere = await hasContainerEngine();
  if (!isEngineThere && lackingFor('kafka') === '') await ensureJars().catch(() => undefined);
  const [kafka, redis, registry] = await Promise.all([
    start('kafka', isEngineThere),
    start('redis', isEngineThere),
    start('registry', isEngineThere),
  ]);
  return { kafka, redis, registry };
};
