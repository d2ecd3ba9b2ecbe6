/** The records of a subject's rights: consent and erasure. */
import { keep } from '../flow/outcome.ts';
import type { RawConsent, RawErasure } from '../model/raw.ts';
import { eventTime } from '../model/time.ts';
import { PURPOSES, SOURCES } from '../model/consent.ts';
import type { FieldTable } from './fields.ts';
import { fieldTable, flag, identifier, object, time, whole } from './fields.ts';
import type { RecordKind } from './record-kind.ts';
import type { AvroRecords } from './records.gen.ts';

const MAX_POLICY_VERSION = 2_147_483_647;

/** All switches must be there: a missing one would have to be guessed. */
const switches = (names: readonly string[]): FieldTable =>
  fieldTable(Object.fromEntries(names.map((name) => [name, flag])));

export const consentKind: RecordKind<RawConsent, AvroRecords['privacy.consent']> = {
  table: fieldTable(
    {
      deviceId: identifier,
      atMs: time,
      policyVersion: whole(0, MAX_POLICY_VERSION, 'a version number, 0 or more'),
      purposes: object(switches(PURPOSES)),
      sources: object(switches(SOURCES)),
    },
    { memberId: identifier },
  ),
  build: ({ deviceId, memberId, atMs, policyVersion, purposes, sources }, ids) =>
    keep({
      kind: 'consent',
      deviceId: ids.take('device', deviceId),
      memberId: ids.takeOptional('member', memberId),
      at: eventTime(atMs),
      policyVersion,
      purposes: {
        nearbyShops: purposes.nearbyShops,
        usageStatistics: purposes.usageStatistics,
        fraudPrevention: purposes.fraudPrevention,
        serviceImprovement: purposes.serviceImprovement,
        thirdPartyTracking: purposes.thirdPartyTracking,
      },
      sources: {
        location: sources.location,
        terminalId: sources.terminalId,
        cookies: sources.cookies,
      },
    }),
  toRecord: (consent) => ({
    deviceId: consent.deviceId.reveal(),
    memberId: consent.memberId?.reveal() ?? null,
    atMs: consent.at,
    policyVersion: consent.policyVersion,
    purposes: consent.purposes,
    sources: consent.sources,
  }),
};

export const erasureKind: RecordKind<RawErasure, AvroRecords['privacy.erasure']> = {
  table: fieldTable({ deviceId: identifier, atMs: time, requestId: identifier }, { memberId: identifier }),
  build: ({ deviceId, memberId, atMs, requestId }, ids) =>
    keep({
      kind: 'erasure',
      deviceId: ids.take('device', deviceId),
      memberId: ids.takeOptional('member', memberId),
      at: eventTime(atMs),
      requestId,
    }),
  toRecord: (erasure) => ({
    deviceId: erasure.deviceId.reveal(),
    memberId: erasure.memberId?.reveal() ?? null,
    atMs: erasure.at,
    requestId: erasure.requestId,
  }),
};
