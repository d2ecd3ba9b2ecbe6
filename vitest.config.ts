/** The test projects: the quick ones that `npm test` runs anywhere, and those that need services, a build or time. */
import { configDefaults, defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';

interface ProjectFacts {
  readonly name: string;
  /** Longest time of one test. */
  readonly timeoutS: number;
  /** The npm script that runs it. */
  readonly script: string;
  /** Whether real Kafka, Redis and registry are started for it (test/support/services). */
  readonly hasServices?: boolean;
}

const QUICK = ['unit', 'property', 'topology', 'contract', 'attacks', 'arch'];

const PROJECTS: readonly ProjectFacts[] = [
  ...QUICK.map((name) => ({ name, timeoutS: 60, script: 'npm test' })),
  { name: 'integration', timeoutS: 120, script: 'npm run test:integration', hasServices: true },
  { name: 'faults', timeoutS: 300, script: 'npm run test:faults', hasServices: true },
  { name: 'e2e', timeoutS: 120, script: 'npm run test:e2e' },
];

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLine(PROJECTS)],
    projects: PROJECTS.map(({ name, timeoutS, hasServices = false }) => ({
      test: {
        name,
        include: [`test/${name}/**/*.test.ts`],
        exclude: [...configDefaults.exclude],
        testTimeout: timeoutS * 1_000,
        hookTimeout: timeoutS * 1_000,
        ...(hasServices
          ? { globalSetup: ['test/support/services/global-setup.ts'], fileParallelism: false }
          : {}),
      },
    })),
  },
});
