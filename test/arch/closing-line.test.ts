/** The reporter's counting: what fails to load has failed, and what was skipped is said with its reason. */
import { describe, expect, it } from 'vitest';
import type { ReportedFile } from '../support/closing-line.ts';
import { closingLine, countOf, leftOutOf, notRunLines } from '../support/closing-line.ts';

interface Given {
  readonly states: readonly string[];
  readonly isOk?: boolean;
  readonly note?: string;
  readonly name?: string;
}

const aFile = ({
  states,
  isOk = !states.includes('failed'),
  note,
  name = 'a.test.ts',
}: Given): ReportedFile => ({
  relativeModuleId: name,
  ok: () => isOk,
  children: { allTests: () => states.map((state) => ({ fullName: 'a', result: () => ({ state, note }) })) },
});

describe('countOf', () => {
  it.each([
    ['nothing', [], 0, '0 passed, 0 failed'],
    [
      'all kinds',
      [{ states: ['passed', 'failed', 'skipped', 'passed'] }],
      0,
      '2 passed, 1 failed, 1 skipped',
    ],
    [
      'a file that does not load',
      [{ states: ['passed'] }, { states: [], isOk: false }],
      0,
      '1 passed, 1 failed',
    ],
    [
      'a hook that throws',
      [{ states: ['skipped', 'skipped'], isOk: false }],
      0,
      '0 passed, 1 failed, 2 skipped',
    ],
    ['a test that never ended', [{ states: ['passed', 'pending'], isOk: true }], 0, '1 passed, 1 failed'],
    ['errors outside of tests', [{ states: ['passed'] }], 2, '1 passed, 2 failed'],
  ] as const)('%s', (_what, files, unhandled, line) => {
    expect(closingLine(countOf(files.map(aFile), unhandled))).toBe(line);
  });
});

describe('notRunLines', () => {
  it('is silent when everything ran', () => {
    expect(notRunLines(leftOutOf([aFile({ states: ['passed'] })]), [])).toEqual([]);
  });

  it('names reason, file and number of tests, and the projects left out', () => {
    const files = [
      aFile({ name: 'e2e/page.test.ts', states: ['skipped', 'skipped'], note: 'Chromium is missing' }),
      aFile({ name: 'unit/b.test.ts', states: ['skipped', 'passed'] }),
    ];
    expect(notRunLines(leftOutOf(files), [{ name: 'faults', script: 'npm run test:faults' }])).toEqual([
      '',
      '!! NOT RUN HERE',
      '  e2e/page.test.ts (2 tests): Chromium is missing',
      '  unit/b.test.ts (1 test): no reason given',
      '  test/faults: run it with "npm run test:faults"',
    ]);
  });
});
