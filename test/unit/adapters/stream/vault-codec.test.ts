import { describe, expect, it } from 'vitest';
import type { VaultEntry, VaultMeans } from '../../../../src/adapters/stream/vault-codec.ts';
import { VaultRecords } from '../../../../src/adapters/stream/vault-codec.ts';
import { commitmentOf } from '../../../../src/adapters/vault/commitment.ts';
import { Wrapper } from '../../../../src/adapters/vault/wrap.ts';
import { avroCodec } from '../../../../src/wire/avro.ts';
import { EPOCH, clock } from '../../../support/builders.ts';
import { SeededBytes } from '../../../support/seeded.ts';
import { HOUR, NEXT_EPOCH, named } from './salted.ts';

const NAME = named('statistics', EPOCH);
const NOW = clock('12:00');
const aWrapper = (fill = 7): Wrapper => new Wrapper(Buffer.alloc(32, fill));

const recordsOf = (over: Partial<VaultMeans> = {}): VaultRecords =>
  new VaultRecords({
    rules: 'ours',
    ...{ topic: 'oboro.vault', randomness: new SeededBytes('vault'), wrapper: null, imported: null },
    ...over,
  });

const valueOf = (records: VaultRecords, entry: VaultEntry): Buffer =>
  records.encode(entry, NOW).value ?? Buffer.alloc(0);

const avro = avroCodec('oboro.vault');
const opened = (value: Buffer) => {
  const outcome = avro.decode(value);
  if (outcome.kind !== 'keep') throw new Error('not a value of oboro.vault');
  return outcome.value;
};
const code = (name: string) => expect.objectContaining({ code: name }) as Error;

const KINDS: readonly (readonly [string, Partial<VaultMeans>])[] = [
  ['unwrapped', {}],
  ['wrapped', { wrapper: aWrapper() }],
];

describe('G-07 a salt', () => {
  it('is 256 new bits, and its commitment binds it to its name', () => {
    const records = recordsOf();
    const [one, other] = [records.make(NAME), records.make(NAME)];
    expect(one).toMatchObject({ name: NAME, imported: false });
    expect(one.bytes).toHaveLength(32);
    expect(other.bytes).not.toEqual(one.bytes);
    expect(one.commitment).toBe(commitmentOf(NAME, one.bytes ?? Buffer.alloc(0)));
  });

  it.each(KINDS)('comes back as it was: %s', (_, means) => {
    const records = recordsOf(means);
    for (const name of [NAME, named('nearby', HOUR), named('fraud', EPOCH)]) {
      const entry = records.make(name);
      expect(recordsOf(means).decode(valueOf(records, entry))).toEqual({ ...entry, writtenAt: NOW });
    }
  });

  it('stands under its name in the first partition, so that compaction keeps the newest', () => {
    const records = recordsOf();
    const born = records.encode(records.make(NAME), NOW);
    const died = records.encode({ ...records.make(NAME), bytes: null }, NOW);
    expect(born).toMatchObject({ topic: 'oboro.vault', partition: 0 });
    expect(died.key).toEqual(born.key);
    expect(records.encode(records.make(named('statistics', NEXT_EPOCH)), NOW).key).not.toEqual(born.key);
    expect(records.encode(records.make(named('nearby', EPOCH)), NOW).key).not.toEqual(born.key);
  });

  it('is a buffer of its own: zeroing it changes no record', () => {
    const records = recordsOf();
    const value = valueOf(records, records.make(NAME));
    const before = Buffer.from(value);
    records.decode(value).bytes?.fill(0);
    expect(value).toEqual(before);
  });

  it('G-06 is for those only who count by the rules under which it was made', () => {
    const [ours, theirs] = [recordsOf(), recordsOf({ rules: 'theirs' })];
    const entry = ours.make(NAME);
    expect(() => theirs.decode(valueOf(ours, entry))).toThrow(code('CFG_INVALID'));
    // Whoever counts nothing may look; and what is dead concerns nobody's counting.
    expect(recordsOf({ rules: null }).decode(valueOf(ours, entry)).bytes).toEqual(entry.bytes);
    expect(theirs.decode(valueOf(ours, { ...entry, bytes: null })).bytes).toBe(null);
  });

  it('comes from the imported ones where there are any, and says so', () => {
    const salt = Buffer.alloc(32, 5);
    const records = recordsOf({ imported: () => salt });
    const entry = records.make(NAME);
    expect(entry).toMatchObject({ bytes: salt, imported: true });
    expect(recordsOf().decode(valueOf(records, entry))).toMatchObject({ imported: true, bytes: salt });
  });
});

describe('G-07 a wrapped salt', () => {
  const records = recordsOf({ wrapper: aWrapper() });
  const entry = records.make(NAME);
  const value = valueOf(records, entry);

  it('is nowhere in the clear', () => {
    expect(value.includes(entry.bytes ?? 'none')).toBe(false);
  });

  it('the control: an unwrapped one is', () => {
    expect(valueOf(recordsOf(), entry).includes(entry.bytes ?? 'none')).toBe(true);
  });

  it.each([
    ['another key', aWrapper(8)],
    ['no key', null],
  ])('does not open with %s: VAULT_KEY', (_, wrapper) => {
    expect(() => recordsOf({ wrapper }).decode(value)).toThrow(code('VAULT_KEY'));
  });

  it('opens for nobody under another name: VAULT_KEY', () => {
    const moved = avro.encode({ ...opened(value), epoch: NEXT_EPOCH });
    expect(() => records.decode(moved)).toThrow(code('VAULT_KEY'));
  });

  it('does not open when a bit of it was changed: VAULT_KEY', () => {
    const record = opened(value);
    const wrapped = Buffer.from(record.wrapped ?? Buffer.alloc(0));
    wrapped[wrapped.length - 1] = (wrapped.at(-1) ?? 0) ^ 1;
    expect(() => records.decode(avro.encode({ ...record, wrapped }))).toThrow(code('VAULT_KEY'));
  });

  it('is wrapped anew with every record', () => {
    expect(valueOf(records, entry)).not.toEqual(valueOf(records, entry));
  });
});

describe('G-07 a salt that is not the one that was made', () => {
  it('is refused by its commitment when it stands unwrapped', () => {
    const records = recordsOf();
    const record = opened(valueOf(records, records.make(NAME)));
    const wrapped = Buffer.from(record.wrapped ?? Buffer.alloc(0));
    wrapped[0] = (wrapped[0] ?? 0) ^ 1;
    for (const changed of [{ wrapped }, { epoch: NEXT_EPOCH }, { audience: 'nearby' as const }]) {
      expect(() => records.decode(avro.encode({ ...record, ...changed }))).toThrow(code('VAULT_COMMITMENT'));
    }
  });

  it('is refused when somebody who has the key wrapped another', () => {
    const records = recordsOf({ wrapper: aWrapper() });
    const [entry, other] = [records.make(NAME), records.make(NAME)];
    const value = valueOf(records, { ...other, commitment: entry.commitment });
    expect(() => records.decode(value)).toThrow(code('VAULT_COMMITMENT'));
  });
});

describe('G-07 a destroyed salt', () => {
  it.each(KINDS)('leaves a note with its commitment and no bytes: %s', (_, means) => {
    const records = recordsOf(means);
    const entry = records.make(NAME);
    const value = valueOf(records, { ...entry, bytes: null });
    expect(records.decode(value)).toEqual({ ...entry, bytes: null, writtenAt: NOW });
    expect(opened(value)).toMatchObject({ state: 'destroyed', wrapped: null, destroyedAtMs: NOW });
    expect(value.includes(entry.bytes ?? 'none')).toBe(false);
  });

  it('is read with any key: nothing is left to open', () => {
    const records = recordsOf({ wrapper: aWrapper() });
    const value = valueOf(records, { ...records.make(NAME), bytes: null });
    expect(recordsOf({ wrapper: aWrapper(8) }).decode(value).bytes).toBeNull();
  });
});

describe('foreign bytes', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('salt')],
    ['a value cut short', valueOf(recordsOf(), recordsOf().make(NAME)).subarray(0, 20)],
  ])('%s: STATE_CORRUPT', (_, value) => {
    expect(() => recordsOf().decode(value)).toThrow(code('STATE_CORRUPT'));
  });

  it.each(KINDS)('the salt is in no error: %s', (_, means) => {
    const records = recordsOf(means);
    const entry = records.make(NAME);
    const moved = avro.encode({ ...opened(valueOf(records, entry)), epoch: NEXT_EPOCH });
    try {
      records.decode(moved);
      expect.unreachable();
    } catch (cause) {
      const said = `${String(cause)} ${JSON.stringify(cause)}`;
      expect(said).not.toContain(entry.bytes?.toString('hex'));
      expect(said).not.toContain(entry.bytes?.toString('base64'));
    }
  });
});
