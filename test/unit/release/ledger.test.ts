import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/flow/canonical.ts';
import { OboroError } from '../../../src/model/errors.ts';
import type { ReleasedKey } from '../../../src/model/ledger.ts';
import {
  GENESIS_PREV,
  chainLine,
  emptyChain,
  headOf,
  keyName,
  lineHash,
  refuseTwice,
  releaseEntry,
  rowsDigest,
} from '../../../src/release/ledger.ts';
import { passGate } from '../../../src/release/released.ts';
import { GateRun } from '../../support/drive.ts';
import { aSmallPolicy, aSuccessor, aVisit, clock, people } from '../../support/builders.ts';

/** A day with visits, dwell and transitions of one hour. */
const aDay = (): GateRun => {
  const run = new GateRun({ policy: aSmallPolicy() });
  for (const [i, { member }] of people(12).entries()) {
    const visit = aVisit(member ?? '', { dwellMs: (i % 2 === 0 ? 6 : 30) * 60_000 });
    run.accept(visit);
    if (i % 2 === 0) run.accept(aSuccessor(visit, 'hatter'));
  }
  run.advance(clock('23:00'));
  run.finish();
  return run;
};

describe('G-12 the chain', () => {
  it('begins with 64 zeros and links each line to the one before', () => {
    const first = chainLine(emptyChain, { type: 'finished' });
    const second = chainLine(headOf(first), { type: 'finished' });
    expect(first).toMatchObject({ seq: 1, prev: GENESIS_PREV });
    expect(second).toMatchObject({ seq: 2, prev: first.hash });
  });

  it('hashes the canonical JSON of number, predecessor and entry', () => {
    const line = chainLine(emptyChain, { type: 'finished' });
    const text = `{"entry":{"type":"finished"},"prev":"${GENESIS_PREV}","seq":1}`;
    expect(line.hash).toBe(createHash('sha256').update(text).digest('hex'));
    expect(lineHash(line)).toBe(line.hash);
  });
});

describe('G-12 a release entry', () => {
  const windows = aDay().windows;

  it('names each released key once, whatever the number of its parts; withheld rows have none', () => {
    const entries = windows.map((value) => releaseEntry(passGate(value)));
    const shown = entries.map(({ table, rows, keys }) => `${table} ${String(rows)} ${String(keys.length)}`);
    expect(shown).toEqual(['visits 1 1', 'dwell 2 1', 'visits 5 0', 'transitions 4 2']);
  });

  it('commits to the published rows and to nothing else', () => {
    for (const value of windows) {
      const lines = value.rows.map((row) => `${canonicalJson(row)}\n`).join('');
      expect(releaseEntry(passGate(value)).digest).toBe(createHash('sha256').update(lines).digest('hex'));
    }
  });

  it('changes with any published value, and with the order of rows', () => {
    const rows = windows[2]?.rows ?? [];
    const [first, ...others] = rows;
    expect(rowsDigest([...others, ...(first === undefined ? [] : [first])])).not.toBe(rowsDigest(rows));
    expect(rowsDigest(rows.map((row) => ({ ...row, holds: 'rest' as const })))).not.toBe(rowsDigest(rows));
  });
});

describe('G-12 refuseTwice', () => {
  const entryOf = (windows = aDay().windows) => windows.map((value) => releaseEntry(passGate(value)));

  it('lets every key pass once and throws LEDGER_TWICE on the second', () => {
    const seen = new Set<string>();
    for (const entry of entryOf()) refuseTwice(seen, entry);
    for (const entry of entryOf().filter(({ keys }) => keys.length > 0)) {
      const again = (): void => {
        refuseTwice(seen, entry);
      };
      expect(again).toThrow(OboroError);
      expect(again).toThrow(expect.objectContaining({ code: 'LEDGER_TWICE' }));
    }
  });

  const key: ReleasedKey = {
    unitKind: 'store',
    unitId: 'bakery',
    resolution: 9,
    windowKind: 'hour',
    windowStart: '2024-03-05T12:00:00+09:00',
    holds: 'all',
  };
  it.each<[string, string, ReleasedKey, boolean]>([
    ['another table', 'dwell', key, false],
    ['another unit', 'visits', { ...key, unitId: 'cinema' }, false],
    ['another kind of unit', 'visits', { ...key, unitKind: 'cell' }, false],
    ['another window', 'visits', { ...key, windowStart: '2024-03-05T13:00:00+09:00' }, false],
    ['another kind of window', 'visits', { ...key, windowKind: 'day' }, false],
    ['another dimension', 'visits', { ...key, dimension: 'place' }, false],
    ['the rest of the same key', 'visits', { ...key, holds: 'rest' }, true],
    ['the same key', 'visits', { ...key }, true],
  ])('takes %s for what it is', (_, table, other, isSame) => {
    expect(keyName(table, other) === keyName('visits', key)).toBe(isSame);
  });
});
