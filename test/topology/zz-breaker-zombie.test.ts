/** A zombie that does not know that it lost its partitions; a revocation across a restart. A failure is the proof. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { RawConsent, RawRevocation } from '../../src/model/raw.ts';
import { eventTime } from '../../src/model/time.ts';
import { SANITIZE_TOPICS, TOPICS } from '../../src/runtime/stream/topics.ts';
import { ConsentBook } from '../../src/sanitize/consent-book.ts';
import { RawIds } from '../../src/wire/raw-ids.ts';
import { scratchFolder } from '../support/cli.ts';
import { smallCity, writeConfig } from '../support/inputs.ts';
import { MemoryLog, MemoryReader } from '../support/stream/memory-log.ts';
import { embeddedRows, feedOf, inputOf, releasedRows, topicsOf, workerOf } from '../support/stream/stream.ts';

const pause = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));

it('a revocation refuses after a restart too: an older grant that is sent again does not bring it back', () => {
  const ids = new RawIds();
  const who = { deviceId: ids.take('device', 'd-1'), memberId: ids.takeOptional('member', 'm-1') };
  const grant: RawConsent = { kind: 'consent', ...who, at: eventTime(100), policyVersion: 3,
    purposes: { nearbyShops: true, usageStatistics: true, fraudPrevention: true, serviceImprovement: true, thirdPartyTracking: true },
    sources: { location: true, terminalId: true, cookies: true } };
  const revocation = { kind: 'revocation', memberId: who.memberId, deviceId: null } as RawRevocation;
  const policy = { version: 3, acceptedVersions: Object.fromEntries(
    ['nearbyShops', 'usageStatistics', 'fraudPrevention', 'serviceImprovement', 'thirdPartyTracking'].map((p) => [p, [3]])) } as never;
  const served = (records: readonly (RawConsent | RawRevocation)[]): number => {
    const book = new ConsentBook({ key: Buffer.alloc(32, 1), policy });
    for (const record of records) book.apply(record);
    return book.of(who.memberId ?? who.deviceId)?.app.counted ?? Infinity;
  };
  const live = served([grant, revocation, grant]);
  // Compaction has left the unreadable record (or the tombstone) alone; a worker restarts; the producer sends again.
  const restarted = served([revocation, grant]);
  console.log({ live, restarted });
  expect(restarted).toBe(live);
});

describe('a zombie beside the owner', () => {
  const scratch = scratchFolder();
  let config: Config;
  let records: readonly FeedRecord[];
  beforeAll(async () => {
    smallCity(`${scratch.path}/input`, 200);
    config = await loadConfig({ file: writeConfig(`${scratch.path}/config.yaml`, {
      vault: `${scratch.path}/none`, more: 'stream: { commitInterval: PT0.05S, idleAfter: PT1S }' }), environment: {} });
    records = await feedOf(`${scratch.path}/input`, 2);
  }, 60_000);
  afterAll(scratch.remove);
  it('stops, and the owner goes on; rows are as ever', async () => {
    const log = new MemoryLog(topicsOf(2, 2));
    log.append(records.filter(({ topic }) => topic !== 'ref.stores'));
    const { stores } = inputOf(records, 2);
    const faults: string[] = [];
    const make = (name: string) => workerOf({ config, log, stores, failed: (fault) => faults.push(`${name} ${String(fault)}`),
      readerOf: (role) => role === 'sanitize' ? new MemoryReader(log, SANITIZE_TOPICS, 2, 50) : new MemoryReader(log, [TOPICS.contributions], 2, 50) });
    const owner = make('owner');
    await owner.start();
    await pause(300);
    const zombie = make('zombie');
    await zombie.start();
    await pause(25_000);
    const states = [owner, zombie].map((w) => w.workers.flatMap(({ states: s }) => s.tasks));
    await Promise.all([owner.stop(), zombie.stop()]);
    const rows = releasedRows(log, config);
    const expected = await embeddedRows(config, inputOf(records, 2));
    console.log({ faults, states, visits: rows.visits.length, expected: expected.visits.length });
    for (const table of ['visits', 'dwell', 'footfall'] as const)
      expect(expected[table]).toEqual(expect.arrayContaining([...rows[table]]));
    expect(rows).toEqual(expected);
  }, 90_000);
});
