/** Damaged lines and damaged Avro values: every one ends in an outcome, and no outcome repeats what was read. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/flow/outcome.ts';
import { accessLogDecoder } from '../../src/wire/access-line.ts';
import { avroCodec } from '../../src/wire/avro.ts';
import { csvDecoder } from '../../src/wire/csv.ts';
import { FILE_TOPICS } from '../../src/wire/decoder.ts';
import { jsonDecoder } from '../../src/wire/json-lines.ts';
import type { Topic } from '../../src/wire/schemas.gen.ts';
import { SCHEMAS } from '../../src/wire/schemas.gen.ts';
import { storesOfGeoJson } from '../../src/wire/stores.ts';
import { SAMPLES } from '../unit/wire/samples.ts';
import { RECORDS, box, logLine, loggedRequest } from './wire-arbitraries.ts';

const SEED = 20_240_102;
const RUNS = { seed: SEED, numRuns: 200 };

/** One act of damage, by numbers that the text's length is taken of. */
interface Damage {
  readonly kind: 'cut' | 'drop' | 'insert' | 'replace' | 'double' | 'swap';
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

const NASTY = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\u0000',
  '\uFFFD',
  '\uFEFF',
  '\r',
  '-',
  'e',
  '9',
  '1e999',
];
const WORDS = ['__proto__', 'constructor', 'null', 'NaN', '"atMs":1,', '"line":"', '\\u', ' [', '""', '0x1'];

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('cut', 'drop', 'insert', 'replace', 'double', 'swap'),
  at: fc.nat(10_000),
  length: fc.integer({ min: 1, max: 12 }),
  text: fc.oneof(fc.constantFrom(...NASTY, ...WORDS), fc.string({ unit: 'binary', maxLength: 4 })),
});

const damaged = (text: string, { kind, at, length, text: put }: Damage): string => {
  const from = at % (text.length + 1);
  const [before, hit, after] = [
    text.slice(0, from),
    text.slice(from, from + length),
    text.slice(from + length),
  ];
  if (kind === 'cut') return before;
  if (kind === 'drop') return before + after;
  if (kind === 'insert') return before + put + hit + after;
  if (kind === 'replace') return before + put + after;
  return kind === 'double' ? before + hit + hit + after : after + hit + before;
};

const damages = fc.array(damage, { minLength: 1, maxLength: 4 });

/** Records whose every text is a canary; field names stay, and a name that nobody knows may be repeated. */
const CANARY = 'canary~';
const withCanaries = (record: unknown): unknown =>
  JSON.parse(JSON.stringify(record), (name, value: unknown) =>
    typeof value === 'string' && !['origin', 'kind', 'idType', 'polygon'].includes(name)
      ? CANARY + value
      : value,
  ) as unknown;

/** An outcome is one of three kinds, and what it says of itself holds nothing that was read. */
const isQuiet = (outcome: Outcome<unknown>): void => {
  expect(['keep', 'quarantine']).toContain(outcome.kind);
  if (outcome.kind === 'quarantine') expect(JSON.stringify(outcome)).not.toContain('canary');
};

describe.each(FILE_TOPICS)('%s', (topic) => {
  it('JSON survives damage', () => {
    const decoder = jsonDecoder(topic);
    fc.assert(
      fc.property(RECORDS[topic], damages, (record, acts) => {
        const line = acts.reduce(damaged, JSON.stringify(withCanaries(record)));
        const outcome = decoder.decode(line);
        isQuiet(outcome);
        const at = decoder.timeOf(line);
        if (outcome.kind === 'keep' && 'at' in outcome.value) expect(at).toBe(outcome.value.at);
      }),
      RUNS,
    );
  });

  it('CSV survives damage to lines and headers', () => {
    const plain = (record: object): [string, unknown][] =>
      Object.entries(record).filter(([, value]) => typeof value !== 'object');
    fc.assert(
      fc.property(RECORDS[topic], damages, fc.boolean(), (record, acts, inHeader) => {
        const cells = plain(withCanaries(record) as object);
        const header = cells.map(([name]) => name).join(',');
        const row = cells.map(([, cell]) => `"${String(cell).replaceAll('"', '""')}"`).join(',');
        const decoder = csvDecoder(topic, inHeader ? acts.reduce(damaged, header) : header);
        isQuiet(decoder);
        if (decoder.kind !== 'keep') return;
        const line = inHeader ? row : acts.reduce(damaged, row);
        const outcome = decoder.value.decode(line);
        isQuiet(outcome);
        const at = decoder.value.timeOf(line);
        if (outcome.kind === 'keep' && 'at' in outcome.value && !header.startsWith('line')) {
          expect(at).toBe(outcome.value.at);
        }
      }),
      RUNS,
    );
  });
});

it('open data CSV agrees with the general way whatever the damage', () => {
  const header = 'device,ts_ms,lat,lon,accuracy_m,speed_mps';
  const plain = csvDecoder('raw.gps', header);
  // A last column that is ignored and quoted in the line takes the general way.
  const general = csvDecoder('raw.gps', `${header},ignored`);
  if (plain.kind !== 'keep' || general.kind !== 'keep') throw new Error('no decoder');
  fc.assert(
    fc.property(RECORDS['raw.gps'], damages, (record, acts) => {
      const cells = ['d-1', record['atMs'], record['lat'], record['lng'], record['accuracyM'] ?? '', 'x'];
      const line = acts.reduce(damaged, cells.join(',')).replaceAll(/[\r"\uFEFF]/g, '');
      expect(plain.value.decode(line)).toEqual(
        line.split(',').length === 6 ? general.value.decode(`${line},"q"`) : plain.value.decode(line),
      );
    }),
    { ...RUNS, numRuns: 500 },
  );
});

it('log lines survive damage', () => {
  const decoder = accessLogDecoder();
  fc.assert(
    fc.property(loggedRequest, damages, (request, acts) => {
      const line = acts.reduce(damaged, logLine({ ...request, userAgent: CANARY, cookieId: CANARY }));
      const outcome = decoder.decode(line);
      isQuiet(outcome);
      if (outcome.kind === 'keep') expect(decoder.timeOf(line)).toBe(outcome.value.at);
    }),
    { ...RUNS, numRuns: 600 },
  );
});

it('any text at all ends in an outcome', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      for (const topic of FILE_TOPICS) {
        const decoder = jsonDecoder(topic);
        expect(decoder.decode(text).kind).toBe('quarantine');
        decoder.timeOf(text);
        expect(csvDecoder(topic, text).kind).toBe('quarantine');
      }
      expect(accessLogDecoder().decode(text).kind).toBe('quarantine');
    }),
    RUNS,
  );
});

it('GeoJSON survives damage', () => {
  const feature = {
    type: 'Feature',
    properties: { place: CANARY, radius_m: 1 },
    geometry: box(139, 35, 0.1),
  };
  const text = JSON.stringify({
    type: 'FeatureCollection',
    features: [feature, { ...feature, properties: null }],
  });
  fc.assert(
    fc.property(damages, (acts) => {
      for (const outcome of storesOfGeoJson(acts.reduce(damaged, text))) isQuiet(outcome);
    }),
    RUNS,
  );
});

/** Flips, overwrites, cuts, and splices varints into a value. */
const byteDamage = fc.record({
  kind: fc.constantFrom('flip', 'set', 'cut', 'insert'),
  at: fc.nat(10_000),
  bytes: fc.oneof(
    fc.constantFrom([0x80], [0xff, 0xff, 0xff, 0xff, 0x0f], [0x01], [0xff], [0x80, 0xc6, 0x86, 0x8f, 0x02]),
    fc.array(fc.nat(255), { minLength: 1, maxLength: 6 }),
  ),
});

describe.each(Object.keys(SCHEMAS) as Topic[])('%s', (topic) => {
  it('Avro survives damage, and what is read can be written', () => {
    const codec = avroCodec(topic);
    const good = codec.encode(SAMPLES[topic]);
    fc.assert(
      fc.property(fc.array(byteDamage, { minLength: 1, maxLength: 4 }), (acts) => {
        let bytes = Buffer.from(good);
        for (const { kind, at, bytes: put } of acts) {
          const from = at % (bytes.length + 1);
          const [before, after] = [bytes.subarray(0, from), bytes.subarray(from)];
          if (kind === 'cut') bytes = Buffer.from(before);
          else if (kind === 'insert') bytes = Buffer.concat([before, Buffer.from(put), after]);
          else if (kind === 'set')
            bytes = Buffer.concat([before, Buffer.from(put), after.subarray(put.length)]);
          else if (from < bytes.length) bytes[from] = (bytes[from] ?? 0) ^ (put[0] ?? 1);
        }
        const outcome = codec.decode(bytes);
        isQuiet(outcome);
        if (outcome.kind === 'keep') expect(codec.encode(outcome.value as never).length).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });
});
