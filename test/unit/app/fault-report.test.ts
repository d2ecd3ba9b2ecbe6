import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../src/app/fault-report.ts';
import { OboroError } from '../../../src/model/errors.ts';

const CANARY = 'canary-4711';

/** An error as a library makes it: the message is the head of its stack. */
const foreign = (message: string, more: object = {}): Error => Object.assign(new Error(message), more);

const isPlace = (line: string): boolean => /^\s+at .*:\d+:\d+\)?$/.test(line);

describe('G-15 the report of an unexpected error', () => {
  it.each([
    ['one line', CANARY],
    ['many lines', `unexpected\n${CANARY} 1\n${CANARY} 2\n${CANARY} 3\n${CANARY} 4`],
    ['lines that look like places', `unexpected\n    at ${CANARY} Main Street\n    at ${CANARY}:1:2`],
    ['an empty line in it', `unexpected\n\n${CANARY}`],
  ])('quotes nothing of its message: %s', (_, message) => {
    const { text, exitCode } = reportOf(foreign(message));
    expect(text).not.toContain(CANARY);
    expect(exitCode).toBe(70);
    const lines = text.trimEnd().split('\n');
    expect(lines[0]).toBe('oboro: an unexpected Error (BUG)');
    expect(lines.at(-1)).toBe('Please report this.');
    expect(lines).toHaveLength(5);
    expect(lines.slice(1, -1).every(isPlace)).toBe(true);
    expect(lines[1]).toContain('fault-report.test.ts');
  });

  it('quotes no line of a stack that holds another message than the error', () => {
    const cause = foreign(`was ${CANARY}\n${CANARY} 2\n${CANARY} 3`);
    cause.message = 'is another';
    expect(reportOf(cause).text).not.toContain(CANARY);
    expect(reportOf(cause).text).toContain('fault-report.test.ts');
  });

  it.each([
    ['ECONNREFUSED', ' ECONNREFUSED'],
    [CANARY, ''],
    [42, ''],
  ])('tells a code that is a name: %s', (code, told) => {
    expect(reportOf(foreign('no', { code })).text).toContain(`oboro: an unexpected Error${told} (BUG)\n`);
  });

  it.each([CANARY, { canary: CANARY }, null])('has no place of what is no error: %j', (cause) => {
    const { text, exitCode } = reportOf(cause);
    expect(text).toBe(`oboro: an unexpected ${typeof cause} (BUG)\nPlease report this.\n`);
    expect(exitCode).toBe(70);
  });

  it('does without a stack', () => {
    expect(reportOf(foreign(CANARY, { stack: undefined })).text).toBe(
      'oboro: an unexpected Error (BUG)\nPlease report this.\n',
    );
  });
});

describe('the report of an expected fault', () => {
  it('is its message, its code and what to do', () => {
    const fault = new OboroError('INPUT_MISSING', 'no such folder', { hint: 'Make it.' });
    expect(reportOf(fault)).toEqual({
      text: 'oboro: no such folder (INPUT_MISSING)\nMake it.\n',
      exitCode: 66,
    });
  });

  it.each([
    [0, 0],
    [1, 64],
  ])('leaves to the parser of arguments what it has said: exit code %d', (its, exitCode) => {
    expect(reportOf(new CommanderError(its, 'x', 'said'))).toEqual({ text: '', exitCode });
  });
});
