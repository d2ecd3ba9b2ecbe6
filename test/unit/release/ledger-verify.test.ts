import { describe, expect, it } from 'vitest';
import type { LedgerEntry, LedgerLine, ReleaseEntry, ReleasedKey } from '../../../src/model/ledger.ts';
import { chainLine, emptyChain, headOf } from '../../../src/release/ledger.ts';
import { onDeclaredRung, verifyLedger } from '../../../src/release/ledger-verify.ts';

const DAY = Date.UTC(2024, 2, 4, 19);
const GENESIS: LedgerEntry = {
  type: 'genesis',
  format: 1,
  policyVersion: 1,
  policyHash: 'a',
  codeVersion: 'test',
  publicKeys: 'b',
  parameters: { k: 10 },
  vault: 'sealed',
};
const born = (epochStartMs = DAY): LedgerEntry => ({
  type: 'epoch_born',
  audience: 'statistics',
  epochStartMs,
  commitment: 'c',
});
const dead = (epochStartMs = DAY): LedgerEntry => ({
  type: 'epoch_destroyed',
  audience: 'statistics',
  epochStartMs,
});
const KEY: ReleasedKey = {
  unitKind: 'store',
  unitId: 'bakery',
  resolution: 9,
  windowKind: 'hour',
  windowStart: '2024-03-05T12:00:00+09:00',
  holds: 'all',
};
const release = (key: Partial<ReleasedKey> = {}, over: Partial<ReleaseEntry> = {}): ReleaseEntry => ({
  type: 'release',
  table: 'visits',
  epochStartMs: DAY,
  date: '2024-03-05',
  windowKind: 'hour',
  windowStartMs: DAY + 8 * 3_600_000,
  windowEndMs: DAY + 9 * 3_600_000,
  rows: 1,
  keys: [{ ...KEY, ...key }],
  digest: 'd',
  ...over,
});
const END: LedgerEntry = { type: 'finished' };

const chained = (entries: readonly LedgerEntry[]): LedgerLine[] => {
  let head = emptyChain;
  return entries.map((entry) => {
    const line = chainLine(head, entry);
    head = headOf(line);
    return line;
  });
};
const problems = (...entries: LedgerEntry[]): readonly string[] => verifyLedger(chained(entries)).problems;

describe('G-07 G-12 a sound ledger', () => {
  it('is accepted, and its epochs are listed', () => {
    const report = verifyLedger(
      chained([GENESIS, born(), release(), release({ unitId: 'cinema' }), dead(), END]),
    );
    expect(report).toMatchObject({
      problems: [],
      lines: 6,
      releases: 2,
      keys: 2,
      imported: false,
      finished: true,
    });
    expect(report.epochs).toEqual([
      { audience: 'statistics', epochStartMs: DAY, commitment: 'c', destroyed: true },
    ]);
  });

  it('may end early: then it is not finished', () => {
    expect(verifyLedger(chained([GENESIS, born(), release()]))).toMatchObject({
      problems: [],
      finished: false,
    });
  });

  it('says when salts were imported', () => {
    expect(verifyLedger(chained([{ ...GENESIS, vault: 'imported' }])).imported).toBe(true);
  });

  it('of no line proves nothing', () => {
    expect(verifyLedger([])).toMatchObject({ lines: 0, finished: false, releases: 0 });
  });
});

describe('G-07 G-12 a fault', () => {
  it.each<[string, LedgerEntry[], RegExp]>([
    ['no parameters first', [born(), dead()], /parameters/],
    ['parameters twice', [GENESIS, GENESIS], /parameters/],
    ['an epoch born twice', [GENESIS, born(), born()], /born before/],
    ['an epoch born again after its death', [GENESIS, born(), dead(), born()], /born before/],
    ['an epoch destroyed twice', [GENESIS, born(), dead(), dead()], /destroyed before/],
    ['an epoch destroyed that never was', [GENESIS, dead()], /never born/],
    ['a release of an epoch that never was', [GENESIS, release()], /never born/],
    ['a release of a destroyed epoch', [GENESIS, born(), dead(), release()], /already destroyed/],
    ['a key released twice', [GENESIS, born(), release(), release()], /released before/],
    [
      'the rest of a key released beside all of it',
      [GENESIS, born(), release(), release({ holds: 'rest' })],
      /released before/,
    ],
    ['a key twice in one release', [GENESIS, born(), release({}, { keys: [KEY, KEY] })], /released before/],
    [
      'a row that is no rung',
      [GENESIS, born(), release({ unitKind: 'region', windowKind: 'hour' })],
      /no rung/,
    ],
    ['a line after the end', [GENESIS, END, born()], /after the end/],
    ['an unknown entry', [GENESIS, { type: 'gift' } as unknown as LedgerEntry], /not a ledger line/],
  ])('%s is found', (_, entries, expected) => {
    expect(problems(...entries).join('\n')).toMatch(expected);
  });

  it('a line that is none is found', () => {
    expect(verifyLedger([...chained([GENESIS]), null]).problems).toEqual(['line 2: not a ledger line']);
  });

  it.each<[string, unknown]>([
    ['a release without keys', { ...release(), keys: undefined }],
    ['a release whose keys are no list', { ...release(), keys: 'none' }],
    ['a key that is none', { ...release(), keys: [null] }],
    ['an entry that is a number', 7],
    ['an entry that is null', null],
    ['an entry without a type', {}],
  ])('%s is found, and does not stop the verification', (_, entry) => {
    expect(problems(GENESIS, born(), entry as LedgerEntry, dead(), END)).not.toEqual([]);
  });

  it('a finished run with a living salt is found', () => {
    expect(problems(GENESIS, born(), END).join('\n')).toMatch(/alive|not destroyed|never destroyed/);
  });

  it('the same window under another spelling of its time is found', () => {
    const other = release({ windowStart: '2024-03-05T03:00:00Z' });
    expect(problems(GENESIS, born(), release(), other)).not.toEqual([]);
  });

  it('a window that begins where no window does is found', () => {
    expect(problems(GENESIS, born(), release({ windowStart: '2024-03-05T12:00:01+09:00' }))).not.toEqual([]);
    const day = release({ windowKind: 'day', windowStart: '2024-03-05T05:00:00+09:00' });
    expect(problems(GENESIS, born(), day)).not.toEqual([]);
  });

  it('a dimension in a table that has none, and its lack in one that has, are found', () => {
    expect(problems(GENESIS, born(), release({ dimension: 'place' }))).not.toEqual([]);
    expect(problems(GENESIS, born(), release({}, { table: 'transitions' }))).not.toEqual([]);
    expect(problems(GENESIS, born(), release({ dimension: 'os' }, { table: 'demographics' }))).not.toEqual(
      [],
    );
    expect(problems(GENESIS, born(), release({ dimension: 'os' }, { table: 'terminals' }))).toEqual([]);
  });

  it('shares of visits are in classes, and nothing else', () => {
    const told = (share: string): LedgerEntry => ({
      ...release(),
      coverage: [{ regionId: '852f5aaffffffff', parameters: 'live', shares: { withheld: share as '<5' } }],
    });
    expect(problems(GENESIS, born(), told('5-10'))).toEqual([]);
    expect(problems(GENESIS, born(), told('7.3'))).toEqual(['line 3: not a ledger line']);
  });

  it('G-04 a second receipt of one erasure is found', () => {
    const erasure = { type: 'erasure', receipt: 'e', date: '2024-03-05', no: 1 } as const;
    expect(problems(GENESIS, erasure, { ...erasure, no: 2 })).toEqual([]);
    expect(problems(GENESIS, erasure, erasure)).toHaveLength(1);
  });

  it('a window outside its epoch is found', () => {
    expect(problems(GENESIS, born(), release({ windowStart: '2024-03-07T12:00:00+09:00' }))).not.toEqual([]);
  });
});

describe('G-10 onDeclaredRung', () => {
  const cell = (resolution: number, windowKind: ReleasedKey['windowKind']): Partial<ReleasedKey> => ({
    unitKind: 'cell',
    resolution,
    windowKind,
  });
  it.each<[ReleaseEntry['table'], Partial<ReleasedKey>, boolean]>([
    ['visits', {}, true],
    ['visits', { windowKind: 'daypart' }, true],
    ['visits', { windowKind: 'day' }, true],
    ['visits', cell(8, 'day'), true],
    ['visits', cell(7, 'day'), true],
    ['visits', cell(8, 'daypart'), false],
    ['visits', cell(7, 'hour'), false],
    ['visits', cell(9, 'day'), false],
    ['visits', cell(6, 'day'), false],
    ['visits', { unitKind: 'region', resolution: 5, windowKind: 'day' }, true],
    ['visits', { unitKind: 'region', resolution: 5, windowKind: 'daypart' }, false],
    ['visits', { unitKind: 'section' }, false],
    ['visits', { windowKind: 'week' as 'day' }, false],
    ['dwell', cell(8, 'day'), true],
    ['transitions', { dimension: 'place' }, true],
    ['footfall', {}, false],
    ['footfall', cell(8, 'daypart'), true],
    ['footfall', cell(7, 'daypart'), true],
    ['footfall', cell(6, 'daypart'), true],
    ['footfall', cell(7, 'day'), true],
    ['footfall', cell(8, 'day'), false],
    ['footfall', cell(6, 'day'), false],
    ['footfall', cell(8, 'hour'), false],
    ['footfall', { unitKind: 'region', resolution: 5, windowKind: 'day' }, true],
  ])('%s %j: %s', (table, key, expected) => {
    expect(onDeclaredRung(table, { ...KEY, ...key })).toBe(expected);
  });
});
