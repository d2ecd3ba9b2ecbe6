/** The transaction coordinator of the model broker: epochs by transactional id, one open transaction each, markers written one by one. */
import type { Place } from '../../../src/ports/log.ts';
import type { Answer, Network } from '../simulator/network.ts';
import { done, fault } from '../simulator/network.ts';
import type { PartitionLog, Transaction, Written } from './partition-log.ts';

interface Registered {
  epoch: number;
  transaction: Transaction | null;
  /** True once the end is decided and markers are still missing. */
  isEnding: boolean;
  readonly partitions: Set<PartitionLog>;
  waiting: (() => void)[];
  cancelTimeout: () => void;
}

/** What a request of a writer says of itself. */
export interface Credentials {
  readonly id: string;
  readonly epoch: number;
}

export interface TransactionsOptions {
  readonly network: Network;
  readonly logOf: (place: Place) => PartitionLog | null;
  /** A transaction that stays open longer is aborted, and its writer fenced. */
  readonly timeoutMs: number;
}

export class Transactions {
  readonly #o: TransactionsOptions;
  readonly #registered = new Map<string, Registered>();

  constructor(options: TransactionsOptions) {
    this.#o = options;
  }

  /** A new epoch; whatever the id had open is aborted, or committed to its end where that was decided, before the answer. */
  open(id: string): Answer<number> {
    const one = this.#of(id);
    if (one.isEnding) return parkOn(one);
    one.epoch += 1;
    if (one.transaction !== null) {
      this.#end(one, id, 'aborted');
      return parkOn(one);
    }
    return done(one.epoch);
  }

  /** Adds records of one partition to the writer's transaction; the first begins it. */
  produce({ id, epoch }: Credentials, place: Place, records: readonly Written[]): Answer<null> {
    const one = this.#of(id);
    if (epoch !== one.epoch) return fenced();
    if (one.isEnding) return parkOn(one);
    const log = this.#o.logOf(place);
    if (log === null) return fault('TOPIC_MISSING', 'a record for a partition that is not there');
    one.transaction ??= this.#begin(one, id, epoch);
    one.partitions.add(log);
    log.append(records, one.transaction);
    return done(null);
  }

  /** Decides the transaction; its markers come to the partitions after that, in any order. */
  commit({ id, epoch }: Credentials): Answer<null> {
    const one = this.#of(id);
    if (epoch !== one.epoch) return fenced();
    if (one.isEnding || one.transaction === null) {
      return fault('TXN_UNKNOWN', 'an end of a transaction that is not open');
    }
    this.#end(one, id, 'committed');
    return done(null);
  }

  #begin(one: Registered, id: string, epoch: number): Transaction {
    const transaction: Transaction = { writer: id, epoch, outcome: 'open' };
    const expire = (): void => {
      if (one.transaction !== transaction || one.isEnding) return;
      one.epoch += 1;
      this.#end(one, id, 'aborted');
    };
    const { network, timeoutMs } = this.#o;
    one.cancelTimeout = network.internally(`time-out of ${id}`, expire, timeoutMs);
    return transaction;
  }

  #end(one: Registered, id: string, outcome: 'committed' | 'aborted'): void {
    const { transaction } = one;
    if (transaction === null) return;
    one.isEnding = true;
    one.cancelTimeout();
    transaction.outcome = outcome;
    const missing = new Set(one.partitions);
    for (const log of one.partitions) {
      const write = (): void => {
        log.mark(transaction);
        missing.delete(log);
        if (missing.size === 0) complete(one);
      };
      this.#o.network.internally(`${outcome} marker of ${id} in ${log.topic}-${log.partition}`, write);
    }
  }

  #of(id: string): Registered {
    let one = this.#registered.get(id);
    if (one === undefined) {
      one = {
        ...{ epoch: 0, transaction: null, isEnding: false, partitions: new Set(), waiting: [] },
        cancelTimeout: () => undefined,
      };
      this.#registered.set(id, one);
    }
    return one;
  }
}

const complete = (one: Registered): void => {
  one.transaction = null;
  one.isEnding = false;
  one.partitions.clear();
  for (const wake of one.waiting.splice(0)) wake();
};

const parkOn = (one: Registered): Answer<never> => ({
  kind: 'park',
  until: (wake) => {
    one.waiting.push(wake);
  },
});

const fenced = (): Answer<never> => fault('FENCED', 'the writer is not the newest of its identifier');
