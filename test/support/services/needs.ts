/** Test blocks that cannot do without real services: without them a block is skipped loudly, or fails where nothing may be skipped. */
import process from 'node:process';
import { describe, inject, it } from 'vitest';
import type { Kind } from './kinds.ts';
import { lackingFor } from './tiers.ts';

/** Addresses of the shared services; empty for those that were not asked for and are missing. */
export interface Addresses {
  /** `host:port` of each broker. */
  readonly kafka: readonly string[];
  readonly redis: string;
  /** Base URL of the Confluent interface. */
  readonly registry: string;
}

const addressOf = (kind: Kind): string => {
  const told = inject('services')[kind];
  return 'missing' in told ? '' : told.address;
};

const lackOf = (kind: Kind): string => {
  const told = inject('services')[kind];
  return 'missing' in told ? told.missing : '';
};

/** Stands for all tests of a block that cannot run; its hooks must not run either, so they are never declared. */
const standIn = (title: string, reason: string): void => {
  describe(title, () => {
    it('has the services it needs', (context) => {
      if (process.env['OBORO_TEST_REQUIRE'] === 'all') throw new Error(reason);
      context.skip(reason);
    });
  });
};

/**
 * A describe block on the services that all files of the run share.
 * With `OBORO_TEST_REQUIRE=all` it fails when one of the named kinds is missing; else it is skipped with the reason.
 */
export const describeWithServices = (
  title: string,
  kinds: readonly Kind[],
  body: (services: Addresses) => void,
): void => {
  const reason = kinds.map(lackOf).find((lack) => lack !== '');
  if (reason !== undefined) {
    standIn(title, reason);
    return;
  }
  const kafka = addressOf('kafka')
    .split(',')
    .filter((address) => address !== '');
  describe(title, () => body({ kafka, redis: addressOf('redis'), registry: addressOf('registry') }));
};

/** A describe block whose tests start, kill and freeze services of their own (`startKafka`, `startRedis`, `startRegistry`). */
export const describeWithProcesses = (title: string, kinds: readonly Kind[], body: () => void): void => {
  const lack = kinds.map(lackingFor).find((one) => one !== '');
  if (lack === undefined) describe(title, body);
  else standIn(title, `the machine has no ${lack}`);
};
