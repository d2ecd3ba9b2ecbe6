/** The record of every topic as Avro carries it; generated from schemas/ by schemas/generate.mjs, do not edit. */

/** A record that could not be used: where it is and why, without its content. Restricted. */
interface DeadLetterRecord {
  /** Why the record could not be used. */
  readonly reason:
    | 'unknown'
    | 'undecodable'
    | 'invalid_field'
    | 'unknown_field'
    | 'too_large'
    | 'bad_encoding'
    | 'truncated'
    | 'unknown_schema'
    | 'key_mismatch'
    | 'wrong_partition';
  /** Topic of the record, or the topic of its file. */
  readonly topic: string;
  /** Partition of the record; for a file its number in the manifest. */
  readonly partition: number;
  /** Offset of the record; for a file its line number from 1. */
  readonly offset: number;
  /** Registry id that the record named; null when it named none. */
  readonly schemaId: number | null;
  /** Size of the record in bytes. */
  readonly byteCount: number;
  /** When it was set aside, epoch milliseconds UTC. */
  readonly atMs: number;
  /** The record sealed to the public key of deadLetter.sealTo; null when none is set. */
  readonly sealedPayload: Buffer | null;
}

/** A hint for the fraud desk. Restricted; no position. */
interface SignalRecord {
  /** Pseudonym of the audience fraud for one day; 32 hex digits. */
  readonly pseudonym: string;
  /** Start of the pseudonym’s epoch, epoch milliseconds UTC. */
  readonly epoch: number;
  /** Why the event stands out. */
  readonly reason: 'unknown' | 'mocked' | 'impossible_speed' | 'clock_ahead';
  /** Start of the hour in which it happened, epoch milliseconds UTC. */
  readonly bucketStartMs: number;
}

/** A cell that a pseudonym was in, for nearby-shop look-ups. Restricted; never a position. */
interface SanitizedRecord {
  /** Pseudonym of the audience nearby for one hour, or a one-time pseudonym where requestId is set; 32 hex digits. */
  readonly pseudonym: string;
  /** Start of the pseudonym’s epoch, epoch milliseconds UTC. */
  readonly epoch: number;
  /** H3 index, 15 hex digits. */
  readonly cell: string;
  /** H3 resolution of the cell. */
  readonly resolution: number;
  /** Start of the time bucket, epoch milliseconds UTC. */
  readonly bucketStartMs: number;
  /** Length of the time bucket in seconds, at least 300. */
  readonly bucketS: number;
  /** The token of the nearby-shop request; null when it serves none. */
  readonly requestId: string | null;
  /** The record may not be used after this, epoch milliseconds UTC. */
  readonly expiresAtMs: number;
}

/** What one subject adds to the tables, takes back, or a task’s mark. The topic carries it sealed. */
interface ContributionRecord {
  /** Which of the following fields are set. */
  readonly kind: 'visit' | 'successor' | 'footfall' | 'retract' | 'mark' | 'traits';
  /** Start of the statistics epoch, epoch milliseconds UTC; null for a mark. */
  readonly epoch: number | null;
  /** H3 r5 index, the key of the topic; null for a mark. */
  readonly region: string | null;
  /** Pseudonym of the audience statistics, 32 hex digits; null for a mark. */
  readonly subject: string | null;
  /** True when the subject is a member; null unless visit or footfall. */
  readonly linked: boolean | null;
  /** Identifier of the visited store; null unless visit or successor. */
  readonly store: string | null;
  /** End of the visit, epoch milliseconds UTC; null unless visit or successor. */
  readonly endMs: number | null;
  /** Length of the visit in milliseconds, clipped; null unless visit. */
  readonly dwellMs: number | null;
  /** H3 r7 index of the next store; null unless successor. */
  readonly toCell: string | null;
  /** Category of the next store; null unless successor. */
  readonly toCategory: string | null;
  /** H3 index seen on the move; null unless footfall. */
  readonly cell: string | null;
  /** Start of the daypart, epoch milliseconds UTC; null unless footfall. */
  readonly windowStartMs: number | null;
  /** Event time that decided it, epoch milliseconds UTC; null for retract and mark. */
  readonly knownAtMs: number | null;
  /** Name of the task; null unless mark. */
  readonly task: string | null;
  /** Nothing known at or before this follows, epoch milliseconds UTC; null unless mark. */
  readonly watermarkMs: number | null;
  /** Kind of terminal; null where unknown or refused, and unless traits. */
  readonly terminalType: string | null;
  /** System of the terminal; null where unknown or refused, and unless traits. */
  readonly os: string | null;
  /** Age band in decades; null where unknown or refused, and unless traits. */
  readonly ageBand: string | null;
  /** Gender; null where unknown or refused, and unless traits. */
  readonly gender: string | null;
  /** Prefecture; null where unknown or refused, and unless traits. */
  readonly prefecture: string | null;
}

/** The next offset to read of one input. */
interface PositionRecord {
  /** Topic of the input. */
  readonly topic: string;
  /** Next offset to read. */
  readonly offset: number;
}

/** The newest event time of one input. */
interface ClockRecord {
  /** Topic of the input. */
  readonly topic: string;
  /** Newest event time read of it, epoch milliseconds UTC. */
  readonly clockMs: number;
}

/** The watermark moved. */
interface AdvanceRecord {
  /** Its place among the operations of the commit. */
  readonly index: number;
  /** Where to, epoch milliseconds UTC. */
  readonly watermarkMs: number;
}

/** Operations or states of one epoch, sealed with AES-256-GCM under the epoch’s state key. */
interface SealedRecord {
  /** Audience of the salt. */
  readonly audience: 'statistics' | 'nearby' | 'fraud';
  /** Start of the epoch, epoch milliseconds UTC. */
  readonly epoch: number;
  /** The 12 bytes of the nonce. */
  readonly nonce: Buffer;
  /** Ciphertext and 16-byte tag. */
  readonly sealed: Buffer;
}

/** One value of a sanitize task’s changelog: where the task stands in the clear, all that moved its state sealed per epoch. */
interface StateRecord {
  /** What the value is: the operations of one commit, the start of a whole state, or a piece of it. */
  readonly kind: 'delta' | 'snapshot' | 'chunk';
  /** Number of the commit, from 0. */
  readonly sequence: number;
  /** Partitions of the inputs when it was written; with another number keys would have moved. */
  readonly partitions: number;
  /** Hash of the policy and of the store list under which it was written; under others the same events count otherwise. */
  readonly rules: string;
  /** Input positions that belong to this state. */
  readonly positions: readonly PositionRecord[];
  /** Clocks of the inputs. */
  readonly clocks: readonly ClockRecord[];
  /** The task’s watermark, epoch milliseconds UTC. */
  readonly watermarkMs: number;
  /** The newest watermark told by a mark, epoch milliseconds UTC. */
  readonly markedMs: number;
  /** Moves of the watermark among the sealed operations. */
  readonly advances: readonly AdvanceRecord[];
  /** What is sealed, epoch by epoch. */
  readonly parts: readonly SealedRecord[];
}

/** One salt of the vault, wrapped, or the note that it was destroyed. Compacted. */
interface VaultSaltRecord {
  /** Audience of the salt. */
  readonly audience: 'statistics' | 'nearby' | 'fraud';
  /** Start of the epoch, epoch milliseconds UTC. */
  readonly epoch: number;
  /** Whether the salt is held or destroyed for good. */
  readonly state: 'held' | 'destroyed';
  /** Deployment and hashes of the policy and of the store list under which it was made; under others nothing may be counted with it. */
  readonly rules: string;
  /** SHA-256 commitment to the salt, 64 hex digits. */
  readonly commitment: string;
  /** Which outside key wraps it; null when destroyed or unwrapped on loopback. */
  readonly wrapKeyId: string | null;
  /** The 12 bytes of the nonce of the wrapping; null when destroyed. */
  readonly nonce: Buffer | null;
  /** The wrapped salt and its 16-byte tag; null when destroyed. */
  readonly wrapped: Buffer | null;
  /** True when it came from a file and is no secret. */
  readonly imported: boolean;
  /** When it was made, epoch milliseconds UTC. */
  readonly bornAtMs: number;
  /** When it was destroyed, epoch milliseconds UTC; null while held. */
  readonly destroyedAtMs: number | null;
}

/** What the subject allows its events to be used for. */
interface PurposesRecord {
  /** True when shops nearby may be looked up. */
  readonly nearbyShops: boolean;
  /** True when events may enter statistics. */
  readonly usageStatistics: boolean;
  /** True when events may be used against fraud. */
  readonly fraudPrevention: boolean;
  /** True when events may be used to improve the service. */
  readonly serviceImprovement: boolean;
  /** True when events of third parties may be used. */
  readonly thirdPartyTracking: boolean;
}

/** What the subject allows to be read. */
interface SourcesRecord {
  /** True when positions may be used. */
  readonly location: boolean;
  /** True when identifiers of the terminal may be used. */
  readonly terminalId: boolean;
  /** True when cookies may be used. */
  readonly cookies: boolean;
}

/** What a subject allows, on all its devices. Compacted: the newest record counts. */
interface ConsentRecord {
  /** Identifier of the device, or the cookie id, 1 to 256 characters. */
  readonly deviceId: string;
  /** Identifier of the member, 1 to 256 characters; null when nobody is logged in. */
  readonly memberId: string | null;
  /** When the choice takes effect, epoch milliseconds UTC. */
  readonly atMs: number;
  /** Version of the privacy policy that the subject agreed to. */
  readonly policyVersion: number;
  /** The purposes, each granted or not. */
  readonly purposes: PurposesRecord;
  /** The sources, each granted or not. */
  readonly sources: SourcesRecord;
}

/** A subject asks to be forgotten. */
interface ErasureRecord {
  /** Identifier of the device, 1 to 256 characters. */
  readonly deviceId: string;
  /** Identifier of the member, 1 to 256 characters; null when nobody is logged in. */
  readonly memberId: string | null;
  /** When it was asked, epoch milliseconds UTC. */
  readonly atMs: number;
  /** Number of the request at the rights desk, 1 to 256 characters. */
  readonly requestId: string;
}

/** One access-log line: either the line itself or its fields, never both. */
interface AccessLogRecord {
  /** One Combined Log Format line, with the cookie id as an optional tenth quoted field; null when the fields are given. */
  readonly line: string | null;
  /** When the request came in, epoch milliseconds UTC; null only beside line. */
  readonly atMs: number | null;
  /** Request method; null only beside line. */
  readonly method: string | null;
  /** Request target; null only beside line. */
  readonly path: string | null;
  /** HTTP status, 100 to 999; null only beside line. */
  readonly status: number | null;
  /** Size of the answer in bytes; null when none was sent. */
  readonly bytes: number | null;
  /** Referer header; null when absent. */
  readonly referer: string | null;
  /** User-Agent header; null when absent. */
  readonly userAgent: string | null;
  /** Address of the client; null when not logged. */
  readonly ip: string | null;
  /** Identifier of the device, 1 to 256 characters; null when the line has none. */
  readonly deviceId: string | null;
  /** Identifier of the member, 1 to 256 characters; null when nobody is logged in. */
  readonly memberId: string | null;
  /** Identifier in the cookie, 1 to 256 characters; null when refused or absent. */
  readonly cookieId: string | null;
  /** Store whose page or beacon it was; null when none. */
  readonly storeId: string | null;
  /** A page view, or a beacon sent by a page. */
  readonly kind: 'PAGE' | 'BEACON';
  /** Who collected it: the own app or site, or a third party. */
  readonly origin: 'APP' | 'THIRD_PARTY';
  /** Which third party collected it; null for the own app. */
  readonly thirdPartyId: string | null;
}

/** What a terminal says of itself and its member. */
interface DeviceRecord {
  /** Identifier of the device, 1 to 256 characters. */
  readonly deviceId: string;
  /** Identifier of the member, 1 to 256 characters; null when nobody is logged in. */
  readonly memberId: string | null;
  /** When it was said, epoch milliseconds UTC. */
  readonly atMs: number;
  /** Which kind of identifier deviceId is. */
  readonly idType: 'INSTALL' | 'ADVERTISING' | 'COOKIE';
  /** Kind of terminal, such as phone or tablet; null when unknown. */
  readonly terminalType: string | null;
  /** Model name of the terminal; null when unknown. */
  readonly model: string | null;
  /** Name of the operating system; null when unknown. */
  readonly osName: string | null;
  /** Version of the operating system; null when unknown. */
  readonly osVersion: string | null;
  /** Version of the app; null when unknown. */
  readonly appVersion: string | null;
  /** Age band of the member, 10s, 20s … 70s or 80+; null when unknown. */
  readonly ageBand: string | null;
  /** Gender as the member stated it; null when not stated. */
  readonly gender: 'FEMALE' | 'MALE' | 'OTHER' | null;
  /** Prefecture in which the member lives; null when unknown. */
  readonly prefecture: string | null;
  /** Who collected it: the own app or site, or a third party. */
  readonly origin: 'APP' | 'THIRD_PARTY';
  /** Which third party collected it; null for the own app. */
  readonly thirdPartyId: string | null;
}

/** One position report of a device. */
interface GpsRecord {
  /** Identifier of the device, 1 to 256 characters. */
  readonly deviceId: string;
  /** Identifier of the member, 1 to 256 characters; null when nobody is logged in. */
  readonly memberId: string | null;
  /** When the position was measured, epoch milliseconds UTC. */
  readonly atMs: number;
  /** WGS84 latitude in degrees, -90 to 90. */
  readonly lat: number;
  /** WGS84 longitude in degrees, -180 to 180. */
  readonly lng: number;
  /** 68 % accuracy radius in metres; null when the terminal does not tell. */
  readonly accuracyM: number | null;
  /** Speed over ground in metres per second; null when the terminal does not tell. */
  readonly speedMps: number | null;
  /** True when the terminal says that the position is made up; null counts as false. */
  readonly mocked: boolean | null;
  /** Who collected it: the own app or site, or a third party. */
  readonly origin: 'APP' | 'THIRD_PARTY';
  /** Which third party collected it; null for the own app. */
  readonly thirdPartyId: string | null;
  /** Opaque random token that the app made for one nearby-shop request; null when the fix serves none. */
  readonly requestId: string | null;
}

/** A store or another known place. Compacted: the newest record of a storeId counts. */
interface StoreRecord {
  /** Identifier of the store, 1 to 256 characters. */
  readonly storeId: string;
  /** Name of the store. */
  readonly name: string;
  /** Category of the store, such as cafe. */
  readonly category: string;
  /** WGS84 latitude in degrees, -90 to 90; null only beside polygon, whose centroid is taken. */
  readonly lat: number | null;
  /** WGS84 longitude in degrees, -180 to 180; null only beside polygon, whose centroid is taken. */
  readonly lng: number | null;
  /** Radius of the footprint in metres; null takes the polygon, or 30 m where there is none. */
  readonly radiusM: number | null;
  /** Footprint as a GeoJSON Polygon or MultiPolygon geometry in JSON text; null takes radiusM. */
  readonly polygon: string | null;
  /** Shortest stay that is a visit here, seconds; null takes the policy’s. */
  readonly minDwellS: number | null;
  /** True where fixes produce nothing at all; null counts as false. */
  readonly sensitive: boolean | null;
  /** True when the store is closed for good; null counts as false. */
  readonly closed: boolean | null;
}

/** Released rows of demographics: visitors by age band, gender or prefecture. */
interface DemographicsRecord {
  /** What is counted: a store, an H3 cell, a region (H3 r5), a section or a site. */
  readonly unitKind: 'store' | 'cell' | 'region' | 'section' | 'site';
  /** Identifier of the unit: store, H3 index, section or site. */
  readonly unitId: string;
  /** H3 index in which the unit lies, 15 hex digits; empty for sections and sites. */
  readonly cell: string;
  /** H3 resolution of the cell. */
  readonly resolution: number;
  /** Length of the window in the policy’s time zone. */
  readonly windowKind: 'hour' | 'daypart' | 'day';
  /** Start of the window, epoch milliseconds UTC. */
  readonly windowStartMs: number;
  /** End of the window, not included, epoch milliseconds UTC. */
  readonly windowEndMs: number;
  /** all: every contribution of the key; rest: those that no finer released row holds. */
  readonly holds: 'all' | 'rest';
  /** WITHHELD: too few, zero or no data, numbers null. */
  readonly status: 'RELEASED' | 'WITHHELD';
  /** Whether category is an age band, a gender or a prefecture. */
  readonly dimension: 'age_band' | 'gender' | 'prefecture';
  /** Age band, gender or prefecture; other and unknown among them. */
  readonly category: string;
  /** Published number of visitors; null when withheld. */
  readonly visitors: number | null;
}

/** Released rows of dwell: visitors by length of stay. */
interface DwellRecord {
  /** What is counted: a store, an H3 cell, a region (H3 r5), a section or a site. */
  readonly unitKind: 'store' | 'cell' | 'region' | 'section' | 'site';
  /** Identifier of the unit: store, H3 index, section or site. */
  readonly unitId: string;
  /** H3 index in which the unit lies, 15 hex digits; empty for sections and sites. */
  readonly cell: string;
  /** H3 resolution of the cell. */
  readonly resolution: number;
  /** Length of the window in the policy’s time zone. */
  readonly windowKind: 'hour' | 'daypart' | 'day';
  /** Start of the window, epoch milliseconds UTC. */
  readonly windowStartMs: number;
  /** End of the window, not included, epoch milliseconds UTC. */
  readonly windowEndMs: number;
  /** all: every contribution of the key; rest: those that no finer released row holds. */
  readonly holds: 'all' | 'rest';
  /** WITHHELD: too few, zero or no data, numbers null. */
  readonly status: 'RELEASED' | 'WITHHELD';
  /** Start of the bin, seconds. */
  readonly binFromS: number;
  /** End of the bin, not included, seconds; null when open. */
  readonly binToS: number | null;
  /** Published number of visitors; null when withheld. */
  readonly visitors: number | null;
}

/** Released rows of footfall: people outside any stay. */
interface FootfallRecord {
  /** What is counted: a store, an H3 cell, a region (H3 r5), a section or a site. */
  readonly unitKind: 'store' | 'cell' | 'region' | 'section' | 'site';
  /** Identifier of the unit: store, H3 index, section or site. */
  readonly unitId: string;
  /** H3 index in which the unit lies, 15 hex digits; empty for sections and sites. */
  readonly cell: string;
  /** H3 resolution of the cell. */
  readonly resolution: number;
  /** Length of the window in the policy’s time zone. */
  readonly windowKind: 'hour' | 'daypart' | 'day';
  /** Start of the window, epoch milliseconds UTC. */
  readonly windowStartMs: number;
  /** End of the window, not included, epoch milliseconds UTC. */
  readonly windowEndMs: number;
  /** all: every contribution of the key; rest: those that no finer released row holds. */
  readonly holds: 'all' | 'rest';
  /** WITHHELD: too few, zero or no data, numbers null. */
  readonly status: 'RELEASED' | 'WITHHELD';
  /** Published number of people on the move; null when withheld. */
  readonly subjects: number | null;
}

/** One link of a hash chain: what was released under which parameters, and the life of every salt. */
interface LedgerLineRecord {
  /** Place in the chain, from 1 without gaps. */
  readonly seq: number;
  /** Hash of the line before, 64 hex digits; zeros for the first. */
  readonly prev: string;
  /** What is recorded, as canonical JSON with its kind in type; published values only. */
  readonly entry: string;
  /** SHA-256 of the canonical JSON of seq, prev and entry, 64 hex digits. */
  readonly hash: string;
}

/** Released rows of terminals: visitors by terminal. */
interface TerminalsRecord {
  /** What is counted: a store, an H3 cell, a region (H3 r5), a section or a site. */
  readonly unitKind: 'store' | 'cell' | 'region' | 'section' | 'site';
  /** Identifier of the unit: store, H3 index, section or site. */
  readonly unitId: string;
  /** H3 index in which the unit lies, 15 hex digits; empty for sections and sites. */
  readonly cell: string;
  /** H3 resolution of the cell. */
  readonly resolution: number;
  /** Length of the window in the policy’s time zone. */
  readonly windowKind: 'hour' | 'daypart' | 'day';
  /** Start of the window, epoch milliseconds UTC. */
  readonly windowStartMs: number;
  /** End of the window, not included, epoch milliseconds UTC. */
  readonly windowEndMs: number;
  /** all: every contribution of the key; rest: those that no finer released row holds. */
  readonly holds: 'all' | 'rest';
  /** WITHHELD: too few, zero or no data, numbers null. */
  readonly status: 'RELEASED' | 'WITHHELD';
  /** Whether category is a terminal type or an operating system. */
  readonly dimension: 'terminal_type' | 'os';
  /** Terminal type or operating system; other and unknown among them. */
  readonly category: string;
  /** Published number of visitors; null when withheld. */
  readonly visitors: number | null;
}

/** Released rows of transitions: visitors by where they went next. */
interface TransitionsRecord {
  /** What is counted: a store, an H3 cell, a region (H3 r5), a section or a site. */
  readonly unitKind: 'store' | 'cell' | 'region' | 'section' | 'site';
  /** Identifier of the unit: store, H3 index, section or site. */
  readonly unitId: string;
  /** H3 index in which the unit lies, 15 hex digits; empty for sections and sites. */
  readonly cell: string;
  /** H3 resolution of the cell. */
  readonly resolution: number;
  /** Length of the window in the policy’s time zone. */
  readonly windowKind: 'hour' | 'daypart' | 'day';
  /** Start of the window, epoch milliseconds UTC. */
  readonly windowStartMs: number;
  /** End of the window, not included, epoch milliseconds UTC. */
  readonly windowEndMs: number;
  /** all: every contribution of the key; rest: those that no finer released row holds. */
  readonly holds: 'all' | 'rest';
  /** WITHHELD: too few, zero or no data, numbers null. */
  readonly status: 'RELEASED' | 'WITHHELD';
  /** Whether the destination is a place, a category or a section. */
  readonly dimension: 'place' | 'category' | 'section';
  /** What toId names; elsewhere also holds those who went nowhere. */
  readonly toKind: 'cell' | 'region' | 'category' | 'section' | 'elsewhere';
  /** The destination; empty for elsewhere. */
  readonly toId: string;
  /** Published number of visitors; null when withheld. */
  readonly visitors: number | null;
}

/** Released rows of visits. */
interface VisitsRecord {
  /** What is counted: a store, an H3 cell, a region (H3 r5), a section or a site. */
  readonly unitKind: 'store' | 'cell' | 'region' | 'section' | 'site';
  /** Identifier of the unit: store, H3 index, section or site. */
  readonly unitId: string;
  /** H3 index in which the unit lies, 15 hex digits; empty for sections and sites. */
  readonly cell: string;
  /** H3 resolution of the cell. */
  readonly resolution: number;
  /** Length of the window in the policy’s time zone. */
  readonly windowKind: 'hour' | 'daypart' | 'day';
  /** Start of the window, epoch milliseconds UTC. */
  readonly windowStartMs: number;
  /** End of the window, not included, epoch milliseconds UTC. */
  readonly windowEndMs: number;
  /** all: every contribution of the key; rest: those that no finer released row holds. */
  readonly holds: 'all' | 'rest';
  /** WITHHELD: too few, zero or no data, numbers null. */
  readonly status: 'RELEASED' | 'WITHHELD';
  /** Published number of visitors; null when withheld. */
  readonly visitors: number | null;
  /** Published number of visits; null when withheld. */
  readonly visits: number | null;
}

/** Released rows of web: visitors and page views of sections and sites. */
interface WebRecord {
  /** What is counted: a store, an H3 cell, a region (H3 r5), a section or a site. */
  readonly unitKind: 'store' | 'cell' | 'region' | 'section' | 'site';
  /** Identifier of the unit: store, H3 index, section or site. */
  readonly unitId: string;
  /** H3 index in which the unit lies, 15 hex digits; empty for sections and sites. */
  readonly cell: string;
  /** H3 resolution of the cell. */
  readonly resolution: number;
  /** Length of the window in the policy’s time zone. */
  readonly windowKind: 'hour' | 'daypart' | 'day';
  /** Start of the window, epoch milliseconds UTC. */
  readonly windowStartMs: number;
  /** End of the window, not included, epoch milliseconds UTC. */
  readonly windowEndMs: number;
  /** all: every contribution of the key; rest: those that no finer released row holds. */
  readonly holds: 'all' | 'rest';
  /** WITHHELD: too few, zero or no data, numbers null. */
  readonly status: 'RELEASED' | 'WITHHELD';
  /** Published number of visitors; null when withheld. */
  readonly visitors: number | null;
  /** Published number of page views; null when withheld. */
  readonly pageViews: number | null;
}

export interface AvroRecords {
  readonly 'dead-letter': DeadLetterRecord;
  readonly 'fraud.signals': SignalRecord;
  readonly 'location.sanitized': SanitizedRecord;
  readonly 'oboro.contributions': ContributionRecord;
  readonly 'oboro.state': StateRecord;
  readonly 'oboro.vault': VaultSaltRecord;
  readonly 'privacy.consent': ConsentRecord;
  readonly 'privacy.erasure': ErasureRecord;
  readonly 'raw.access-log': AccessLogRecord;
  readonly 'raw.device': DeviceRecord;
  readonly 'raw.gps': GpsRecord;
  readonly 'ref.stores': StoreRecord;
  readonly 'release.demographics': DemographicsRecord;
  readonly 'release.dwell': DwellRecord;
  readonly 'release.footfall': FootfallRecord;
  readonly 'release.ledger': LedgerLineRecord;
  readonly 'release.terminals': TerminalsRecord;
  readonly 'release.transitions': TransitionsRecord;
  readonly 'release.visits': VisitsRecord;
  readonly 'release.web': WebRecord;
}
