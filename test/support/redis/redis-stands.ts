/** Redis servers of other shapes: a cluster of three, one behind TLS, one behind Sentinel. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LocalProcess } from '../services/local-process.ts';
import type { RedisServer } from '../services/redis.ts';
import { startRedis } from '../services/redis.ts';
import { LOOPBACK, freePort } from '../services/sockets.ts';

const run = promisify(execFile);

export interface Stand {
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

/** Three masters that share the slots. */
export const startRedisCluster = async (): Promise<Stand> => {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
  const ports = await Promise.all(Array.from({ length: 3 }, () => freePort()));
  const nodes: RedisServer[] = [];
  for (const port of ports) {
    nodes.push(await startRedis({ port, args: [...args, '--cluster-port', String(await freePort())] }));
  }
  const addresses = ports.map((port) => `${LOOPBACK}:${String(port)}`);
  await run('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes']);
  return {
    ports,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
};

export interface TlsStand extends Stand {
  /** Of the authority that signed the server's certificate. */
  readonly ca: string;
}

/** A server that speaks TLS only, with a certificate for `localhost`. */
export const startTlsRedis = async (): Promise<TlsStand> => {
  const folder = await mkdtemp(join(tmpdir(), 'oboro-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...subject,
    ...['-keyout', key, '-out', certificate],
  ]);
  const [plain, port] = [await freePort(), await freePort()];
  const tls = ['--tls-port', String(port), '--tls-cert-file', certificate, '--tls-key-file', key];
  const server = await startRedis({ port: plain, args: [...tls, '--tls-auth-clients', 'no'] });
  return {
    ports: [port],
    ca: await readFile(certificate, 'utf8'),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

export interface SentinelStand extends Stand {
  readonly sentinel: number;
  /** Makes the replica the master, without warning to the old one. */
  failOver(): Promise<void>;
}

/** A master, its replica, and one sentinel whose word is enough. */
export const startSentinelRedis = async (name: string): Promise<SentinelStand> => {
  const master = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
  const replica = await startRedis({ args: ['--replicaof', `${LOOPBACK} ${String(master.port)}`] });
  const folder = await mkdtemp(join(tmpdir(), 'oboro-sentinel-'));
  const [sentinel, file] = [await freePort(), join(folder, 'sentinel.conf')];
  await writeFile(
    file,
    [
      `port ${String(sentinel)}`,
      `bind ${LOOPBACK}`,
      `dir ${folder}`,
      `sentinel monitor ${name} ${LOOPBACK} ${String(master.port)} 1`,
      `sentinel down-after-milliseconds ${name} 1000`,
      `sentinel failover-timeout ${name} 5000`,
    ].join('\n'),
  );
  const watcher = new LocalProcess({
    name: 'Redis Sentinel',
    command: 'redis-server',
    args: [file, '--sentinel'],
    logFile: join(folder, 'sentinel.log'),
    probe: async () => {
      const { stdout } = await run('redis-cli', ['-p', String(sentinel), 'SENTINEL', 'REPLICAS', name]);
      return /master-link-status\s+ok/.test(stdout);
    },
  });
  await watcher.start();
  return {
    ports: [master.port, replica.port],
    sentinel,
    failOver: () => master.kill(),
    stop: async () => {
      await watcher.kill();
      await Promise.all([master.stop(), replica.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
