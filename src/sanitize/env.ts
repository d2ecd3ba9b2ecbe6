/** What the doors are given beside the event: parameters, stores, consents, keys and the clock. */
import type { KeyOf } from '../flow/keys.ts';
import type { RawId } from '../model/identity.ts';
import type { Policy } from '../model/policy.ts';
import type { EventTime } from '../model/time.ts';
import type { StoreIndex } from '../place/store-index.ts';
import type { Calendar } from '../time/calendar.ts';
import type { DeviceCells } from './device-cells.ts';
import type { Pseudonyms } from './pseudonym.ts';
import type { Standing } from './purposes.ts';
import type { SnapCells } from './snap.ts';

export interface SanitizeEnv {
  readonly policy: Policy;
  readonly calendar: Calendar;
  /** The index holds sensitive places too; its `catchmentM` is the policy's. */
  readonly stores: StoreIndex;
  /** Null for a subject without any record. */
  readonly consentOf: (subject: RawId) => Standing | null;
  readonly keyOf: KeyOf;
  /**
   * Running now: wall time on Kafka; in files the newest event time so far, the event's own included, so that old
   * data is not too old.
   */
  readonly clock: EventTime;
  /** Nothing later can have happened yet: wall time plus the accepted skew. */
  readonly wallBound: EventTime;
  /** Memos. They change nothing but the cost, and are the task's own. */
  readonly pseudonyms: Pseudonyms;
  readonly cells: DeviceCells;
  readonly snaps: SnapCells;
}
