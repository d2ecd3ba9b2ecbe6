import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerLine } from '../../src/model/ledger.ts';
import { releaseEntry } from '../../src/release/ledger.ts';
import { verifyLedger } from '../../src/release/ledger-verify.ts';
import { passGate } from '../../src/release/released.ts';
import { LedgerKeeper } from '../../src/runtime/ledger-keeper.ts';
import { ledgerRules } from '../../src/topology/topology.ts';
import { anyDay, anyGate, everyone, policyWith } from '../support/arbitraries.ts';
import { EPOCH, aConsent, aSmallPolicy, aStay, clock, inOrder, people } from '../support/builders.ts';
import { GateRun, drive } from '../support/drive.ts';

/** The ledger of a real run, as the lines of its file. */
const linesOfRun = async (): Promise<readonly string[]> => {
  const run = await drive({ policy: aSmallPolicy() });
  const crowd = people(8);
  for (const person of crowd) run.right(aConsent(person));
  const visits = crowd.flatMap((person) =>
    aStay({ ...person, store: 'bakery', from: clock('12:00'), to: clock('12:10') }),
  );
  await run.events(inOrder(visits));
  run.advance(clock('14:00'));
  await run.finish();
  return run.ledger.map((line) => JSON.stringify(line));
};
const LINES = await linesOfRun();

/** As the command reads a ledger file: a line that is no JSON object is none. */
const parsed = (lines: readonly string[]): readonly (LedgerLine | null)[] =>
  lines.map((text) => {
    try {
      const value = JSON.parse(text) as Partial<LedgerLine> | null;
      const isWhole =
        typeof value?.seq === 'number' && typeof value.hash === 'string' && value.entry !== undefined;
      return isWhole ? (value as LedgerLine) : null;
    } catch {
      return null;
    }
  });
const GENESIS = parsed(LINES)[0]?.entry;
const problems = (lines: readonly string[]): readonly string[] => verifyLedger(parsed(lines)).problems;
const isSame = (a: string, b: string): boolean => {
  try {
    return JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));
  } catch {
    return false;
  }
};

describe('G-12 the ledger of a run', () => {
  it('is accepted', () => {
    expect(LINES.length).toBeGreaterThan(6);
    expect(verifyLedger(parsed(LINES))).toMatchObject({ problems: [], finished: true });
  });

  it('is rejected with any single character changed, at every position', () => {
    const missed: string[] = [];
    LINES.forEach((line, n) => {
      for (let i = 0; i < line.length; i++) {
        const other = line[i] === '7' ? '8' : '7';
        const changed = line.slice(0, i) + other + line.slice(i + 1);
        if (problems([...LINES.slice(0, n), changed, ...LINES.slice(n + 1)]).length === 0)
          missed.push(changed);
      }
    });
    expect(missed).toEqual([]);
  });

  it('is rejected with any character changed to any other, put in or taken out', () => {
    const anyEdit = fc.record({
      line: fc.nat(LINES.length - 1),
      at: fc.nat(4_000),
      kind: fc.constantFrom('change', 'insert', 'remove'),
      to: fc.string({ minLength: 1, maxLength: 1, unit: 'binary-ascii' }),
    });
    fc.assert(
      fc.property(anyEdit, ({ line, at, kind, to }) => {
        const text = LINES[line] ?? '';
        const i = at % text.length;
        const changed =
          text.slice(0, i) + (kind === 'remove' ? '' : to) + text.slice(kind === 'insert' ? i : i + 1);
        fc.pre(!isSame(changed, text));
        expect(problems([...LINES.slice(0, line), changed, ...LINES.slice(line + 1)])).not.toEqual([]);
      }),
      { seed: 77, numRuns: 1_000 },
    );
  });

  it('is rejected with any line taken out, but for the last: then it is not finished', () => {
    LINES.forEach((_, n) => {
      const without = [...LINES.slice(0, n), ...LINES.slice(n + 1)];
      if (n < LINES.length - 1) expect(problems(without)).not.toEqual([]);
      else expect(verifyLedger(parsed(without)).finished).toBe(false);
    });
  });

  it('is rejected with any line doubled, or any two swapped', () => {
    for (let a = 0; a < LINES.length; a++) {
      expect(problems([...LINES.slice(0, a + 1), ...LINES.slice(a)])).not.toEqual([]);
      for (let b = a + 1; b < LINES.length; b++) {
        const swapped = [...LINES];
        [swapped[a], swapped[b]] = [LINES[b] ?? '', LINES[a] ?? ''];
        expect(problems(swapped)).not.toEqual([]);
      }
    }
  });

  it('is rejected with its end cut off in the middle of a line', () => {
    const text = LINES.join('\n');
    for (let cut = 1; cut < text.length; cut += 37) {
      const lines = text.slice(0, cut).split('\n');
      const whole = lines.length > 0 && LINES.slice(0, lines.length).every((line, i) => line === lines[i]);
      const { problems: found, finished } = verifyLedger(parsed(lines));
      expect(finished).toBe(false);
      if (!whole) expect(found).not.toEqual([]);
    }
  });
});

describe('G-10 G-12 the ledger of any day', () => {
  it('has every released key once, on a declared rung, and the same head for the same rows', () => {
    fc.assert(
      fc.property(anyDay, anyGate, (day, gate) => {
        const ledgers = [0, 1].map(() => {
          const run = new GateRun({ policy: policyWith(gate) });
          run.accept(...everyone(day));
          run.finish();
          const lines: LedgerLine[] = [];
          const keeper = new LedgerKeeper(ledgerRules, (line) => lines.push(line));
          if (GENESIS !== undefined) keeper.append(GENESIS);
          keeper.append({
            type: 'epoch_born',
            audience: 'statistics',
            epochStartMs: EPOCH,
            commitment: 'c',
          });
          for (const window of run.windows) keeper.release(EPOCH, releaseEntry(passGate(window)));
          return verifyLedger(lines);
        });
        expect(ledgers[0]?.problems).toEqual([]);
        expect(ledgers[1]?.head).toBe(ledgers[0]?.head);
      }),
      { seed: 21, numRuns: 40 },
    );
  });

  it('throws when a window comes a second time', () => {
    fc.assert(
      fc.property(anyDay, anyGate, fc.nat(99), (day, gate, nth) => {
        const run = new GateRun({ policy: policyWith(gate) });
        run.accept(...everyone(day));
        run.finish();
        const entries = run.windows.map((window) => releaseEntry(passGate(window)));
        const keeper = new LedgerKeeper(ledgerRules, () => undefined);
        for (const entry of entries) keeper.release(EPOCH, entry);
        const withKeys = entries.filter(({ keys }) => keys.length > 0);
        fc.pre(withKeys.length > 0);
        const again = withKeys[nth % withKeys.length];
        expect(() => {
          if (again !== undefined) keeper.release(EPOCH, again);
        }).toThrow(expect.objectContaining({ code: 'LEDGER_TWICE' }));
      }),
      { seed: 22, numRuns: 40 },
    );
  });
});
