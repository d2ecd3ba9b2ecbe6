/** Starts the services once for all test files of a run, and says which tier serves; stops them at the end. */
import process from 'node:process';
import type { TestProject } from 'vitest/node';
import { KINDS } from './kinds.ts';
import type { Kind, Told } from './kinds.ts';
import { services } from './tiers.ts';
import type { Started } from './tiers.ts';

type AllStarted = Readonly<Record<Kind, Started>>;

/** Shared by the projects of one run, which may each load this file anew. */
interface Shared {
  oboroServices?: { readonly started: Promise<AllStarted>; users: number };
}

const shared: Shared = globalThis as Shared;

const say = (kind: Kind, told: Told): string =>
  'missing' in told ? `!! ${kind}: MISSING, ${told.missing}` : `${kind}: ${told.tier} ${told.address}`;

const startAll = async (): Promise<AllStarted> => {
  const started = await services();
  const lines = KINDS.map((kind) => `  ${say(kind, started[kind].told)}`);
  process.stdout.write(`\nservices of the tests\n${lines.join('\n')}\n`);
  return started;
};

/** Called by vitest before the first file of a project; what it returns is called after the last. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const use = (shared.oboroServices ??= { started: startAll(), users: 0 });
  use.users += 1;
  const { kafka, redis, registry } = await use.started;
  project.provide('services', { kafka: kafka.told, redis: redis.told, registry: registry.told });
  return async () => {
    use.users -= 1;
    if (use.users > 0) return;
    delete shared.oboroServices;
    await Promise.all([kafka.stop(), redis.stop(), registry.stop()]);
  };
};
