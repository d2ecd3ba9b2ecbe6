/** How much of one answer of the broker is held in memory, and who is told of batches that are left out. */
import type { LeftOut } from './kafkajs-shapes.ts';

export interface HardeningLimits {
  /** A batch of more records is left out. */
  readonly maxBatchRecords: number;
  /** A batch that is larger than this without its compression is left out. */
  readonly maxBatchBytes: number;
  /**
   * Of one fetch of one partition no further batch is decoded after so many records; they come with the next fetch.
   * Bounds what many small batches of highly compressed records take.
   */
  readonly maxFetchRecords: number;
  /** The same in bytes without compression. */
  readonly maxFetchBytes: number;
}

/** Far above what producers make on purpose, far below what brings a process down. */
export const DEFAULT_LIMITS: HardeningLimits = {
  maxBatchRecords: 500_000,
  maxBatchBytes: 64 * 1_024 * 1_024,
  maxFetchRecords: 50_000,
  maxFetchBytes: 32 * 1_024 * 1_024,
};

/** A batch that was left out, named by where it lies; never with anything of its content. */
export interface Quarantined extends LeftOut {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Called before any record of the same fetch is handed over, and again whenever the range is fetched again.
 * What it throws stops the consumer, so that nothing is left out unseen.
 */
export type QuarantineListener = (quarantined: Quarantined) => void;

/** The settings of one hardened copy of kafkajs; kept on it, so that several bundles share them. */
export interface HardenedState {
  limits: HardeningLimits;
  isCrcChecked: boolean;
  readonly listeners: Set<QuarantineListener>;
}
