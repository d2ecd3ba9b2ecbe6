/** Decodes one JSON object a line into the event of its topic, and writes such lines. */
import type { Outcome } from '../flow/outcome.ts';
import { quarantine } from '../flow/outcome.ts';
import type { FileTopic, LineDecoder } from './decoder.ts';
import type { Unchecked } from './fields.ts';
import { checkNames, isObject } from './fields.ts';
import { namesTwice } from './json-names.ts';
import { timeOfJson } from './json-time.ts';
import { MAX_LINE_LENGTH, MAX_STORE_LINE_LENGTH, checkLine, trimLine } from './line-guard.ts';
import { RawIds } from './raw-ids.ts';
import type { RecordKind } from './record-kind.ts';
import { readRecord } from './record-kind.ts';
import type { FileRecords } from './record-kinds.ts';
import { RECORD_KINDS } from './record-kinds.ts';
import type { AvroRecords } from './records.gen.ts';

const NO_JSON = quarantine('undecodable', null, 'one JSON object');
const NAMED_TWICE = quarantine('undecodable', null, 'each name once');

/** The JSON value of a text, or undefined; the parser's message would quote the text, so it ends here. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** The record kind of a topic, typed by it. */
export const kindOf = <T extends FileTopic>(topic: T): RecordKind<FileRecords[T], AvroRecords[T]> =>
  RECORD_KINDS[topic];

export interface LineOptions {
  /** Longest line accepted, in UTF-16 units. */
  readonly maxLength?: number;
  /** Where RawId objects come from; one of its own by default. */
  readonly ids?: RawIds;
}

export const longestLine = (topic: FileTopic, options: LineOptions): number =>
  options.maxLength ?? (topic === 'ref.stores' ? MAX_STORE_LINE_LENGTH : MAX_LINE_LENGTH);

/** Decoder of a topic's JSON lines. Absent and null are the same; unknown and repeated names are refused. */
export const jsonDecoder = <T extends FileTopic>(
  topic: T,
  options: LineOptions = {},
): LineDecoder<FileRecords[T]> => {
  const kind = kindOf(topic);
  const ids = options.ids ?? new RawIds();
  const maxLength = longestLine(topic, options);
  const decode = (line: string): Outcome<FileRecords[T]> => {
    const bad = checkLine(line, maxLength);
    if (bad !== null) return bad;
    const record = parsed(trimLine(line));
    if (!isObject(record)) return NO_JSON;
    return (
      checkNames(kind.table, record) ??
      (namesTwice(line, record) ? NAMED_TWICE : readRecord(kind, record, ids))
    );
  };
  return { decode, timeOf: topic === 'ref.stores' ? () => null : timeOfJson };
};

/** The JSON line of a value, without a line end. Optional fields that are absent are left out. */
export const jsonLine = <T extends FileTopic>(topic: T, value: FileRecords[T]): string => {
  const record: object = kindOf(topic).toRecord(value);
  const present: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(record) as [string, Unchecked | null][]) {
    if (item !== null) present[name] = item;
  }
  return JSON.stringify(present);
};
