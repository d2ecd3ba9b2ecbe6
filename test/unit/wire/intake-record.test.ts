/** Records as Kafka holds them: frame, schema, subject as key, partition of the key. */
import { describe, expect, it } from 'vitest';
import { RawId } from '../../../src/model/identity.ts';
import type { FileTopic } from '../../../src/wire/decoder.ts';
import { FILE_TOPICS } from '../../../src/wire/decoder.ts';
import { MAX_INPUT_BYTES, avroCodec } from '../../../src/wire/avro.ts';
import { framed, framedEncoder } from '../../../src/wire/framed.ts';
import { TopicIntake } from '../../../src/wire/intake-record.ts';
import { partitionOf } from '../../../src/wire/murmur2.ts';
import { SCHEMAS } from '../../../src/wire/schemas.gen.ts';
import { SAMPLES } from './samples.ts';

const PARTITIONS = 12;
const OURS = 7;

const KEYS: Readonly<Record<FileTopic, string>> = {
  'raw.gps': 'canary-member',
  'raw.device': 'canary-device',
  'raw.access-log': 'canary-member',
  'privacy.consent': 'canary-member',
  'privacy.erasure': 'canary-device',
  'ref.stores': 's-1',
};

const anIntake = <T extends FileTopic>(topic: T): TopicIntake<T> => {
  const intake = new TopicIntake({ topic, partitions: PARTITIONS });
  intake.learn(OURS, SCHEMAS[topic]);
  return intake;
};

const home = (key: string): number => partitionOf(Buffer.from(key), PARTITIONS);
const recordOf = (key: string | null, value: Buffer | null) => ({
  key: key === null ? null : Buffer.from(key),
  value,
});
const gps = framedEncoder('raw.gps', OURS);
const access = framedEncoder('raw.access-log', OURS);

describe.each(FILE_TOPICS)('a record of %s', (topic) => {
  const value = framedEncoder(topic, OURS)(SAMPLES[topic]);
  const key = KEYS[topic];

  it('is read when it lies under its key', () => {
    expect(anIntake(topic).decode(recordOf(key, value), home(key))).toEqual({
      kind: 'keep',
      value: SAMPLES[topic],
    });
  });

  it.each([null, '', `${key}x`, key.slice(0, -1), key.toUpperCase()])(
    'is refused under the key %j',
    (wrong) => {
      expect(anIntake(topic).decode(recordOf(wrong, value), home(key))).toMatchObject({
        reason: 'key_mismatch',
      });
    },
  );

  it('is refused when its frame or value is broken', () => {
    const decode = (bytes: Buffer) => anIntake(topic).decode(recordOf(key, bytes), home(key));
    for (let end = 0; end < value.length; end += 1) {
      expect(decode(value.subarray(0, end))).toMatchObject({ kind: 'quarantine', reason: 'undecodable' });
    }
    expect(decode(Buffer.concat([value, Buffer.of(0)]))).toMatchObject({ reason: 'undecodable' });
    expect(decode(Buffer.concat([Buffer.of(1), value.subarray(1)]))).toMatchObject({ reason: 'undecodable' });
  });
});

describe('the partition', () => {
  it('must be that of the key', () => {
    const value = gps(SAMPLES['raw.gps']);
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const outcome = anIntake('raw.gps').decode(recordOf('canary-member', value), partition);
      const expected = partition === home('canary-member') ? { kind: 'keep' } : { reason: 'wrong_partition' };
      expect(outcome).toMatchObject(expected);
    }
  });

  it('is any for stores and for log lines of nobody', () => {
    const store = framedEncoder('ref.stores', OURS)(SAMPLES['ref.stores']);
    expect(anIntake('ref.stores').decode(recordOf('s-1', store), 11 - home('s-1'))).toMatchObject({
      kind: 'keep',
    });
    const nobody = { ...SAMPLES['raw.access-log'], deviceId: null, memberId: null, cookieId: null };
    for (const partition of [0, 5, 11]) {
      expect(anIntake('raw.access-log').decode(recordOf(null, access(nobody)), partition)).toMatchObject({
        kind: 'keep',
      });
    }
    expect(anIntake('raw.access-log').decode(recordOf('x', access(nobody)), home('x'))).toMatchObject({
      reason: 'key_mismatch',
    });
  });
});

describe('the key', () => {
  const { 'raw.access-log': line } = SAMPLES;
  it.each([
    ['the member', line, 'canary-member'],
    ['else the device', { ...line, memberId: null }, 'canary-device'],
    ['else the cookie', { ...line, memberId: null, deviceId: null }, 'canary-cookie'],
  ])('of a log line is %s', (_what, value, key) => {
    for (const one of ['canary-member', 'canary-device', 'canary-cookie']) {
      const outcome = anIntake('raw.access-log').decode(recordOf(one, access(value)), home(one));
      expect(outcome).toMatchObject(one === key ? { kind: 'keep' } : { reason: 'key_mismatch' });
    }
  });

  it('is compared as UTF-8', () => {
    const value = gps({ ...SAMPLES['raw.gps'], memberId: new RawId('member', '会員-é') });
    const decode = (key: Buffer) => anIntake('raw.gps').decode({ key, value }, partitionOf(key, PARTITIONS));
    expect(decode(Buffer.from('会員-é'))).toMatchObject({ kind: 'keep' });
    expect(decode(Buffer.from('会員-é', 'latin1'))).toMatchObject({ reason: 'key_mismatch' });
    expect(decode(Buffer.from('会員-e\u0301'))).toMatchObject({ reason: 'key_mismatch' });
    // As long in bytes as the identifier is in characters.
    expect(decode(Buffer.from('????'))).toMatchObject({ reason: 'key_mismatch' });
  });
});

describe('the schema', () => {
  const value = gps(SAMPLES['raw.gps']);
  const record = recordOf('canary-member', value);
  const partition = home('canary-member');
  const anUntaught = () => new TopicIntake({ topic: 'raw.gps', partitions: PARTITIONS });

  it('that is not known yet is asked for', () => {
    const intake = anUntaught();
    expect(intake.decode(record, partition)).toEqual({ kind: 'wait', schemaId: OURS });
    intake.learn(OURS, SCHEMAS['raw.gps']);
    expect(intake.decode(record, partition)).toMatchObject({ kind: 'keep' });
  });

  it('that is refused is asked for again after a while, and is good once it is learnt', () => {
    const intake = anUntaught();
    let now = 1_000;
    intake.refuse([OURS], 2_000, () => now);
    now = 1_999;
    expect(intake.decode(record, partition)).toMatchObject({ reason: 'unknown_schema' });
    now = 2_000;
    expect(intake.decode(record, partition)).toEqual({ kind: 'wait', schemaId: OURS });
    intake.refuse([OURS], 3_000, () => now);
    expect(intake.decode(record, partition)).toMatchObject({ reason: 'unknown_schema' });
    intake.learn(OURS, SCHEMAS['raw.gps']);
    expect(intake.decode(record, partition)).toMatchObject({ kind: 'keep' });
  });

  it('that is known cannot be refused or replaced', () => {
    const intake = anIntake('raw.gps');
    intake.refuse([OURS], 1, () => 0);
    intake.learn(OURS, { type: 'long' });
    expect(intake.decode(record, partition)).toMatchObject({ kind: 'keep' });
  });

  it('forgets refusals that are over', () => {
    const intake = anUntaught();
    intake.refuse([OURS], 10, () => 0);
    intake.refuse([OURS + 1], 20, () => 10);
    intake.refuse([], 20, () => 0);
    expect(intake.decode(record, partition)).toEqual({ kind: 'wait', schemaId: OURS });
  });

  it.each<[what: string, schema: unknown]>([
    ['no schema', undefined],
    ['another record', { type: 'record', name: 'X', fields: [] }],
    ['a required field less', { ...SCHEMAS['raw.gps'], fields: SCHEMAS['raw.gps'].fields.slice(1) }],
  ])('that ours cannot read is unknown: %s', (_what, schema) => {
    const intake = anUntaught();
    intake.learn(OURS, schema);
    expect(intake.decode(record, partition)).toMatchObject({ reason: 'unknown_schema' });
  });

  it('of each record counts, in any order', () => {
    const more = { name: 'more', type: ['null', 'string'], default: null };
    const intake = anIntake('raw.gps');
    intake.learn(8, { ...SCHEMAS['raw.gps'], fields: [...SCHEMAS['raw.gps'].fields, more] });
    const wider = framed(8, Buffer.concat([avroCodec('raw.gps').encode(SAMPLES['raw.gps']), Buffer.of(0)]));
    for (const bytes of [value, wider, wider, value, wider]) {
      expect(intake.decode(recordOf('canary-member', bytes), partition)).toEqual({
        kind: 'keep',
        value: SAMPLES['raw.gps'],
      });
    }
  });
});

describe('a record that is too large', () => {
  it('is refused before its schema is looked for', () => {
    const value = framed(99, Buffer.alloc(MAX_INPUT_BYTES + 1));
    const intake = anIntake('raw.gps');
    expect(intake.decode(recordOf('x', value), 0)).toMatchObject({ reason: 'too_large' });
  });
});

describe('a tombstone', () => {
  it.each(['privacy.consent', 'ref.stores'] as const)('of %s removes what stands under its key', (topic) => {
    expect(anIntake(topic).decode(recordOf('k', null), 0)).toEqual({
      kind: 'removed',
      key: Buffer.from('k'),
    });
    expect(anIntake(topic).decode(recordOf(null, null), 0)).toMatchObject({ reason: 'undecodable' });
  });

  it.each(['raw.gps', 'raw.device', 'raw.access-log', 'privacy.erasure'] as const)(
    'of %s is broken',
    (topic) => {
      expect(anIntake(topic).decode(recordOf('k', null), 0)).toMatchObject({ reason: 'undecodable' });
    },
  );
});

describe('what is said of a bad record', () => {
  it('G-15 never holds its content', () => {
    const intake = anIntake('raw.gps');
    const value = gps(SAMPLES['raw.gps']);
    const said = [
      intake.decode(recordOf('canary-other', value), 0),
      intake.decode(recordOf('canary-member', value), (home('canary-member') + 1) % PARTITIONS),
      intake.decode(recordOf('canary-member', value.subarray(0, 40)), 0),
      intake.decode(recordOf('canary-member', framed(3, value)), 0),
    ];
    expect(JSON.stringify(said)).not.toContain('canary');
  });
});
