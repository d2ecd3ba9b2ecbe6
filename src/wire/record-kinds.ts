/** The kind of record that each input topic carries. */
import type { RawAccess, RawConsent, RawDevice, RawErasure, RawFix } from '../model/raw.ts';
import type { Store } from '../model/place.ts';
import type { FileTopic } from './decoder.ts';
import { accessKind } from './record-access.ts';
import { deviceKind, fixKind } from './record-events.ts';
import type { RecordKind } from './record-kind.ts';
import { consentKind, erasureKind } from './record-rights.ts';
import { storeKind } from './record-store.ts';
import type { AvroRecords } from './records.gen.ts';

/** What the records of each input topic become. */
export interface FileRecords {
  readonly 'raw.gps': RawFix;
  readonly 'raw.device': RawDevice;
  readonly 'raw.access-log': RawAccess;
  readonly 'privacy.consent': RawConsent;
  readonly 'privacy.erasure': RawErasure;
  readonly 'ref.stores': Store;
}

type Kinds = { readonly [T in FileTopic]: RecordKind<FileRecords[T], AvroRecords[T]> };

export const RECORD_KINDS: Kinds = {
  'raw.gps': fixKind,
  'raw.device': deviceKind,
  'raw.access-log': accessKind,
  'privacy.consent': consentKind,
  'privacy.erasure': erasureKind,
  'ref.stores': storeKind,
};
