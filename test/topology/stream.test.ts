import { afterAll, describe, expect, it } from 'vitest';
import { ImportedVault } from '../../src/adapters/vault/imported.ts';
import { loadConfig } from '../../src/config/load.ts';
import { eventTime } from '../../src/model/time.ts';
import { scratchFolder } from '../support/cli.ts';
import { Run } from '../support/drive.ts';
import { smallCity, writeConfig } from '../support/inputs.ts';
import { feedOf, inputOf, releasedRows, runStream, textOf } from '../support/stream/stream.ts';
import { fixedSalt } from '../support/stream/stream.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);

describe('the same answer everywhere', () => {
  it('a day of the city on a log gives the rows of the embedded run', async () => {
    const folder = smallCity(`${scratch.path}/input`, 250);
    const file = writeConfig(`${scratch.path}/config.yaml`, {
      vault: `${scratch.path}/none`,
      more: 'stream: { commitInterval: PT0.05S, idleAfter: PT1S }',
    });
    const config = await loadConfig({ file, environment: {} });
    const records = await feedOf(folder, 3);
    const input = inputOf(records, 3);
    const vault = new ImportedVault({ seed: Buffer.alloc(32), salts: [] });
    Object.assign(vault, {
      hold: (names: readonly Parameters<typeof fixedSalt>[0][]) =>
        Promise.resolve(names.map((name) => ({ name, bytes: fixedSalt(name), commitment: '', born: false }))),
      destroy: () => Promise.resolve(),
    });
    const run = new Run({
      policy: config.policy,
      stores: input.stores,
      vault,
      wallBound: eventTime(Date.now()),
    });
    for (const right of input.rights) run.right(right);
    await run.batches(input.events, 1_000);
    run.engine.finish();
    const log = await runStream({ config, records, partitions: 3, gatePartitions: 2 });
    const rows = releasedRows(log, config);
    for (const table of ['visits', 'dwell', 'transitions', 'footfall'] as const) {
      const expected = run.windows
        .filter((w) => w.table === table)
        .flatMap((w) => w.rows.map(textOf))
        .sort();
      console.log(table, expected.length, rows[table]?.length);
      expect(rows[table]).toEqual(expected);
    }
  });
});
