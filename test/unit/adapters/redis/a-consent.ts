/** Consents and entries of views, for tests. */
import type { Consent, Grant } from '../../../../src/model/consent.ts';
import { eventTime } from '../../../../src/model/time.ts';
import type { ConsentEntry, SubjectKey } from '../../../../src/ports/views.ts';

const on = (at: number): Grant => ({ since: eventTime(at), lastOffAt: null });
const off = (at: number): Grant => ({ since: null, lastOffAt: eventTime(at) });

/** All granted at a time, cookies refused; erased when `erasedAt` says so. */
export const aConsent = (at: number, erasedAt: number | null = null): Consent => ({
  at: eventTime(at),
  policyVersion: 3,
  purposes: {
    nearbyShops: on(at),
    usageStatistics: on(at - 1),
    fraudPrevention: on(at),
    serviceImprovement: { since: eventTime(at), lastOffAt: eventTime(at - 5) },
    thirdPartyTracking: off(at),
  },
  sources: { location: on(at), terminalId: on(at), cookies: off(at) },
  erasedAt: erasedAt === null ? null : eventTime(erasedAt),
});

export const subject = (n: number): SubjectKey => n.toString(16).padStart(32, '0') as SubjectKey;

export const entry = (n: number, consent: Consent | null): ConsentEntry => ({ subject: subject(n), consent });
