import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../src/runtime/stream/topics.ts';
import { scratchFolder } from '../support/cli.ts';
import { smallCity, writeConfig } from '../support/inputs.ts';
import { MemoryLog, MemoryReader } from '../support/stream/memory-log.ts';
import type { Death } from '../support/stream/mortal.ts';
import { Mortal } from '../support/stream/mortal.ts';
import type { RowsByTable } from '../support/stream/stream.ts';
import {
  embeddedRows,
  faultBox,
  feedOf,
  inputOf,
  releasedRows,
  runStream,
  topicsOf,
  workerOf,
} from '../support/stream/stream.ts';

const MEMBERS = 200;
const [PARTITIONS, GATE_PARTITIONS] = [2, 3];

/** Workers one after the other on one log: each but the last dies as it is told. */
const runThroughDeaths = async (
  config: Config,
  records: readonly FeedRecord[],
  deaths: readonly Death[],
): Promise<MemoryLog> => {
  const log = new MemoryLog(topicsOf(PARTITIONS, GATE_PARTITIONS));
  log.append(records.filter(({ topic }) => topic !== 'ref.stores'));
  const { stores } = inputOf(records, PARTITIONS);
  const { failed, fail } = faultBox();
  for (const death of [...deaths, null]) {
    let died: () => void = () => undefined;
    const end = new Promise<void>((resolve) => {
      died = resolve;
    });
    const mortal = new Mortal({ log, clock: systemClock }, death, () => died());
    const worker = workerOf({
      ...{ config, stores, log: mortal.log, clock: mortal.clock, failed: fail },
      readerOf: (role) =>
        mortal.reader(
          role === 'sanitize'
            ? new MemoryReader(log, SANITIZE_TOPICS, PARTITIONS, 90)
            : new MemoryReader(log, [TOPICS.contributions], GATE_PARTITIONS, 50),
        ),
    });
    const isOver = new Promise<void>((resolve) => {
      const stop = log.listen(() => {
        if (log.records(TOPICS.vault).length === 0 || worker.vault.held().length > 0) return;
        stop();
        resolve();
      });
    });
    await worker.start();
    // A quick machine may be through before the last of them dies.
    await Promise.race([end, isOver, failed]);
    if (!mortal.isDead) {
      await Promise.race([worker.stop(), end]);
      if (!mortal.isDead) return log;
    }
  }
  return log;
};

const locations = (log: MemoryLog): readonly string[] =>
  log
    .records('location.sanitized')
    .map(({ value }) => value?.toString('hex') ?? '')
    .sort();

describe('a worker that dies between any two steps', () => {
  const scratch = scratchFolder();
  let config: Config;
  let records: readonly FeedRecord[];
  let expected: RowsByTable;
  let expectedLocations: readonly string[];

  beforeAll(async () => {
    smallCity(`${scratch.path}/input`, MEMBERS);
    const file = writeConfig(`${scratch.path}/config.yaml`, {
      vault: `${scratch.path}/none`,
      // Small, so that snapshots are written and read again.
      more: 'stream: { commitInterval: PT0.05S, idleAfter: PT1S, snapshotMinBytes: 65536 }',
    });
    config = await loadConfig({ file, environment: {} });
    records = await feedOf(`${scratch.path}/input`, PARTITIONS);
    expected = await embeddedRows(config, inputOf(records, PARTITIONS));
    expectedLocations = locations(
      await runStream({ config, records, partitions: PARTITIONS, gatePartitions: GATE_PARTITIONS }),
    );
  });

  afterAll(scratch.remove);

  it.each([
    { name: 'before a commit', isCommitted: false },
    { name: 'after a commit that it never heard of', isCommitted: true },
  ])('G-12 $name: same rows, same locations, each once', async ({ isCommitted }) => {
    const deaths = [1, 2, 3, 5, 9, 14, 20, 33].map((afterTransactions) => ({
      afterTransactions,
      isCommitted,
    }));
    const log = await runThroughDeaths(config, records, deaths);
    expect(releasedRows(log, config)).toEqual(expected);
    expect(locations(log)).toEqual(expectedLocations);
  });
});
