/** A real redis-server in a folder of its own: started, killed, restarted and frozen at will. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalProcess } from './local-process.ts';
import { missingPrograms } from './programs.ts';
import { ask, freePort, LOOPBACK } from './sockets.ts';

export interface RedisOptions {
  /** How often the append-only file is synced; `off` (without it) keeps nothing over a restart. */
  readonly aof?: 'off' | 'everysec' | 'always';
  /** Kept at `stop()`. Without it, a folder in temp that `stop()` removes. */
  readonly dataDir?: string;
  readonly port?: number;
  /** Further arguments of redis-server, such as `['--maxmemory', '10mb']`. */
  readonly args?: readonly string[];
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** The append-only file lies in `<dataDir>/appendonlydir`. */
  readonly dataDir: string;
  readonly process: LocalProcess;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** On the same data and port; terminates a running one first. */
  restart(): Promise<void>;
  pause(): void;
  resume(): void;
}

const answersPing = async (port: number): Promise<boolean> => {
  const answer = await ask(`${LOOPBACK}:${port}`, Buffer.from('PING\r\n'), (bytes) => bytes.includes('\r\n'));
  return answer.toString('latin1').startsWith('+PONG');
};

const argsOf = (port: number, dataDir: string, options: RedisOptions): readonly string[] => {
  const aof = options.aof ?? 'off';
  const persistence = aof === 'off' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', aof];
  const place = ['--port', String(port), '--bind', LOOPBACK, '--dir', dataDir];
  return [
    ...place,
    '--save',
    '',
    ...persistence,
    '--maxmemory-policy',
    'noeviction',
    ...(options.args ?? []),
  ];
};

/**
 * Starts a server and resolves when it answers.
 * @throws Error when redis-server is missing or does not come up.
 */
export const startRedis = async (options: RedisOptions = {}): Promise<RedisServer> => {
  const missing = missingPrograms(['redis-server']);
  if (missing.length > 0) throw new Error(`the test services need ${missing.join(' and ')}`);
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'oboro-redis-')));
  const port = options.port ?? (await freePort());
  const server = new LocalProcess({
    name: 'Redis',
    command: 'redis-server',
    args: argsOf(port, dataDir, options),
    logFile: join(dataDir, 'redis.log'),
    probe: () => answersPing(port),
  });
  await server.start();
  return {
    url: `redis://${LOOPBACK}:${port}`,
    port,
    dataDir,
    process: server,
    stop: async () => {
      await server.terminate();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
    kill: () => server.kill(),
    restart: async () => {
      await server.terminate();
      await server.start();
    },
    pause: () => server.pause(),
    resume: () => server.resume(),
  };
};
