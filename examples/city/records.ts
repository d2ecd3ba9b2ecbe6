/** The records that the city sends, field for field as the input topics have them; absent optional fields are left out. */

export interface GpsRecord {
  readonly deviceId: string;
  readonly memberId?: string;
  readonly atMs: number;
  readonly lat: number;
  readonly lng: number;
  readonly accuracyM?: number;
  readonly speedMps?: number;
  readonly mocked?: boolean;
  readonly origin: 'APP' | 'THIRD_PARTY';
  readonly thirdPartyId?: string;
  readonly requestId?: string;
}

export interface DeviceRecord {
  readonly deviceId: string;
  readonly memberId?: string;
  readonly atMs: number;
  readonly idType: 'INSTALL' | 'ADVERTISING' | 'COOKIE';
  readonly terminalType?: string;
  readonly model?: string;
  readonly osName?: string;
  readonly osVersion?: string;
  readonly appVersion?: string;
  readonly ageBand?: string;
  readonly gender?: 'FEMALE' | 'MALE' | 'OTHER';
  readonly prefecture?: string;
  readonly origin: 'APP' | 'THIRD_PARTY';
  readonly thirdPartyId?: string;
}

interface AccessBase {
  readonly deviceId?: string;
  readonly memberId?: string;
  readonly cookieId?: string;
  readonly storeId?: string;
  readonly kind: 'PAGE' | 'BEACON';
  readonly origin: 'APP' | 'THIRD_PARTY';
}

export interface ParsedAccessRecord extends AccessBase {
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly bytes?: number;
  readonly referer?: string;
  readonly userAgent?: string;
  readonly ip?: string;
}

/** One Combined Log Format line with what the server knew of its sender. */
export interface LineAccessRecord extends AccessBase {
  readonly line: string;
}

export type AccessRecord = ParsedAccessRecord | LineAccessRecord;

export interface ConsentRecord {
  readonly deviceId: string;
  readonly memberId?: string;
  readonly atMs: number;
  readonly policyVersion: number;
  readonly purposes: Readonly<
    Record<
      'nearbyShops' | 'usageStatistics' | 'fraudPrevention' | 'serviceImprovement' | 'thirdPartyTracking',
      boolean
    >
  >;
  readonly sources: Readonly<Record<'location' | 'terminalId' | 'cookies', boolean>>;
}

export interface ErasureRecord {
  readonly deviceId: string;
  readonly memberId?: string;
  readonly atMs: number;
  readonly requestId: string;
}

/** What is wrong with a deliberately bad line. */
export type Fault =
  'cut_short' | 'wrong_type' | 'swapped' | 'clock_1970' | 'missing_field' | 'not_a_log_line';

interface Arriving {
  /** When the record reaches the server, epoch ms; the order of the files. */
  readonly arrivalMs: number;
}

/** A line that is no JSON record of ours: a Combined Log Format line of the web server, or a bad record. */
export interface LineEvent extends Arriving {
  readonly topic: 'raw.gps' | 'raw.device' | 'raw.access-log' | 'web.log';
  readonly line: string;
  /** Null for a good line. */
  readonly fault: Fault | null;
}

interface RecordEvent<Topic extends string, Content> extends Arriving {
  readonly topic: Topic;
  readonly record: Content;
}

/** One thing that the city sends. `web.log` lines are `raw.access-log` too, as a web server writes them. */
export type CityEvent =
  | RecordEvent<'raw.gps', GpsRecord>
  | RecordEvent<'raw.device', DeviceRecord>
  | RecordEvent<'raw.access-log', AccessRecord>
  | RecordEvent<'privacy.consent', ConsentRecord>
  | RecordEvent<'privacy.erasure', ErasureRecord>
  | LineEvent;

export type CityTopic = CityEvent['topic'];

/** Optional fields as records have them: present, or not there at all. */
export const given = <K extends string, V>(key: K, value: V | null): Partial<Record<K, V>> =>
  value === null ? {} : ({ [key]: value } as Partial<Record<K, V>>);
