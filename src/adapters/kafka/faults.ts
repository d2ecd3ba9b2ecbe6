/** Turns what kafkajs throws into our coded errors; its own texts may quote records and never pass. */
import type { ErrorCode } from '../../model/errors.ts';
import { OboroError } from '../../model/errors.ts';

/** What may be told of a foreign error: the name of its class, its protocol type, its system code. */
interface Sign {
  readonly words: readonly string[];
  /** The word that says most: of the innermost error. */
  readonly why: string | null;
  readonly retriable: boolean;
}

const WORD = /^[A-Za-z][A-Za-z0-9_]{0,60}$/;
const DEEPEST = 8;

/** The error and what it was caused by, outermost first. */
const chainOf = (cause: unknown): readonly object[] => {
  const chain: object[] = [];
  let here = cause;
  while (typeof here === 'object' && here !== null && chain.length < DEEPEST && !chain.includes(here)) {
    chain.push(here);
    here = innerOf(here);
  }
  return chain;
};

/** kafkajs nests in three ways: a cause, a list of errors, a list of partitions with an error each. */
const innerOf = (error: object): unknown => {
  if ('cause' in error && error.cause !== undefined) return error.cause;
  if ('errors' in error && Array.isArray(error.errors)) return error.errors[0] as unknown;
  if (!('partitions' in error) || !Array.isArray(error.partitions)) return undefined;
  const found = (error.partitions as readonly unknown[]).find(
    (one) => typeof one === 'object' && one !== null && 'error' in one && one.error !== null,
  );
  return typeof found === 'object' && found !== null && 'error' in found ? found.error : undefined;
};

const wordsOf = (error: object): readonly string[] =>
  (['type', 'code', 'name'] as const).flatMap((field) => {
    const word: unknown = (error as Readonly<Record<string, unknown>>)[field];
    return typeof word === 'string' && WORD.test(word) ? [word] : [];
  });

const signOf = (cause: unknown): Sign => {
  const chain = chainOf(cause);
  const last = chain.at(-1);
  return {
    words: chain.flatMap(wordsOf),
    why: chain.flatMap((error) => wordsOf(error)[0] ?? []).at(-1) ?? null,
    retriable: last !== undefined && 'retriable' in last && last.retriable === true,
  };
};

const REFUSED =
  /_AUTHORIZATION_FAILED$|^SASL_AUTHENTICATION_FAILED$|^UNSUPPORTED_SASL_MECHANISM$|^ILLEGAL_SASL_STATE$|^KafkaJSSASLAuthenticationError$|^SECURITY_DISABLED$|^POLICY_VIOLATION$|^CERT_|_CERT(_|$)|^ERR_TLS_|^ERR_SSL_|^UNABLE_TO_/;
const FENCED = /^INVALID_PRODUCER_EPOCH$|^PRODUCER_FENCED$/;
const MISSING = /^UNKNOWN_TOPIC_OR_PARTITION$/;

const HINTS: Partial<Record<ErrorCode, string>> = {
  KAFKA_AWAY:
    'Is a broker of kafka.brokers running, reachable from here, and does its listener speak TLS exactly when kafka.tls is on?',
  KAFKA_REFUSED:
    'Check kafka.sasl and kafka.tls, and the rights of this user (docs/operations.md lists them).',
  TOPIC_MISSING: 'Make the topics with "oboro topics create".',
  FENCED: 'Does another deployment run under the same kafka.application and kafka.deployment?',
};

/** What an error is, apart from what was being done. */
const codeOf = ({ words }: Sign): 'FENCED' | 'KAFKA_REFUSED' | 'TOPIC_MISSING' | null => {
  if (words.some((word) => FENCED.test(word))) return 'FENCED';
  if (words.some((word) => REFUSED.test(word))) return 'KAFKA_REFUSED';
  return words.some((word) => MISSING.test(word)) ? 'TOPIC_MISSING' : null;
};

const RETRIABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['FENCED', 'KAFKA_AWAY', 'TXN_UNKNOWN']);

const coded = (code: ErrorCode, what: string, { why }: Sign): OboroError => {
  const hint = HINTS[code];
  return new OboroError(code, why === null ? what : `${what} (${why})`, {
    ...(hint === undefined ? {} : { hint }),
    retriable: RETRIABLE.has(code),
  });
};

const ownOf = (cause: unknown): OboroError | null =>
  chainOf(cause).find((error) => error instanceof OboroError) ?? null;

/** What an error means outside a transaction; `what` says what failed, without any content of records. */
export const faultOf = (cause: unknown, what: string): OboroError => {
  const sign = signOf(cause);
  return ownOf(cause) ?? coded(codeOf(sign) ?? 'KAFKA_AWAY', what, sign);
};

/** What an error means inside a transaction: where it does not say that the writer is dead, the outcome is open. */
export const transactionFaultOf = (cause: unknown, what: string): OboroError => {
  const sign = signOf(cause);
  return ownOf(cause) ?? coded(codeOf(sign) ?? 'TXN_UNKNOWN', what, sign);
};

/** True for a fault that may be over in a moment: a broker that restarts, a leader that moves, a topic just made. */
export const isPassing = (cause: unknown): boolean => {
  const sign = signOf(cause);
  if (ownOf(cause) !== null || codeOf(sign) === 'KAFKA_REFUSED') return false;
  return sign.retriable || sign.words.includes('KafkaJSLockTimeout');
};

/** True when the error is, or was caused by, one of a type of the Kafka protocol. */
export const hasType = (cause: unknown, type: string): boolean => signOf(cause).words.includes(type);

/** True when a position lies outside what the partition holds. */
export const isOutOfRange = (cause: unknown): boolean => hasType(cause, 'OFFSET_OUT_OF_RANGE');
