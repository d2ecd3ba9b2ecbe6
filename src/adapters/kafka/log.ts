/** The log on Kafka: fenced writers, reads to the end, tails; every part with connections of its own. */
import type { Admin } from 'kafkajs';
import type { Bounds, Log, LogBatch, Place, Tail, TaskWriter } from '../../ports/log.ts';
import type { KafkaClients } from './client.ts';
import { faultOf } from './faults.ts';
import { Fetcher } from './fetcher.ts';
import { readToEnd } from './read-to-end.ts';
import { KafkaTail } from './tail.ts';
import { KafkaWriter } from './writer.ts';

export class KafkaLog implements Log {
  readonly #clients: KafkaClients;
  readonly #fetcher: Fetcher;
  readonly #tails = new Set<Tail>();
  #admin: Promise<Admin> | null = null;

  constructor(clients: KafkaClients) {
    this.#clients = clients;
    this.#fetcher = new Fetcher(clients, 'reader');
  }

  openWriter(id: string): Promise<TaskWriter> {
    return KafkaWriter.open(this.#clients, id);
  }

  readToEnd(place: Place, from: number | null, take: (batch: LogBatch) => void): Promise<number> {
    return readToEnd(this.#fetcher, { place, from, take });
  }

  bounds(place: Place): Promise<Bounds> {
    return this.#fetcher.bounds(place);
  }

  partitionsOf(topic: string): Promise<number | null> {
    return this.#fetcher.partitionsOf(topic);
  }

  async deleteBefore({ topic, partition }: Place, offset: number): Promise<void> {
    try {
      const admin = await this.#connectedAdmin();
      // kafkajs looks for the leader before it knows the topic, unless it was asked about it before.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
    } catch (cause) {
      throw faultOf(cause, `old records of ${topic}-${String(partition)} could not be dropped`);
    }
  }

  async tail(topic: string, take: (batch: LogBatch) => void): Promise<Tail> {
    const tail = await KafkaTail.open(new Fetcher(this.#clients, 'tail'), topic, take);
    this.#tails.add(tail);
    return {
      caughtUp: () => tail.caughtUp(),
      close: () => {
        this.#tails.delete(tail);
        return tail.close();
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tails].map((tail) => tail.close()));
    this.#tails.clear();
    await this.#fetcher.close();
    const admin = await this.#admin?.catch(() => null);
    await admin?.disconnect().catch(() => undefined);
  }

  #connectedAdmin(): Promise<Admin> {
    this.#admin ??= this.#connectAdmin().catch((cause: unknown) => {
      this.#admin = null;
      throw cause;
    });
    return this.#admin;
  }

  async #connectAdmin(): Promise<Admin> {
    const admin = this.#clients.client({ role: 'admin' }).admin();
    await admin.connect();
    return admin;
  }
}
