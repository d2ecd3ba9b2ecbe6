/** A worker as `oboro worker` puts it together, with a meter in the place of its metrics. */
import process from 'node:process';
import { inspect } from 'node:util';
import { KafkaClients } from '../../src/adapters/kafka/client.ts';
import { KafkaGroupReader } from '../../src/adapters/kafka/group-reader.ts';
import { KafkaLog } from '../../src/adapters/kafka/log.ts';
import { groupName } from '../../src/adapters/kafka/names.ts';
import { systemClock, systemRandomness } from '../../src/adapters/system/clock.ts';
import { deploymentKeys, storesOn } from '../../src/app/cluster.ts';
import { WorkerAssembly } from '../../src/app/worker/assembly.ts';
import type { Config } from '../../src/config/config.ts';
import type { Journal, Role, Telemetry } from '../../src/ports/telemetry.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../src/runtime/stream/topics.ts';
import { benchRegistry } from './registry.ts';
import type { Meter } from './samples.ts';

const DOORS = 'doors';
const WRITTEN: readonly string[] = ['locations', 'contributions'];

const metering = (meter: Meter): Telemetry => ({
  add: (name, labels, n = 1) => {
    if (name !== 'records') return;
    const { stage, outcome } = labels as { readonly stage: string; readonly outcome: string };
    // Events alone: consents are read before the first of them.
    if (stage === DOORS) meter.add(n);
    const what = stage === 'contributions' ? stage : `${stage}.${outcome}`;
    if (outcome === 'keep' || WRITTEN.includes(stage)) meter.wrote(what, n);
  },
  set: () => undefined,
  drop: () => undefined,
  observe: (name, labels, value) => {
    if (name === 'commitRecords') meter.wrote(`${labels.role} commits`, 1);
    if (name === 'commitBytes') meter.wrote(`${labels.role} commit bytes`, value);
  },
});

/** Only what should not happen. */
const journal: Journal = {
  info: () => undefined,
  warn: (event, fields) => process.stderr.write(`${event} ${JSON.stringify(fields ?? {})}\n`),
  error: (event, fields) => process.stderr.write(`${event} ${JSON.stringify(fields ?? {})}\n`),
};

/** Resolves when the worker has joined its groups; the returned call makes it leave. */
export const startStage = async (
  config: Config,
  roles: readonly Role[],
  meter: Meter,
): Promise<() => Promise<void>> => {
  const clients = await KafkaClients.open(config.kafka);
  const log = new KafkaLog(clients);
  const worker = new WorkerAssembly({
    ...{ config, roles, journal, log, codeVersion: 'bench', registry: benchRegistry },
    ...(await deploymentKeys(config)),
    stores: await storesOn(log, benchRegistry, systemClock),
    telemetry: metering(meter),
    clock: systemClock,
    randomness: systemRandomness,
    imported: null,
    readerOf: (role) =>
      new KafkaGroupReader({
        clients,
        group: groupName(config.kafka, role),
        topics: role === 'sanitize' ? SANITIZE_TOPICS : [TOPICS.contributions],
      }),
    failed: (fault) => {
      process.stderr.write(`${inspect(fault)}\n`);
      process.exitCode = 1;
      process.disconnect();
    },
  });
  await worker.start();
  return async () => {
    await worker.stop();
    await log.close();
  };
};
