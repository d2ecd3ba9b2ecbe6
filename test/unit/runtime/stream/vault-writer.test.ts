import { describe, expect, it } from 'vitest';
import { SealedContributions } from '../../../../src/adapters/stream/contribution-codec.ts';
import type { SaltName } from '../../../../src/model/identity.ts';
import type { EpochBornEntry, EpochDestroyedEntry } from '../../../../src/model/ledger.ts';
import type { WallTime } from '../../../../src/model/time.ts';
import { DAY_MS, eventTime, wallTime, watermark } from '../../../../src/model/time.ts';
import type { Outgoing } from '../../../../src/ports/log.ts';
import { Chain } from '../../../../src/runtime/stream/chain.ts';
import { TOPICS } from '../../../../src/runtime/stream/topics.ts';
import { VaultWriter } from '../../../../src/runtime/stream/vault-writer.ts';
import { ledgerRules } from '../../../../src/topology/topology.ts';
import { EPOCH, clock } from '../../../support/builders.ts';
import { SeededBytes } from '../../../support/seeded.ts';
import { HOUR, NEXT_EPOCH, NEXT_HOUR, aRing, named } from '../../adapters/stream/salted.ts';
import { VaultStand } from './vault-stand.ts';

const NOW = wallTime(clock('12:30'));
const DAY = named('statistics', EPOCH);
const GATES = 3;
/** Nearby salts die an hour and five minutes after their hour began, the others long after. */
const deathOf = ({ audience, epoch }: SaltName) =>
  eventTime(epoch + (audience === 'nearby' ? 65 : 36 * 60) * 60_000);

/** A day after its birth. */
const deadlineOf = (_: SaltName, bornAt: WallTime) => wallTime(bornAt + DAY_MS);

/** A writer with everything around it; what it writes is read back only when the test says so. */
class Writing {
  readonly stand: VaultStand;
  readonly chain: Chain;
  readonly contributions = new SealedContributions({
    ...{ keyOf: aRing([]).keyOf, randomness: new SeededBytes('notes') },
  });
  readonly writer: VaultWriter;
  #records: Outgoing[] = [];

  constructor(stand = new VaultStand(), chain = new Chain(ledgerRules)) {
    this.stand = stand;
    this.chain = chain;
    this.writer = new VaultWriter({
      ...{ view: stand.view, codec: stand.codec, chain, gatePartitions: GATES, deathOf, deadlineOf },
      control: this.contributions.control,
      write: (record) => this.#records.push(record),
    });
  }

  /** What was written since the last call, as texts. */
  taken(): readonly string[] {
    return this.take().map((record) => this.#shown(record));
  }

  take(): readonly Outgoing[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  /** The commit is through: the view reads the vault, the chain its notes. */
  commit(): void {
    for (const record of this.take()) {
      if (record.topic === TOPICS.vault) this.stand.read(record);
      else if (record.partition === 0) this.chain.note(this.noteOf(record));
    }
  }

  noteOf({ value }: Outgoing): EpochBornEntry | EpochDestroyedEntry {
    const control = this.contributions.read(value ?? Buffer.alloc(0));
    if (control.kind !== 'note') throw new Error('a note expected');
    return control.entry;
  }

  #shown(record: Outgoing): string {
    if (record.topic === TOPICS.vault) {
      const { name, bytes } = this.stand.codec.decode(record.value ?? Buffer.alloc(0));
      return `vault: ${name.audience} ${name.epoch} ${bytes === null ? 'destroyed' : 'held'}`;
    }
    const { type, audience, epochStartMs } = this.noteOf(record);
    return `chain ${record.partition}: ${audience} ${epochStartMs} ${type}`;
  }
}

const birthOf = ({ audience, epoch }: SaltName): readonly string[] => [
  `vault: ${audience} ${epoch} held`,
  ...partitionsFor(audience).map((p) => `chain ${p}: ${audience} ${epoch} epoch_born`),
];
const deathNotes = ({ audience, epoch }: SaltName): readonly string[] => [
  `vault: ${audience} ${epoch} destroyed`,
  ...partitionsFor(audience).map((p) => `chain ${p}: ${audience} ${epoch} epoch_destroyed`),
];
const partitionsFor = (audience: string): readonly number[] => (audience === 'statistics' ? [0, 1, 2] : [0]);

describe('G-07 salts that are asked for', () => {
  it.each([DAY, named('nearby', HOUR), named('fraud', EPOCH)])(
    'are made, and told to the chains that they concern: $audience',
    (name) => {
      const writing = new Writing();
      writing.writer.want([name], NOW);
      expect(writing.taken()).toEqual(birthOf(name));
    },
  );

  it('come with the commitment of the salt that is in the vault', () => {
    const writing = new Writing();
    writing.writer.want([DAY], NOW);
    const [vault, ...notes] = writing.take();
    const { commitment } = writing.stand.codec.decode(vault?.value ?? Buffer.alloc(0));
    for (const note of notes) expect(writing.noteOf(note)).toMatchObject({ commitment });
  });

  it('leave no copy behind here: the one that is used comes from the topic', () => {
    const writing = new Writing();
    const made: Buffer[] = [];
    const { codec } = writing.stand;
    const make: typeof codec.make = (name) => {
      const entry = codec.make(name);
      if (entry.bytes !== null) made.push(entry.bytes);
      return entry;
    };
    const writer = new VaultWriter({
      ...{ view: writing.stand.view, chain: writing.chain, gatePartitions: GATES, deathOf, deadlineOf },
      codec: { make, encode: (entry, nowMs) => codec.encode(entry, nowMs) },
      control: writing.contributions.control,
      write: (record) => {
        if (record.topic === TOPICS.vault) writing.stand.read(record);
      },
    });
    writer.want([DAY], NOW);
    expect(made).toEqual([Buffer.alloc(32)]);
    const known = writing.stand.view.of(DAY);
    expect(known === undefined || known === 'destroyed' ? null : known.bytes).not.toEqual(Buffer.alloc(32));
  });

  it('are one a name, however often and by however many they are asked for', () => {
    const writing = new Writing();
    writing.writer.want([DAY, DAY], NOW);
    writing.writer.want([named('nearby', HOUR), DAY], NOW);
    expect(writing.taken()).toEqual([...birthOf(DAY), ...birthOf(named('nearby', HOUR))]);
  });

  it('are not made again when the view has them, or had', () => {
    const before = new Writing();
    before.writer.want([DAY], NOW);
    before.commit();
    const after = new Writing(before.stand, before.chain);
    after.writer.want([DAY], NOW);
    expect(after.taken()).toEqual([]);
    const [entry] = before.stand.hold(named('nearby', HOUR));
    if (entry !== undefined) before.stand.read(before.stand.death(entry));
    after.writer.want([named('nearby', HOUR)], NOW);
    expect(after.taken()).toEqual([]);
  });

  it('are not replaced when they are lost: born by the ledger, unknown to the vault', () => {
    const before = new Writing();
    before.writer.want([DAY], NOW);
    before.commit();
    const after = new Writing(new VaultStand(), before.chain);
    expect(() => after.writer.want([DAY], NOW)).toThrow(
      expect.objectContaining({ code: 'VAULT_COMMITMENT' }),
    );
    expect(after.taken()).toEqual([]);
    after.writer.want([named('statistics', NEXT_EPOCH)], NOW);
    expect(after.taken()).toHaveLength(4);
  });

  it('stay dead when only the ledger remembers that they were destroyed', () => {
    const writing = new Writing();
    writing.chain.note({ type: 'epoch_born', audience: 'statistics', epochStartMs: EPOCH, commitment: 'c' });
    writing.chain.note({ type: 'epoch_destroyed', audience: 'statistics', epochStartMs: EPOCH });
    writing.writer.want([DAY], NOW);
    expect(writing.taken()).toEqual([]);
  });
});

describe('G-07 statistics salts', () => {
  const held = (): Writing => {
    const writing = new Writing();
    writing.writer.want([DAY, named('statistics', NEXT_EPOCH)], NOW);
    writing.commit();
    return writing;
  };

  it('die when every gate task is done with them, not before', () => {
    const writing = held();
    for (const partition of [2, 0]) {
      writing.writer.done(partition, EPOCH, NOW);
      expect(writing.taken()).toEqual([]);
    }
    writing.writer.done(1, EPOCH, NOW);
    expect(writing.taken()).toEqual(deathNotes(DAY));
  });

  it('do not die of one task that says so again and again', () => {
    const writing = held();
    for (let i = 0; i < 5; i += 1) writing.writer.done(0, EPOCH, NOW);
    writing.writer.done(1, NEXT_EPOCH, NOW);
    writing.writer.done(2, NEXT_EPOCH, NOW);
    expect(writing.taken()).toEqual([]);
  });

  it('do not die by the watermark, however late it is', () => {
    const writing = held();
    writing.writer.advance(watermark(clock('00:00', 400)), NOW);
    expect(writing.taken()).toEqual([]);
  });

  it('die once', () => {
    const writing = held();
    for (const partition of [0, 1, 2, 0, 1, 2]) writing.writer.done(partition, EPOCH, NOW);
    expect(writing.taken()).toEqual(deathNotes(DAY));
    writing.commit();
    writing.writer.done(1, EPOCH, NOW);
    expect(writing.taken()).toEqual([]);
  });

  it('that are not in the vault cannot die', () => {
    const writing = new Writing();
    for (const partition of [0, 1, 2]) writing.writer.done(partition, EPOCH, NOW);
    expect(writing.taken()).toEqual([]);
  });

  it('leave their commitment in the vault and none of their bytes', () => {
    const writing = held();
    const salt = writing.stand.view.of(DAY);
    const [bytes, commitment] =
      salt === undefined || salt === 'destroyed' ? [] : [Buffer.from(salt.bytes), salt.commitment];
    for (const partition of [0, 1, 2]) writing.writer.done(partition, EPOCH, NOW);
    const [record] = writing.take();
    const value = record?.value ?? Buffer.alloc(0);
    expect(writing.stand.codec.decode(value)).toMatchObject({ bytes: null, commitment });
    expect(value.includes(bytes ?? 'none')).toBe(false);
  });
});

describe('G-07 the other salts', () => {
  it('die by the watermark, each at its time, and once', () => {
    const writing = new Writing();
    const names = [named('nearby', HOUR), named('nearby', NEXT_HOUR), named('fraud', EPOCH)];
    writing.writer.want(names, NOW);
    writing.commit();
    const at = (time: string, day = 0): readonly string[] => {
      writing.writer.advance(watermark(clock(time, day)), NOW);
      return writing.taken();
    };
    expect(at('13:04')).toEqual([]);
    expect(at('13:05')).toEqual(deathNotes(named('nearby', HOUR)));
    expect(at('13:05')).toEqual([]);
    expect(at('16:00', 1)).toEqual([
      ...deathNotes(named('fraud', EPOCH)),
      ...deathNotes(named('nearby', NEXT_HOUR)),
    ]);
  });
});

describe('G-07 salts whose deadline by wall time is over', () => {
  const NEARBY = named('nearby', HOUR);
  const held = (): Writing => {
    const writing = new Writing();
    writing.writer.want([DAY, NEARBY], NOW);
    writing.commit();
    return writing;
  };

  it('die whatever event time says, and their names are given', () => {
    const writing = held();
    expect(writing.writer.turn(wallTime(NOW + DAY_MS - 1))).toEqual([]);
    expect(writing.taken()).toEqual([]);
    expect(writing.writer.turn(wallTime(NOW + 2 * DAY_MS))).toEqual([NEARBY, DAY]);
    expect(writing.taken()).toEqual([...deathNotes(NEARBY), ...deathNotes(DAY)]);
  });

  it('die once, also when gate tasks say later that they are done', () => {
    const writing = held();
    writing.writer.turn(wallTime(NOW + DAY_MS));
    writing.take();
    expect(writing.writer.turn(wallTime(NOW + 2 * DAY_MS))).toEqual([]);
    for (const partition of [0, 1, 2]) writing.writer.done(partition, EPOCH, NOW);
    expect(writing.taken()).toEqual([]);
  });

  it('live on where they are younger', () => {
    const writing = held();
    const born = wallTime(NOW + 5_000);
    writing.writer.want([named('statistics', NEXT_EPOCH)], born);
    writing.commit();
    expect(writing.writer.turn(wallTime(NOW + DAY_MS))).toEqual([NEARBY, DAY]);
    writing.commit();
    expect(writing.writer.turn(wallTime(born + DAY_MS - 1))).toEqual([]);
  });
});

describe('G-07 the newest death', () => {
  it('is told again every hour in which nothing else was, so that the broker compacts the salts before it', () => {
    const writing = new Writing();
    writing.writer.want([named('nearby', HOUR)], NOW);
    writing.commit();
    writing.writer.turn(NOW);
    expect(writing.taken()).toEqual([]);
    writing.writer.advance(watermark(clock('23:00')), NOW);
    writing.commit();
    const death = `vault: nearby ${HOUR} destroyed`;
    const after = (minutes: number): readonly string[] => {
      writing.writer.turn(wallTime(NOW + minutes * 60_000));
      return writing.taken();
    };
    expect(after(59)).toEqual([]);
    expect(after(61)).toEqual([death]);
    expect(after(100)).toEqual([]);
    expect(after(122)).toEqual([death]);
  });
});
