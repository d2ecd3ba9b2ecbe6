/** Turns any error into a code from closed lists: texts of libraries quote keys, values and addresses, so none is passed on. */
import { OboroError } from '../../model/errors.ts';
import { CLASSES, KAFKA_TYPES, NODE_CODES, REPLIES, UNEXPECTED, replyCode } from './known-codes.ts';

/** How far causes are followed. */
const DEPTH = 6;

/** Classes that only wrap what really went wrong. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'KafkaJSError',
  'KafkaJSNonRetriableError',
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSConnectionError',
  'KafkaJSAggregateError',
  'MaxRetriesPerRequestError',
  'ClusterAllFailedError',
  'ConfluentSchemaRegistryError',
  'AggregateError',
  'TypeError',
  'Error',
]);

/**
 * What to call an error in the journal: the code of an `OboroError`, the type of a Kafka protocol error
 * (`INVALID_PRODUCER_EPOCH`), the code of Node or the system (`ECONNREFUSED`), `HTTP_404` of a registry's answer,
 * `REDIS_NOAUTH` of an error reply, else the class; `UNEXPECTED` for anything else. Of a wrapper, what it wraps.
 * Never throws, and never gives a word that stands in no list of known-codes.ts.
 *
 * @guarantee G-15
 */
export const codeOf = (error: unknown): string => {
  try {
    return codeWithin(error, DEPTH) ?? UNEXPECTED;
  } catch {
    // A getter of a foreign error threw.
    return UNEXPECTED;
  }
};

const codeWithin = (error: unknown, depth: number): string | null => {
  if (depth === 0 || !isObject(error)) return null;
  const own = ownCode(error);
  if (own !== null) return own;
  const name = classOf(error);
  if (name !== null && !WRAPPERS.has(name)) return name;
  return codeWithin(wrappedIn(error), depth - 1) ?? name;
};

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** A code that the error itself carries. */
const ownCode = (error: Fields): string | null => {
  if (error instanceof OboroError) return error.code;
  const { type, code, name } = error;
  if (name === 'ReplyError') return replyOf(error['message']);
  if (name === 'ResponseError') return answerOf(error['status'], error['message']);
  if (typeof type === 'string' && isKafka(name) && KAFKA_TYPES.has(type)) return type;
  return typeof code === 'string' && NODE_CODES.has(code) ? code : null;
};

const isKafka = (name: unknown): boolean => typeof name === 'string' && name.startsWith('KafkaJS');

/** The first word of a reply is its code; the rest may quote what was sent. */
const replyOf = (message: unknown): string => {
  const head = typeof message === 'string' ? (message.split(' ', 1)[0] ?? '') : '';
  return REPLIES.has(head) ? replyCode(head) : 'ReplyError';
};

/**
 * The status of a registry's answer. Where there was none the registry client says 400 and names the system's code in
 * its text only; a word of the text is taken when it is one of the list.
 */
const answerOf = (status: unknown, message: unknown): string | null => {
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 100 || status > 599) return null;
  const words = status === 400 && typeof message === 'string' ? message.split(/[^A-Z_]+/) : [];
  return words.find((word) => word.length > 3 && NODE_CODES.has(word)) ?? `HTTP_${status}`;
};

const classOf = ({ name }: Fields): string | null =>
  typeof name === 'string' && CLASSES.has(name) ? name : null;

/** What an error was made of: its cause, the last or first of several. */
const wrappedIn = (error: Fields): unknown => {
  const { cause, originalError, lastNodeError, errors } = error;
  const first = Array.isArray(errors) ? (errors[0] as unknown) : undefined;
  return cause ?? originalError ?? lastNodeError ?? first;
};
