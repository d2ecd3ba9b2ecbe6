/** Avro codecs of all topics: schemas compiled once, values checked before they are built, no error with content. */
import avro from 'avsc';
import type { Outcome } from '../flow/outcome.ts';
import { keep, quarantine } from '../flow/outcome.ts';
import type { ContributionMessage } from '../model/contribution.ts';
import { OboroError } from '../model/errors.ts';
import type { LedgerLine } from '../model/ledger.ts';
import type { SanitizedLocation } from '../model/sanitized.ts';
import { avroGuard } from './avro-guard.ts';
import type { FileTopic } from './decoder.ts';
import { FILE_TOPICS } from './decoder.ts';
import type { Unchecked } from './fields.ts';
import { fixReader } from './fix-bytes.ts';
import { RawIds } from './raw-ids.ts';
import { readRecord } from './record-kind.ts';
import {
  contributionOf,
  contributionRecord,
  ledgerLineOf,
  ledgerRecord,
  locationOf,
  locationRecord,
} from './record-internal.ts';
import type { FileRecords } from './record-kinds.ts';
import { RECORD_KINDS } from './record-kinds.ts';
import type { AvroRecords } from './records.gen.ts';
import type { Topic } from './schemas.gen.ts';
import { SCHEMAS } from './schemas.gen.ts';

/** What the records of every topic become: events of the model where it has them, else the record itself. */
export interface AvroValues
  extends
    Omit<AvroRecords, FileTopic | 'location.sanitized' | 'release.ledger' | 'oboro.contributions'>,
    FileRecords {
  readonly 'location.sanitized': SanitizedLocation;
  readonly 'release.ledger': LedgerLine;
  readonly 'oboro.contributions': ContributionMessage;
}

/** Bytes of one value to its event; never throws and never echoes content. */
export type AvroDecode<T> = (value: Buffer) => Outcome<T>;

export interface AvroCodec<T> {
  /** Throws a BUG when the value does not fit the schema, which no value of its type does. */
  readonly encode: (value: T) => Buffer;
  readonly decode: AvroDecode<T>;
}

/** Largest value of an input topic, in bytes. */
export const MAX_INPUT_BYTES = 1_048_576;

const NOT_THE_SCHEMA = quarantine('undecodable', null, 'an Avro value of the schema, to its last byte');
const TOO_LARGE = quarantine('too_large');
const NO_SCHEMA = quarantine('unknown_schema', null, 'an Avro schema that the topic’s can read');

/** avsc keeps the names of a schema in its options, so each schema gets options of its own. */
const compile = (schema: unknown): avro.Type =>
  avro.Type.forSchema(schema as avro.schema.AvroSchema, { omitRecordMethods: true });

const compiled = new Map<Topic, avro.Type>();

const typeOf = (topic: Topic): avro.Type => {
  const known = compiled.get(topic);
  if (known !== undefined) return known;
  const type = compile(SCHEMAS[topic]);
  compiled.set(topic, type);
  return type;
};

/** The way between the record of a topic and its value. */
interface Form {
  readonly toRecord: (value: never) => unknown;
  readonly fromRecord: (record: never) => Outcome<unknown>;
}

const same: Form = { toRecord: (value: unknown) => value, fromRecord: keep };

/** Topics whose values are words of the model. */
const FORMS: ReadonlyMap<Topic, Form> = new Map<Topic, Form>([
  [
    'location.sanitized',
    {
      toRecord: locationRecord,
      fromRecord: (record: AvroRecords['location.sanitized']) => keep(locationOf(record)),
    },
  ],
  ['release.ledger', { toRecord: ledgerRecord, fromRecord: ledgerLineOf }],
  ['oboro.contributions', { toRecord: contributionRecord, fromRecord: contributionOf }],
]);

const isFileTopic = (topic: Topic): topic is FileTopic => FILE_TOPICS.some((known) => known === topic);

const formOf = (topic: Topic, ids: RawIds): Form => {
  if (isFileTopic(topic)) {
    const kind = RECORD_KINDS[topic];
    const fromRecord = (record: Unchecked): Outcome<unknown> =>
      readRecord<unknown, AvroRecords[FileTopic]>(kind as never, record, ids);
    return { toRecord: kind.toRecord, fromRecord };
  }
  return FORMS.get(topic) ?? same;
};

interface Reader {
  readonly type: avro.Type;
  /** The type that the bytes were written with. */
  readonly writer: avro.Type;
  readonly maxBytes: number;
  readonly form: Form;
}

const decoderOf = <T>({ type, writer, maxBytes, form }: Reader): AvroDecode<T> => {
  const fits = avroGuard(writer);
  // Building a resolver takes a hundred times as long as using it.
  const resolver = writer === type ? undefined : type.createResolver(writer);
  return (value) => {
    if (value.length > maxBytes) return TOO_LARGE;
    if (!fits(value)) return NOT_THE_SCHEMA;
    try {
      const record: unknown = type.fromBuffer(value, resolver);
      return form.fromRecord(record as never) as Outcome<T>;
    } catch {
      return NOT_THE_SCHEMA;
    }
  };
};

/** Fixes are nearly all there is, so those that are plainly right take a way of their own. */
const withFastFixes = <T>(topic: Topic, decode: AvroDecode<T>, ids: RawIds): AvroDecode<T> => {
  if (topic !== 'raw.gps') return decode;
  const read = fixReader(ids);
  return (value) => {
    const fix = value.length > MAX_INPUT_BYTES ? null : read(value);
    return fix === null ? decode(value) : (keep(fix) as Outcome<unknown> as Outcome<T>);
  };
};

const limitOf = (topic: Topic): number => (isFileTopic(topic) ? MAX_INPUT_BYTES : Infinity);

/** The codec of a topic under its own schema. */
export const avroCodec = <T extends Topic>(
  topic: T,
  ids: RawIds = new RawIds(),
): AvroCodec<AvroValues[T]> => {
  const type = typeOf(topic);
  const form = formOf(topic, ids);
  return {
    encode: (value) => {
      try {
        return type.toBuffer(form.toRecord(value as never));
      } catch {
        // The library's message quotes the value, so it is not kept as the cause.
        throw new OboroError('BUG', `a value does not fit the schema of ${topic}`);
      }
    },
    decode: withFastFixes(
      topic,
      decoderOf<AvroValues[T]>({ type, writer: type, maxBytes: limitOf(topic), form }),
      ids,
    ),
  };
};

/**
 * A decoder of values that were written with another schema of the topic, as the registry has it. Make one per writer
 * schema and keep it. `unknown_schema` when it is no Avro schema, or not one that ours can read.
 */
export const avroReader = <T extends Topic>(
  topic: T,
  writerSchema: unknown,
  ids: RawIds = new RawIds(),
): Outcome<AvroDecode<AvroValues[T]>> => {
  try {
    const writer = compile(writerSchema);
    const reader = { type: typeOf(topic), writer, maxBytes: limitOf(topic), form: formOf(topic, ids) };
    return keep(decoderOf<AvroValues[T]>(reader));
  } catch {
    return NO_SCHEMA;
  }
};
