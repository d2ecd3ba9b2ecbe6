import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { refuseOther } from '../../src/runtime/stream/lost.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../src/runtime/stream/topics.ts';
import { scratchFolder } from '../support/cli.ts';
import { smallCity, writeConfig } from '../support/inputs.ts';
import type { MemoryLog } from '../support/stream/memory-log.ts';
import { MemoryReader } from '../support/stream/memory-log.ts';
import { faultBox, feedOf, inputOf, runStream, workerOf } from '../support/stream/stream.ts';

const MEMBERS = 60;
const [PARTITIONS, GATE_PARTITIONS] = [2, 3];
/** No gate task runs here, so that it is the sanitize stage that must notice. */
const NONE = 0;

describe('a sanitize worker on a log of its deployment', () => {
  const scratch = scratchFolder();
  let records: readonly FeedRecord[];
  let log: MemoryLog;

  const configWith = (more: string): Promise<Config> => {
    const file = writeConfig(`${scratch.path}/config.yaml`, {
      vault: `${scratch.path}/none`,
      more: `stream: { commitInterval: PT0.05S, idleAfter: PT1S }\n${more}`,
    });
    return loadConfig({ file, environment: {} });
  };

  beforeAll(async () => {
    smallCity(`${scratch.path}/input`, MEMBERS);
    records = await feedOf(`${scratch.path}/input`, PARTITIONS);
    const config = await configWith('');
    log = await runStream({ config, records, partitions: PARTITIONS, gatePartitions: GATE_PARTITIONS });
  });

  afterAll(scratch.remove);

  const stores = () => inputOf(records, PARTITIONS).stores;

  /** Starts one, and gives its fault; null when its tasks go on. */
  const faultOf = async (config: Config, known = stores()): Promise<unknown> => {
    const { failed, fail } = faultBox();
    const worker = workerOf({
      ...{ config, log, failed: fail, stores: known },
      readerOf: (role) =>
        role === 'sanitize'
          ? new MemoryReader(log, SANITIZE_TOPICS, PARTITIONS)
          : new MemoryReader(log, [TOPICS.contributions], NONE),
    });
    const isRestored = (): boolean => worker.sanitizeTasks().length === PARTITIONS;
    const works = async (): Promise<null> => {
      await worker.start();
      await expect.poll(isRestored, { timeout: 20_000, interval: 20 }).toBe(true);
      return null;
    };
    const outcome = await Promise.race([failed, works()]).catch((cause: unknown) => cause);
    await worker.stop();
    return outcome;
  };

  it('goes on under the same policy and stores', async () => {
    expect(await faultOf(await configWith(''))).toBe(null);
  });

  it.each([
    ['policy', 'visits: { minDwell: PT7M }', 0],
    ['list of stores', '', 1],
  ])('G-14 does not go on under another %s, and says what to do', async (_, more, without) => {
    const fault = await faultOf(await configWith(more), stores().slice(without));
    expect(fault).toMatchObject({ code: 'CFG_INVALID' });
    expect(String(fault)).toMatch(/of this deployment (was|were) .* under other parameters or stores/u);
    expect(fault).toHaveProperty('hint', expect.stringContaining('start over'));
  });

  it('does not take a state over that was saved under others, whatever the salts say', () => {
    expect(() => refuseOther({ partitions: 2, rules: 'a' }, { partitions: 2, rules: 'b' })).toThrow(
      'saved under other parameters or stores',
    );
    expect(() => refuseOther({ partitions: 2, rules: 'a' }, { partitions: 3, rules: 'a' })).toThrow(
      'had 2 partitions',
    );
  });
});
