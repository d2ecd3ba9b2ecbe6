/** The whole stand on one machine without Docker: Kafka, Redis and a schema registry as local processes, topics and schemas made, a simulated day fed, two workers running. Ctrl-C stops everything. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startKafka } from '../../test/support/services/kafka.ts';
import { startRedis } from '../../test/support/services/redis.ts';
import { startRegistry } from '../../test/support/services/registry.ts';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '2' },
    members: { type: 'string', default: '2000' },
    input: { type: 'string' },
    partitions: { type: 'string', default: '4' },
    config: { type: 'string', default: 'config/demo.yaml' },
    help: { type: 'boolean', default: false },
  },
});

const USAGE = `npm run cluster -- [--workers 2] [--members 2000 | --input DIR] [--partitions 4] [--config config/demo.yaml]
Needs Java 17, Maven and redis-server on this machine; docker compose up --build is the same stand in containers.
`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const FIRST_METRICS_PORT = 9_464;

/** The same variables as in docker-compose.yml, for processes of this machine. */
const settingsOf = (stand: Stand): Readonly<Record<string, string>> => ({
  OBORO__KAFKA__BROKERS: `[${stand.kafka.brokers.join(', ')}]`,
  OBORO__TOPICS__INPUT_PARTITIONS: values.partitions,
  OBORO__TOPICS__GATE_PARTITIONS: values.partitions,
  OBORO__TOPICS__REPLICATION: '1',
  OBORO__TOPICS__MIN_INSYNC: '1',
  OBORO__REGISTRY__URL: stand.registry.url,
  OBORO__REDIS__MODE: 'single',
  OBORO__REDIS__NODES: `[127.0.0.1:${String(stand.redis.port)}]`,
  OBORO__METRICS__PORT: String(FIRST_METRICS_PORT),
});

interface Stand {
  readonly kafka: Awaited<ReturnType<typeof startKafka>>;
  readonly redis: Awaited<ReturnType<typeof startRedis>>;
  readonly registry: Awaited<ReturnType<typeof startRegistry>>;
}

const children = new Set<ChildProcess>();

const oboro = (args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess => {
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=64', 'bin/oboro.js', ...args, '--config', values.config],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
};

/** A command that must end well before the next begins. */
const step = async (args: readonly string[], env: Readonly<Record<string, string>>): Promise<void> => {
  say(`\n$ oboro ${args.join(' ')}`);
  const [code] = (await once(oboro(args, env), 'exit')) as [number | null];
  if (code !== 0) throw new Error(`oboro ${args.join(' ')} ended with code ${String(code)}`);
};

const start = async (dataDir: string): Promise<Stand> => {
  say('Starting Kafka, Redis and the schema registry …');
  for (const name of ['kafka', 'redis', 'registry']) mkdirSync(join(dataDir, name));
  const [kafka, redis, registry] = await Promise.all([
    startKafka({ dataDir: join(dataDir, 'kafka') }),
    startRedis({ dataDir: join(dataDir, 'redis') }),
    startRegistry({ dataDir: join(dataDir, 'registry') }),
  ]);
  return { kafka, redis, registry };
};

const run = async (stand: Stand): Promise<void> => {
  const env = settingsOf(stand);
  await step(['topics', 'create', '--quiet'], env);
  await step(['schemas', 'register', '--quiet'], env);
  const what = values.input === undefined ? ['--sample', values.members] : ['--input', values.input];
  await step(['fixtures', 'feed', ...what], env);
  const worker = oboro(['worker', '--processes', values.workers], env);
  say('\nThe stand is up. Ctrl-C stops all of it.');
  say(`  Kafka            ${stand.kafka.brokers.join(', ')}`);
  say(`  Redis            ${stand.redis.url}`);
  say(`  Schema registry  ${stand.registry.url}`);
  for (let i = 0; i < Number(values.workers); i++) {
    const port = String(FIRST_METRICS_PORT + i);
    say(`  Worker ${String(i)}         http://127.0.0.1:${port}/metrics, /healthz, /readyz`);
  }
  say('\nTo use it from another terminal:');
  const own = { ...env, OBORO__METRICS__PORT: String(FIRST_METRICS_PORT + Number(values.workers)) };
  for (const [name, value] of Object.entries(own)) say(`  export ${name}='${value}'`);
  say(`and with every command that knows it:  --config ${values.config}`);
  await once(worker, 'exit');
};

const main = async (): Promise<void> => {
  if (values.help) {
    say(USAGE);
    return;
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'oboro-cluster-'));
  const stand = await start(dataDir);
  // The workers get the signal from the terminal, too; the services must outlive them.
  const stop = (): void => {
    for (const child of children) child.kill('SIGTERM');
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    await run(stand);
  } finally {
    stop();
    await Promise.all([stand.registry.stop(), stand.redis.stop(), stand.kafka.stop()]);
    rmSync(dataDir, { recursive: true, force: true });
  }
};

await main();
