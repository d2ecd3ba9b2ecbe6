/** Looks over the doors at single fixes; for simulated data only. */
import type { SanitizedLocation } from '../../model/sanitized.ts';
import type { EventTime } from '../../model/time.ts';

/** Sees what becomes of single fixes; for simulated data only. */
export interface Watch {
  readonly wants: (deviceId: string, at: EventTime) => boolean;
  readonly saw: (record: SanitizedLocation) => void;
}
