/** The records of input files as a producer would send them: stores and rights first, then events in the order of their times. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discoverInputs } from '../../adapters/files/discover.ts';
import type { MergedBatch } from '../../adapters/files/merge.ts';
import { openMerged } from '../../adapters/files/merge.ts';
import { subjectOf } from '../../model/identity.ts';
import type { Store } from '../../model/place.ts';
import type { RawEvent, RawRight } from '../../model/raw.ts';
import type { Clock, Randomness } from '../../ports/clock.ts';
import type { SchemaRegistry } from '../../ports/registry.ts';
import type { FileTopic } from '../../wire/decoder.ts';
import { framedEncoder } from '../../wire/framed.ts';
import { partitionOf } from '../../wire/murmur2.ts';
import type { FileRecords } from '../../wire/record-kinds.ts';
import { decodeLine } from '../run/decode-line.ts';
import { Decoders } from '../run/decoders.ts';
import { readRights, readStores } from '../run/rights.ts';
import type { RawSource } from '../run/sources.ts';
import { prepareSources } from '../run/sources.ts';

/** One record with the partition that Kafka's default partitioner would give it. */
export interface FeedRecord {
  readonly topic: FileTopic;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer;
}

export interface FeedOptions {
  readonly inputs: readonly string[];
  /** Partitions of the personal topics, and of the stores' topic. */
  readonly partitions: number;
  readonly storePartitions: number;
  readonly registry: SchemaRegistry;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly latenessMs: number;
  readonly maxLineBytes: number;
  readonly signal: AbortSignal;
}

const TOPIC_OF = {
  fix: 'raw.gps',
  device: 'raw.device',
  access: 'raw.access-log',
  consent: 'privacy.consent',
  erasure: 'privacy.erasure',
} as const;

/** Records that cannot be read are left out: `oboro run` says where they are. */
export async function* feedRecords(options: FeedOptions): AsyncGenerator<FeedRecord, void, undefined> {
  const { maxLineBytes, latenessMs, signal, randomness, clock } = options;
  const { inputs: files } = await discoverInputs(options.inputs);
  const decoders = new Decoders(maxLineBytes);
  const onFault = (): void => undefined;
  const encode = await encoders(options);
  const read = { decoders, maxLineBytes, onFault };
  for (const store of await readStores(files, read)) yield encode.store(store);
  for await (const right of readRights(files, read)) yield encode.personal(right);
  const spoolDir = await mkdtemp(join(tmpdir(), 'oboro-feed-'));
  try {
    const spool = { spoolDir, spoolKey: randomness.bytes(32), randomness };
    const known = new Map<string, never>();
    const latestMs = clock.now();
    const prepare = { ...read, ...spool, latenessMs, latestMs, known, onStep: onFault, signal };
    const sources = await prepareSources(files, prepare);
    const merged = openMerged(
      sources.map(({ merge }) => merge),
      null,
      { latestMs, maxLineBytes },
    );
    for await (const batch of merged) {
      for (const event of eventsOf(batch, sources)) yield encode.personal(event);
    }
  } finally {
    await rm(spoolDir, { recursive: true, force: true });
  }
}

const eventsOf = (batch: MergedBatch, sources: readonly RawSource[]): readonly RawEvent[] =>
  batch.texts.flatMap((_, i) => {
    const source = sources[batch.sources[i] ?? 0];
    if (source === undefined) return [];
    const { decode, merge } = source;
    const event = decodeLine({ file: merge.file, decode, batch }, i, () => undefined);
    return event === null ? [] : [event];
  });

interface Encoders {
  readonly store: (store: Store) => FeedRecord;
  readonly personal: (record: RawEvent | RawRight) => FeedRecord;
}

const encoders = async ({ registry, partitions, storePartitions }: FeedOptions): Promise<Encoders> => {
  const encoderOf = async <T extends FileTopic>(topic: T): Promise<(value: FileRecords[T]) => Buffer> =>
    framedEncoder(topic, await registry.idOf(topic)) as (value: FileRecords[T]) => Buffer;
  const store = await encoderOf('ref.stores');
  const byTopic = new Map<FileTopic, (value: never) => Buffer>();
  for (const topic of Object.values(TOPIC_OF)) byTopic.set(topic, await encoderOf(topic));
  return {
    store: (record) => {
      const key = Buffer.from(record.id);
      return { topic: 'ref.stores', partition: partitionOf(key, storePartitions), key, value: store(record) };
    },
    personal: (record) => {
      const topic = TOPIC_OF[record.kind];
      const subject = subjectOf(record);
      const key = subject === null ? null : Buffer.from(subject.reveal());
      const value = byTopic.get(topic)?.(record as never) ?? Buffer.alloc(0);
      return { topic, partition: key === null ? 0 : partitionOf(key, partitions), key, value };
    },
  };
};
