import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keep } from '../../../src/flow/outcome.ts';
import type { RawFix } from '../../../src/model/raw.ts';
import { avroCodec, avroReader } from '../../../src/wire/avro.ts';
import { fixReader } from '../../../src/wire/fix-bytes.ts';
import { RawIds } from '../../../src/wire/raw-ids.ts';
import { SCHEMAS } from '../../../src/wire/schemas.gen.ts';

const type = avro.Type.forSchema(SCHEMAS['raw.gps'] as unknown as avro.schema.AvroSchema, {
  omitRecordMethods: true,
});
const ids = new RawIds();
const read = fixReader(ids);
const { decode } = avroCodec('raw.gps', ids);
const reader = avroReader('raw.gps', structuredClone(SCHEMAS['raw.gps']), ids);
if (reader.kind !== 'keep') throw new Error('the schema reads itself');
/** The way that knows nothing of the short one. */
const general = reader.value;

const plain = {
  deviceId: 'device-1',
  memberId: 'member-1',
  atMs: 1_760_000_000_000,
  lat: 35.68,
  lng: 139.76,
  accuracyM: 12.5,
  speedMps: 1.5,
  mocked: false,
  origin: 'APP',
  thirdPartyId: null,
  requestId: null,
};

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40 }),
  fc.constantFrom('', 'é', '\u0000', '\u007f', '日本', 'x'.repeat(256), 'x'.repeat(257)),
);
const anyNumber = fc.oneof(
  fc.double(),
  fc.double({ min: -200, max: 200, noNaN: true }),
  fc.constantFrom(0, -0, 90, -90, 180, -180, Infinity, -Infinity, NaN, -1),
);
const orNull = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(some, { nil: null });
const record = fc.record({
  deviceId: text,
  memberId: orNull(text),
  atMs: fc.oneof(
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.maxSafeInteger(),
    fc.constantFrom(2 ** 52 - 1, 1 - 2 ** 52, 2 ** 52, -(2 ** 52)),
  ),
  lat: anyNumber,
  lng: anyNumber,
  accuracyM: orNull(anyNumber),
  speedMps: orNull(anyNumber),
  mocked: orNull(fc.boolean()),
  origin: fc.constantFrom('APP', 'THIRD_PARTY'),
  thirdPartyId: orNull(text),
  requestId: orNull(text),
});

/** Identifiers as text, so that two outcomes can be compared. */
const shown = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (Object.is(part, -0) ? '-0' : part));
const told = (fix: RawFix): unknown => ({
  ...fix,
  deviceId: fix.deviceId.reveal(),
  memberId: fix.memberId?.reveal() ?? null,
});

/** What the short way keeps, the general way keeps as the same; it never says more than that. */
const agrees = (value: Buffer): void => {
  const fix = read(value);
  const outcome = general(value);
  if (fix !== null) {
    if (outcome.kind !== 'keep') expect.fail(`kept what the general way refuses (${outcome.kind})`);
    expect(shown(told(fix))).toBe(shown(told(outcome.value)));
  }
  expect(shown(decode(value))).toBe(shown(outcome));
};

describe('the short way of a fix', () => {
  it('takes a plain fix', () => {
    const fix = read(type.toBuffer(plain));
    expect(fix === null ? null : told(fix)).toEqual({
      kind: 'fix',
      deviceId: 'device-1',
      memberId: 'member-1',
      at: 1_760_000_000_000,
      origin: 'APP',
      thirdPartyId: null,
      position: { lat: 35.68, lng: 139.76 },
      accuracyM: 12.5,
      speedMps: 1.5,
      mocked: false,
      requestId: null,
    });
  });

  it('gives one identifier one object, the same as the general way', () => {
    const value = type.toBuffer(plain);
    const fix = read(value);
    const outcome = general(value);
    expect(outcome).toMatchObject(keep({ deviceId: fix?.deviceId, memberId: fix?.memberId }));
    expect(outcome.kind === 'keep' && outcome.value.deviceId === fix?.deviceId).toBe(true);
  });

  it('agrees with the general way on any record', () => {
    fc.assert(
      fc.property(record, (any) => {
        let value: Buffer;
        try {
          value = type.toBuffer(any);
        } catch {
          return;
        }
        agrees(value);
      }),
      { seed: 11, numRuns: 2_000 },
    );
  });

  it('agrees with the general way on values that were cut, grown or changed', () => {
    fc.assert(
      fc.property(
        record,
        fc.nat(),
        fc.nat(255),
        fc.constantFrom('cut', 'grow', 'change'),
        (any, n, byte, how) => {
          const value = type.toBuffer({ ...plain, ...any, atMs: 1_760_000_000_000 });
          const at = n % value.length;
          if (how === 'cut') agrees(value.subarray(0, at));
          if (how === 'grow') agrees(Buffer.concat([value, Buffer.from([byte])]));
          if (how !== 'change') return;
          value[at] = byte;
          agrees(value);
        },
      ),
      { seed: 12, numRuns: 3_000 },
    );
  });

  it('agrees with the general way on noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => agrees(Buffer.from(bytes))),
      { seed: 13, numRuns: 1_000 },
    );
  });
});
