/** Writes of one task: a transactional producer that fences its predecessor when it is opened and dies with its first error. */
import type { ICustomPartitioner, Producer, RecordMetadata } from 'kafkajs';
import { OboroError } from '../../model/errors.ts';
import type { Outgoing, TaskWriter } from '../../ports/log.ts';
import type { KafkaClients } from './client.ts';
import { kafkajs } from './client.ts';
import { chunksOf, isComplete, topicMessagesOf } from './chunks.ts';
import { faultOf, transactionFaultOf } from './faults.ts';

/** Every record says where it goes. */
const asTold: ICustomPartitioner =
  () =>
  ({ message }) =>
    message.partition ?? 0;

const ALL_IN_SYNC = -1;

export class KafkaWriter implements TaskWriter {
  readonly #id: string;
  readonly #producer: Producer;
  readonly #timeout: number;
  #state: 'idle' | 'committing' | 'spent' = 'idle';

  private constructor(id: string, producer: Producer, timeout: number) {
    this.#id = id;
    this.#producer = producer;
    this.#timeout = timeout;
  }

  /**
   * A writer under a transactional id. The empty transaction makes the coordinator end what a predecessor left open and
   * raise the producer's epoch: `connect` alone does neither.
   */
  static async open(clients: KafkaClients, id: string): Promise<KafkaWriter> {
    const { transactionTimeoutMs, requestTimeoutMs } = clients.settings;
    // What is sent in a transaction is idempotent anyway; the flag would only ask for a second producer id.
    const producer = clients.client({ role: 'writer' }).producer({
      transactionalId: id,
      maxInFlightRequests: 1,
      transactionTimeout: transactionTimeoutMs,
      allowAutoTopicCreation: false,
      createPartitioner: asTold,
      // Short pauses: back-to-back transactions meet CONCURRENT_TRANSACTIONS as a rule. Bounded: rule R does the rest.
      retry: { initialRetryTime: 10, retries: 20, maxRetryTime: 1_000 },
    });
    const writer = new KafkaWriter(id, producer, requestTimeoutMs);
    try {
      await producer.connect();
      await (await producer.transaction()).abort();
    } catch (cause) {
      await writer.close();
      throw faultOf(cause, `the writer ${id} could not be opened`);
    }
    return writer;
  }

  async commit(records: readonly Outgoing[]): Promise<void> {
    if (this.#state !== 'idle') {
      throw new OboroError('BUG', `the writer ${this.#id} was used while it was ${this.#state}`);
    }
    if (records.length === 0) return;
    const chunks = chunksOf(records);
    this.#state = 'committing';
    try {
      const transaction = await this.#producer.transaction();
      for (const chunk of chunks) {
        const answers: RecordMetadata[] = await transaction.sendBatch({
          acks: ALL_IN_SYNC,
          timeout: this.#timeout,
          compression: kafkajs.CompressionTypes.None,
          topicMessages: topicMessagesOf(chunk),
        });
        if (!isComplete(chunk, answers)) throw incomplete(this.#id);
      }
      await transaction.commit();
      this.#state = 'idle';
    } catch (cause) {
      this.#state = 'spent';
      throw transactionFaultOf(cause, `a transaction of ${this.#id} did not end`);
    }
  }

  async close(): Promise<void> {
    this.#state = 'spent';
    await this.#producer.disconnect().catch(() => undefined);
  }
}

const incomplete = (id: string): OboroError =>
  new OboroError('TXN_UNKNOWN', `a send of ${id} was not answered once for every partition`, {
    retriable: true,
  });
