/** Decodes CSV lines under a header: the names of the contract, or those of open data for fixes and stores. */
import type { Outcome } from '../flow/outcome.ts';
import { keep, quarantine } from '../flow/outcome.ts';
import type { RawFix } from '../model/raw.ts';
import { fastFixReader, flagOf } from './csv-gps.ts';
import type { Column, Header } from './csv-header.ts';
import { readHeader } from './csv-header.ts';
import { splitRow } from './csv-row.ts';
import type { FileTopic, LineDecoder } from './decoder.ts';
import type { Unchecked } from './fields.ts';
import { MAX_TIME_MS } from './fields.ts';
import type { LineOptions } from './json-lines.ts';
import { kindOf, longestLine } from './json-lines.ts';
import { checkLine, trimLine } from './line-guard.ts';
import { RawIds } from './raw-ids.ts';
import { readRecord } from './record-kind.ts';
import type { FileRecords } from './record-kinds.ts';
import { DEFAULT_CATEGORY } from './record-store.ts';
import { scanNumber } from './scan-number.ts';

const OPEN_QUOTE = quarantine('undecodable', null, 'quotes that open and close a field');

/** What a column's text says, in the type of its field; text that fits no such type is left for the check. */
const cellOf = ({ field }: Column, text: string): unknown => {
  if (field.column === 'number') return scanNumber(text, 0, text.length);
  if (field.column === 'flag') return flagOf(text) ?? text;
  return text;
};

/** The record of a row; an empty cell is absent. */
const recordOf = (header: Header, cells: readonly string[]): Record<string, unknown> => {
  const record: Record<string, unknown> = {};
  const groups: Record<string, Record<string, unknown>> = {};
  header.columns.forEach((column, i) => {
    const text = cells[i] ?? '';
    if (column?.group !== null && column?.group !== undefined) {
      const group = (groups[column.group] ??= {});
      if (text !== '') group[column.field.name] = cellOf(column, text);
      record[column.group] = group;
    } else if (column !== null && text !== '') {
      record[column.field.name] = cellOf(column, text);
    }
  });
  return record;
};

/** What a CSV leaves out by rule: it all comes from the app, and open data names places only. */
const withDefaults = (topic: FileTopic, header: Header): ((record: Unchecked) => Unchecked) => {
  const hasOrigin = header.columns.some((column) => column?.field.name === 'origin');
  if (topic === 'ref.stores') {
    if (header.isContract) return (record) => record;
    return (record) => ({ name: record['storeId'], category: DEFAULT_CATEGORY, ...record });
  }
  if (topic.startsWith('raw.') && !hasOrigin) return (record) => ({ ...record, origin: 'APP' });
  return (record) => record;
};

/** The text of one column of a line without quotes; −1 where the line is shorter. */
const columnStart = (line: string, column: number): number => {
  let from = 0;
  for (let i = 0; i < column; i += 1) {
    const comma = line.indexOf(',', from);
    if (comma < 0) return -1;
    from = comma + 1;
  }
  return from;
};

const timeIn = (text: string, from: number, to: number): number | null => {
  const at = scanNumber(text, from, to);
  return Number.isSafeInteger(at) && Math.abs(at) <= MAX_TIME_MS ? at : null;
};

/** Walks to the time's column. */
const timeReader = (header: Header): ((line: string) => number | null) => {
  const column = header.columns.findIndex((candidate) => candidate?.field.name === 'atMs');
  if (column < 0) return () => null;
  return (raw) => {
    const line = trimLine(raw);
    if (line.includes('"')) {
      const cell = splitRow(line)?.[column] ?? '';
      return timeIn(cell, 0, cell.length);
    }
    const from = columnStart(line, column);
    const comma = line.indexOf(',', from);
    return from < 0 ? null : timeIn(line, from, comma < 0 ? line.length : comma);
  };
};

/** The general way from a line to its event. */
const rowDecoder = <T extends FileTopic>(
  topic: T,
  header: Header,
  ids: RawIds,
): ((line: string) => Outcome<FileRecords[T]>) => {
  const kind = kindOf(topic);
  const complete = withDefaults(topic, header);
  const wrongCount = quarantine('undecodable', null, `${String(header.columns.length)} columns`);
  return (line) => {
    const cells = splitRow(line);
    if (cells === null) return OPEN_QUOTE;
    if (cells.length !== header.columns.length) return wrongCount;
    return readRecord(kind, complete(recordOf(header, cells)), ids);
  };
};

/** Decoder of fixes: the fast way, and the general way for whatever that leaves. */
const fixDecoder = (header: Header, ids: RawIds, maxLength: number): LineDecoder<RawFix>['decode'] => {
  const fast = fastFixReader(header, ids);
  const general = rowDecoder('raw.gps', header, ids);
  return (raw) => {
    const bad = checkLine(raw, maxLength);
    if (bad !== null) return bad;
    const line = trimLine(raw);
    const fix = fast(line, line.length);
    return fix === null ? general(line) : keep(fix);
  };
};

/**
 * Decoder of a topic's CSV lines under a header line. The header may be refused: a required column missing, a column
 * twice or unknown. That is an outcome of the file, located by the column.
 */
export const csvDecoder = <T extends FileTopic>(
  topic: T,
  headerLine: string,
  options: LineOptions = {},
): Outcome<LineDecoder<FileRecords[T]>> => {
  const maxLength = longestLine(topic, options);
  const bad = checkLine(headerLine, maxLength);
  if (bad !== null) return bad;
  const header = readHeader(topic, kindOf(topic).table, trimLine(headerLine));
  if (header.kind !== 'keep') return header;
  const ids = options.ids ?? new RawIds();
  const timeOf = timeReader(header.value);
  if (topic === 'raw.gps') {
    const decode = fixDecoder(header.value, ids, maxLength) as LineDecoder<FileRecords[T]>['decode'];
    return keep({ decode, timeOf });
  }
  const decodeRow = rowDecoder(topic, header.value, ids);
  return keep({ decode: (raw) => checkLine(raw, maxLength) ?? decodeRow(trimLine(raw)), timeOf });
};
