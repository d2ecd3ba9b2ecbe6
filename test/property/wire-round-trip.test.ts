/** Laws of the line formats: what is written comes back the same, and a glance at the time agrees with the reading. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/flow/outcome.ts';
import { accessLogDecoder } from '../../src/wire/access-line.ts';
import { csvDecoder } from '../../src/wire/csv.ts';
import type { FileTopic, LineDecoder } from '../../src/wire/decoder.ts';
import { FILE_TOPICS } from '../../src/wire/decoder.ts';
import { jsonDecoder, jsonLine, kindOf } from '../../src/wire/json-lines.ts';
import type { FileRecords } from '../../src/wire/record-kinds.ts';
import { scanNumber } from '../../src/wire/scan-number.ts';
import { RECORDS, logLine, loggedRequest } from './wire-arbitraries.ts';

const SEED = 20_240_101;

/** The record of a kept value; RawId hides its text from comparison, so records are compared. */
const recordOf = <T extends FileTopic>(topic: T, outcome: Outcome<FileRecords[T]>): unknown => {
  if (outcome.kind !== 'keep') throw new Error(JSON.stringify(outcome));
  return kindOf(topic).toRecord(outcome.value);
};

const withoutNulls = (record: object): object =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));

type Cell = string | number | boolean | null;

const quote = (cell: Cell, always: boolean): string => {
  const text = String(cell ?? '');
  return always || /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Column names and cells; a nested object gives columns with its name before theirs. */
const columns = (record: object, prefix = ''): readonly (readonly [string, Cell])[] =>
  Object.entries(record).flatMap(([name, value]: [string, Cell | object]) =>
    typeof value === 'object' && value !== null
      ? columns(value, `${prefix}${name}.`)
      : [[`${prefix}${name}`, value] as const],
  );

const csvOf = (record: object, always: boolean): { readonly header: string; readonly line: string } => {
  const cells = columns(record);
  return {
    header: cells.map(([name]) => name).join(','),
    line: cells.map(([, cell]) => quote(cell, always)).join(','),
  };
};

const decoderUnder = <T extends FileTopic>(topic: T, header: string): LineDecoder<FileRecords[T]> => {
  const decoder = csvDecoder(topic, header);
  if (decoder.kind !== 'keep') throw new Error(JSON.stringify(decoder));
  return decoder.value;
};

describe.each(FILE_TOPICS)('%s', (topic) => {
  const hasTime = topic !== 'ref.stores';

  it('comes back from JSON as it was written', () => {
    const decoder = jsonDecoder(topic);
    fc.assert(
      fc.property(RECORDS[topic], (record) => {
        const decoded = decoder.decode(JSON.stringify(withoutNulls(record)));
        expect(recordOf(topic, decoded)).toEqual(record);
        expect(decoder.decode(JSON.stringify(record))).toEqual(decoded);
      }),
      { seed: SEED },
    );
  });

  it('is written by jsonLine as it is read', () => {
    const decoder = jsonDecoder(topic);
    fc.assert(
      fc.property(RECORDS[topic], (record) => {
        const decoded = decoder.decode(JSON.stringify(record));
        if (decoded.kind !== 'keep') throw new Error(JSON.stringify(decoded));
        expect(recordOf(topic, decoder.decode(jsonLine(topic, decoded.value as never)))).toEqual(record);
      }),
      { seed: SEED },
    );
  });

  it('comes back from CSV as it was written, quoted or not', () => {
    fc.assert(
      fc.property(RECORDS[topic], fc.boolean(), (record, always) => {
        const { header, line } = csvOf(record, always);
        const decoder = decoderUnder(topic, header);
        expect(recordOf(topic, decoder.decode(line))).toEqual(record);
        expect(recordOf(topic, decoder.decode(`${line}\r`))).toEqual(record);
        expect(decoder.timeOf(line)).toBe(hasTime ? record['atMs'] : null);
      }),
      { seed: SEED },
    );
  });

  it('shows its time at a glance in JSON, with any spacing', () => {
    const decoder = jsonDecoder(topic);
    fc.assert(
      fc.property(RECORDS[topic], fc.constantFrom('', ' ', '\t'), (record, space) => {
        const line = JSON.stringify(record, null, space).replaceAll('\n', '');
        expect(decoder.timeOf(line)).toBe(hasTime ? record['atMs'] : null);
      }),
      { seed: SEED },
    );
  });
});

describe('Combined Log Format', () => {
  const decoder = accessLogDecoder();
  const json = jsonDecoder('raw.access-log');

  it('comes back as it was logged', () => {
    fc.assert(
      fc.property(loggedRequest, (request) => {
        const line = logLine(request);
        const { zoneMinutes: _zone, user: _user, ...said } = request;
        const full = {
          ...said,
          line: null,
          deviceId: null,
          memberId: null,
          storeId: null,
          kind: 'PAGE',
          origin: 'APP',
          thirdPartyId: null,
        };
        expect(recordOf('raw.access-log', decoder.decode(line))).toEqual(full);
        expect(decoder.timeOf(line)).toBe(request.atMs);
      }),
      { seed: SEED },
    );
  });

  it('is the same inside a JSON record', () => {
    fc.assert(
      fc.property(loggedRequest, (request) => {
        const line = logLine(request);
        const text = JSON.stringify({ kind: 'PAGE', origin: 'APP', line });
        expect(recordOf('raw.access-log', json.decode(text))).toEqual(
          recordOf('raw.access-log', decoder.decode(line)),
        );
        expect(json.timeOf(text)).toBe(request.atMs);
      }),
      { seed: SEED },
    );
  });
});

describe('scanNumber', () => {
  const decimals = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.tuple(fc.integer(), fc.nat(99_999_999)).map(([whole, part]) => `${String(whole)}.${String(part)}`),
    fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
    fc.nat(999_999).map((digits) => `.${String(digits)}`),
    fc.nat().map((digits) => `${String(digits)}.`),
  );

  it('reads what Number reads, to the last bit', () => {
    fc.assert(
      fc.property(decimals, fc.string(), (text, around) => {
        const line = around + text + around;
        expect(scanNumber(line, around.length, around.length + text.length)).toBe(Number(text));
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it.each([
    '',
    '-',
    '.',
    '-.',
    '+1',
    '--1',
    '-+1',
    '1 ',
    ' 1',
    '0x10',
    '1e',
    'NaN',
    'Infinity',
    '1_0',
    '1,0',
    '١',
  ])('refuses %j', (text) => {
    expect(scanNumber(text, 0, text.length)).toBeNaN();
  });
});
