import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { hardenKafkajs } from '../../../../../src/adapters/kafka/hardening/harden.ts';
import type { HardeningOptions } from '../../../../../src/adapters/kafka/hardening/harden.ts';
import type {
  FetchedBatchClass,
  WireRecord,
} from '../../../../../src/adapters/kafka/hardening/kafkajs-shapes.ts';
import type { Quarantined } from '../../../../../src/adapters/kafka/hardening/limits.ts';
import type * as Published from '../../../../../types/kafkajs-hardening.d.ts';
import { craftBatch, craftMarker } from './craft-batch.ts';
import { recordSet } from './wire-decoder.ts';

const installed = dirname(createRequire(import.meta.url).resolve('kafkajs/package.json'));

/** A project of its own with a copy of kafkajs, which each test loads anew. */
const project = mkdtempSync(join(tmpdir(), 'oboro-hardening-'));
const from = join(project, 'reader.js');
const load = createRequire(from);

beforeAll(() => {
  cpSync(installed, join(project, 'node_modules', 'kafkajs'), { recursive: true });
});

afterEach(() => {
  for (const path of Object.keys(load.cache))
    if (path.startsWith(project)) Reflect.deleteProperty(load.cache, path);
});

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

const decodeWith = (path: string, ...batches: readonly Buffer[]): Promise<readonly WireRecord[]> =>
  (load(path) as (decoder: unknown) => Promise<readonly WireRecord[]>)(recordSet(...batches));

const DECODE = 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js';

const fetched = async (...batches: readonly Buffer[]): Promise<unknown> => {
  const Batch = load('kafkajs/src/consumer/batch.js') as FetchedBatchClass;
  const messages = await decodeWith(DECODE, ...batches);
  return new Batch('rides', '0', {
    partition: 3,
    messages,
    abortedTransactions: [{ producerId: '1', firstOffset: '0' }],
  });
};

describe('hardenKafkajs', () => {
  it('has the published types (the type check compares them)', () => {
    expectTypeOf<typeof Published.hardenKafkajs>().toEqualTypeOf<typeof hardenKafkajs>();
    expectTypeOf<Published.HardeningOptions>().toEqualTypeOf<HardeningOptions>();
    expectTypeOf<Published.Quarantined>().toEqualTypeOf<Quarantined>();
  });

  it('returns the copy that the given module finds, the same at every call', () => {
    const kafkajs = hardenKafkajs({ from });
    expect(kafkajs).toBe(load('kafkajs'));
    expect(hardenKafkajs({ from })).toBe(kafkajs);
    expect(hardenKafkajs({ from: pathToFileURL(from) })).toBe(kafkajs);
    expect(new kafkajs.Kafka({ brokers: ['localhost:1'] }).consumer({ groupId: 'g' })).toBeDefined();
  });

  it('puts the filter and the decoding where the consumer takes them from', async () => {
    hardenKafkajs({ from });
    const batch = await fetched(
      craftBatch({
        baseOffset: 0,
        producerId: 1,
        isTransactional: true,
        records: [{ value: 'a', key: Buffer.alloc(4) }, { value: 'b' }],
      }),
      craftMarker(2, 1, 'abort'),
      craftBatch({ baseOffset: 3, lastOffsetDelta: 4, records: [{ value: 'c' }] }),
    );
    expect(batch).toMatchObject({ messages: [{ offset: '3' }] });
    expect((batch as { lastOffset(): string }).lastOffset()).toBe('7');
  });

  it('takes no other version', () => {
    const other = join(project, 'other', 'node_modules', 'kafkajs');
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, 'package.json'), '{"version":"2.3.0"}');
    const refused = (): unknown => hardenKafkajs({ from: join(project, 'other', 'reader.js') });
    expect(refused).toThrow('for kafkajs 2.2.4 and its inner parts; found kafkajs 2.3.0');
  });

  it('comes too late when kafkajs was loaded', () => {
    load('kafkajs');
    expect(() => hardenKafkajs({ from })).toThrow(/loaded before hardenKafkajs/);
  });

  it('says when there is no kafkajs', () => {
    expect(() => hardenKafkajs({ from: join(tmpdir(), 'reader.js') })).toThrow(/Cannot find module/);
  });

  it('keeps limits that a later call leaves out', async () => {
    hardenKafkajs({ from, limits: { maxBatchRecords: 1 } });
    hardenKafkajs({ from, limits: { maxBatchBytes: 100_000 } });
    const [record] = await decodeWith(DECODE, craftBatch({ records: [{}, {}] }));
    expect(record?.leftOut?.reason).toBe('too-many-records');
  });

  it('caps the gzip of kafkajs, and packs as before', async () => {
    const { CompressionCodecs } = hardenKafkajs({ from, limits: { maxBatchBytes: 1_000 } });
    const gzip = (
      CompressionCodecs as Record<
        number,
        () => { compress(e: unknown): Promise<Buffer>; decompress(b: Buffer): Promise<Buffer> }
      >
    )[1]?.();
    const packed = await gzip?.compress({ buffer: Buffer.alloc(1_000) });
    expect(await gzip?.decompress(packed ?? Buffer.alloc(0))).toEqual(Buffer.alloc(1_000));
    const bomb = await gzip?.compress({ buffer: Buffer.alloc(1_001) });
    await expect(gzip?.decompress(bomb ?? Buffer.alloc(0))).rejects.toThrow(
      'inflates to more than the limit',
    );
  });
});

describe('a batch that is left out', () => {
  const bad = (baseOffset: number, producerId = 2): Buffer =>
    craftBatch({
      baseOffset,
      codec: 4,
      recordCount: 2,
      lastOffsetDelta: 1,
      producerId,
      isTransactional: true,
    });

  it('stops the reader while nobody listens, with an error that is not tried again', async () => {
    const { KafkaJSNonRetriableError } = hardenKafkajs({ from });
    const refused = fetched(bad(0));
    await expect(refused).rejects.toThrow(/^rides-3 offsets 0 to 1 cannot be read \(unknown-codec\)/);
    await expect(refused).rejects.toBeInstanceOf(KafkaJSNonRetriableError);
  });

  it('is told to every listener, by where it lies', async () => {
    const [one, other] = [vi.fn(), vi.fn()];
    hardenKafkajs({ from, onQuarantined: one });
    hardenKafkajs({ from, onQuarantined: one });
    hardenKafkajs({ from, onQuarantined: other });
    const batch = await fetched(craftMarker(0, 9, 'commit'), bad(1), bad(3));
    const place = { topic: 'rides', partition: 3, reason: 'unknown-codec', byteCount: 61 };
    const expected = [
      [{ ...place, firstOffset: '1', lastOffset: '2' }],
      [{ ...place, firstOffset: '3', lastOffset: '4' }],
    ];
    expect(one.mock.calls).toEqual(expected);
    expect(other.mock.calls).toEqual(expected);
    expect(batch).toMatchObject({ messages: [] });
    expect((batch as { lastOffset(): string }).lastOffset()).toBe('4');
  });

  it('is not told when its transaction was aborted', async () => {
    const listener = vi.fn();
    hardenKafkajs({ from, onQuarantined: listener });
    await fetched(bad(0, 1), craftMarker(2, 1, 'abort'));
    expect(listener).not.toHaveBeenCalled();
  });

  it('stays in the way when a listener throws', async () => {
    hardenKafkajs({
      from,
      onQuarantined: () => {
        throw new Error('not now');
      },
    });
    await expect(fetched(bad(0))).rejects.toThrow('not now');
  });
});

describe('the timer of the request queue', () => {
  interface Queue {
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    pending: unknown[];
    scheduleCheckPendingRequests(): void;
    checkPendingRequests(): void;
  }

  it.each([
    ['nothing waits', -1, 0, 0],
    ['something waits', -1, 1, 10],
    ['the broker asked for a pause', 250, 1, 250],
  ])('when %s', (_what, pause, waiting, delay) => {
    hardenKafkajs({ from });
    vi.useFakeTimers({ now: 1_000_000 });
    const timer = vi.spyOn(globalThis, 'setTimeout');
    const { prototype } = load('kafkajs/src/network/requestQueue/index.js') as { readonly prototype: Queue };
    const check = vi.fn();
    const queue: Queue = Object.assign(Object.create(prototype) as Queue, {
      throttledUntil: pause < 0 ? -1 : 1_000_000 + pause,
      throttleCheckTimeoutId: null,
      pending: Array.from({ length: waiting }),
      checkPendingRequests: check,
    });
    queue.scheduleCheckPendingRequests();
    queue.scheduleCheckPendingRequests();
    expect(timer.mock.calls.map(([, ms]) => ms)).toEqual([delay]);
    vi.runAllTimers();
    expect(check).toHaveBeenCalledTimes(1);
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
});
