import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord, Outgoing } from '../../src/ports/log.ts';
import { ModelCluster } from '../support/model-broker/model-cluster.ts';
import { ModelLog } from '../support/model-broker/model-log.ts';
import type { Entry, Transaction } from '../support/model-broker/partition-log.ts';
import { PartitionLog } from '../support/model-broker/partition-log.ts';
import { Network } from '../support/simulator/network.ts';
import { SimProcess } from '../support/simulator/sim-process.ts';
import { Simulation, breathe } from '../support/simulator/simulation.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

/** What a reader of committed records may see, told from markers alone as a Kafka client does it. */
const reference = (
  history: readonly Entry[],
  start: number,
): { stable: number; visible: readonly number[] } => {
  const ended = new Map<Transaction, number>();
  for (const { isMarker, transaction, offset } of history) {
    if (isMarker && transaction !== null) ended.set(transaction, offset);
  }
  const open = history.find(({ transaction }) => transaction !== null && !ended.has(transaction));
  const stable = open?.offset ?? history.length;
  const isVisible = ({ isMarker, transaction, offset }: Entry): boolean =>
    !isMarker &&
    offset >= start &&
    offset < stable &&
    (transaction === null || transaction.outcome === 'committed');
  return { stable, visible: history.filter(isVisible).map(({ offset }) => offset) };
};

type Step =
  | { readonly kind: 'append' }
  | { readonly kind: 'produce' | 'commit' | 'abort'; readonly writer: number }
  | { readonly kind: 'delete'; readonly share: number };

const writer = fc.nat({ max: 3 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.constant({ kind: 'append' } as const),
    fc.record({ kind: fc.constantFrom('produce', 'produce', 'commit', 'abort'), writer }),
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), share: fc.nat({ max: 9 }) }) },
  ),
  { maxLength: 60 },
);

const play = (script: readonly Step[]): PartitionLog => {
  const log = new PartitionLog('topic', 0);
  const open = new Map<number, Transaction>();
  script.forEach((step, i) => {
    const records = [{ key: bytes(`k${i % 3}`), value: bytes(String(i)) }];
    if (step.kind === 'append') log.append(records, null);
    else if (step.kind === 'delete') log.deleteBefore(Math.floor((log.end * step.share) / 10));
    else if (step.kind === 'produce') {
      const transaction = open.get(step.writer) ?? { writer: `w${step.writer}`, epoch: i, outcome: 'open' };
      open.set(step.writer, transaction);
      log.append(records, transaction);
    } else {
      const transaction = open.get(step.writer);
      open.delete(step.writer);
      if (transaction === undefined) return;
      transaction.outcome = step.kind === 'commit' ? 'committed' : 'aborted';
      log.mark(transaction);
    }
  });
  return log;
};

/** Reads in pieces of given sizes, again and again. */
const readAll = (log: PartitionLog, from: number, sizes: readonly number[]): readonly LogRecord[] => {
  const found: LogRecord[] = [];
  let position = from;
  for (let i = 0; ; i++) {
    const read = log.read(position, sizes[i % sizes.length] ?? 1);
    if (read === null) throw new Error('the position is gone');
    found.push(...read.records);
    expect(read.next).toBeGreaterThanOrEqual(position);
    expect(read.next).toBeLessThanOrEqual(Math.max(position, read.stable));
    if (read.next === position) return found;
    position = read.next;
  }
};

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });

describe('a partition of the model broker', () => {
  it('shows committed records once and in order, however it is read', () => {
    fc.assert(
      fc.property(steps, sizes, fc.nat({ max: 10 }), (script, of, share) => {
        const log = play(script);
        const from = Math.max(log.start, Math.floor((log.end * share) / 10));
        const { stable, visible } = reference(log.history, log.start);
        expect(log.stable).toBe(stable);
        expect(readAll(log, from, of).map(({ offset }) => offset)).toEqual(
          visible.filter((offset) => offset >= from),
        );
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it('keeps the newest of every key when it is compacted, and its offsets', () => {
    fc.assert(
      fc.property(steps, sizes, fc.nat({ max: 10 }), (script, of, share) => {
        const log = play(script);
        const before = readAll(log, log.start, of);
        const below = Math.floor((log.end * share) / 10);
        log.compact(below);
        const after = readAll(log, log.start, of);
        const newest = new Map(before.map((record) => [String(record.key), record.offset]));
        const kept = before.filter(
          ({ key, offset }) => offset >= below || newest.get(String(key)) === offset,
        );
        expect(after).toEqual(kept);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('refuses to read where nothing is any more, or not yet', () => {
    const log = play([{ kind: 'append' }, { kind: 'append' }, { kind: 'delete', share: 5 }]);
    expect([log.read(0, 1), log.read(1, 1)?.next, log.read(2, 1)?.next, log.read(3, 1)]).toEqual([
      null,
      2,
      2,
      null,
    ]);
  });
});

interface Outcome {
  readonly cluster: ModelCluster;
  readonly acknowledged: readonly string[];
}

/** Writers under one identifier that take it from each other, on a bad network; each writes a pair a transaction. */
const rivals = async (seed: number): Promise<Outcome> => {
  const simulation = new Simulation(seed);
  const network = new Network(simulation);
  const { chance } = simulation;
  const cluster = new ModelCluster({ network, chance, topics: { pairs: 2 } });
  network.trouble = { lostRequest: 0.03, lostReply: 0.05, late: 0.05, slow: 0.1 };
  const acknowledged: string[] = [];
  const write = async (process: SimProcess): Promise<void> => {
    const log = new ModelLog({ process, network, cluster });
    for (let attempt = 0; attempt < 6; attempt++) {
      try {
        const task = await log.openWriter('task');
        for (let i = 0; i < 5; i++) {
          const value = bytes(`${process.name}.${attempt}.${i}`);
          const pair = [0, 1].map((partition): Outgoing => ({ topic: 'pairs', partition, key: null, value }));
          await task.commit(pair);
          acknowledged.push(String(value));
        }
      } catch {
        await process.clock.sleep(chance.int(5_000));
      }
    }
  };
  for (const name of ['a', 'b', 'c']) {
    const process = new SimProcess({ simulation, name, startMs: 0 });
    void write(process);
    if (chance.one(0.5)) {
      const at = {
        request: 'end',
        phase: chance.of(['sent', 'applied'] as const),
        nth: chance.between(1, 9),
      };
      network.failPoints.arm({ ...at, act: (one) => one.kill() });
    }
  }
  await simulation.run({ until: () => false, maxSteps: 20_000 });
  await breathe();
  return { cluster, acknowledged };
};

const told = (log: PartitionLog | undefined): readonly string[] =>
  (log?.committed() ?? []).map(({ value }) => String(value));

describe('rival writers on the model broker', () => {
  it('G-12 write each transaction whole or not at all, once, and what was answered is there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { cluster, acknowledged } = await rivals(seed);
        const [left, right] = cluster.partitions('pairs').map(told);
        expect(left).toEqual(right);
        expect(new Set(left).size).toBe(left?.length);
        expect(acknowledged.filter((value) => left?.includes(value) !== true)).toEqual([]);
        for (const log of cluster.partitions('pairs')) expect(log.stable).toBe(log.end);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('leave nothing behind of an epoch once a newer one has written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { cluster } = await rivals(seed);
        for (const { history } of cluster.partitions('pairs')) {
          const epochs = history.flatMap(({ transaction, isMarker }) =>
            transaction === null || isMarker ? [] : [transaction.epoch],
          );
          expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
        }
      }),
      { seed: 4, numRuns: 40 },
    );
  });
});
