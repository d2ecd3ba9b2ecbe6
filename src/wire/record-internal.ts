/** The records behind the doors: sanitized locations, lines of the ledger, and what tasks tell each other of contributions. */
import type { Outcome } from '../flow/outcome.ts';
import { keep, quarantine } from '../flow/outcome.ts';
import { canonicalJson } from '../flow/canonical.ts';
import type { Contribution, ContributionMessage, Traits } from '../model/contribution.ts';
import { pseudonym } from '../model/identity.ts';
import type { LedgerEntry, LedgerLine } from '../model/ledger.ts';
import { cellId, storeId } from '../model/place.ts';
import type { SanitizedLocation } from '../model/sanitized.ts';
import { epochStart, eventTime, watermark } from '../model/time.ts';
import { isObject } from './fields.ts';
import type { AvroRecords } from './records.gen.ts';

type LocationRecord = AvroRecords['location.sanitized'];
type LedgerRecord = AvroRecords['release.ledger'];
type ContributionRecord = AvroRecords['oboro.contributions'];

export const locationRecord = (location: SanitizedLocation): LocationRecord => ({
  pseudonym: location.pseudonym,
  epoch: location.epoch,
  cell: location.cell,
  resolution: location.resolution,
  bucketStartMs: location.bucketStart,
  bucketS: location.bucketS,
  requestId: location.requestId,
  expiresAtMs: location.expiresAt,
});

export const locationOf = (record: LocationRecord): SanitizedLocation => ({
  pseudonym: pseudonym(record.pseudonym),
  epoch: epochStart(record.epoch),
  cell: cellId(record.cell),
  resolution: record.resolution,
  bucketStart: eventTime(record.bucketStartMs),
  bucketS: record.bucketS,
  requestId: record.requestId,
  expiresAt: eventTime(record.expiresAtMs),
});

export const ledgerRecord = ({ seq, prev, entry, hash }: LedgerLine): LedgerRecord => ({
  seq,
  prev,
  entry: canonicalJson(entry),
  hash,
});

const NO_ENTRY = quarantine('invalid_field', 'entry', 'a JSON object with a type');

/** The text of an entry as far as its type; the chain's hash vouches for the rest. */
const entryOf = (text: string): LedgerEntry | null => {
  try {
    const entry: unknown = JSON.parse(text);
    return isObject(entry) && typeof entry['type'] === 'string' ? (entry as unknown as LedgerEntry) : null;
  } catch {
    return null;
  }
};

export const ledgerLineOf = ({ seq, prev, entry: text, hash }: LedgerRecord): Outcome<LedgerLine> => {
  const entry = entryOf(text);
  return entry === null ? NO_ENTRY : keep({ seq, prev, entry, hash });
};

const NOTHING: Omit<ContributionRecord, 'kind'> = {
  epoch: null,
  region: null,
  subject: null,
  linked: null,
  store: null,
  endMs: null,
  dwellMs: null,
  toCell: null,
  toCategory: null,
  cell: null,
  windowStartMs: null,
  knownAtMs: null,
  task: null,
  watermarkMs: null,
  terminalType: null,
  os: null,
  ageBand: null,
  gender: null,
  prefecture: null,
};

const ofContribution = (message: Contribution): Partial<ContributionRecord> => {
  switch (message.kind) {
    case 'visit': {
      const { linked, store, end, dwellMs } = message;
      return { linked, store, endMs: end, dwellMs };
    }
    case 'successor': {
      const { store, end, toCell, toCategory } = message;
      return { store, endMs: end, toCell, toCategory };
    }
    case 'footfall': {
      const { linked, cell, windowStart } = message;
      return { linked, cell, windowStartMs: windowStart };
    }
    case 'traits':
      return message.traits;
    default:
      return message satisfies never;
  }
};

export const contributionRecord = (message: ContributionMessage): ContributionRecord => {
  const { kind } = message;
  if (message.kind === 'mark') {
    return { ...NOTHING, kind, task: message.task, watermarkMs: message.watermark };
  }
  const { epoch, region, subject } = message;
  if (message.kind === 'retract') return { ...NOTHING, kind, epoch, region, subject };
  return { ...NOTHING, kind, epoch, region, subject, knownAtMs: message.knownAt, ...ofContribution(message) };
};

/** Which fields each kind of message must carry. */
const NEEDED = {
  visit: ['epoch', 'region', 'subject', 'linked', 'store', 'endMs', 'dwellMs', 'knownAtMs'],
  successor: ['epoch', 'region', 'subject', 'store', 'endMs', 'toCell', 'toCategory', 'knownAtMs'],
  footfall: ['epoch', 'region', 'subject', 'linked', 'cell', 'windowStartMs', 'knownAtMs'],
  retract: ['epoch', 'region', 'subject'],
  traits: ['epoch', 'region', 'subject', 'knownAtMs'],
  mark: ['task', 'watermarkMs'],
} as const satisfies Record<ContributionRecord['kind'], readonly (keyof ContributionRecord)[]>;

/** Traits may be null also in a complete record. */
const traitsOf = (record: ContributionRecord): Traits => {
  const { terminalType, os, ageBand, gender, prefecture } = record;
  return { terminalType, os, ageBand, gender, prefecture };
};

/** A record whose needed fields are there; the others are never looked at. */
type Complete = { readonly [K in keyof ContributionRecord]: NonNullable<ContributionRecord[K]> };

const messageOf = (record: Complete): ContributionMessage => {
  const { kind } = record;
  if (kind === 'mark') return { kind, task: record.task, watermark: watermark(record.watermarkMs) };
  const about = {
    epoch: epochStart(record.epoch),
    region: cellId(record.region),
    subject: pseudonym(record.subject),
  };
  if (kind === 'retract') return { kind, ...about };
  const knownAt = eventTime(record.knownAtMs);
  if (kind === 'traits') return { kind, ...about, traits: traitsOf(record), knownAt };
  if (kind === 'footfall') {
    const { linked, cell, windowStartMs } = record;
    return { kind, ...about, linked, cell: cellId(cell), windowStart: eventTime(windowStartMs), knownAt };
  }
  const stay = { store: storeId(record.store), end: eventTime(record.endMs) };
  if (kind === 'visit') {
    return { kind, ...about, linked: record.linked, ...stay, dwellMs: record.dwellMs, knownAt };
  }
  return { kind, ...about, ...stay, toCell: cellId(record.toCell), toCategory: record.toCategory, knownAt };
};

export const contributionOf = (record: ContributionRecord): Outcome<ContributionMessage> => {
  const missing = NEEDED[record.kind].find((name) => record[name] === null);
  return missing === undefined
    ? keep(messageOf(record as Complete))
    : quarantine('invalid_field', missing, `set in a ${record.kind}`);
};
