/** Which arms of an event its subject's consent allows, and why none where it allows none. */
import type { Consent, Purpose, Source } from '../model/consent.ts';
import type { ConsentPolicy } from '../model/policy.ts';
import type { RawEvent } from '../model/raw.ts';
import type { DropReason } from '../model/reasons.ts';
import type { SubjectConsent } from './consent.ts';
import { grantedSince, isErased, servedSince } from './consent.ts';

/** One purpose by way of one source; null when it uses an identifier that is no source, such as the member's. */
export interface Use {
  readonly purpose: Purpose;
  readonly source: Source | null;
}

/** The uses that one arm needs together. */
export type Need = readonly Use[];

/** A sanitized location; under a pseudonym that lasts for its epoch it takes the terminal id too. */
export const NEARBY: Need = [{ purpose: 'nearbyShops', source: 'location' }];
export const NEARBY_TRACED: Need = [{ purpose: 'nearbyShops', source: 'terminalId' }];
/** Being counted by position: without the terminal id there is nothing to count by (G-02). */
export const COUNTED: Need = [
  { purpose: 'usageStatistics', source: 'location' },
  { purpose: 'usageStatistics', source: 'terminalId' },
];

const THIRD_PARTY: Purpose = 'thirdPartyTracking';

/**
 * True when every use is allowed: purpose and source granted without a break since a time not after the event's own,
 * under accepted policy versions. An event of origin THIRD_PARTY needs thirdPartyTracking by the same source as well.
 *
 * @guarantee G-01
 */
export const mayServe = (
  consent: SubjectConsent,
  event: RawEvent,
  need: Need,
  policy: ConsentPolicy,
): boolean => {
  for (const { purpose, source } of need) {
    if (servedSince(consent, purpose, source, policy) > event.at) return false;
    if (event.origin === 'APP') continue;
    if (servedSince(consent, THIRD_PARTY, source, policy) > event.at) return false;
  }
  return true;
};

/**
 * The most telling reason for which an event serves none of its possible needs: erased before all, then a policy
 * version that is not accepted where the switches would do, else simply no consent. Call it only when `mayServe`
 * refused every one.
 */
export const refusalOf = (consent: SubjectConsent, event: RawEvent, needs: readonly Need[]): DropReason => {
  if (isErased(consent, event.at)) return 'erased';
  if (consent.versions.length === 0) return 'unknown_subject';
  return needs.some((need) => isSwitchedOn(consent, event, need)) ? 'policy_version' : 'no_consent';
};

const isSwitchedOn = (consent: Consent, event: RawEvent, need: Need): boolean =>
  need.every(
    ({ purpose, source }) =>
      grantedSince(consent, purpose, source) <= event.at &&
      (event.origin === 'APP' || grantedSince(consent, THIRD_PARTY, source) <= event.at),
  );
