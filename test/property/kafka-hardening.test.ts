import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterAborted } from '../../src/adapters/kafka/hardening/aborted-filter.ts';
import type { AbortedTransaction, WireRecord } from '../../src/adapters/kafka/hardening/kafkajs-shapes.ts';
import { craftBatch, markerKey } from '../unit/adapters/kafka/hardening/craft-batch.ts';
import {
  decode,
  recordSet,
  stockDecode,
  stockFilter,
} from '../unit/adapters/kafka/hardening/wire-decoder.ts';

/** One thing that one of a few producers does. */
const anyStep = fc.record({
  producer: fc.integer({ min: 1, max: 4 }),
  act: fc.constantFrom('write', 'write', 'write', 'plain', 'commit', 'abort'),
  /** Keys that look like markers are for the application to use. */
  key: fc.constantFrom(null, markerKey('abort'), markerKey('commit'), Buffer.from('k')),
  /** How many records one write puts into one batch. */
  size: fc.integer({ min: 1, max: 3 }),
  gzip: fc.boolean(),
  /** Whether compaction takes the records of the batch, all or but the first. */
  compacted: fc.constantFrom('no', 'no', 'no', 'all', 'tail'),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

interface Slot {
  readonly batch: Buffer;
  readonly offsets: readonly number[];
  /** The transaction it is part of; null outside of transactions and for markers. */
  readonly transaction: Transaction | null;
}

interface Transaction {
  readonly producer: number;
  readonly first: number;
  /** Offset and kind of its marker. */
  end: { readonly at: number; readonly outcome: 'commit' | 'abort' } | null;
}

interface Made {
  readonly slots: readonly Slot[];
  readonly transactions: readonly Transaction[];
  readonly end: number;
}

/** A broker's log: what the steps write, with a marker for every transaction at the latest at the end. */
class LogMaker {
  readonly #open = new Map<number, Transaction>();
  readonly #slots: Slot[] = [];
  readonly #transactions: Transaction[] = [];
  #next = 0;

  write({ producer, key, size, gzip, compacted, act }: Step): void {
    const transaction = act === 'plain' ? null : this.#transactionOf(producer);
    const all = Array.from({ length: size }, (_, delta) => ({
      delta,
      key,
      value: String(this.#next + delta),
    }));
    const left = { no: size, tail: 1, all: 0 }[compacted];
    const batch = craftBatch({
      baseOffset: this.#next,
      producerId: producer,
      isTransactional: transaction !== null,
      records: all.slice(0, left),
      lastOffsetDelta: size - 1,
      codec: gzip ? 1 : 0,
    });
    this.#add(batch, size, left, transaction);
  }

  end(producer: number, outcome: 'commit' | 'abort'): void {
    const transaction = this.#open.get(producer);
    if (transaction === undefined) return;
    transaction.end = { at: this.#next, outcome };
    this.#open.delete(producer);
    const records = [{ key: markerKey(outcome), value: Buffer.alloc(6) }];
    const marker = {
      baseOffset: this.#next,
      producerId: producer,
      isTransactional: true,
      isControl: true,
      records,
    };
    this.#add(craftBatch(marker), 1, 0, null);
  }

  made(): Made {
    for (const producer of [...this.#open.keys()]) this.end(producer, 'abort');
    return { slots: this.#slots, transactions: this.#transactions, end: this.#next };
  }

  #add(batch: Buffer, size: number, visible: number, transaction: Transaction | null): void {
    const offsets = Array.from({ length: visible }, (_, delta) => this.#next + delta);
    this.#slots.push({ batch, offsets, transaction });
    this.#next += size;
  }

  #transactionOf(producer: number): Transaction {
    const open = this.#open.get(producer) ?? { producer, first: this.#next, end: null };
    if (!this.#open.has(producer)) this.#transactions.push(open);
    this.#open.set(producer, open);
    return open;
  }
}

const logOf = (steps: readonly Step[]): Made => {
  const maker = new LogMaker();
  for (const step of steps) {
    if (step.act === 'write' || step.act === 'plain') maker.write(step);
    else maker.end(step.producer, step.act);
  }
  return maker.made();
};

const anyLog = fc
  .array(anyStep, { minLength: 1, maxLength: 40 })
  .map(logOf)
  .filter(({ end }) => end > 0);

/** As the broker does: aborted transactions that touch the range, in the order in which they ended. */
const abortedIn = ({ transactions }: Made, from: number, to: number): readonly AbortedTransaction[] =>
  transactions
    .flatMap(({ producer, first, end }) =>
      end?.outcome === 'abort' ? [{ producer, first, at: end.at }] : [],
    )
    .filter(({ first, at }) => at >= from && first < to)
    .sort((a, b) => a.at - b.at)
    .map(({ producer, first }) => ({ producerId: String(producer), firstOffset: String(first) }));

/** The truth, known from how the log was made. */
const committedFrom = ({ slots }: Made, from: number): readonly string[] =>
  slots
    .filter(({ transaction }) => transaction === null || transaction.end?.outcome === 'commit')
    .flatMap(({ offsets }) => offsets)
    .filter((offset) => offset >= from)
    .map(String);

type Filter = (
  messages: readonly WireRecord[],
  aborted: readonly AbortedTransaction[],
) => readonly WireRecord[];

const lastOffset = (batch: Buffer): number => Number(batch.readBigInt64BE(0)) + batch.readInt32BE(23);

/** Reads a log to its end by fetches of a few batches each, as a consumer does; gives up where it does not move. */
const readAll = async (
  log: Made,
  sizes: readonly number[],
  from: number,
  filter: Filter,
): Promise<readonly string[]> => {
  const seen: string[] = [];
  let [position, turn] = [from, 0];
  while (position < log.end) {
    const size = sizes[turn % sizes.length] ?? 1;
    const batches = log.slots
      .map(({ batch }) => batch)
      .filter((batch) => lastOffset(batch) >= position)
      .slice(0, size);
    const to = Math.max(...batches.map(lastOffset)) + 1;
    const messages = (await decode(batches)).filter(({ offset }) => Number(offset) >= position);
    const kept = filter(messages, abortedIn(log, position, to));
    seen.push(...kept.filter(({ isControlRecord }) => !isControlRecord).map(({ offset }) => offset));
    const next = Number(messages.at(-1)?.offset ?? position - 1) + 1;
    expect(next).toBe(to);
    position = next;
    turn += 1;
  }
  return seen;
};

const SIZES = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 });
const SETTINGS = { seed: 0x0b0_70, numRuns: 400 };

const check = (filter: Filter): Promise<void> =>
  fc.assert(
    fc.asyncProperty(anyLog, SIZES, fc.nat(10), async (log, sizes, start) => {
      const from = Math.min(start, log.end - 1);
      expect(await readAll(log, sizes, from, filter)).toEqual(committedFrom(log, from));
    }),
    SETTINGS,
  );

describe('reading committed records', () => {
  it('shows exactly the committed ones, wherever fetches are cut, and always reaches the end', async () => {
    await check(filterAborted);
  });

  it('the filter of kafkajs fails the same check', async () => {
    const stock: Filter = (messages, abortedTransactions) => stockFilter({ messages, abortedTransactions });
    await expect(check(stock)).rejects.toThrow('Property failed');
  });
});

const anyBytes = fc.option(
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  { nil: null },
);
const anyBatch = fc
  .record({
    baseOffset: fc.maxSafeNat(),
    baseTimestamp: fc.nat(2 ** 41),
    producerId: fc.nat(),
    isTransactional: fc.boolean(),
    codec: fc.constantFrom(0, 1),
    records: fc.array(
      fc.record({
        key: anyBytes,
        value: anyBytes,
        timestampDelta: fc.integer(),
        headers: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'ü', ''), anyBytes), { maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map((batch) => ({ ...batch, baseOffset: batch.baseOffset - 10 }));

describe('decoding', () => {
  it('agrees with kafkajs on whatever is well formed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBatch, { minLength: 1, maxLength: 3 }), async (batches) => {
        const bytes = batches.map(craftBatch);
        expect(await decode(bytes)).toEqual(await stockDecode(recordSet(...bytes)));
      }),
      SETTINGS,
    );
  });

  it('of torn and bent batches ends, with an error only where the next batch cannot be found', async () => {
    const bend = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(anyBatch, bend, fc.boolean(), async (batch, bends, isBodyOnly) => {
        const bytes = craftBatch(batch);
        const from = isBodyOnly ? 57 : 17; // behind the size and the magic byte
        for (const [at, byte] of bends) bytes.writeUInt8(byte, from + (at % (bytes.length - from)));
        const records = await decode([bytes, craftBatch({ baseOffset: 3, records: [{ value: 'next' }] })]);
        expect(String(records.at(-1)?.value)).toBe('next');
      }),
      SETTINGS,
    );
  });
});
