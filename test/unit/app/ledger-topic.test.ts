import { describe, expect, it } from 'vitest';
import { ledgerChains } from '../../../src/app/ledger-topic.ts';
import type { LedgerEntry, LedgerLine } from '../../../src/model/ledger.ts';
import { verifyLedger } from '../../../src/release/ledger-verify.ts';
import { ledgerRules } from '../../../src/topology/topology.ts';
import { framedEncoder } from '../../../src/wire/framed.ts';
import { EPOCH } from '../../support/builders.ts';
import { MemoryLog } from '../../support/stream/memory-log.ts';

const TOPIC = 'release.ledger';
const encode = framedEncoder(TOPIC, 12);

const GENESIS: LedgerEntry = {
  ...{ type: 'genesis', format: 1, policyVersion: 1, policyHash: 'a'.repeat(64), codeVersion: 'test' },
  ...{ publicKeys: 'b'.repeat(64), parameters: { k: 5, tier: 'threshold', linked: true }, vault: 'sealed' },
} as const;
const BORN: LedgerEntry = {
  ...{ type: 'epoch_born', audience: 'statistics', epochStartMs: EPOCH, commitment: 'c'.repeat(64) },
} as const;
const DIED: LedgerEntry = { type: 'epoch_destroyed', audience: 'statistics', epochStartMs: EPOCH };

const chainOf = (...entries: readonly LedgerEntry[]): readonly LedgerLine[] => {
  let head = ledgerRules.emptyChain;
  return entries.map((entry) => {
    const line = ledgerRules.chainLine(head, entry);
    head = ledgerRules.headOf(line);
    return line;
  });
};
const at = (partition: number, value: Buffer | null) => ({ topic: TOPIC, partition, key: null, value });

describe('G-12 the chains of the ledger’s topic', () => {
  it('are one a partition, line by line as they were written', async () => {
    const log = new MemoryLog({ [TOPIC]: 3 });
    const [one, other] = [chainOf(GENESIS, BORN, DIED), chainOf(GENESIS)];
    // Commits of two tasks take turns.
    log.commit([at(0, encode(one[0] as LedgerLine)), at(2, encode(other[0] as LedgerLine))]);
    for (const line of one.slice(1)) log.commit([at(0, encode(line))]);
    const chains = await ledgerChains(log);
    expect(chains).toEqual([one, [], other]);
    expect(verifyLedger(chains[0] ?? []).problems).toEqual([]);
  });

  it('show what is no ledger line as null, in its place, and an auditor sees it', async () => {
    const log = new MemoryLog({ [TOPIC]: 1 });
    const [first, second] = chainOf(GENESIS, BORN).map((line) => encode(line));
    const foreign = [Buffer.from('{"seq":2}'), Buffer.alloc(0), null, first?.subarray(0, 20) ?? null];
    log.commit([first ?? null, ...foreign, second ?? null].map((value) => at(0, value)));
    const [lines = []] = await ledgerChains(log);
    expect(lines.map((line) => line !== null)).toEqual([true, false, false, false, false, true]);
    expect(verifyLedger(lines).problems.length).toBeGreaterThan(0);
  });

  it('are missing where the topic is', async () => {
    await expect(ledgerChains(new MemoryLog({}))).rejects.toThrow(
      expect.objectContaining({ code: 'TOPIC_MISSING' }),
    );
  });
});
