/** The `Log` port over the model broker, for one process. */
import { OboroError } from '../../../src/model/errors.ts';
import type { Bounds, Log, LogBatch, Place, Tail, TaskWriter } from '../../../src/ports/log.ts';
import type { Answer } from '../simulator/network.ts';
import { done } from '../simulator/network.ts';
import type { Connection } from './connection.ts';
import { batchOf, placeName } from './connection.ts';
import { ModelTail } from './model-tail.ts';
import { ModelWriter } from './model-writer.ts';

export class ModelLog implements Log {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async openWriter(id: string): Promise<TaskWriter> {
    const { cluster } = this.#connection;
    const name = cluster.identify(id);
    const epoch = await this.#ask('open', name, () => cluster.transactions.open(name));
    return new ModelWriter(this.#connection, { id: name, epoch });
  }

  async readToEnd(place: Place, from: number | null, take: (batch: LogBatch) => void): Promise<number> {
    const { start, end } = await this.bounds(place);
    let position = Math.max(start, from ?? start);
    while (position < end) {
      const read = await this.#ask('read', placeName(place), () =>
        this.#connection.cluster.fetch(place, position),
      );
      // The first records went meanwhile: on with those that are still there.
      if (read === null) position = Math.max(position, (await this.bounds(place)).start);
      else if (read.next > position) {
        take(batchOf(place, position, read));
        position = read.next;
      }
    }
    return position;
  }

  bounds(place: Place): Promise<Bounds> {
    return this.#ask('bounds', placeName(place), () => this.#connection.cluster.bounds(place));
  }

  partitionsOf(topic: string): Promise<number | null> {
    const { cluster } = this.#connection;
    return this.#ask('partitions', topic, () => done(cluster.partitions(topic).length || null));
  }

  async deleteBefore(place: Place, offset: number): Promise<void> {
    const { cluster } = this.#connection;
    await this.#ask('delete', placeName(place), () => cluster.deleteBefore(place, offset));
  }

  async tail(topic: string, take: (batch: LogBatch) => void): Promise<Tail> {
    const partitions = await this.partitionsOf(topic);
    if (partitions === null) throw new OboroError('TOPIC_MISSING', `there is no topic ${topic}`);
    return new ModelTail(this.#connection, { topic, partitions, take });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #ask<T>(name: string, about: string, serve: () => Answer<T>): Promise<T> {
    const { process, network } = this.#connection;
    return network.request({ from: process, name, about, serve });
  }
}
