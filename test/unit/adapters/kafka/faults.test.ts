/** Foreign errors become codes; none of their texts passes. */
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import {
  faultOf,
  hasType,
  isOutOfRange,
  isPassing,
  transactionFaultOf,
} from '../../../../src/adapters/kafka/faults.ts';
import { OboroError } from '../../../../src/model/errors.ts';

const load = createRequire(import.meta.url);
const errors = load('kafkajs/src/errors.js') as Record<string, new (...all: unknown[]) => Error>;
const { createErrorFromCode } = load('kafkajs/src/protocol/error.js') as {
  readonly createErrorFromCode: (code: number) => Error;
};

const make = (name: string, ...all: unknown[]): Error => {
  const kind = errors[name];
  if (kind === undefined) throw new Error(`kafkajs has no ${name}`);
  return new kind(...all);
};

const protocol = (code: number): Error => createErrorFromCode(code);
const retriesOver = (inner: Error): Error =>
  make('KafkaJSNumberOfRetriesExceeded', inner, { retryCount: 5, retryTime: 100 });

const CASES: readonly (readonly [string, unknown, string, string])[] = [
  ['a producer of an old epoch', protocol(47), 'FENCED', 'FENCED'],
  ['the same behind retries', retriesOver(protocol(47)), 'FENCED', 'FENCED'],
  [
    'the same made final',
    make('KafkaJSNonRetriableError', protocol(47), { cause: protocol(47) }),
    'FENCED',
    'FENCED',
  ],
  ['a topic without rights', protocol(29), 'KAFKA_REFUSED', 'KAFKA_REFUSED'],
  ['a transactional id without rights', protocol(53), 'KAFKA_REFUSED', 'KAFKA_REFUSED'],
  ['a group without rights', protocol(30), 'KAFKA_REFUSED', 'KAFKA_REFUSED'],
  ['a wrong password', make('KafkaJSSASLAuthenticationError', 'canary'), 'KAFKA_REFUSED', 'KAFKA_REFUSED'],
  [
    'an expired certificate',
    make('KafkaJSConnectionError', 'canary', { broker: 'b:1', code: 'CERT_HAS_EXPIRED' }),
    'KAFKA_REFUSED',
    'KAFKA_REFUSED',
  ],
  [
    'a certificate of strangers',
    make('KafkaJSConnectionError', 'canary', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    'KAFKA_REFUSED',
    'KAFKA_REFUSED',
  ],
  ['an unknown topic', protocol(3), 'TOPIC_MISSING', 'TOPIC_MISSING'],
  [
    'no broker',
    make('KafkaJSConnectionError', 'canary', { code: 'ECONNREFUSED' }),
    'KAFKA_AWAY',
    'TXN_UNKNOWN',
  ],
  ['a time-out', make('KafkaJSRequestTimeoutError', 'canary', {}), 'KAFKA_AWAY', 'TXN_UNKNOWN'],
  ['a lost sequence', protocol(45), 'KAFKA_AWAY', 'TXN_UNKNOWN'],
  ['an error of nobody', new TypeError('canary'), 'KAFKA_AWAY', 'TXN_UNKNOWN'],
  ['a text', 'canary', 'KAFKA_AWAY', 'TXN_UNKNOWN'],
  ['nothing', undefined, 'KAFKA_AWAY', 'TXN_UNKNOWN'],
];

describe('a foreign error', () => {
  it.each(CASES)('%s is %4$s or, in a transaction, %5$s', (_, cause, outside, inside) => {
    expect(faultOf(cause, 'what').code).toBe(outside);
    expect(transactionFaultOf(cause, 'what').code).toBe(inside);
  });

  it('passes no text of its own, only names', () => {
    for (const [, cause] of CASES) {
      for (const fault of [faultOf(cause, 'what'), transactionFaultOf(cause, 'what')]) {
        expect(fault.message).toMatch(/^what( \(\w+\))?$/);
        expect(fault.cause).toBeUndefined();
        expect(JSON.stringify([fault.message, fault.hint, fault.stack])).not.toContain('canary');
      }
    }
    const sly = Object.assign(new Error('canary'), {
      type: 'canary with blanks',
      code: 'x'.repeat(99),
      name: '',
    });
    expect(faultOf(sly, 'what').message).toBe('what');
  });

  it('can be tried again where the outcome is open or a broker is away, and nowhere else', () => {
    expect(transactionFaultOf(undefined, 'w').retriable).toBe(true);
    expect(faultOf(undefined, 'w').retriable).toBe(true);
    expect(faultOf(protocol(47), 'w').retriable).toBe(true);
    expect(faultOf(protocol(29), 'w').retriable).toBe(false);
    expect(faultOf(protocol(3), 'w').retriable).toBe(false);
  });

  it('is ours when ours is inside', () => {
    const own = new OboroError('PARTITIONS_CHANGED', 'ours');
    expect(faultOf(make('KafkaJSNonRetriableError', own, { cause: own }), 'what')).toBe(own);
    expect(transactionFaultOf(own, 'what')).toBe(own);
    expect(isPassing(own)).toBe(false);
  });

  it('is found in lists of errors and of partitions, and circles end', () => {
    const listed = make('KafkaJSAggregateError', 'canary', [protocol(38)]);
    expect(hasType(listed, 'INVALID_REPLICATION_FACTOR')).toBe(true);
    const deletion = make('KafkaJSDeleteTopicRecordsError', {
      partitions: [{ error: null }, { partition: 1, error: protocol(1) }],
    });
    expect(isOutOfRange(deletion)).toBe(true);
    const circle = new Error('canary');
    circle.cause = circle;
    expect(faultOf(circle, 'what').code).toBe('KAFKA_AWAY');
  });
});

describe('isPassing', () => {
  it.each([
    ['a leader that moves', protocol(6), true],
    ['a broker that restarts', make('KafkaJSConnectionClosedError', 'x', { host: 'h', port: 1 }), true],
    ['a topic just made', protocol(3), true],
    ['missing rights', protocol(29), false],
    ['a wrong password', make('KafkaJSSASLAuthenticationError', 'x'), false],
    ['a bug', new TypeError('x'), false],
  ])('%s: %s', (_, cause, expected) => {
    expect(isPassing(cause)).toBe(expected);
  });
});
