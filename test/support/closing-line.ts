/** A vitest reporter: says loudly what this machine left out and why, and ends with `N passed, N failed` alone on a line. */
import { existsSync, readdirSync } from 'node:fs';
import process from 'node:process';
import type { Reporter, Vitest } from 'vitest/node';

/** What the reporter needs of a test, a file and a project; vitest's own objects have it. */
export interface ReportedTest {
  readonly fullName: string;
  readonly result: () => { readonly state: string; readonly note?: string | undefined };
}

export interface ReportedFile {
  readonly relativeModuleId: string;
  readonly ok: () => boolean;
  readonly children: { readonly allTests: () => Iterable<ReportedTest> };
}

export interface ReportedProject {
  readonly name: string;
  /** The npm script that runs it. */
  readonly script: string;
}

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Skipped tests by reason, each with the files they stand in. */
type LeftOut = ReadonlyMap<string, ReadonlyMap<string, number>>;

const statesOf = (file: ReportedFile): readonly string[] =>
  [...file.children.allTests()].map((test) => test.result().state);

/** Tests by result. A file that fails without a failing test (it did not load, a hook threw) counts as one failure. */
export const countOf = (files: readonly ReportedFile[], unhandledErrors: number): Count => {
  let [passed, failed, skipped] = [0, unhandledErrors, 0];
  for (const file of files) {
    const states = statesOf(file);
    const broken = states.filter((state) => state === 'failed' || state === 'pending').length;
    passed += states.filter((state) => state === 'passed').length;
    skipped += states.filter((state) => state === 'skipped').length;
    failed += broken === 0 && !file.ok() ? 1 : broken;
  }
  return { passed, failed, skipped };
};

/** The closing line; skipped tests are named only where there are some. */
export const closingLine = ({ passed, failed, skipped }: Count): string =>
  `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;

export const leftOutOf = (files: readonly ReportedFile[]): LeftOut => {
  const byReason = new Map<string, Map<string, number>>();
  for (const file of files) {
    for (const test of file.children.allTests()) {
      const { state, note } = test.result();
      if (state !== 'skipped') continue;
      const reason = note ?? 'no reason given';
      const inFiles = byReason.get(reason) ?? new Map<string, number>();
      inFiles.set(file.relativeModuleId, (inFiles.get(file.relativeModuleId) ?? 0) + 1);
      byReason.set(reason, inFiles);
    }
  }
  return byReason;
};

/** The lines that say what did not run; none when everything did. */
export const notRunLines = (leftOut: LeftOut, unselected: readonly ReportedProject[]): readonly string[] => {
  const skipped = [...leftOut].flatMap(([reason, files]) =>
    [...files].map(([file, tests]) => `  ${file} (${tests} ${tests === 1 ? 'test' : 'tests'}): ${reason}`),
  );
  const projects = unselected.map(({ name, script }) => `  test/${name}: run it with "${script}"`);
  const lines = [...skipped, ...projects];
  return lines.length === 0 ? [] : ['', '!! NOT RUN HERE', ...lines];
};

const hasTests = (project: string): boolean =>
  existsSync(`test/${project}`) &&
  readdirSync(`test/${project}`, { recursive: true }).some((file) => String(file).endsWith('.test.ts'));

/**
 * Prints after the default reporter. With `OBORO_TEST_REQUIRE=all`, as continuous integration sets it, a skipped
 * test fails the run.
 */
export class ClosingLine implements Reporter {
  readonly #projects: readonly ReportedProject[];
  #selected: ReadonlySet<string> = new Set();

  constructor(projects: readonly ReportedProject[]) {
    this.#projects = projects;
  }

  onInit(vitest: Vitest): void {
    this.#selected = new Set(vitest.projects.map(({ name }) => name));
  }

  onTestRunEnd(files: readonly ReportedFile[], unhandledErrors: readonly unknown[]): void {
    const count = countOf(files, unhandledErrors.length);
    const unselected = this.#projects.filter(({ name }) => !this.#selected.has(name) && hasTests(name));
    const lines = [...notRunLines(leftOutOf(files), unselected)];
    if (process.env['OBORO_TEST_REQUIRE'] === 'all' && count.skipped > 0) {
      lines.push('', '!! OBORO_TEST_REQUIRE=all: nothing may be skipped here');
      process.exitCode = 1;
    }
    process.stdout.write(`${[...lines, '', closingLine(count)].join('\n')}\n`);
  }
}
