/** Turns checked settings into the frozen policy that every station is given: durations in milliseconds, defaults resolved. */
import type { Purpose } from '../model/consent.ts';
import type {
  BoundPolicy,
  ConsentPolicy,
  GatePolicy,
  Policy,
  ShadowPolicy,
  SnapPolicy,
  VisitPolicy,
} from '../model/policy.ts';
import { SECOND_MS } from '../model/time.ts';
import { durationMs } from './duration.ts';
import type { Settings } from './schema.ts';

/** Freezes a value and all it holds. */
export const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
};

/** The policy that the settings describe. */
export const policyOf = (settings: Settings): Policy => {
  const { policy, plausibility } = settings;
  return deepFreeze({
    version: policy.version,
    zone: policy.zone,
    dayStartHour: policy.dayStartHour,
    daypartHours: policy.daypartHours,
    latenessMs: durationMs(settings.lateness),
    consent: { acceptedVersions: acceptedVersions(settings) },
    plausibility: {
      accuracyMaxM: plausibility.accuracyMaxM,
      skewMs: durationMs(plausibility.skew),
      maxEventAgeMs: durationMs(plausibility.maxEventAge),
    },
    snap: snapOf(settings),
    visits: visitsOf(settings),
    bounds: boundsOf(settings),
    gate: gateOf(settings),
    shadow: shadowOf(settings),
  });
};

const acceptedVersions = ({ consent, policy }: Settings): ConsentPolicy['acceptedVersions'] => {
  const of = (purpose: Purpose): readonly number[] => consent.acceptedVersions[purpose] ?? [policy.version];
  return {
    nearbyShops: of('nearbyShops'),
    usageStatistics: of('usageStatistics'),
    fraudPrevention: of('fraudPrevention'),
    serviceImprovement: of('serviceImprovement'),
    thirdPartyTracking: of('thirdPartyTracking'),
  };
};

const snapOf = ({ snap: { bucketS, expires, ...same } }: Settings): SnapPolicy => ({
  ...same,
  bucketMs: bucketS * SECOND_MS,
  expiresMs: durationMs(expires),
});

const visitsOf = ({ visits }: Settings): VisitPolicy => ({
  minDwellMs: durationMs(visits.minDwell),
  bridgeMs: durationMs(visits.bridge),
  sessionGapMs: durationMs(visits.sessionGap),
});

const boundsOf = ({ bounds: { dwellMax, ...same } }: Settings): BoundPolicy => ({
  ...same,
  dwellMaxMs: durationMs(dwellMax),
});

const shadowOf = ({ shadow: { k, ...same } }: Settings): ShadowPolicy | null =>
  k === null ? null : { k, ...same };

const gateOf = ({ gate }: Settings): GatePolicy => {
  const { graceShort, graceDay, dwellEdges, dpEpsilon, dpVisits, dpDwell, dpTransitions, ...same } = gate;
  return {
    ...same,
    dp: { epsilon: dpEpsilon, shares: { visits: dpVisits, dwell: dpDwell, transitions: dpTransitions } },
    graceShortMs: durationMs(graceShort),
    graceDayMs: durationMs(graceDay),
    dwellEdgesMs: dwellEdges.map(durationMs),
  };
};
