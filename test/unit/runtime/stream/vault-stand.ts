/** The vault's topic for tests: its codec, values of births and deaths, and a view of them. */
import type { VaultEntry } from '../../../../src/adapters/stream/vault-codec.ts';
import { VaultRecords } from '../../../../src/adapters/stream/vault-codec.ts';
import type { SaltName } from '../../../../src/model/identity.ts';
import type { LogBatch, Outgoing } from '../../../../src/ports/log.ts';
import { TOPICS } from '../../../../src/runtime/stream/topics.ts';
import { VaultView } from '../../../../src/runtime/stream/vault-view.ts';
import { SeededBytes } from '../../../support/seeded.ts';

export class VaultStand {
  readonly codec = new VaultRecords({
    rules: 'ours',
    ...{ topic: TOPICS.vault, randomness: new SeededBytes('vault'), wrapper: null, imported: null },
  });
  readonly view = new VaultView(this.codec);
  #offset = 0;

  /** Lets the view read these records. */
  read(...records: readonly Pick<Outgoing, 'value'>[]): void {
    this.view.take(this.batch(...records));
  }

  batch(...values: readonly Pick<Outgoing, 'value'>[]): LogBatch {
    const from = this.#offset;
    const records = values.map(({ value }, i) => ({ offset: from + i, key: null, value }));
    this.#offset += values.length;
    return { topic: TOPICS.vault, partition: 0, from, records, next: this.#offset, end: this.#offset };
  }

  make(name: SaltName): VaultEntry {
    return this.codec.make(name);
  }

  record(entry: VaultEntry): Outgoing {
    return this.codec.encode(entry, 0);
  }

  death(entry: VaultEntry): Outgoing {
    return this.record({ ...entry, bytes: null });
  }

  /** The view has these salts. */
  hold(...names: readonly SaltName[]): readonly VaultEntry[] {
    const entries = names.map((name) => this.make(name));
    this.read(...entries.map((entry) => this.record(entry)));
    return entries;
  }
}
