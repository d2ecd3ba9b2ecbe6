/** Record batches that no client sends, written to a partition as they are, and the dead letters that they must become. */
import type { KafkaLog } from '../../../src/adapters/kafka/log.ts';
import { produceRaw } from '../../integration/raw-requests.ts';
import { craftBatch, craftRecord } from '../../unit/adapters/kafka/hardening/craft-batch.ts';
import type { Deployment } from './stand.ts';

const GZIP = 1;
const MIB = 1_048_576;

export interface RawBatch {
  readonly bytes: Buffer;
  /** Offsets that it takes. */
  readonly size: number;
  /** The reason of each dead letter, by distance from the first offset. */
  readonly letters: ReadonlyMap<number, string>;
}

const emptyRecords = (count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, delta) => craftRecord({ delta })));

/** So many records without key and value: next to nothing on the wire. */
export const manyRecords = (count: number, letters: ReadonlyMap<number, string>): RawBatch => ({
  bytes: craftBatch({ body: emptyRecords(count), recordCount: count, codec: GZIP }),
  size: count,
  letters,
});

/** One record of so many zero bytes. */
export const zeros = (mib: number, reason: string): RawBatch => ({
  bytes: craftBatch({ records: [{ value: Buffer.alloc(mib * MIB) }], codec: GZIP }),
  size: 1,
  letters: new Map([[0, reason]]),
});

/** Records of so many bytes each that are within every limit one by one. */
export const largeRecords = (count: number, bytes: number, reason: string): RawBatch => ({
  bytes: craftBatch({
    records: Array.from({ length: count }, () => ({ value: Buffer.alloc(bytes) })),
    codec: GZIP,
  }),
  size: count,
  letters: new Map(Array.from({ length: count }, (_, delta) => [delta, reason])),
});

/** Writes the batches to `raw.gps-0` one after the other; gives the names of the dead letters to come. */
export const sendRaw = async (
  deployment: Deployment,
  broker: string,
  batches: readonly RawBatch[],
): Promise<readonly string[]> => {
  const log: KafkaLog = deployment.openLog();
  const names: string[] = [];
  try {
    for (const { bytes, letters } of batches) {
      const { end } = await log.bounds({ topic: 'raw.gps', partition: 0 });
      await produceRaw(broker, 'raw.gps', bytes);
      for (const [delta, reason] of letters) names.push(`${reason} raw.gps 0 ${String(end + delta)}`);
    }
  } finally {
    await log.close();
  }
  return names;
};

/** Sends what the callback sends while the broker packs the topic with a codec that our reader does not have. */
export const inUnknownCodec = async (deployment: Deployment, send: () => Promise<void>): Promise<void> => {
  const set = (value: string): Promise<void> =>
    deployment.admin(async (admin) => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: TOPIC, name: 'raw.gps' }],
      });
      // An answer of the broker holds them all; those of the topic itself are set again beside the new one.
      const kept = (resources[0]?.configEntries ?? [])
        .filter(({ isDefault, configName }) => !isDefault && configName !== 'compression.type')
        .map(({ configName: name, configValue }) => ({ name, value: configValue }));
      const configEntries = [...kept, { name: 'compression.type', value }];
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: TOPIC, name: 'raw.gps', configEntries }],
      });
    });
  await set('zstd');
  try {
    await send();
  } finally {
    await set('gzip');
  }
};

/** Kafka's number for a topic among things that have settings. */
const TOPIC = 2;
