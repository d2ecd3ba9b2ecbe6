/** The records of raw events: position reports and terminals. */
import { keep } from '../flow/outcome.ts';
import type { RawDevice, RawFix } from '../model/raw.ts';
import { eventTime } from '../model/time.ts';
import {
  fieldTable,
  flag,
  identifier,
  latitude,
  longitude,
  metres,
  number,
  oneOf,
  text,
  time,
} from './fields.ts';
import type { RecordKind } from './record-kind.ts';
import type { AvroRecords } from './records.gen.ts';

const ORIGINS = ['APP', 'THIRD_PARTY'] as const;
export const origin = oneOf(ORIGINS);

const AGE_BANDS = ['10s', '20s', '30s', '40s', '50s', '60s', '70s', '80+'] as const;
/** Longest short description of a terminal or its member. */
const WORD = 128;

/** Core Location reports a speed it does not know as a negative one. */
export const speedOf = (speed: number | null | undefined): number | null =>
  speed === null || speed === undefined || speed < 0 ? null : speed;

export const fixKind: RecordKind<RawFix, AvroRecords['raw.gps']> = {
  table: fieldTable(
    { deviceId: identifier, atMs: time, lat: latitude, lng: longitude, origin },
    {
      memberId: identifier,
      accuracyM: metres,
      speedMps: number(-Number.MAX_VALUE, Number.MAX_VALUE, 'metres per second'),
      mocked: flag,
      thirdPartyId: identifier,
      requestId: identifier,
    },
  ),
  build: (record, ids) =>
    keep({
      kind: 'fix',
      deviceId: ids.take('device', record.deviceId),
      memberId: ids.takeOptional('member', record.memberId),
      at: eventTime(record.atMs),
      origin: record.origin,
      thirdPartyId: record.thirdPartyId ?? null,
      position: { lat: record.lat, lng: record.lng },
      accuracyM: record.accuracyM ?? null,
      speedMps: speedOf(record.speedMps),
      mocked: record.mocked ?? false,
      requestId: record.requestId ?? null,
    }),
  toRecord: (fix) => ({
    deviceId: fix.deviceId.reveal(),
    memberId: fix.memberId?.reveal() ?? null,
    atMs: fix.at,
    lat: fix.position.lat,
    lng: fix.position.lng,
    accuracyM: fix.accuracyM,
    speedMps: fix.speedMps,
    mocked: fix.mocked,
    origin: fix.origin,
    thirdPartyId: fix.thirdPartyId,
    requestId: fix.requestId,
  }),
};

export const deviceKind: RecordKind<RawDevice, AvroRecords['raw.device']> = {
  table: fieldTable(
    { deviceId: identifier, atMs: time, idType: oneOf(['INSTALL', 'ADVERTISING', 'COOKIE']), origin },
    {
      memberId: identifier,
      terminalType: text(WORD),
      model: text(WORD),
      osName: text(WORD),
      osVersion: text(WORD),
      appVersion: text(WORD),
      ageBand: oneOf(AGE_BANDS),
      gender: oneOf(['FEMALE', 'MALE', 'OTHER']),
      prefecture: text(WORD),
      thirdPartyId: identifier,
    },
  ),
  build: (record, ids) =>
    keep({
      kind: 'device',
      deviceId: ids.take('device', record.deviceId),
      memberId: ids.takeOptional('member', record.memberId),
      at: eventTime(record.atMs),
      origin: record.origin,
      thirdPartyId: record.thirdPartyId ?? null,
      idType: record.idType,
      terminalType: record.terminalType ?? null,
      model: record.model ?? null,
      osName: record.osName ?? null,
      osVersion: record.osVersion ?? null,
      appVersion: record.appVersion ?? null,
      ageBand: record.ageBand ?? null,
      gender: record.gender ?? null,
      prefecture: record.prefecture ?? null,
    }),
  toRecord: ({ kind: _kind, at, deviceId, memberId, ...said }) => ({
    deviceId: deviceId.reveal(),
    memberId: memberId?.reveal() ?? null,
    atMs: at,
    ...said,
  }),
};
