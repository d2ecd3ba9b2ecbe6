/** The types of `oboro/kafkajs-hardening` for readers outside of this package; a test holds them against harden.ts. */

export interface HardeningLimits {
  /** A batch of more records is left out. */
  readonly maxBatchRecords: number;
  /** A batch that is larger than this without its compression is left out. */
  readonly maxBatchBytes: number;
  /** Of one fetch of one partition no further batch is decoded after so many records; they come with the next fetch. */
  readonly maxFetchRecords: number;
  /** The same in bytes without compression. */
  readonly maxFetchBytes: number;
}

export interface Quarantined {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: string;
  readonly lastOffset: string;
  readonly byteCount: number;
  readonly reason: 'too-many-records' | 'too-large' | 'unknown-codec' | 'malformed' | 'checksum';
}

export interface HardeningOptions {
  /** `import.meta.url` of the module whose kafkajs is meant; without it, the copy that this package finds. */
  readonly from?: string | URL;
  /** Each one left out keeps its value. */
  readonly limits?: Partial<HardeningLimits>;
  /** Checks the CRC-32C of every batch; off at first. */
  readonly checkCrc?: boolean;
  /** Told of every batch that is passed over; while nobody listens, the consumer stops at such a batch. */
  readonly onQuarantined?: (quarantined: Quarantined) => void;
}

/**
 * Hardens a copy of kafkajs and returns it.
 * @throws Error when kafkajs is not 2.2.4, or was loaded before
 */
export declare const hardenKafkajs: (options?: HardeningOptions) => typeof import('kafkajs');
