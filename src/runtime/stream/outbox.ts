/** Collects what a sanitize task wants to write in its next transaction: records for readers, and contributions by gate partition and epoch. */
import type { Contribution, Retraction } from '../../model/contribution.ts';
import type { Control } from '../../model/control.ts';
import type { SaltName } from '../../model/identity.ts';
import type { EpochStart } from '../../model/time.ts';
import type { Outgoing } from '../../ports/log.ts';
import type { Receipt } from '../receipt.ts';
import type { ContributionCodec } from './codecs.ts';
import { TOPICS, VAULT_PARTITION } from './topics.ts';

type Message = Contribution | Retraction;

export interface OutboxOptions {
  readonly codec: Pick<ContributionCodec, 'seal' | 'control'>;
  /** The gate partition of a region. */
  readonly partitionOf: (region: string) => number;
  readonly gatePartitions: number;
}

export class Outbox {
  readonly #o: OutboxOptions;
  #records: Outgoing[] = [];
  #afterContributions: Outgoing[] = [];
  #bytes = 0;
  #count = 0;
  readonly #contributions = new Map<number, Map<EpochStart, Message[]>>();

  constructor(options: OutboxOptions) {
    this.#o = options;
  }

  /** Records that will be written, one a contribution. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  record(record: Outgoing): void {
    this.#records.push(record);
    this.#count += 1;
    this.#bytes += (record.value?.length ?? 0) + (record.key?.length ?? 0);
  }

  contribution(message: Message): void {
    const partition = this.#o.partitionOf(message.region);
    const epochs = this.#contributions.get(partition) ?? new Map<EpochStart, Message[]>();
    this.#contributions.set(partition, epochs);
    const messages = epochs.get(message.epoch);
    if (messages === undefined) epochs.set(message.epoch, [message]);
    else messages.push(message);
    this.#count += 1;
    this.#bytes += BYTES_PER_CONTRIBUTION;
  }

  /** Tells every gate task. */
  broadcast(message: Control): void {
    const value = this.#o.codec.control(message);
    for (let partition = 0; partition < this.#o.gatePartitions; partition++) {
      this.#afterContributions.push({ topic: TOPICS.contributions, partition, key: null, value });
    }
  }

  /** Tells one chain of an erasure. */
  receipt(receipt: Receipt): void {
    const value = this.#o.codec.control({ kind: 'receipt', ...receipt });
    this.#afterContributions.push({
      topic: TOPICS.contributions,
      partition: VAULT_PARTITION,
      key: null,
      value,
    });
  }

  /** Asks the vault's writer for salts; not collected, since whoever asks waits. */
  want(names: readonly SaltName[]): Outgoing {
    const value = this.#o.codec.control({ kind: 'want', names });
    return { topic: TOPICS.contributions, partition: VAULT_PARTITION, key: null, value };
  }

  /** Everything collected, in an order in which no mark goes before what it vouches for. */
  take(): Outgoing[] {
    const taken = [...this.#records, ...this.#sealed(), ...this.#afterContributions];
    this.#records = [];
    this.#afterContributions = [];
    this.#contributions.clear();
    this.#count = 0;
    this.#bytes = 0;
    return taken;
  }

  /** Seals what there is of an epoch now, since its key is about to be given up. */
  sealEpoch(epoch: EpochStart): void {
    for (const [partition, epochs] of this.#contributions) {
      const messages = epochs.get(epoch);
      if (messages === undefined) continue;
      epochs.delete(epoch);
      this.#records.push(...this.#seal(partition, epoch, messages));
    }
  }

  #sealed(): Outgoing[] {
    return [...this.#contributions].flatMap(([partition, epochs]) =>
      [...epochs].flatMap(([epoch, messages]) => this.#seal(partition, epoch, messages)),
    );
  }

  #seal(partition: number, epoch: EpochStart, messages: readonly Message[]): readonly Outgoing[] {
    const at = { topic: TOPICS.contributions, partition };
    const records: Outgoing[] = [];
    for (let i = 0; i < messages.length; i += MAX_SEALED) {
      const value = this.#o.codec.seal(at, epoch, messages.slice(i, i + MAX_SEALED));
      records.push({ ...at, key: null, value });
    }
    return records;
  }
}

/** Contributions sealed together: far less than a value may hold. */
const MAX_SEALED = 2_000;

/** About what one takes, sealed with others. */
const BYTES_PER_CONTRIBUTION = 120;
