/** Cuts the records of a transaction into sends that kafkajs encodes fast and a broker accepts. */
import type { TopicMessages } from 'kafkajs';
import { OboroError } from '../../model/errors.ts';
import type { Outgoing } from '../../ports/log.ts';

/** kafkajs groups and encodes a send in more than linear time: 10,000 records take 0.2 s, 20,000 take 3.3 s. */
const MAX_RECORDS = 1_000;

/** Less than `max.message.bytes` of the topics (Kafka's own default, 1,048,588), framing left room for. */
const MAX_BYTES = 900_000;

/** Largest record that a topic made by "topics create" takes, framing included. */
export const MAX_RECORD_BYTES = 1_048_588;

/** About what a record takes beside key and value: lengths, offset, time. */
const FRAMING = 32;

interface OutMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly partition: number;
}

/** One send: messages by topic. */
export type Chunk = readonly { readonly topic: string; readonly messages: readonly OutMessage[] }[];

const sizeOf = ({ key, value }: Outgoing): number => (key?.length ?? 0) + (value?.length ?? 0) + FRAMING;

/** The sends of a transaction, in the order of the records. Throws BUG for a record that no topic takes. */
export const chunksOf = (records: readonly Outgoing[]): readonly Chunk[] => {
  const chunks: Chunk[] = [];
  let messages = new Map<string, OutMessage[]>();
  let count = 0;
  let bytes = 0;
  const close = (): void => {
    if (count > 0) chunks.push([...messages].map(([topic, of]) => ({ topic, messages: of })));
    messages = new Map();
    count = 0;
    bytes = 0;
  };
  for (const record of records) {
    const size = sizeOf(record);
    if (size > MAX_RECORD_BYTES) throw tooLarge(record.topic, size);
    if (count >= MAX_RECORDS || bytes + size > MAX_BYTES) close();
    const { topic, partition, key, value } = record;
    const of = messages.get(topic);
    if (of === undefined) messages.set(topic, [{ key, value, partition }]);
    else of.push({ key, value, partition });
    count += 1;
    bytes += size;
  }
  close();
  return chunks;
};

const tooLarge = (topic: string, size: number): OboroError =>
  new OboroError('BUG', `a record of ${String(size)} bytes for ${topic} is larger than a topic takes`);

export const topicMessagesOf = (chunk: Chunk): TopicMessages[] =>
  chunk.map(({ topic, messages }) => ({ topic, messages: [...messages] }));

/** What a broker answers for one partition of a send. */
export interface Answer {
  readonly topicName: string;
  readonly partition: number;
  readonly errorCode: number;
}

/**
 * True when every partition of a send was answered once and well. kafkajs keys its retries by broker, so a leader that
 * moves between two attempts can leave a partition out or write it twice, and the send still resolves.
 */
export const isComplete = (chunk: Chunk, answers: readonly Answer[]): boolean => {
  const open = new Set<string>();
  for (const { topic, messages } of chunk) {
    for (const { partition } of messages) open.add(`${topic}/${String(partition)}`);
  }
  const wrong = answers.some(
    ({ topicName, partition, errorCode }) =>
      errorCode !== 0 || !open.delete(`${topicName}/${String(partition)}`),
  );
  return !wrong && open.size === 0;
};
