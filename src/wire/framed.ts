/** The frame of Avro values on Kafka: a zero byte, the schema's id in the registry as four bytes, big-endian, then the value. */
import type { AvroValues } from './avro.ts';
import { avroCodec } from './avro.ts';
import { locationEncoder } from './location-bytes.ts';
import type { RawIds } from './raw-ids.ts';
import type { Topic } from './schemas.gen.ts';

/** Bytes before the Avro value: the magic byte and the id (wire format of the Confluent serializers). */
export const FRAME_BYTES = 5;
const MAGIC = 0;
const ID_AT = 1;
const NO_ID = -1;

/** The schema id that a value names, 0 or more; −1 when it has no frame. */
export const schemaIdOf = (value: Buffer): number => {
  if (value.length < FRAME_BYTES || value[0] !== MAGIC) return NO_ID;
  const id = value.readInt32BE(ID_AT);
  return id < 0 ? NO_ID : id;
};

/** The Avro value inside a frame; a view, not a copy. */
export const unframed = (value: Buffer): Buffer => value.subarray(FRAME_BYTES);

export const framed = (schemaId: number, avro: Buffer): Buffer => {
  const value = Buffer.allocUnsafe(FRAME_BYTES + avro.length);
  value[0] = MAGIC;
  value.writeInt32BE(schemaId, ID_AT);
  avro.copy(value, FRAME_BYTES);
  return value;
};

/**
 * Encodes values of a topic under its own schema, framed with the id that the registry gave it. The encoder throws a
 * BUG when a value does not fit the schema, which no value of its type does.
 */
export const framedEncoder = <T extends Topic>(
  topic: T,
  schemaId: number,
  ids?: RawIds,
): ((value: AvroValues[T]) => Buffer) => {
  const { encode } = avroCodec(topic, ids);
  const general = (value: AvroValues[T]): Buffer => framed(schemaId, encode(value));
  if (topic !== 'location.sanitized') return general;
  const fast = locationEncoder(schemaId) as (value: AvroValues[T]) => Buffer | null;
  return (value) => fast(value) ?? general(value);
};
