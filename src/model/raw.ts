/** Raw events as they came in: the only types that hold raw identifiers and exact positions. Import law: wire, sanitize, topology and runtime only. */
import type { RawId } from './identity.ts';
import type { Position } from './place.ts';
import type { Purpose, Source } from './consent.ts';
import type { EventTime } from './time.ts';

export type Origin = 'APP' | 'THIRD_PARTY';

interface RawBase {
  readonly deviceId: RawId | null;
  readonly memberId: RawId | null;
  readonly at: EventTime;
  readonly origin: Origin;
  readonly thirdPartyId: string | null;
}

/** One position report. */
export interface RawFix extends RawBase {
  readonly kind: 'fix';
  readonly deviceId: RawId;
  readonly position: Position;
  /** 68 % radius in metres, as Android reports it; null when absent. */
  readonly accuracyM: number | null;
  readonly speedMps: number | null;
  readonly mocked: boolean;
  /** Opaque random token the app made for one nearby-shop request. */
  readonly requestId: string | null;
}

export type DeviceIdType = 'INSTALL' | 'ADVERTISING' | 'COOKIE';
export type Gender = 'FEMALE' | 'MALE' | 'OTHER';

/** What a terminal says of itself and its member. */
export interface RawDevice extends RawBase {
  readonly kind: 'device';
  readonly deviceId: RawId;
  readonly idType: DeviceIdType;
  readonly terminalType: string | null;
  readonly model: string | null;
  readonly osName: string | null;
  readonly osVersion: string | null;
  readonly appVersion: string | null;
  readonly ageBand: string | null;
  readonly gender: Gender | null;
  readonly prefecture: string | null;
}

/** One access-log line, already parsed. */
export interface RawAccess extends RawBase {
  readonly kind: 'access';
  readonly cookieId: RawId | null;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly bytes: number | null;
  readonly referer: string | null;
  readonly userAgent: string | null;
  readonly ip: string | null;
  readonly storeId: string | null;
  readonly access: 'PAGE' | 'BEACON';
}

/** A subject's choice, as the app sent it. */
export interface RawConsent {
  readonly kind: 'consent';
  readonly deviceId: RawId;
  readonly memberId: RawId | null;
  readonly at: EventTime;
  readonly policyVersion: number;
  readonly purposes: Readonly<Record<Purpose, boolean>>;
  readonly sources: Readonly<Record<Source, boolean>>;
}

/** A subject's request to be forgotten. */
export interface RawErasure {
  readonly kind: 'erasure';
  readonly deviceId: RawId;
  readonly memberId: RawId | null;
  readonly at: EventTime;
  readonly requestId: string;
}

/**
 * The end of what a compacted topic holds under a key, or a record under it that nobody can read: whoever the key names
 * is refused, until a newer choice comes.
 */
export interface RawRevocation {
  readonly kind: 'revocation';
  readonly deviceId: RawId | null;
  readonly memberId: RawId | null;
}

export type RawEvent = RawFix | RawDevice | RawAccess;
export type RawRight = RawConsent | RawErasure;
