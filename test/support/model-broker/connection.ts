/** How a simulated process reaches the model broker, and what its answers look like. */
import type { LogBatch, Place } from '../../../src/ports/log.ts';
import type { Network } from '../simulator/network.ts';
import type { SimProcess } from '../simulator/sim-process.ts';
import type { ModelCluster } from './model-cluster.ts';
import type { Read } from './partition-log.ts';

/** What a client needs to reach the broker. */
export interface Connection {
  readonly process: SimProcess;
  readonly network: Network;
  readonly cluster: ModelCluster;
}

export const placeName = ({ topic, partition }: Place): string => `${topic}-${partition}`;

export const batchOf = (place: Place, from: number, read: Read): LogBatch => ({
  topic: place.topic,
  partition: place.partition,
  from,
  records: read.records,
  next: read.next,
  end: read.end,
});
