/** Avro codecs: every topic there and back, other writers' schemas, and values that are refused. */
import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { OboroError } from '../../../src/model/errors.ts';
import { pseudonym } from '../../../src/model/identity.ts';
import type { ContributionMessage } from '../../../src/model/contribution.ts';
import { cellId, storeId } from '../../../src/model/place.ts';
import { epochStart, eventTime, watermark } from '../../../src/model/time.ts';
import { MAX_INPUT_BYTES, avroCodec, avroReader } from '../../../src/wire/avro.ts';
import { jsonDecoder, kindOf } from '../../../src/wire/json-lines.ts';
import type { Topic } from '../../../src/wire/schemas.gen.ts';
import { SCHEMAS } from '../../../src/wire/schemas.gen.ts';
import { SAMPLES } from './samples.ts';

const TOPICS = Object.keys(SCHEMAS) as Topic[];

const bytesOf = (topic: Topic): Buffer => avroCodec(topic).encode(SAMPLES[topic]);

describe.each(TOPICS)('%s', (topic) => {
  it('comes back as it was written', () => {
    const codec = avroCodec(topic);
    const decoded = codec.decode(bytesOf(topic));
    expect(decoded).toEqual({ kind: 'keep', value: SAMPLES[topic] });
    // RawId hides its text from comparison; the bytes do not.
    expect(decoded.kind === 'keep' && codec.encode(decoded.value as never)).toEqual(bytesOf(topic));
  });

  it('is refused when cut short or followed by more', () => {
    const { decode } = avroCodec(topic);
    const bytes = bytesOf(topic);
    for (let end = 0; end < bytes.length; end += 1) {
      expect(decode(bytes.subarray(0, end))).toMatchObject({ kind: 'quarantine' });
    }
    expect(decode(Buffer.concat([bytes, Buffer.of(0)]))).toMatchObject({ reason: 'undecodable' });
  });

  it('is read from a writer with one optional field more, set or not', () => {
    const field = { name: 'addedLater', type: ['null', 'string'], default: null };
    const schema = { ...SCHEMAS[topic], fields: [...SCHEMAS[topic].fields, field] };
    const reader = avroReader(topic, schema);
    if (reader.kind !== 'keep') throw new Error('no reader');
    const unset = Buffer.concat([bytesOf(topic), Buffer.of(0)]);
    const set = Buffer.concat([bytesOf(topic), Buffer.of(2, 4), Buffer.from('hi')]);
    expect(reader.value(unset)).toEqual({ kind: 'keep', value: SAMPLES[topic] });
    expect(reader.value(set)).toEqual({ kind: 'keep', value: SAMPLES[topic] });
    expect(reader.value(bytesOf(topic))).toMatchObject({ reason: 'undecodable' });
  });
});

describe('a writer with an optional field less', () => {
  it('leaves it null', () => {
    const schema = { ...SCHEMAS['raw.gps'], fields: SCHEMAS['raw.gps'].fields.slice(0, -1) };
    const reader = avroReader('raw.gps', schema);
    const bytes = bytesOf('raw.gps');
    // The last field is a union index and the five bytes of "token" with their length.
    const before = bytes.subarray(0, bytes.length - 7);
    expect(reader.kind === 'keep' && reader.value(before)).toMatchObject({
      kind: 'keep',
      value: { requestId: null, thirdPartyId: 'tracker' },
    });
  });
});

describe('a schema that cannot be read', () => {
  it.each<[what: string, schema: unknown]>([
    ['null', null],
    ['text', 'no schema'],
    ['another record', { type: 'record', name: 'X', fields: [] }],
    ['a required field less', { ...SCHEMAS['raw.gps'], fields: SCHEMAS['raw.gps'].fields.slice(1) }],
    ['a type that does not fit', { ...SCHEMAS['raw.gps'], fields: [{ name: 'deviceId', type: 'long' }] }],
  ])('is unknown: %s', (_what, schema) => {
    expect(avroReader('raw.gps', schema)).toMatchObject({ kind: 'quarantine', reason: 'unknown_schema' });
  });
});

describe('values', () => {
  it('are checked like JSON ones', () => {
    const { encode, decode } = avroCodec('raw.gps');
    const far = encode({ ...SAMPLES['raw.gps'], position: { lat: 139.7, lng: 35.6 } });
    expect(decode(far)).toMatchObject({ reason: 'invalid_field', field: 'lat' });
    const nan = encode({ ...SAMPLES['raw.gps'], accuracyM: NaN });
    expect(decode(nan)).toMatchObject({ reason: 'invalid_field', field: 'accuracyM' });
    const late = encode({ ...SAMPLES['raw.gps'], at: eventTime(2 ** 52) });
    expect(decode(late)).toMatchObject({ reason: 'undecodable' });
  });

  it('that are too large are refused unread', () => {
    const { decode } = avroCodec('raw.gps');
    expect(decode(Buffer.alloc(MAX_INPUT_BYTES + 1))).toMatchObject({ reason: 'too_large' });
  });

  it('that hold bytes which are no UTF-8 name nobody', () => {
    const bytes = Buffer.from(bytesOf('raw.gps'));
    bytes[3] = 0xff;
    expect(avroCodec('raw.gps').decode(bytes)).toMatchObject({ reason: 'invalid_field', field: 'deviceId' });
  });

  it('that do not fit are our bug, told without the value', () => {
    const { encode } = avroCodec('raw.gps');
    const wrong = { ...SAMPLES['raw.gps'], requestId: { secret: 'canary' } };
    expect(() => encode(wrong as never)).toThrow(OboroError);
    expect(() => encode(wrong as never)).toThrow(/^a value does not fit the schema of raw.gps$/);
  });

  it('may be a log line instead of fields', () => {
    const line = '::1 - - [01/Jan/2024:09:00:00 +0900] "GET / HTTP/1.1" 200 - "-" "-"';
    const json = jsonDecoder('raw.access-log').decode(JSON.stringify({ line, kind: 'PAGE', origin: 'APP' }));
    expect(json).toMatchObject({ kind: 'keep', value: { path: '/', ip: '::1' } });
    const parsed = json.kind === 'keep' ? json.value : SAMPLES['raw.access-log'];
    const { encode, decode } = avroCodec('raw.access-log');
    expect(decode(encode(parsed))).toEqual(json);
  });

  it('of stores carry polygons as text', () => {
    const footprint = {
      kind: 'polygon',
      polygons: [
        [
          [
            [0, 0],
            [2, 0],
            [2, 2],
            [0, 2],
            [0, 0],
          ],
        ],
      ],
    } as const;
    const store = { ...SAMPLES['ref.stores'], position: { lat: 1, lng: 1 }, footprint };
    const { encode, decode } = avroCodec('ref.stores');
    expect(decode(encode(store))).toEqual({ kind: 'keep', value: store });
    expect(kindOf('ref.stores').toRecord(store).polygon).toContain('"Polygon"');
  });
});

describe('contributions', () => {
  const about = {
    epoch: epochStart(1),
    region: cellId('852f5aaffffffff'),
    subject: pseudonym('0123456789abcdef0123456789abcdef'),
  };
  const messages: readonly ContributionMessage[] = [
    SAMPLES['oboro.contributions'],
    {
      kind: 'traits',
      ...about,
      traits: { terminalType: 'phone', os: null, ageBand: '30s', gender: null, prefecture: 'Tokyo' },
      knownAt: eventTime(2),
    },
    {
      kind: 'successor',
      ...about,
      store: storeId('s'),
      end: eventTime(2),
      toCell: cellId('872f5aad3ffffff'),
      toCategory: 'cafe',
      knownAt: eventTime(3),
    },
    {
      kind: 'footfall',
      ...about,
      linked: false,
      cell: cellId('882f5aad37fffff'),
      windowStart: eventTime(2),
      knownAt: eventTime(3),
    },
    { kind: 'retract', ...about },
    { kind: 'mark', task: 'S-3', watermark: watermark(4) },
  ];

  it.each(messages.map((message) => [message.kind, message] as const))('%s comes back', (_kind, message) => {
    const { encode, decode } = avroCodec('oboro.contributions');
    expect(decode(encode(message))).toEqual({ kind: 'keep', value: message });
  });

  it('that lack a field of their kind are refused', () => {
    const { encode, decode } = avroCodec('oboro.contributions');
    const lacking = { ...SAMPLES['oboro.contributions'], dwellMs: null };
    expect(decode(encode(lacking as never))).toMatchObject({ reason: 'invalid_field', field: 'dwellMs' });
  });
});

describe('a line of the ledger', () => {
  it.each(['', 'null', '[]', '{}', '{"type":1}', '{'])('is refused when its entry is %j', (entry) => {
    const { seq, prev, hash } = SAMPLES['release.ledger'];
    const type = avro.Type.forSchema(SCHEMAS['release.ledger'] as unknown as avro.schema.AvroSchema);
    const bytes = type.toBuffer({ seq, prev, entry, hash });
    expect(avroCodec('release.ledger').decode(bytes)).toMatchObject({
      reason: 'invalid_field',
      field: 'entry',
    });
  });
});
