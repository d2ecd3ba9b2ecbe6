/** What the commands on a person's rights work with, and how they get it from the configuration. */
import { systemClock, systemRandomness } from '../../adapters/system/clock.ts';
import { loadConfig } from '../../config/load.ts';
import type { Policy } from '../../model/policy.ts';
import type { Clock, Randomness } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { SchemaRegistry } from '../../ports/registry.ts';
import type { ConsentViews } from '../../ports/views.ts';
import { deploymentKeys, openCluster, storesOn } from '../cluster.ts';
import { openViews } from '../views.ts';
import type { LookIntoState } from './held-state.ts';
import { lookIntoState } from './look-into-state.ts';

export interface RightsMeans {
  readonly log: Pick<Log, 'partitionsOf' | 'readToEnd' | 'openWriter'>;
  readonly registry: SchemaRegistry;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Null where there is no Redis. */
  readonly views: Pick<ConsentViews, 'look'> | null;
  readonly deploymentKey: Buffer;
  readonly policy: Pick<Policy, 'consent'>;
  /** Looks into the state of tasks; left out where there is none. */
  readonly look?: LookIntoState;
  /** Begins the names of our writers. */
  readonly application: string;
}

/** Opens what a command needs, and closes it whatever becomes of the command. */
export const withMeans = async <T>(
  configFile: string | undefined,
  use: (means: RightsMeans) => Promise<T>,
): Promise<T> => {
  const config = await loadConfig({ file: configFile ?? null });
  const { deploymentKey, wrapper } = await deploymentKeys(config);
  const views = await openViews(config);
  const cluster = await openCluster(config);
  const { log, registry } = cluster;
  const { application, deployment } = config.kafka;
  try {
    return await use({
      ...{ log, registry, clock: systemClock, randomness: systemRandomness, deploymentKey },
      look: async (subject, partition) => {
        const stores = await storesOn(log, registry, systemClock);
        const { policy } = config;
        return lookIntoState({ log, policy, stores, wrapper, deployment, deploymentKey })(subject, partition);
      },
      views: views?.consents ?? null,
      policy: config.policy,
      application: `${application}.${deployment}`,
    });
  } finally {
    await cluster.close();
    await views?.close();
  }
};
