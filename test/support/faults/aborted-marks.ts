/** Transactions that lie across each other and are aborted; a reader that lets one through ends the day before it began. */
import type { Transaction } from 'kafkajs';
import { SealedContributions } from '../../../src/adapters/stream/contribution-codec.ts';
import { systemRandomness } from '../../../src/adapters/system/clock.ts';
import { watermark } from '../../../src/model/time.ts';
import type { KafkaClients } from '../../../src/adapters/kafka/client.ts';
import { TOPICS } from '../../../src/runtime/stream/topics.ts';

const FAR_AWAY = watermark(Date.UTC(2100, 0, 1));

export interface Sizes {
  readonly tasks: number;
  readonly gatePartitions: number;
}

/**
 * In every gate partition: A says first that all tasks are done with everything, then B, B aborts, A aborts. The broker
 * lists them in the order of their ends, where a stock reader expects the order of their beginnings.
 */
export const abortMarks = async (clients: KafkaClients, { tasks, gatePartitions }: Sizes): Promise<void> => {
  const { control } = controlOf();
  const values = Array.from({ length: tasks }, (_, task) =>
    control({ kind: 'mark', task: String(task), watermark: FAR_AWAY }),
  );
  const producers = ['a', 'b'].map((name) =>
    clients.client({ role: 'test' }).producer({
      transactionalId: `test.${clients.settings.deployment}.${name}`,
      idempotent: true,
      maxInFlightRequests: 1,
    }),
  );
  try {
    const open: Transaction[] = [];
    for (const producer of producers) {
      await producer.connect();
      const transaction = await producer.transaction();
      open.push(transaction);
      for (let partition = 0; partition < gatePartitions; partition++) {
        const messages = values.map((value) => ({ value, partition }));
        await transaction.send({ topic: TOPICS.contributions, messages });
      }
    }
    for (const transaction of open.reverse()) await transaction.abort();
  } finally {
    await Promise.all(producers.map((producer) => producer.disconnect()));
  }
};

const controlOf = (): { readonly control: SealedContributions['control'] } => {
  const codec = new SealedContributions({ keyOf: () => null, randomness: systemRandomness });
  return { control: (message) => codec.control(message) };
};
