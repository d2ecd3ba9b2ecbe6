/** A person's rights on a real cluster: schemas registered, a choice made, shown, changed and erased, nobody named on the way. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import process from 'node:process';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { KafkaClients } from '../../src/adapters/kafka/client.ts';
import { KafkaLog } from '../../src/adapters/kafka/log.ts';
import { topicPlans } from '../../src/adapters/kafka/topic-plan.ts';
import { setUpTopics } from '../../src/adapters/kafka/topic-setup.ts';
import { subjectKey } from '../../src/adapters/redis/keys.ts';
import { deploymentKeys } from '../../src/app/cluster.ts';
import { consentSet, consentShow } from '../../src/app/commands/consent.ts';
import { erase } from '../../src/app/commands/erase.ts';
import { schemasRegister } from '../../src/app/commands/schemas.ts';
import { subjectShow } from '../../src/app/commands/subject.ts';
import { withMeans } from '../../src/app/rights/means.ts';
import { readSubject } from '../../src/app/rights/subject-records.ts';
import { openViews } from '../../src/app/views.ts';
import { loadConfig } from '../../src/config/load.ts';
import { RawId } from '../../src/model/identity.ts';
import type { LogRecord } from '../../src/ports/log.ts';
import { SCHEMAS } from '../../src/wire/schemas.gen.ts';
import { partitionOf } from '../../src/wire/murmur2.ts';
import { scratchFolder } from '../support/cli.ts';
import type { KafkaCluster } from '../support/services/kafka.ts';
import { startKafka } from '../support/services/kafka.ts';
import { describeWithProcesses } from '../support/services/needs.ts';
import type { RedisServer } from '../support/services/redis.ts';
import { startRedis } from '../support/services/redis.ts';
import type { Registry } from '../support/services/registry.ts';
import { startRegistry } from '../support/services/registry.ts';

const PARTITIONS = 4;
const MEMBER = 'canary-member-会員';
const DEVICE = 'canary-device';
const WHO = { member: MEMBER, device: [DEVICE] };

describeWithProcesses('rights on a cluster', ['kafka', 'registry', 'redis'], () => {
  const scratch = scratchFolder();
  const config = `${scratch.path}/config.yaml`;
  let kafka: KafkaCluster;
  let registry: Registry;
  let redis: RedisServer;
  const printed: string[] = [];

  beforeAll(async () => {
    [kafka, registry, redis] = await Promise.all([startKafka(), startRegistry(), startRedis()]);
    const lines = [
      `kafka: { brokers: [${kafka.brokers.join(', ')}] }`,
      `registry: { url: ${registry.url} }`,
      `redis: { mode: single, nodes: [127.0.0.1:${String(redis.port)}] }`,
    ];
    writeFileSync(config, lines.join('\n'));
    const settings = await loadConfig({ file: config, environment: {} });
    const sizes = { inputPartitions: PARTITIONS, gatePartitions: PARTITIONS, replication: 1, minInsync: 1 };
    const clients = await KafkaClients.open(settings.kafka);
    await setUpTopics(clients, topicPlans({ ...settings.topics, ...sizes }));
  });
  afterAll(async () => {
    await Promise.all([kafka.stop(), registry.stop(), redis.stop()]);
    scratch.remove();
  });

  beforeEach(() => {
    printed.length = 0;
    const print = (text: unknown): boolean => {
      printed.push(String(text));
      return true;
    };
    vi.spyOn(process.stdout, 'write').mockImplementation(print);
    vi.spyOn(process.stderr, 'write').mockImplementation(print);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    expect(printed.join('')).not.toContain('canary');
  });

  /** The JSON that a command printed. */
  const said = async (command: Promise<void>): Promise<unknown> => {
    await command;
    return JSON.parse(printed.filter((text) => text.startsWith('{')).at(-1) ?? 'null') as unknown;
  };
  const flags = { config, json: true, quiet: true };

  /** Every record of a topic under a key. */
  const recordsOf = async (topic: string, key: string): Promise<readonly LogRecord[]> => {
    const settings = await loadConfig({ file: config, environment: {} });
    const log = new KafkaLog(await KafkaClients.open(settings.kafka));
    const found: LogRecord[] = [];
    const partition = partitionOf(Buffer.from(key), PARTITIONS);
    await log.readToEnd({ topic, partition }, null, ({ records }) => {
      found.push(...records.filter((record) => record.key?.toString() === key));
    });
    await log.close();
    return found;
  };

  it('cannot be served before the schemas are registered, and says what to do', async () => {
    await expect(consentSet({ ...flags, ...WHO, grantAll: true, policyVersion: '1' })).rejects.toMatchObject({
      code: 'CFG_INVALID',
      hint: expect.stringContaining('schemas register') as string,
    });
  });

  it('start with registered schemas, known the second time', async () => {
    const topics = Object.keys(SCHEMAS).length;
    const isNew = (answer: unknown) =>
      (answer as { schemas: { isNew: boolean }[] }).schemas.map((schema) => schema.isNew);
    expect(isNew(await said(schemasRegister(flags)))).toEqual(Array<boolean>(topics).fill(true));
    expect(isNew(await said(schemasRegister(flags)))).toEqual(Array<boolean>(topics).fill(false));
    await schemasRegister({ config });
    expect(printed.join('')).toMatch(/raw\.gps-value +id \d+, version 1, BACKWARD_TRANSITIVE: known/);
  });

  it('G-01 G-04 go from a choice to an erasure', async () => {
    await consentSet({ ...flags, ...WHO, grantAll: true, policyVersion: '1' });
    await consentSet({ ...flags, member: MEMBER, refuse: ['usageStatistics'] });
    expect(await said(consentShow({ ...flags, member: MEMBER }))).toMatchObject({
      subjects: [
        {
          subject: 'member',
          partition: partitionOf(Buffer.from(MEMBER), PARTITIONS),
          consent: {
            policyVersion: 1,
            purposes: { nearbyShops: { granted: true }, usageStatistics: { granted: false } },
          },
          view: 'stale',
        },
      ],
    });
    expect(await recordsOf('privacy.consent', MEMBER)).toHaveLength(2);

    expect(await said(erase({ ...flags, ...WHO }))).toMatchObject({
      subjects: [{ subject: 'member' }, { subject: 'device' }],
    });
    for (const key of [MEMBER, DEVICE]) {
      expect(await recordsOf('privacy.erasure', key)).toHaveLength(1);
      expect((await recordsOf('privacy.consent', key)).at(-1)?.value).toBeNull();
    }
    expect(await said(subjectShow({ ...flags, ...WHO }))).toMatchObject({
      subjects: [
        { consentRecords: [], erasures: [{}], consent: { purposes: { nearbyShops: { granted: false } } } },
        { consentRecords: [], erasures: [{}] },
      ],
    });
  });

  it('are seen in the view of the task, under no name', async () => {
    await consentSet({ ...flags, member: MEMBER, grantAll: true, policyVersion: '1' });
    const settings = await loadConfig({ file: config, environment: {} });
    const { deploymentKey } = await deploymentKeys(settings);
    const member = new RawId('member', MEMBER);
    const { partition, current } = await withMeans(config, (means) => readSubject(means, member));
    const views = await openViews(settings);
    if (views === null) throw new Error('no Redis');
    views.consents.open(partition, 1);
    await vi.waitFor(() => expect(views.consents.stale()).toEqual([partition]));
    const entries = [{ subject: subjectKey(deploymentKey, member), consent: current }];
    views.consents.rebuild({ partition, position: 1, entries });
    await views.close();
    expect(await said(consentShow({ ...flags, member: MEMBER }))).toMatchObject({
      subjects: [{ view: 'current' }],
    });
    await consentSet({ ...flags, member: MEMBER, refuse: ['location'] });
    expect(await said(consentShow({ ...flags, member: MEMBER }))).toMatchObject({
      subjects: [{ view: 'behind' }],
    });
  });

  it('go on without Redis, and wait for nobody who is no registry', async () => {
    await redis.kill();
    expect(await said(consentShow({ ...flags, member: MEMBER }))).toMatchObject({
      subjects: [{ view: 'away' }],
    });
    const stranger = createServer((_request, response) => response.end('<h1>Welcome</h1>')).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((resolve) => stranger.once('listening', resolve));
    const { port } = stranger.address() as { port: number };
    vi.stubEnv('OBORO__REGISTRY__URL', `http://127.0.0.1:${String(port)}`);
    await expect(erase({ ...flags, member: MEMBER })).rejects.toMatchObject({ code: 'SERVICE_AWAY' });
    vi.unstubAllEnvs();
    stranger.closeAllConnections();
    stranger.close();
  });
});
