/** Records of the input topics as Kafka holds them: framed Avro by its writer's schema, keyed by subject, on the partition of the key. */
import avro from 'avsc';
import type { Outcome } from '../flow/outcome.ts';
import { quarantine } from '../flow/outcome.ts';
import type { Identified, RawId } from '../model/identity.ts';
import { subjectOf } from '../model/identity.ts';
import type { Store } from '../model/place.ts';
import type { AvroDecode } from './avro.ts';
import { MAX_INPUT_BYTES, avroCodec, avroReader } from './avro.ts';
import type { FileTopic } from './decoder.ts';
import { FRAME_BYTES, schemaIdOf, unframed } from './framed.ts';
import { partitionOf } from './murmur2.ts';
import { RawIds } from './raw-ids.ts';
import type { FileRecords } from './record-kinds.ts';
import { SCHEMAS } from './schemas.gen.ts';

/** The schema of the record is not known yet: ask the registry (`learn` or `refuse`), then decode again. */
export interface Wait {
  readonly kind: 'wait';
  readonly schemaId: number;
}

/** A tombstone of a compacted topic: nothing stands under the key any more. The key is an identifier or a store's. */
export interface Removed {
  readonly kind: 'removed';
  readonly key: Buffer;
}

export type Intake<T> = Outcome<T> | Wait | Removed;

export interface KeyedValue {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

const NO_FRAME = quarantine('undecodable', null, 'a zero byte, a schema id and an Avro value');
const NO_VALUE = quarantine('undecodable', null, 'a value; this topic has no tombstones');
const NO_KEY = quarantine('undecodable', null, 'a key on a tombstone');
const TOO_LARGE = quarantine('too_large');
const REFUSED = quarantine('unknown_schema', null, 'a schema registered under the topic’s subject');
const KEY_MISMATCH = quarantine('key_mismatch', null, 'the key is the subject, in UTF-8');
const WRONG_PARTITION = quarantine('wrong_partition', null, 'the partition of the key (murmur2)');

const MAX_BYTES = MAX_INPUT_BYTES + FRAME_BYTES;

const COMPACTED: ReadonlySet<FileTopic> = new Set(['privacy.consent', 'ref.stores']);

const isWide = (text: string): boolean => {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return true;
  return false;
};

/** True when the bytes are the text in UTF-8; makes nothing for ASCII, which identifiers nearly always are. */
const isText = (bytes: Buffer, text: string): boolean => {
  if (isWide(text)) return bytes.equals(Buffer.from(text, 'utf8'));
  if (bytes.length !== text.length) return false;
  for (let i = 0; i < bytes.length; i += 1) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
};

/** Which key a record must have, and whether the key must be that of its partition. */
type KeyCheck<T> = (value: T, key: Buffer | null, partition: number) => Outcome<T> | null;

const checkStore: KeyCheck<Store> = (store, key) =>
  key !== null && isText(key, store.id) ? null : KEY_MISMATCH;

const checkSubject =
  (partitions: number): KeyCheck<Identified> =>
  (event, key, partition) => {
    const subject: RawId | null = subjectOf(event);
    // Of nobody: only an access-log line can be; it is counted for nobody, so it may lie anywhere.
    if (subject === null) return key === null ? null : KEY_MISMATCH;
    if (key === null || !isText(key, subject.reveal())) return KEY_MISMATCH;
    return partitionOf(key, partitions) === partition ? null : WRONG_PARTITION;
  };

/** A schema that gives the same bytes as the topic's own needs no resolver, which would double the time. */
const isOurs = (topic: FileTopic, schema: unknown): boolean => {
  try {
    const printOf = (of: unknown): Buffer =>
      avro.Type.forSchema(of as avro.schema.AvroSchema, { omitRecordMethods: true }).fingerprint();
    return printOf(schema).equals(printOf(SCHEMAS[topic]));
  } catch {
    return false;
  }
};

export interface TopicIntakeOptions<T extends FileTopic> {
  readonly topic: T;
  /** Partitions of the topic; it must not change while it is read. */
  readonly partitions: number;
  /** Shared by the topics of a task, so that one device is one object. */
  readonly ids?: RawIds;
}

/**
 * Decodes the records of one topic: synchronous, and without asking anyone. Schemas are taught to it; a record whose
 * schema it was not taught is answered with `wait`. Never throws, never echoes content.
 */
export class TopicIntake<T extends FileTopic> {
  readonly topic: T;
  readonly #ids: RawIds;
  readonly #check: KeyCheck<FileRecords[T]>;
  readonly #decoders = new Map<number, AvroDecode<FileRecords[T]>>();
  /** Until when an id is taken for refused, by the clock of whoever refused it. */
  readonly #refused = new Map<number, number>();
  #now: () => number = () => 0;
  #lastId = -1;
  #last: AvroDecode<FileRecords[T]> | null = null;

  constructor({ topic, partitions, ids = new RawIds() }: TopicIntakeOptions<T>) {
    this.topic = topic;
    this.#ids = ids;
    const check: unknown = topic === 'ref.stores' ? checkStore : checkSubject(partitions);
    this.#check = check as KeyCheck<FileRecords[T]>;
  }

  /** Schemas are immutable in a registry: what is learnt stays. One that ours cannot read is refused for good. */
  learn(schemaId: number, schema: unknown): void {
    if (this.#decoders.has(schemaId)) return;
    this.#refused.delete(schemaId);
    this.#decoders.set(schemaId, this.#decoderOf(schema));
  }

  /** The registry does not know these ids under the topic's subject. From `untilMs` on it is asked again. */
  refuse(schemaIds: readonly number[], untilMs: number, now: () => number): void {
    this.#now = now;
    const nowMs = now();
    for (const [id, until] of this.#refused) if (until <= nowMs) this.#refused.delete(id);
    for (const id of schemaIds) if (!this.#decoders.has(id)) this.#refused.set(id, untilMs);
  }

  decode({ key, value }: KeyedValue, partition: number): Intake<FileRecords[T]> {
    if (value === null) return this.#tombstone(key);
    if (value.length > MAX_BYTES) return TOO_LARGE;
    const id = schemaIdOf(value);
    if (id < 0) return NO_FRAME;
    const decode = id === this.#lastId ? this.#last : this.#find(id);
    if (decode === null) return this.#isRefused(id) ? REFUSED : { kind: 'wait', schemaId: id };
    const outcome = decode(unframed(value));
    return outcome.kind === 'keep' ? (this.#check(outcome.value, key, partition) ?? outcome) : outcome;
  }

  #isRefused(id: number): boolean {
    const until = this.#refused.get(id);
    return until !== undefined && this.#now() < until;
  }

  #find(id: number): AvroDecode<FileRecords[T]> | null {
    const found = this.#decoders.get(id);
    if (found === undefined) return null;
    this.#lastId = id;
    this.#last = found;
    return found;
  }

  #tombstone(key: Buffer | null): Intake<FileRecords[T]> {
    if (!COMPACTED.has(this.topic)) return NO_VALUE;
    return key === null ? NO_KEY : { kind: 'removed', key };
  }

  #decoderOf(schema: unknown): AvroDecode<FileRecords[T]> {
    if (isOurs(this.topic, schema)) return avroCodec(this.topic, this.#ids).decode;
    const reader = avroReader(this.topic, schema, this.#ids);
    return reader.kind === 'keep' ? reader.value : () => REFUSED;
  }
}
