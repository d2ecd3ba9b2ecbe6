import { afterAll, beforeAll, expect, it } from 'vitest';
import { setTimeout as pause } from 'node:timers/promises';
import type { FeedRecord } from '../../src/app/feed/records.ts';
import type { RawConsent, RawErasure } from '../../src/model/raw.ts';
import { eventTime } from '../../src/model/time.ts';
import { framedEncoder, schemaIdOf } from '../../src/wire/framed.ts';
import { smallCity } from '../support/inputs.ts';
import { recompute } from '../support/faults/expected.ts';
import { finished, judge, unread } from '../support/faults/oracle.ts';
import { INPUT_PARTITIONS, Stand } from '../support/faults/stand.ts';
import { describeWithServices } from '../support/services/needs.ts';
import { feedOf, inputOf, ownRegistry } from '../support/stream/stream.ts';

const MEMBERS = 150;
/** Of so many consents one is withdrawn, and one is followed by an erasure. */
const EVERY = 5;

const OFF = {
  purposes: {
    nearbyShops: false,
    usageStatistics: false,
    fraudPrevention: false,
    serviceImprovement: false,
    thirdPartyTracking: false,
  },
  sources: { location: false, terminalId: false, cookies: false },
};

describeWithServices('rights while the stream runs', ['registry'], ({ registry }) => {
  let stand: Stand;
  let records: readonly FeedRecord[];

  beforeAll(async () => {
    stand = await Stand.open({ registry });
    records = await feedOf(smallCity(`${stand.folder}/input`, MEMBERS), INPUT_PARTITIONS);
  });

  afterAll(() => stand.close());

  /** Withdrawals and erasures of some of those who had agreed, as their records. */
  const takenBack = async (at: number): Promise<readonly FeedRecord[]> => {
    const agreed = records.filter(({ topic }) => topic === 'privacy.consent');
    const erase = framedEncoder('privacy.erasure', await ownRegistry().idOf('privacy.erasure'));
    return agreed.flatMap((record, i) => {
      if (i % EVERY > 1) return [];
      const [consent] = inputOf([record], INPUT_PARTITIONS).rights as readonly RawConsent[];
      if (consent === undefined) return [];
      const off: RawConsent = { ...consent, ...OFF, at: eventTime(at) };
      const withdrawal = {
        ...record,
        value: framedEncoder('privacy.consent', schemaIdOf(record.value))(off),
      };
      if (i % EVERY === 0) return [withdrawal];
      const { deviceId, memberId } = consent;
      const erasure: RawErasure = {
        kind: 'erasure',
        deviceId,
        memberId,
        at: eventTime(at),
        requestId: `r-${String(i)}`,
      };
      return [{ ...record, topic: 'privacy.erasure' as const, value: erase(erasure) }];
    });
  };

  it('G-01 G-04 rows 26 and 27: once a withdrawal or an erasure was acted upon, nothing more comes of its subject', async () => {
    const deployment = await stand.deploy({
      kafka: 'maxBytesPerPartition: 16384',
      // The rest of the day comes later; nothing may fall idle before.
      stream: 'idleAfter: PT20S',
    });
    const half = Math.floor(records.length * 0.6);
    const morning = records.slice(0, half);
    const evening = records.slice(half);
    const times = inputOf(morning, INPUT_PARTITIONS).events.map(({ at }) => at);
    const taken = await takenBack(Math.max(...times) + 1);
    await deployment.feed(morning);
    const first = deployment.start();
    const allRead = async (): Promise<void> => {
      while ((await unread(deployment)) !== 0) await pause(200);
    };
    await allRead();
    await deployment.feed(taken);
    await allRead();
    // What was taken back must be taken back for a successor, too.
    await first.kill();
    await deployment.forgetDead();
    await deployment.feed(evening);
    deployment.start();
    await finished(deployment);
    await deployment.stopAll();
    const parts = [morning, taken, evening].map((part) => inputOf(part, INPUT_PARTITIONS));
    const order = parts.flatMap(({ rights, events }) => [...rights, ...events]);
    const input = inputOf([...morning, ...taken, ...evening], INPUT_PARTITIONS);
    const expected = await recompute({ config: deployment.config, input, order });
    // Rows depend on how far the watermark was when the rights came; locations do not.
    const outputs = { 'location.sanitized': expected.outputs['location.sanitized'] ?? [] };
    const judged = { deployment, expected: { ...expected, outputs }, dataDir: stand.kafka.dataDir };
    expect(await judge(judged)).toEqual([]);
    expect(taken.length).toBeGreaterThan(MEMBERS / EVERY);
  });
});
