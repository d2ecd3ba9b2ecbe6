/** What a worker needs of its configuration beyond what every command needs. */
import { OboroError } from '../model/errors.ts';
import type { Config } from './config.ts';
import { areLoopback } from './loopback.ts';

/**
 * Refuses a worker that would store salts in the clear on a cluster of other machines. Throws CFG_INVALID.
 *
 * @guarantee G-07
 */
export const workerRules = ({ kafka, vault, origins }: Pick<Config, 'kafka' | 'vault' | 'origins'>): void => {
  if (vault.keyFile !== null || areLoopback(kafka.brokers)) return;
  const where = origins.get('vault.keyFile') ?? 'default';
  throw new OboroError(
    'CFG_INVALID',
    `the configuration has 1 problem\n  ${where} vault.keyFile: expected a key file, because kafka.brokers are not on this machine and salts must be stored wrapped there`,
    {
      hint: 'Make one with "head -c 32 /dev/urandom > vault.key", keep it outside the cluster, and name it in vault.keyFile.',
    },
  );
};
