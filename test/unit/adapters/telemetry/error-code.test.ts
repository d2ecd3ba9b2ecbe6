import { createRequire } from 'node:module';
import { createConnection } from 'node:net';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../../src/adapters/telemetry/error-code.ts';
import { CLASSES, KAFKA_TYPES, isKnownCode } from '../../../../src/adapters/telemetry/known-codes.ts';
import { OboroError } from '../../../../src/model/errors.ts';

const CANARY = 'device-4711-canary';

interface KafkaProtocol {
  readonly errorCodes: readonly { readonly type: string; readonly code: number }[];
  readonly createErrorFromCode: (code: number) => Error;
}
type ErrorClass = new (...given: unknown[]) => Error;

const load = createRequire(import.meta.url);
const protocol = load('kafkajs/src/protocol/error') as KafkaProtocol;
const kafka = load('kafkajs/src/errors') as Readonly<Record<string, ErrorClass>>;
const redis = load('redis-errors') as Readonly<Record<string, ErrorClass>>;
const ioredis = load('ioredis/built/errors') as Readonly<Record<string, ErrorClass>>;
const registry = load('@kafkajs/confluent-schema-registry/dist/errors') as Readonly<
  Record<string, ErrorClass>
>;

const make = (classes: Readonly<Record<string, ErrorClass>>, name: string, ...given: unknown[]): Error => {
  const Class = classes[name];
  if (Class === undefined) throw new Error(`no class ${name}`);
  return new Class(...given);
};

/** An error as a library might make it. */
const like = (fields: object): Error => Object.assign(new Error(CANARY), fields);

describe('codeOf', () => {
  it.each(protocol.errorCodes)('names the protocol error $type', ({ type, code }) => {
    expect(codeOf(protocol.createErrorFromCode(code))).toBe(type);
  });

  it('knows the types of the protocol and no others', () => {
    expect([...KAFKA_TYPES]).toEqual(protocol.errorCodes.map(({ type }) => type));
  });

  it('knows every class of the Kafka client that names itself', () => {
    const names = Object.entries(kafka)
      .filter(([name]) => name.startsWith('KafkaJS'))
      .map(([, Class]) => {
        try {
          return new Class('text', {}).name;
        } catch {
          return 'KafkaJSError';
        }
      });
    expect(names.length).toBeGreaterThan(25);
    expect(names.filter((name) => !CLASSES.has(name))).toEqual([]);
  });

  const refused = like({ code: 'ECONNREFUSED', syscall: 'connect', address: '10.0.0.1' });
  const answer = (status: unknown, message = CANARY): Error =>
    Object.assign(new Error(message), { name: 'ResponseError', status, url: CANARY });

  it.each<readonly [string, unknown, string]>([
    ['an error of ours', new OboroError('VAULT_KEY', CANARY, { cause: refused }), 'VAULT_KEY'],
    ['an error of the system', refused, 'ECONNREFUSED'],
    ['a fetch that failed', Object.assign(new TypeError('fetch failed'), { cause: refused }), 'ECONNREFUSED'],
    ['several connections tried', new AggregateError([refused, refused], CANARY), 'ECONNREFUSED'],
    [
      'retries given up',
      make(kafka, 'KafkaJSNumberOfRetriesExceeded', protocol.createErrorFromCode(47), { retryCount: 3 }),
      'INVALID_PRODUCER_EPOCH',
    ],
    [
      'retries given up for a reason without a code',
      make(kafka, 'KafkaJSNumberOfRetriesExceeded', new Error(CANARY), { retryCount: 3 }),
      'Error',
    ],
    [
      'a connection of the Kafka client',
      make(kafka, 'KafkaJSConnectionError', CANARY, { broker: 'b:1', code: 'ECONNRESET' }),
      'ECONNRESET',
    ],
    [
      'a time-out of the Kafka client',
      make(kafka, 'KafkaJSRequestTimeoutError', CANARY),
      'KafkaJSRequestTimeoutError',
    ],
    ['a wrapper around nothing', make(kafka, 'KafkaJSNonRetriableError', CANARY), 'KafkaJSNonRetriableError'],
    ['refused credentials of Redis', make(redis, 'ReplyError', `WRONGPASS ${CANARY}`), 'REDIS_WRONGPASS'],
    ['Redis when it is full', make(redis, 'ReplyError', `OOM command not allowed ${CANARY}`), 'REDIS_OOM'],
    ['a reply that nobody knows', make(redis, 'ReplyError', `${CANARY} ERR`), 'ReplyError'],
    ['a Redis out of reach', make(ioredis, 'MaxRetriesPerRequestError', 1), 'MaxRetriesPerRequestError'],
    ['an answer of a registry', answer(404), 'HTTP_404'],
    [
      'a registry that did not answer',
      answer(400, `client - connect ECONNREFUSED ${CANARY}`),
      'ECONNREFUSED',
    ],
    ['a registry that answered 400', answer(400, `client - ${CANARY} IS WRONG`), 'HTTP_400'],
    ['an answer with no status', answer(CANARY), 'ResponseError'],
    [
      'a schema that does not fit',
      make(registry, 'ConfluentSchemaRegistryValidationError', CANARY, [[CANARY]]),
      'ConfluentSchemaRegistryValidationError',
    ],
    ['an expired certificate', like({ code: 'CERT_HAS_EXPIRED' }), 'CERT_HAS_EXPIRED'],
    ['an abort', new DOMException(CANARY, 'AbortError'), 'AbortError'],
    ['any error', new Error(CANARY), 'Error'],
  ])('names %s', (_what, error, code) => {
    expect(codeOf(error)).toBe(code);
  });

  it('names a real refused connection and a real missing file', async () => {
    const refusal = await new Promise((resolve) => {
      createConnection({ port: 1, host: '127.0.0.1' }).on('error', resolve);
    });
    expect(codeOf(refusal)).toBe('ECONNREFUSED');
    const missing: unknown = await readFile(`/${CANARY}`).catch((cause: unknown) => cause);
    expect(codeOf(missing)).toBe('ENOENT');
  });
});

describe('G-15 no word of an error is passed on that stands in no list', () => {
  const cyclic: { cause?: unknown; name: string } = { name: 'Error' };
  cyclic.cause = cyclic;
  const throwing = {
    get name(): string {
      throw new Error(CANARY);
    },
  };

  it.each<readonly [string, unknown]>([
    ['as message', new Error(CANARY)],
    ['as code', like({ code: CANARY })],
    ['as code in capitals', like({ code: 'DEVICE_ABCDEF' })],
    ['as name', like({ name: CANARY })],
    ['as name that looks like one', like({ name: 'KafkaJSDeviceAbcdef' })],
    ['as type', like({ name: 'KafkaJSProtocolError', type: CANARY })],
    ['as type of something else', like({ name: 'X', type: 'INVALID_PRODUCER_EPOCH' })],
    ['as a text thrown', CANARY],
    ['as a number thrown', 4_711],
    ['as nothing thrown', undefined],
    ['as a function', () => CANARY],
    ['in a circle of causes', cyclic],
    ['from a getter', throwing],
  ])('%s', (_what, error) => {
    const code = codeOf(error);
    expect(isKnownCode(code)).toBe(true);
    expect(code).not.toMatch(/canary|abcdef/i);
  });

  it.each(['UNEXPECTED', 'BUG', 'HTTP_503', 'REDIS_OOM', 'ECONNRESET', 'UNKNOWN', 'TypeError', 'TASK_LOST'])(
    'isKnownCode knows %s',
    (code) => {
      expect(isKnownCode(code)).toBe(true);
    },
  );

  it.each([CANARY, '', 'HTTP_999', 'HTTP_4040', 'REDIS_X', 'OOM', 'econnreset', 47, null, {}])(
    'isKnownCode does not know %j',
    (code) => {
      expect(isKnownCode(code)).toBe(false);
    },
  );
});
