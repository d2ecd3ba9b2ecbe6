import { describe, expect, it } from 'vitest';
import type { GenesisEntry, LedgerLine, ReleaseEntry } from '../../../../src/model/ledger.ts';
import { HOUR_MS } from '../../../../src/model/time.ts';
import { verifyLedger } from '../../../../src/release/ledger-verify.ts';
import { Chain } from '../../../../src/runtime/stream/chain.ts';
import { ledgerRules } from '../../../../src/topology/topology.ts';
import { EPOCH } from '../../../support/builders.ts';

const GENESIS: GenesisEntry = {
  type: 'genesis',
  format: 1,
  policyVersion: 1,
  policyHash: 'a'.repeat(64),
  codeVersion: 'test',
  publicKeys: 'b'.repeat(64),
  parameters: { k: 5, inputPartitions: 4, gatePartitions: 12 },
  vault: 'sealed',
};

const release = (over: Partial<ReleaseEntry> = {}, unitId = 'bakery'): ReleaseEntry => ({
  type: 'release',
  table: 'visits',
  epochStartMs: EPOCH,
  date: '2024-03-05',
  windowKind: 'hour',
  windowStartMs: EPOCH,
  windowEndMs: EPOCH + HOUR_MS,
  rows: 1,
  keys: [
    {
      ...{ unitKind: 'store', unitId, resolution: 9, windowKind: 'hour', holds: 'all' },
      windowStart: '2024-03-05T04:00:00+09:00',
    },
  ],
  digest: 'd'.repeat(64),
  ...over,
});
const born = { type: 'epoch_born', audience: 'statistics', epochStartMs: EPOCH, commitment: 'c' } as const;
const destroyed = { type: 'epoch_destroyed', audience: 'statistics', epochStartMs: EPOCH } as const;

const aChain = (lines: readonly LedgerLine[] = []): Chain => {
  const chain = new Chain(ledgerRules);
  for (const line of lines) chain.load(line);
  return chain;
};
const linesOf = (...lines: readonly (LedgerLine | null)[]): readonly LedgerLine[] =>
  lines.filter((line) => line !== null);
const code = (name: string) => expect.objectContaining({ code: name }) as Error;

/** A chain with a beginning, a birth and a release. */
const begun = (): readonly LedgerLine[] => {
  const chain = aChain();
  return linesOf(chain.begin(GENESIS), chain.note(born), chain.release(release()));
};

describe('G-12 a chain', () => {
  it('begins with the parameters, and each line follows the one before', () => {
    const lines = begun();
    expect(lines.map(({ seq, entry }) => [seq, entry.type])).toEqual([
      [1, 'genesis'],
      [2, 'epoch_born'],
      [3, 'release'],
    ]);
    expect(lines.slice(1).map(({ prev }) => prev)).toEqual(lines.slice(0, -1).map(({ hash }) => hash));
  });

  it('goes on after a take-over where it ended: one chain, whoever wrote it', () => {
    const lines = begun();
    const chain = aChain(lines);
    const more = linesOf(chain.begin(GENESIS), chain.release(release({}, 'cinema')), chain.note(destroyed));
    expect(more.map(({ entry }) => entry.type)).toEqual(['epoch_destroyed']);
    expect(verifyLedger([...lines, ...more]).lines).toBe(4);
    expect(more[0]).toMatchObject({ seq: 4, prev: lines[2]?.hash });
  });

  it('does not write a release again that is there already', () => {
    expect(aChain(begun()).release(release())).toBeNull();
    const chain = aChain();
    expect(chain.release(release())).not.toBeNull();
    expect(chain.release(release())).toBeNull();
  });

  it('refuses a window that comes out otherwise the second time: LEDGER_BROKEN', () => {
    const chain = aChain(begun());
    expect(() => chain.release(release({ digest: 'e'.repeat(64) }))).toThrow(code('LEDGER_BROKEN'));
  });

  it.each([
    ['table', { table: 'dwell' }],
    ['kind of window', { windowKind: 'daypart' }],
    ['window', { windowStartMs: EPOCH + HOUR_MS }],
    ['epoch', { epochStartMs: EPOCH + 24 * HOUR_MS }],
  ] as const)('tells windows apart by their %s', (_, over) => {
    const chain = aChain(begun());
    const other = release({ ...over, keys: [], digest: 'e'.repeat(64) });
    expect(chain.release(other)).toMatchObject({ seq: 4 });
  });

  it('refuses a key that was released in another window: LEDGER_TWICE', () => {
    const chain = aChain(begun());
    const other = release({ windowStartMs: EPOCH + HOUR_MS, digest: 'e'.repeat(64) });
    expect(() => chain.release(other)).toThrow(code('LEDGER_TWICE'));
    expect(chain.release({ ...other, keys: release({}, 'cinema').keys })).toMatchObject({ seq: 4 });
  });

  it('remembers what it refused nothing of: a refused release is not on the chain', () => {
    const chain = aChain(begun());
    expect(() => chain.release(release({ digest: 'e'.repeat(64) }))).toThrow();
    expect(chain.note(destroyed)).toMatchObject({ seq: 4 });
  });
});

describe('G-12 lines that are read', () => {
  const lines = begun();
  const [first, second, third] = lines as readonly [LedgerLine, LedgerLine, LedgerLine];
  it.each([
    ['a line is missing', [first, third]],
    ['the first is missing', [second, third]],
    ['one comes twice', [first, second, second]],
    ['two have changed places', [second, first]],
    ['one is of another chain', [first, { ...second, prev: 'f'.repeat(64) }]],
    ['one has another number', [first, { ...second, seq: 3 }]],
  ])('LEDGER_BROKEN when %s', (_, read) => {
    expect(() => aChain(read)).toThrow(code('LEDGER_BROKEN'));
  });

  it('LEDGER_TWICE when a key was released twice', () => {
    const chain = aChain(lines);
    const other = aChain(lines.slice(0, 2));
    const line = other.release(release({ windowStartMs: EPOCH + HOUR_MS }));
    if (line === null) throw new Error('a line expected');
    const forged = ledgerRules.chainLine(ledgerRules.headOf(third), line.entry);
    expect(() => chain.load(forged)).toThrow(code('LEDGER_TWICE'));
  });
});

describe('the parameters', () => {
  it('are written once', () => {
    const chain = aChain();
    expect(chain.begin(GENESIS)).toMatchObject({ seq: 1 });
    expect(aChain(begun()).begin(GENESIS)).toBeNull();
  });

  it.each([
    ['policy', { policyHash: 'c'.repeat(64) }, 'CFG_INVALID'],
    ['stores', { publicKeys: 'c'.repeat(64) }, 'CFG_INVALID'],
    ['number of inputs', { parameters: { ...GENESIS.parameters, inputPartitions: 5 } }, 'PARTITIONS_CHANGED'],
    ['deployment', { parameters: { ...GENESIS.parameters, deployment: 'blue' } }, 'CFG_INVALID'],
    ['number of gates', { parameters: { ...GENESIS.parameters, gatePartitions: 13 } }, 'PARTITIONS_CHANGED'],
  ])('G-12 refuses to go on with another %s', (_, over, expected) => {
    expect(() => aChain(begun()).begin({ ...GENESIS, ...over })).toThrow(code(expected));
  });

  it('may be written by a newer version of the program', () => {
    expect(aChain(begun()).begin({ ...GENESIS, codeVersion: 'newer' })).toBeNull();
  });
});

describe('G-07 births and deaths of salts', () => {
  it('are on the chain once each, and known from then on, after a take-over as well', () => {
    const name = { audience: 'statistics', epoch: EPOCH } as const;
    const chain = aChain();
    expect(chain.knows('epoch_born', name)).toBe(false);
    const lines = linesOf(chain.begin(GENESIS), chain.note(born));
    expect(chain.note(born)).toBeNull();
    for (const one of [chain, aChain(lines)]) {
      expect(one.knows('epoch_born', name)).toBe(true);
      expect(one.knows('epoch_destroyed', name)).toBe(false);
      expect(one.knows('epoch_born', { ...name, audience: 'nearby' })).toBe(false);
      expect(one.note(born)).toBeNull();
      expect(one.note(destroyed)).toMatchObject({ seq: 3 });
      expect(one.knows('epoch_destroyed', name)).toBe(true);
    }
  });

  it('G-04 holds the receipt of an erasure once, also when it is read again', () => {
    const erasure = { type: 'erasure', receipt: 'e'.repeat(64), date: '2024-03-05', no: 17 } as const;
    const chain = aChain(begun());
    const line = chain.note(erasure);
    expect(line?.entry).toEqual(erasure);
    expect(chain.note(erasure)).toBeNull();
    const again = aChain([...begun(), ...linesOf(line)]);
    expect(again.note(erasure)).toBeNull();
    expect(again.note({ ...erasure, no: 18 })?.entry).toEqual({ ...erasure, no: 18 });
  });
});
