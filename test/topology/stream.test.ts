import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { scratchFolder } from '../support/cli.ts';
import { smallCity, writeConfig } from '../support/inputs.ts';
import type { RowsByTable } from '../support/stream/stream.ts';
import { embeddedRows, feedOf, inputOf, releasedRows, runStream } from '../support/stream/stream.ts';

const MEMBERS = 250;

describe('the same answer everywhere: a day of the city on a log', () => {
  const scratch = scratchFolder();
  let config: Config;
  let expected: RowsByTable;

  const recordsFor = (partitions: number): Promise<readonly FeedRecord[]> =>
    feedOf(`${scratch.path}/input`, partitions);

  beforeAll(async () => {
    smallCity(`${scratch.path}/input`, MEMBERS);
    const file = writeConfig(`${scratch.path}/config.yaml`, {
      vault: `${scratch.path}/none`,
      more: 'stream: { commitInterval: PT0.05S, idleAfter: PT1S, snapshotMinBytes: 65536 }',
    });
    config = await loadConfig({ file, environment: {} });
    expected = await embeddedRows(config, inputOf(await recordsFor(1), 1));
  });

  afterAll(scratch.remove);

  it.each([
    { partitions: 1, gatePartitions: 1, fetchRecords: 500 },
    { partitions: 3, gatePartitions: 2, fetchRecords: 37 },
    { partitions: 4, gatePartitions: 12, fetchRecords: 5_000 },
  ])(
    'G-10 G-12 $partitions and $gatePartitions partitions give the rows of the embedded run',
    async (shape) => {
      const records = await recordsFor(shape.partitions);
      const rows = releasedRows(await runStream({ config, records, ...shape }), config);
      expect(expected.visits.length).toBeGreaterThan(200);
      expect(expected.dwell.length).toBeGreaterThan(0);
      expect(expected.footfall.length).toBeGreaterThan(0);
      expect(rows).toEqual(expected);
    },
  );
});
