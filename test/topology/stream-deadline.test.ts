import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import type { WorkerAssembly } from '../../src/app/worker/assembly.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { LedgerLine } from '../../src/model/ledger.ts';
import { HOUR_MS, wallTime } from '../../src/model/time.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { GroupHandlers, LogBatch } from '../../src/ports/log.ts';
import { asLedgerLine } from '../../src/release/ledger-shape.ts';
import { verifyLedger } from '../../src/release/ledger-verify.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../src/runtime/stream/topics.ts';
import { avroCodec } from '../../src/wire/avro.ts';
import { unframed } from '../../src/wire/framed.ts';
import { scratchFolder } from '../support/cli.ts';
import { smallCity, writeConfig } from '../support/inputs.ts';
import { MemoryLog, MemoryReader } from '../support/stream/memory-log.ts';
import type { RowsByTable } from '../support/stream/stream.ts';
import {
  embeddedRows,
  faultBox,
  feedOf,
  inputOf,
  releasedRows,
  topicsOf,
  workerOf,
} from '../support/stream/stream.ts';

const MEMBERS = 250;
const TABLES = ['visits', 'dwell', 'transitions', 'footfall'] as const;
const [PARTITIONS, GATE_PARTITIONS] = [2, 2];

/** A group's only member, for which an input stands still from some offset on, as a broker that does not answer. */
class StandingReader extends MemoryReader {
  readonly #from: number;
  #held: LogBatch[] = [];
  #isOpen = false;
  #handlers: GroupHandlers | null = null;

  constructor(log: MemoryLog, from: number) {
    super(log, SANITIZE_TOPICS, PARTITIONS, 100);
    this.#from = from;
  }

  override join(handlers: GroupHandlers): Promise<void> {
    this.#handlers = handlers;
    return super.join({
      ...handlers,
      batch: (batch) => {
        const isHeld = batch.topic === 'raw.gps' && batch.partition === 1 && batch.next > this.#from;
        if (isHeld && !this.#isOpen) this.#held.push(batch);
        else handlers.batch(batch);
      },
    });
  }

  goOn(): void {
    this.#isOpen = true;
    for (const batch of this.#held) this.#handlers?.batch(batch);
    this.#held = [];
  }
}

/** The system's clock, set forward by the test. */
class ShiftedClock implements Clock {
  #shiftMs = 0;

  now() {
    return wallTime(systemClock.now() + this.#shiftMs);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  forward(ms: number): void {
    this.#shiftMs += ms;
  }
}

const until = (log: MemoryLog, test: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (!test()) return;
      stop();
      resolve();
    };
    const stop = log.listen(look);
    look();
  });

const chainsOf = (log: MemoryLog): readonly (readonly LedgerLine[])[] =>
  Array.from({ length: GATE_PARTITIONS }, (_, partition) =>
    log
      .records(TOPICS.ledger)
      .filter((record) => record.partition === partition)
      .map(({ value }) => {
        const line = avroCodec('release.ledger').decode(unframed(value ?? Buffer.alloc(0)));
        if (line.kind !== 'keep') throw new Error('a ledger line cannot be read');
        const shaped = asLedgerLine(line.value);
        if (shaped === null) throw new Error('no ledger line');
        return shaped;
      }),
  );

/** Where the task of the input that stood still is. */
const positionOf = (worker: WorkerAssembly): number | undefined =>
  worker.workers
    .flatMap(({ runners }) => runners)
    .flatMap(({ task }) => task?.positions() ?? [])
    .find(({ topic, partition }) => topic === 'raw.gps' && partition === 1)?.offset;

const saysDeath = (chain: readonly LedgerLine[]): boolean =>
  chain.some(({ entry }) => entry.type === 'epoch_destroyed' && entry.audience === 'statistics');

describe('G-07 an input that stands still for 36 hours', () => {
  const scratch = scratchFolder();
  let config: Config;
  let records: readonly FeedRecord[];
  let whole: RowsByTable;

  beforeAll(async () => {
    smallCity(`${scratch.path}/input`, MEMBERS);
    const file = writeConfig(`${scratch.path}/config.yaml`, {
      vault: `${scratch.path}/none`,
      more: 'stream: { commitInterval: PT0.05S, idleAfter: PT1S, snapshotMinBytes: 65536 }',
    });
    config = await loadConfig({ file, environment: {} });
    records = await feedOf(`${scratch.path}/input`, PARTITIONS);
    whole = await embeddedRows(config, inputOf(records, PARTITIONS));
  });

  afterAll(scratch.remove);

  it('ends with every salt destroyed, what was released as it was, and the rest withheld', async () => {
    const log = new MemoryLog(topicsOf(PARTITIONS, GATE_PARTITIONS));
    log.append(records.filter(({ topic }) => topic !== 'ref.stores'));
    const { failed, fail } = faultBox();
    const clock = new ShiftedClock();
    const two = records.filter(({ topic, partition }) => topic === 'raw.gps' && partition === 1).length;
    const reader = new StandingReader(log, Math.floor((two * 2) / 3));
    const worker = workerOf({
      ...{ config, log, clock, failed: fail, stores: inputOf(records, PARTITIONS).stores },
      readerOf: (role) =>
        role === 'sanitize' ? reader : new MemoryReader(log, [TOPICS.contributions], GATE_PARTITIONS, 50),
    });
    await worker.start();
    const released = (): number =>
      TABLES.reduce((sum, table) => sum + log.records(`release.${table}`).length, 0);
    // The other input is through: it is idle, and only the one that stands still holds event time back.
    await Promise.race([until(log, () => released() > 10), failed]);
    expect(worker.vault.held().length).toBeGreaterThan(0);

    clock.forward(37 * HOUR_MS);
    await Promise.race([
      until(log, () => worker.vault.held().every(({ audience }) => audience !== 'statistics')),
      failed,
    ]);
    // Each chain says so, and releases nothing more.
    await Promise.race([until(log, () => chainsOf(log).every(saysDeath)), failed]);
    const before = releasedRows(log, config);
    // What comes now is of an epoch without a salt.
    reader.goOn();
    await Promise.race([until(log, () => positionOf(worker) === two), failed]);
    await worker.stop();

    const rows = releasedRows(log, config);
    expect(rows).toEqual(before);
    expect(released()).toBeLessThan(TABLES.reduce((sum, table) => sum + whole[table].length, 0));
    for (const table of TABLES) expect(whole[table]).toEqual(expect.arrayContaining([...rows[table]]));
    for (const chain of chainsOf(log)) expect(verifyLedger(chain).problems).toEqual([]);
  });
});
