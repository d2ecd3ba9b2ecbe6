/** The test projects: the quick ones that `npm test` runs anywhere, and those that need services, a build or time. */
import { configDefaults, defineConfig } from 'vitest/config';
import { AttackReporter } from './test/support/attacks/report-writer.ts';
import { ClosingLine } from './test/support/closing-line.ts';

interface ProjectFacts {
  readonly name: string;
  /** Longest time of one test. */
  readonly timeoutS: number;
  /** The npm script that runs it. */
  readonly script: string;
  /** Longest time of one hook, where it is another. */
  readonly hookTimeoutS?: number;
  /** Whether real Kafka, Redis and registry are started for it (test/support/services). */
  readonly hasServices?: boolean;
  /** Whether its files share one process, and what was built in it. */
  readonly isShared?: boolean;
}

const QUICK = ['unit', 'property', 'topology', 'contract', 'arch'];

const PROJECTS: readonly ProjectFacts[] = [
  ...QUICK.map((name) => ({ name, timeoutS: 60, script: 'npm test' })),
  { name: 'integration', timeoutS: 120, script: 'npm run test:integration', hasServices: true },
  { name: 'faults', timeoutS: 300, script: 'npm run test:faults', hasServices: true },
  { name: 'e2e', timeoutS: 120, script: 'npm run test:e2e' },
  // Whichever file is first builds the city.
  { name: 'attacks', timeoutS: 300, hookTimeoutS: 900, script: 'npm run attack', isShared: true },
];

const SHARED = { isolate: false, fileParallelism: false, maxWorkers: 1, pool: 'forks' } as const;
const SERVICES = { globalSetup: ['test/support/services/global-setup.ts'], fileParallelism: false };

export default defineConfig({
  test: {
    reporters: ['default', new AttackReporter(), new ClosingLine(PROJECTS)],
    projects: PROJECTS.map(
      ({ name, timeoutS, hookTimeoutS = timeoutS, hasServices = false, isShared = false }) => ({
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          exclude: [...configDefaults.exclude],
          testTimeout: timeoutS * 1_000,
          hookTimeout: hookTimeoutS * 1_000,
          ...(isShared ? SHARED : {}),
          ...(hasServices ? SERVICES : {}),
        },
      }),
    ),
  },
});
