/** The lines of the ledger's topic, chain by chain, as an auditor reads them. */
import type { Log } from '../ports/log.ts';
import { OboroError } from '../model/errors.ts';
import { TOPICS } from '../runtime/stream/topics.ts';
import { avroCodec } from '../wire/avro.ts';
import { schemaIdOf, unframed } from '../wire/framed.ts';

/** One list of lines a partition; null for a value that is no ledger line. Throws TOPIC_MISSING. */
export const ledgerChains = async (
  log: Pick<Log, 'partitionsOf' | 'readToEnd'>,
): Promise<readonly (readonly unknown[])[]> => {
  const topic = TOPICS.ledger;
  const partitions = await log.partitionsOf(topic);
  if (partitions === null) throw new OboroError('TOPIC_MISSING', `there is no topic ${topic}`);
  const { decode } = avroCodec(topic);
  const chains: unknown[][] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const lines: unknown[] = [];
    await log.readToEnd({ topic, partition }, null, ({ records }) => {
      for (const { value } of records) {
        const line = value === null || schemaIdOf(value) < 0 ? null : decode(unframed(value));
        lines.push(line?.kind === 'keep' ? line.value : null);
      }
    });
    chains.push(lines);
  }
  return chains;
};
