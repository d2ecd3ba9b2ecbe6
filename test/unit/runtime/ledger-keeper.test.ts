import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import type { LedgerLine, ReleaseEntry } from '../../../src/model/ledger.ts';
import { epochStart } from '../../../src/model/time.ts';
import { verifyLedger } from '../../../src/release/ledger-verify.ts';
import type { LedgerRecord } from '../../../src/runtime/ledger-keeper.ts';
import { LedgerKeeper } from '../../../src/runtime/ledger-keeper.ts';
import { ledgerRules } from '../../../src/topology/topology.ts';
import { EPOCH } from '../../support/builders.ts';

const aKeeper = () => {
  const lines: LedgerLine[] = [];
  return { keeper: new LedgerKeeper(ledgerRules, (line) => lines.push(line)), lines };
};
const release = (unitId = 'bakery'): ReleaseEntry => ({
  type: 'release',
  table: 'visits',
  epochStartMs: EPOCH,
  date: '2024-03-05',
  windowKind: 'hour',
  windowStartMs: EPOCH,
  windowEndMs: EPOCH + 3_600_000,
  rows: 1,
  keys: [
    {
      unitKind: 'store',
      unitId,
      resolution: 9,
      windowKind: 'hour',
      windowStart: '2024-03-05T04:00:00+09:00',
      holds: 'all',
    },
  ],
  digest: 'd',
});

describe('G-12 the keeper', () => {
  it('is empty until its first line', () => {
    const { keeper, lines } = aKeeper();
    expect(keeper.isEmpty).toBe(true);
    keeper.append({ type: 'finished' });
    expect(keeper.isEmpty).toBe(false);
    expect(lines.map(({ seq }) => seq)).toEqual([1]);
  });

  it('writes one chain', () => {
    const { keeper, lines } = aKeeper();
    keeper.append({ type: 'epoch_born', audience: 'statistics', epochStartMs: EPOCH, commitment: 'c' });
    keeper.release(EPOCH, release());
    keeper.append({ type: 'epoch_destroyed', audience: 'statistics', epochStartMs: EPOCH });
    keeper.append({ type: 'finished' });
    expect(verifyLedger(lines).problems).toEqual([
      'line 1: the parameters belong in the first line and only there',
    ]);
  });

  it('refuses a key a second time and writes no line for it', () => {
    const { keeper, lines } = aKeeper();
    keeper.release(EPOCH, release());
    expect(() => {
      keeper.release(EPOCH, release());
    }).toThrow(expect.objectContaining({ code: 'LEDGER_TWICE' }));
    expect(lines).toHaveLength(1);
    keeper.release(EPOCH, release('cinema'));
    expect(lines).toHaveLength(2);
  });

  it('refuses it after a restart too', () => {
    const before = aKeeper();
    before.keeper.append({ type: 'finished' });
    before.keeper.release(EPOCH, release());
    const record = deserialize(serialize(before.keeper.record())) as LedgerRecord;
    const after = aKeeper();
    after.keeper.restore(record);
    expect(after.keeper.isEmpty).toBe(false);
    expect(() => {
      after.keeper.release(EPOCH, release());
    }).toThrow(expect.objectContaining({ code: 'LEDGER_TWICE' }));
    after.keeper.release(EPOCH, release('cinema'));
    expect(after.lines[0]).toMatchObject({ seq: 3, prev: before.lines[1]?.hash });
  });

  it('remembers no keys of an epoch that is over', () => {
    const { keeper } = aKeeper();
    const other = epochStart(EPOCH + 86_400_000);
    keeper.release(EPOCH, release());
    keeper.release(other, release());
    keeper.closeEpoch(EPOCH);
    expect([...keeper.record().released.keys()]).toEqual([other]);
  });

  it('takes a restored record over, whatever it held before', () => {
    const { keeper } = aKeeper();
    keeper.release(EPOCH, release());
    keeper.restore({ head: ledgerRules.emptyChain, released: new Map() });
    expect(keeper.isEmpty).toBe(true);
    keeper.release(EPOCH, release());
  });
});
