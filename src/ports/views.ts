/** Views of what the logs hold, for quick look-ups elsewhere: never the truth, never waited for, rebuilt when in doubt. */
import type { Brand } from '../model/brand.ts';
import type { Consent } from '../model/consent.ts';

/** HMAC-SHA-256 of a subject under the deployment key, cut to 128 bits, hex: no view holds a raw identifier. */
export type SubjectKey = Brand<string, 'SubjectKey'>;

/** Null: nothing is kept of the subject (any more). */
export interface ConsentEntry {
  readonly subject: SubjectKey;
  readonly consent: Consent | null;
}

/**
 * How far a partition's consents and erasures had been read: the offsets after the last record of each of the two
 * inputs, added up. It grows with every commit that changes a consent, whichever worker makes it.
 */
export type ViewPosition = number;

/** What one commit of a task changed. */
export interface ConsentChange {
  readonly partition: number;
  readonly position: ViewPosition;
  readonly entries: readonly ConsentEntry[];
}

/** All consents of a partition. Read piece by piece while work goes on: an entry may be newer than the position. */
export interface ConsentSnapshot {
  readonly partition: number;
  readonly position: ViewPosition;
  readonly entries: Iterable<ConsentEntry>;
}

export type ConsentLook =
  | {
      readonly kind: 'known';
      readonly consent: Consent | null;
      readonly position: ViewPosition;
      /** When the view last was known to be current, epoch ms. */
      readonly atMs: number;
    }
  /** The partition has no whole view now. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'away' };

/** Written by the task of each partition after its commits; no call but `look` and `end` waits. */
export interface ConsentViews {
  /** The task of a partition starts here, with all consents read up to a position. */
  open(partition: number, position: ViewPosition): void;
  /** Dropped, and the partition marked as stale, when the store is away or too much is waiting. */
  publish(change: ConsentChange): void;
  /** Open partitions whose view is not whole and can be rebuilt now; to be asked now and then. */
  stale(): readonly number[];
  rebuild(snapshot: ConsentSnapshot): void;
  /** Confirms that the views are as they were left, so that they live on; to be called every few minutes. */
  refresh(): void;
  close(partition: number): void;
  look(partition: number, subject: SubjectKey): Promise<ConsentLook>;
  /** Lets waiting writes finish and the connection go. */
  end(): Promise<void>;
}

/** How far one gate task has released one table and kind of window. */
export interface ReleasedWindow {
  readonly table: string;
  readonly windowKind: string;
  readonly windowEndMs: number;
}

/** Newest released windows of all gate tasks. */
export interface ReleaseViews {
  /** After the commit that released them; never waits, and what is lost comes with the next window. */
  publish(partition: number, windows: readonly ReleasedWindow[]): void;
  /** The newest window that all these partitions have released, per table and kind; null when the store is away. */
  latest(partitions: readonly number[]): Promise<readonly ReleasedWindow[] | null>;
}

/** A token bucket: it holds at most `burst` tokens and gains `perSecond` a second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly left: number }
  | { readonly kind: 'refused'; readonly retryAfterMs: number }
  | { readonly kind: 'away' };

export interface RateLimiter {
  /** Takes one token of a bucket, which all processes share. */
  take(bucket: string, rate: Rate): Promise<Admission>;
}
