/** The record of an access: either one Combined Log Format line or its fields, never both. */
import type { Outcome, Quarantine } from '../flow/outcome.ts';
import { keep, quarantine } from '../flow/outcome.ts';
import type { RawAccess } from '../model/raw.ts';
import { eventTime } from '../model/time.ts';
import type { AccessLine } from './access-line.ts';
import { ACCESS_LIMITS, parseAccessLine } from './access-line.ts';
import { fieldTable, identifier, isAbsent, oneOf, text, time, whole } from './fields.ts';
import { MAX_LINE_LENGTH, checkLine } from './line-guard.ts';
import type { RawIds } from './raw-ids.ts';
import { origin } from './record-events.ts';
import type { Checked, RecordKind } from './record-kind.ts';
import type { AvroRecords } from './records.gen.ts';

type AccessRecord = AvroRecords['raw.access-log'];

const LINE_FIELDS = ['atMs', 'method', 'path', 'status', 'bytes', 'referer', 'userAgent', 'ip'] as const;

const NOT_BOTH = quarantine('invalid_field', 'line', 'line or its fields, never both');

const table = fieldTable(
  { kind: oneOf(['PAGE', 'BEACON']), origin },
  {
    line: text(MAX_LINE_LENGTH),
    atMs: time,
    method: text(ACCESS_LIMITS.method),
    path: text(ACCESS_LIMITS.path),
    status: whole(100, 999, 'three digits'),
    bytes: whole(0, Number.MAX_SAFE_INTEGER, 'bytes, 0 or more'),
    referer: text(ACCESS_LIMITS.referer),
    userAgent: text(ACCESS_LIMITS.userAgent),
    ip: text(ACCESS_LIMITS.ip),
    deviceId: identifier,
    memberId: identifier,
    cookieId: identifier,
    storeId: identifier,
    thirdPartyId: identifier,
  },
);

const required = (name: string): Quarantine =>
  table.byName.get(name)?.wrong ?? quarantine('invalid_field', name);

/** What was logged, from the fields of the record. */
const fromFields = (record: Checked<AccessRecord>): Outcome<AccessLine> => {
  const { atMs, method, path, status, bytes = null, referer = null, userAgent = null, ip = null } = record;
  if (isAbsent(atMs)) return required('atMs');
  if (isAbsent(method)) return required('method');
  if (isAbsent(path)) return required('path');
  if (isAbsent(status)) return required('status');
  const at = eventTime(atMs);
  return keep({ at, method, path, status, bytes, referer, userAgent, ip, cookieId: null });
};

const fromLine = (line: string, record: Checked<AccessRecord>): Outcome<AccessLine> => {
  if (LINE_FIELDS.some((name) => !isAbsent(record[name]))) return NOT_BOTH;
  return checkLine(line, MAX_LINE_LENGTH) ?? parseAccessLine(line);
};

const access = (record: Checked<AccessRecord>, line: AccessLine, ids: RawIds): RawAccess => {
  const { cookieId, ...said } = line;
  return {
    kind: 'access',
    deviceId: ids.takeOptional('device', record.deviceId),
    memberId: ids.takeOptional('member', record.memberId),
    cookieId: ids.takeOptional('cookie', record.cookieId ?? cookieId),
    origin: record.origin,
    thirdPartyId: record.thirdPartyId ?? null,
    storeId: record.storeId ?? null,
    access: record.kind,
    ...said,
  };
};

export const accessKind: RecordKind<RawAccess, AccessRecord> = {
  table,
  build: (record, ids) => {
    const line = isAbsent(record.line) ? fromFields(record) : fromLine(record.line, record);
    return line.kind === 'keep' ? keep(access(record, line.value, ids)) : line;
  },
  toRecord: (raw) => ({
    line: null,
    atMs: raw.at,
    method: raw.method,
    path: raw.path,
    status: raw.status,
    bytes: raw.bytes,
    referer: raw.referer,
    userAgent: raw.userAgent,
    ip: raw.ip,
    deviceId: raw.deviceId?.reveal() ?? null,
    memberId: raw.memberId?.reveal() ?? null,
    cookieId: raw.cookieId?.reveal() ?? null,
    storeId: raw.storeId,
    kind: raw.access,
    origin: raw.origin,
    thirdPartyId: raw.thirdPartyId,
  }),
};
