/** Views in a real Redis: whole, in step, never holding up the work, and rebuilt after every way of losing data. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { RedisClient, RedisOptions } from '../../src/adapters/redis/connect.ts';
import { connectRedis, untilReady } from '../../src/adapters/redis/connect.ts';
import { RedisConsentViews } from '../../src/adapters/redis/consent-views.ts';
import { RedisRateLimiter } from '../../src/adapters/redis/rate-limiter.ts';
import { RedisReleaseViews } from '../../src/adapters/redis/release-views.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { wallTime } from '../../src/model/time.ts';
import type { ConsentEntry } from '../../src/ports/views.ts';
import { startRedisCluster, startSentinelRedis, startTlsRedis } from '../support/redis/redis-stands.ts';
import { describeWithProcesses } from '../support/services/needs.ts';
import type { RedisServer } from '../support/services/redis.ts';
import { startRedis } from '../support/services/redis.ts';
import { aConsent, entry, subject } from '../unit/adapters/redis/a-consent.ts';

const SPACE = 'oboro:test';

const single = (port: number, over: Partial<RedisOptions> = {}): RedisOptions => ({
  target: { kind: 'single', at: { host: '127.0.0.1', port }, db: 0 },
  username: null,
  password: null,
  tls: null,
  commandTimeoutMs: 500,
  ...over,
});

const clients: RedisClient[] = [];
const connect = async (options: RedisOptions): Promise<RedisClient> => {
  const client = connectRedis(options);
  clients.push(client);
  expect(await untilReady(client, 10_000)).toBe(true);
  return client;
};

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

/** Waits until it holds, with the time limit of the test. */
const until = (holds: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(holds()).toBe(true), { timeout: 15_000, interval: 20 });

const aThousand = (at: number): readonly ConsentEntry[] =>
  Array.from({ length: 1_000 }, (_none, n) => entry(n, aConsent(at)));

const open = (client: RedisClient, nowMs: () => number = () => systemClock.now()): RedisConsentViews =>
  new RedisConsentViews({
    client,
    clock: { ...systemClock, now: () => wallTime(nowMs()) },
    space: SPACE,
  });

/** A partition whose view is whole, with a thousand subjects, at position 100. */
const aBuilt = async (client: RedisClient, partition: number, nowMs?: () => number) => {
  const views = open(client, nowMs);
  views.open(partition, 100);
  await until(() => views.stale().includes(partition));
  views.rebuild({ partition, position: 100, entries: aThousand(5) });
  await vi.waitFor(async () => expect((await views.look(partition, subject(0))).kind).toBe('known'));
  return views;
};

const known = (at: number, position: number): object => ({ kind: 'known', consent: aConsent(at), position });

describeWithProcesses('consent views', ['redis'], () => {
  let server: RedisServer;
  let client: RedisClient;
  beforeAll(async () => {
    server = await startRedis();
  });
  beforeEach(async () => {
    client = await connect(single(server.port));
    await client.flushall();
  });
  afterAll(() => server.stop());

  it('hold what was built and what was published since', async () => {
    const views = await aBuilt(client, 3);
    views.publish({ partition: 3, position: 101, entries: [entry(1, aConsent(9))] });
    views.publish({ partition: 3, position: 102, entries: [entry(2, null)] });
    await until(() => views.stale().length === 0);
    await views.end();
    expect(await views.look(3, subject(0))).toMatchObject(known(5, 102));
    expect(await views.look(3, subject(1))).toMatchObject(known(9, 102));
    expect(await views.look(3, subject(2))).toMatchObject({ kind: 'known', consent: null });
    expect(await views.look(4, subject(0))).toEqual({ kind: 'stale' });
  });

  it('are handed over to the next worker as they are', async () => {
    const views = await aBuilt(client, 0);
    views.publish({ partition: 0, position: 107, entries: [entry(1, aConsent(9))] });
    await views.end();
    const next = open(client);
    next.open(0, 107);
    next.publish({ partition: 0, position: 108, entries: [entry(3, aConsent(10))] });
    await next.end();
    expect(next.stale()).toEqual([]);
    expect(await next.look(0, subject(3))).toMatchObject(known(10, 108));
  });

  it('are not overwritten by a worker that was left behind', async () => {
    const zombie = await aBuilt(client, 0);
    const owner = open(client);
    owner.open(0, 100);
    owner.publish({ partition: 0, position: 105, entries: [entry(1, null)] });
    await vi.waitFor(async () => expect(await owner.look(0, subject(1))).toMatchObject({ consent: null }));
    zombie.publish({ partition: 0, position: 101, entries: [entry(1, aConsent(7))] });
    zombie.rebuild({ partition: 0, position: 101, entries: aThousand(7) });
    await zombie.end();
    expect(await owner.look(0, subject(1))).toMatchObject({ consent: null, position: 105 });
  });

  it('hold no name of anybody, and go by themselves when nobody confirms them', async () => {
    await aBuilt(client, 0);
    const keys = await client.keys('*');
    expect(keys.sort()).toEqual([`${SPACE}:{p0}:consent:a`, `${SPACE}:{p0}:consent:mark`]);
    for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(86_000_000);
  });

  it('are rebuilt after a flush, on the side that is free', async () => {
    const views = await aBuilt(client, 0);
    await client.flushall();
    views.publish({ partition: 0, position: 101, entries: [] });
    await until(() => views.stale().includes(0));
    expect(await views.look(0, subject(0))).toEqual({ kind: 'stale' });
    views.rebuild({ partition: 0, position: 101, entries: aThousand(6) });
    await views.end();
    expect(await views.look(0, subject(0))).toMatchObject(known(6, 101));
  });

  it('show nothing half built', async () => {
    const views = await aBuilt(client, 0);
    await client.hset(`${SPACE}:{p0}:consent:mark`, 'position', '50');
    views.refresh();
    await until(() => views.stale().includes(0));
    const looks: unknown[] = [];
    const entries = function* (): Generator<ConsentEntry, void, undefined> {
      for (const [i, one] of aThousand(6).entries()) {
        if (i === 700) looks.push(views.look(0, subject(900)));
        yield one;
      }
    };
    views.rebuild({ partition: 0, position: 101, entries: entries() });
    await views.end();
    expect(await Promise.all(looks)).toMatchObject([known(5, 50)]);
    expect(await views.look(0, subject(900))).toMatchObject(known(6, 101));
    expect(await client.exists(`${SPACE}:{p0}:consent:a`)).toBe(0);
  });
});

describeWithProcesses('a Redis in trouble', ['redis'], () => {
  let server: RedisServer;
  beforeEach(async () => {
    server = await startRedis({ aof: 'always' });
  });
  afterEach(() => server.stop());

  it('that is killed loses nothing, and is gone on with', async () => {
    let nowMs = 0;
    const views = await aBuilt(await connect(single(server.port)), 0, () => nowMs);
    await server.kill();
    views.publish({ partition: 0, position: 101, entries: [entry(1, aConsent(8))] });
    expect(await views.look(0, subject(1))).toEqual({ kind: 'away' });
    await server.restart();
    nowMs += 10_000;
    await until(() => views.stale().includes(0));
    views.rebuild({ partition: 0, position: 101, entries: [entry(1, aConsent(8))] });
    await views.end();
    expect(await views.look(0, subject(1))).toMatchObject(known(8, 101));
  });

  it('that was told nothing new while it was gone is found whole', async () => {
    let nowMs = 0;
    const views = await aBuilt(await connect(single(server.port)), 0, () => nowMs);
    await server.kill();
    views.refresh();
    await server.restart();
    nowMs += 10_000;
    await vi.waitFor(async () => expect(await views.look(0, subject(1))).toMatchObject(known(5, 100)));
    await views.end();
    expect(views.stale()).toEqual([]);
  });

  it('that came back older is noticed at once', async () => {
    const views = await aBuilt(await connect(single(server.port)), 0);
    const [folder, copy] = [join(server.dataDir, 'appendonlydir'), join(server.dataDir, 'copy')];
    await cp(folder, copy, { recursive: true });
    views.publish({ partition: 0, position: 101, entries: [entry(1, null)] });
    await vi.waitFor(async () => expect(await views.look(0, subject(1))).toMatchObject({ consent: null }));
    await server.kill();
    await rm(folder, { recursive: true });
    await cp(copy, folder, { recursive: true });
    await server.restart();
    await until(() => views.stale().includes(0));
  });

  it('that does not answer is away after the time-out', async () => {
    const views = await aBuilt(await connect(single(server.port)), 0);
    server.pause();
    for (let i = 1; i <= 100; i += 1)
      views.publish({ partition: 0, position: 100 + i, entries: [entry(i, null)] });
    expect(await views.look(0, subject(1))).toEqual({ kind: 'away' });
    server.resume();
    await views.end();
  });

  it('that has no room left refuses, and is asked again later', async () => {
    let nowMs = 0;
    const client = await connect(single(server.port));
    const views = await aBuilt(client, 0, () => nowMs);
    await client.config('SET', 'maxmemory', '1kb');
    views.publish({ partition: 0, position: 101, entries: [entry(1, aConsent(8))] });
    await wait(100);
    expect(views.stale()).toEqual([]);
    nowMs += 10_000;
    expect(views.stale()).toEqual([0]);
    await client.config('SET', 'maxmemory', '0');
  });
});

describeWithProcesses('Redis of other shapes', ['redis'], () => {
  const works = async (client: RedisClient): Promise<void> => {
    for (const partition of [0, 1, 2, 3, 4, 5]) {
      const views = await aBuilt(client, partition);
      views.publish({ partition, position: 101, entries: [entry(1, aConsent(9))] });
      await views.end();
      expect(await views.look(partition, subject(1))).toMatchObject(known(9, 101));
    }
    const limiter = new RedisRateLimiter({ client, space: SPACE, deploymentKey: Buffer.alloc(32) });
    expect(await limiter.take('k', { burst: 5, perSecond: 1 })).toEqual({ kind: 'admitted', left: 4 });
  };

  it('a cluster', async () => {
    const cluster = await startRedisCluster();
    try {
      const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }));
      await works(await connect({ ...single(0), target: { kind: 'cluster', nodes } }));
    } finally {
      await cluster.stop();
    }
  });

  it('behind TLS, with the right authority only', async () => {
    const stand = await startTlsRedis();
    try {
      const [port = 0] = stand.ports;
      await works(await connect(single(port, { tls: { ca: stand.ca, servername: 'localhost' } })));
      for (const tls of [{ servername: 'localhost' }, { ca: stand.ca, servername: 'elsewhere' }]) {
        const stranger = connectRedis(single(port, { tls }));
        clients.push(stranger);
        expect(await untilReady(stranger, 500)).toBe(false);
      }
    } finally {
      await stand.stop();
    }
  });

  it('behind Sentinel, over a failover', async () => {
    const stand = await startSentinelRedis('views');
    try {
      const target = {
        kind: 'sentinel',
        sentinels: [{ host: '127.0.0.1', port: stand.sentinel }],
        name: 'views',
        db: 0,
        username: null,
        password: null,
      } as const;
      const client = await connect({ ...single(0), target });
      await works(client);
      let nowMs = 0;
      const views = await aBuilt(client, 9, () => nowMs);
      await stand.failOver();
      // What a worker does all the time: the new master may lack what the old one had not sent on yet.
      const look = async (): Promise<void> => {
        nowMs += 10_000;
        if (views.stale().includes(9)) {
          views.rebuild({ partition: 9, position: 101, entries: [entry(1, aConsent(9))] });
        }
        views.publish({ partition: 9, position: 101, entries: [entry(1, aConsent(9))] });
        expect(await views.look(9, subject(1))).toMatchObject(known(9, 101));
      };
      await vi.waitFor(look, { timeout: 30_000, interval: 100 });
    } finally {
      await stand.stop();
    }
  });

  it('as a user who may do no more than it takes', async () => {
    const server = await startRedis();
    try {
      const root = await connect(single(server.port));
      const rules = ['on', '>canary-password', `~${SPACE}:*`, '+@connection', '+info', '+evalsha', '+eval'];
      const inScripts = ['+hget', '+hmget', '+hset', '+hdel', '+hgetall', '+pexpire', '+unlink', '+time'];
      await root.call('ACL', 'SETUSER', 'oboro', ...rules, ...inScripts);
      const client = await connect(single(server.port, { username: 'oboro', password: 'canary-password' }));
      await works(client);
      await expect(client.flushall()).rejects.toThrow('NOPERM');
      await expect(client.get('other')).rejects.toThrow('NOPERM');
    } finally {
      await server.stop();
    }
  });
});

describeWithProcesses('other views', ['redis'], () => {
  let server: RedisServer;
  let client: RedisClient;
  beforeAll(async () => {
    server = await startRedis();
  });
  beforeEach(async () => {
    client = await connect(single(server.port));
    await client.flushall();
  });
  afterAll(() => server.stop());

  it('released windows: as far as the slowest task, and never back', async () => {
    const views = new RedisReleaseViews({ client, space: SPACE });
    const hour = (windowEndMs: number) => ({ table: 'visits', windowKind: 'hour', windowEndMs });
    views.publish(0, [hour(2_000), { table: 'visits', windowKind: 'day', windowEndMs: 9 }]);
    views.publish(1, [hour(1_000)]);
    views.publish(0, [hour(500)]);
    await vi.waitFor(async () => expect(await views.latest([0, 1])).toEqual([hour(1_000)]));
    expect(await views.latest([0])).toContainEqual(hour(2_000));
    expect(await views.latest([0, 1, 2])).toEqual([]);
  });

  it('rate limits: so many at once, then as they come back, per bucket', async () => {
    const limiter = new RedisRateLimiter({ client, space: SPACE, deploymentKey: Buffer.alloc(32, 1) });
    const take = (bucket: string) => limiter.take(bucket, { burst: 3, perSecond: 0.001 });
    const kinds = await Promise.all(Array.from({ length: 5 }, () => take('canary-caller')));
    expect(kinds.map(({ kind }) => kind)).toEqual(['admitted', 'admitted', 'admitted', 'refused', 'refused']);
    expect(kinds[4]).toMatchObject({ retryAfterMs: expect.closeTo(1_000_000, -4) as number });
    expect(await take('other')).toEqual({ kind: 'admitted', left: 2 });
    expect((await client.keys('*')).join()).not.toContain('canary');
    await server.kill();
    expect(await take('other')).toEqual({ kind: 'away' });
    await server.restart();
  });

  it('rate limits: tokens come back', async () => {
    const limiter = new RedisRateLimiter({ client, space: SPACE, deploymentKey: Buffer.alloc(32, 1) });
    const rate = { burst: 1, perSecond: 20 };
    expect(await limiter.take('k', rate)).toMatchObject({ kind: 'admitted' });
    await vi.waitFor(async () => expect(await limiter.take('k', rate)).toMatchObject({ kind: 'admitted' }));
  });
});
