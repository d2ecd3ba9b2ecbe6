/** Sets aside events whose position or time cannot be believed. */
import type { Quarantine } from '../flow/outcome.ts';
import { quarantine } from '../flow/outcome.ts';
import type { Policy } from '../model/policy.ts';
import type { RawEvent, RawFix } from '../model/raw.ts';
import type { DropReason } from '../model/reasons.ts';
import type { EventTime } from '../model/time.ts';
import { accuracyOf } from './shield.ts';

/** 2000-01-01T00:00:00Z: older times are unset clocks and GPS week roll-overs. */
const FIRST_PLAUSIBLE_MS = 946_684_800_000;

/** What is known of now: see `SanitizeEnv`. */
export interface Now {
  readonly policy: Policy;
  readonly clock: EventTime;
  readonly wallBound: EventTime;
}

/** The decoders let no such value in; here it must not reach geometry or a key either way. */
export const outOfRange = (event: RawEvent): Quarantine | null => {
  if (!Number.isFinite(event.at)) return quarantine('invalid_field', 'atMs', 'epoch milliseconds');
  if (event.kind !== 'fix') return null;
  const { lat, lng } = event.position;
  if (!(Math.abs(lat) <= 90)) return quarantine('invalid_field', 'lat', 'degrees from -90 to 90');
  if (!(Math.abs(lng) <= 180)) return quarantine('invalid_field', 'lng', 'degrees from -180 to 180');
  return null;
};

/**
 * Why the event's time cannot be believed or served; null when it can. Ask before a salt is fetched for it: a salt
 * must not be made for an epoch that no event will enter.
 */
export const implausibleTime = (at: EventTime, { policy, clock, wallBound }: Now): DropReason | null => {
  const { skewMs, maxEventAgeMs } = policy.plausibility;
  if (at < FIRST_PLAUSIBLE_MS || at > clock + skewMs || at > wallBound) return 'implausible_time';
  return at < clock - maxEventAgeMs ? 'too_old' : null;
};

/** Why the fix's position cannot be believed; null when it can. */
export const implausiblePosition = (fix: RawFix, policy: Policy): DropReason | null => {
  if (fix.mocked) return 'mocked';
  return (accuracyOf(fix) ?? 0) > policy.plausibility.accuracyMaxM ? 'too_inaccurate' : null;
};
