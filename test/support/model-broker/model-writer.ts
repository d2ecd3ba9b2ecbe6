/** The `TaskWriter` port over the model broker: its records go out in pieces, and its end may be answered never. */
import { OboroError } from '../../../src/model/errors.ts';
import type { Outgoing, Place, TaskWriter } from '../../../src/ports/log.ts';
import type { Answer } from '../simulator/network.ts';
import type { Connection } from './connection.ts';
import { placeName } from './connection.ts';
import type { Credentials } from './transactions.ts';

/** Most records that one request carries to a partition. */
const MOST_AT_ONCE = 8;

export class ModelWriter implements TaskWriter {
  readonly #connection: Connection;
  readonly #credentials: Credentials;
  #state: 'idle' | 'committing' | 'spent' = 'idle';

  constructor(connection: Connection, credentials: Credentials) {
    this.#connection = connection;
    this.#credentials = credentials;
  }

  async commit(records: readonly Outgoing[]): Promise<void> {
    if (this.#state !== 'idle') {
      throw new OboroError('BUG', `the writer ${this.#credentials.id} was used while it was ${this.#state}`);
    }
    if (records.length === 0) return;
    this.#state = 'committing';
    try {
      await Promise.all(byPlace(records).map((ofPlace) => this.#produce(ofPlace)));
      const { transactions } = this.#connection.cluster;
      await this.#ask('end', this.#credentials.id, () => transactions.commit(this.#credentials));
      this.#state = 'idle';
    } catch (cause) {
      this.#state = 'spent';
      throw unknownOutcome(cause);
    }
  }

  close(): Promise<void> {
    this.#state = 'spent';
    return Promise.resolve();
  }

  /** One partition's records, in order. */
  async #produce(records: readonly Outgoing[]): Promise<void> {
    const { transactions } = this.#connection.cluster;
    const [place] = records;
    if (place === undefined) return;
    for (let i = 0; i < records.length; i += MOST_AT_ONCE) {
      const piece = records.slice(i, i + MOST_AT_ONCE);
      await this.#ask('produce', `to ${placeName(place)}`, () =>
        transactions.produce(this.#credentials, place, piece),
      );
    }
  }

  #ask<T>(name: string, about: string, serve: () => Answer<T>): Promise<T> {
    const { process, network } = this.#connection;
    return network.request({ from: process, name, about, serve });
  }
}

const byPlace = (records: readonly Outgoing[]): readonly (readonly Outgoing[])[] => {
  const places = new Map<string, Outgoing[]>();
  for (const record of records) {
    const name = placeName(record satisfies Place);
    const of = places.get(name);
    if (of === undefined) places.set(name, [record]);
    else of.push(record);
  }
  return [...places.values()];
};

/** Where a fault does not say that the writer is fenced, nobody knows what became of the transaction. */
const unknownOutcome = (cause: unknown): OboroError => {
  const isFenced = cause instanceof OboroError && cause.code === 'FENCED';
  const code = isFenced ? 'FENCED' : 'TXN_UNKNOWN';
  return new OboroError(code, 'a transaction did not end', { cause, retriable: true });
};
