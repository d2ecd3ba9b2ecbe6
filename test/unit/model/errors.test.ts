import { describe, expect, it } from 'vitest';
import { EXIT, OboroError } from '../../../src/model/errors.ts';
import { resolutionOf, cellId } from '../../../src/model/place.ts';
import { DROP_REASONS, QUARANTINE_REASONS, UNCOUNTED_REASONS } from '../../../src/model/reasons.ts';

describe('OboroError', () => {
  it.each([
    ['USAGE', 64],
    ['INPUT_INVALID', 65],
    ['INPUT_MISSING', 66],
    ['SERVICE_AWAY', 69],
    ['BUG', 70],
    ['OUTPUT_DENIED', 73],
    ['OUTPUT_BUSY', 75],
    ['LEDGER_TWICE', 77],
    ['CFG_INVALID', 78],
  ] as const)('%s ends the command with %i (sysexits)', (code, exit) => {
    expect(new OboroError(code, 'why').exitCode).toBe(exit);
    expect(Object.values(EXIT)).toContain(exit);
  });

  it('carries its cause, its hint and whether to try again', () => {
    const cause = new Error('below');
    const error = new OboroError('BUG', 'why', { cause, hint: 'do this', retriable: true });
    expect(error).toMatchObject({
      name: 'OboroError',
      message: 'why',
      hint: 'do this',
      retriable: true,
      cause,
    });
    expect(new OboroError('BUG', 'why')).toMatchObject({ hint: null, retriable: false });
  });
});

describe('reasons', () => {
  it('are named once, in snake case, each with a sentence', () => {
    const all = [DROP_REASONS, QUARANTINE_REASONS, UNCOUNTED_REASONS].flatMap((table) =>
      Object.entries(table),
    );
    expect(new Set(all.map(([name]) => name)).size).toBe(all.length);
    for (const [name, sentence] of all) {
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/u);
      expect(sentence.length).toBeGreaterThan(10);
    }
  });
});

describe('resolutionOf', () => {
  it.each([
    ['852f5aaffffffff', 5],
    ['862f5aac7ffffff', 6],
    ['872f5aac3ffffff', 7],
    ['892f5aac323ffff', 9],
    ['8f2f5aac3230000', 15],
    ['8009fffffffffff', 0],
  ])('of %s is %i', (cell, resolution) => {
    expect(resolutionOf(cellId(cell))).toBe(resolution);
  });
});
