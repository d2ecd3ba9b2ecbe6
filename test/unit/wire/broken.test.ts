/** The corpus of broken files: for each, how many records are kept and how many refused for which reason. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/flow/outcome.ts';
import { keep, quarantine } from '../../../src/flow/outcome.ts';
import { accessLogDecoder } from '../../../src/wire/access-line.ts';
import { csvDecoder } from '../../../src/wire/csv.ts';
import { FILE_TOPICS } from '../../../src/wire/decoder.ts';
import { jsonDecoder } from '../../../src/wire/json-lines.ts';
import { storesOfGeoJson } from '../../../src/wire/stores.ts';

const FOLDER = 'test/fixtures/broken';

interface Expected {
  readonly what: string;
  /** Records that the decoders keep; later stations may still drop them. */
  readonly kept: number;
  /** Quarantined records and file faults by reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

const EXPECTED = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as Readonly<
  Record<string, Expected>
>;

type Decode = (line: string) => Outcome<unknown>;
const TRUNCATED = quarantine('truncated');

/** The bytes of a file as far as they can be inflated, and whether they break off. */
const inflated = (name: string): { readonly bytes: Buffer; readonly cutShort: boolean } => {
  const bytes = readFileSync(join(FOLDER, name));
  if (!name.endsWith('.gz')) return { bytes, cutShort: false };
  try {
    return { bytes: gunzipSync(bytes), cutShort: false };
  } catch {
    try {
      const finishFlush = constants.Z_SYNC_FLUSH;
      return { bytes: gunzipSync(bytes, { finishFlush }), cutShort: true };
    } catch {
      return { bytes: Buffer.alloc(0), cutShort: true };
    }
  }
};

/** Lines that are not empty; what follows the last line end of a file that breaks off is no line. */
const linesOf = (name: string): { readonly lines: readonly string[]; readonly cutShort: boolean } => {
  const { bytes, cutShort } = inflated(name);
  const lines = bytes.toString('utf8').split('\n');
  if (cutShort) lines.pop();
  return { lines: lines.filter((line) => line.replace(/^\uFEFF|\r$/g, '') !== ''), cutShort };
};

const decoderOf = (
  name: string,
  lines: readonly string[],
): Outcome<{ decode: Decode; rows: readonly string[] }> => {
  const topic = FILE_TOPICS.find((known) => name.startsWith(known)) ?? 'raw.gps';
  if (name.endsWith('.log')) return keep({ decode: accessLogDecoder().decode, rows: lines });
  if (!name.endsWith('.csv')) return keep({ decode: jsonDecoder(topic).decode, rows: lines });
  const [header, ...rows] = lines;
  if (header === undefined) return quarantine('undecodable', null, 'a header');
  const decoder = csvDecoder(topic, header);
  return decoder.kind === 'keep' ? keep({ decode: decoder.value.decode, rows }) : decoder;
};

const outcomesOf = (name: string): readonly Outcome<unknown>[] => {
  const { bytes, cutShort } = inflated(name);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return [quarantine('bad_encoding')];
  if (name.endsWith('.geojson')) return storesOfGeoJson(bytes.toString('utf8'));
  const { lines } = linesOf(name);
  const decoder = decoderOf(name, lines);
  if (decoder.kind !== 'keep') return [decoder];
  const { decode, rows } = decoder.value;
  return [...rows.map(decode), ...(cutShort ? [TRUNCATED] : [])];
};

const tally = (outcomes: readonly Outcome<unknown>[]): Omit<Expected, 'what'> => {
  const reasons: Record<string, number> = {};
  let kept = 0;
  for (const outcome of outcomes) {
    if (outcome.kind === 'keep') kept += 1;
    else reasons[outcome.reason] = (reasons[outcome.reason] ?? 0) + 1;
  }
  return { kept, reasons };
};

describe('the corpus of broken files', () => {
  it('is told in full by expected.json', () => {
    const files = readdirSync(FOLDER).filter((name) => name !== 'expected.json');
    expect(files.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(Object.entries(EXPECTED))('%s', (name, { what, kept, reasons }) => {
    expect(what.length).toBeGreaterThan(10);
    expect(tally(outcomesOf(name))).toEqual({ kept, reasons });
  });
});

describe('a huge line', () => {
  it('is refused by its size before anything else', () => {
    const huge = `{"deviceId":"${'x'.repeat(3_000_000)}"}`;
    for (const topic of FILE_TOPICS) {
      expect(jsonDecoder(topic).decode(huge)).toMatchObject({ reason: 'too_large' });
      expect(csvDecoder(topic, huge)).toMatchObject({ reason: 'too_large' });
    }
    expect(accessLogDecoder().decode(huge)).toMatchObject({ reason: 'too_large' });
  });

  it('may be as long as is allowed', () => {
    const blank = ' '.repeat(40_000);
    const fix = '{"deviceId":"d","atMs":1,"lat":1,"lng":1,"origin":"APP"}';
    expect(jsonDecoder('raw.gps').decode(blank + fix).kind).toBe('keep');
    expect(jsonDecoder('raw.gps', { maxLength: 10_000 }).decode(blank + fix)).toMatchObject({
      reason: 'too_large',
    });
  });
});
