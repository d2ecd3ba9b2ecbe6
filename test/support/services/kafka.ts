/** A real Kafka (KRaft, one node or three) from its jars: started, killed, restarted and frozen at will. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureJars } from './jars.ts';
import { LocalProcess } from './local-process.ts';
import { ask, freePorts, LOOPBACK } from './sockets.ts';

export interface KafkaOptions {
  /** Nodes, each broker and controller. With three, topics have three replicas and need two in sync. */
  readonly brokers?: 1 | 3;
  /** Kept at `stop()`; data of an earlier start in it is taken up. Without it, a folder in temp that `stop()` removes. */
  readonly dataDir?: string;
  /** Broker settings on top of the small ones of `nodeConfig`. */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
  /** Fixed ports of the client listeners, one for each node; free ones otherwise. */
  readonly ports?: readonly number[];
  /** What clients are told to connect to, one port for each node: those of proxies in between. */
  readonly advertisedPorts?: readonly number[];
  readonly heapMb?: number;
}

/** A running cluster. Nodes are counted from 0; without a node, a method means all of them. */
export interface KafkaCluster {
  /** What clients connect to: the advertised addresses (a proxy's, where there is one). */
  readonly brokers: readonly string[];
  /** Addresses past any proxy, for the test's own reads and writes. */
  readonly direct: readonly string[];
  /** Ports of the client listeners: what a proxy forwards to. */
  readonly ports: readonly number[];
  readonly dataDir: string;
  readonly nodes: readonly LocalProcess[];
  /** SIGTERM, waits; removes the data when the folder was made here. */
  stop(): Promise<void>;
  kill(node?: number): Promise<void>;
  /** On the same data and ports; a node that runs is first terminated. Resolves when it answers again. */
  restart(node?: number): Promise<void>;
  pause(node?: number): void;
  resume(node?: number): void;
}

interface Node {
  readonly id: number;
  readonly folder: string;
  readonly client: number;
  readonly inside: number;
  readonly controller: number;
  readonly advertised: number;
}

const CLUSTER_ID = 'b2Jvcm8tdGVzdC1jbHVzdA';
const HEAP_MB = 320;

const run = promisify(execFile);

const listenersOf = (node: Node, clientPort: number): string =>
  `CLIENT://${LOOPBACK}:${clientPort},INSIDE://${LOOPBACK}:${node.inside}`;

const nodeConfig = (
  node: Node,
  nodes: readonly Node[],
): Readonly<Record<string, string | number | boolean>> => {
  const replicas = nodes.length;
  const inSync = replicas === 1 ? 1 : replicas - 1;
  return {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': nodes.map((n) => `${n.id}@${LOOPBACK}:${n.controller}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'INSIDE',
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT',
    listeners: `${listenersOf(node, node.client)},CONTROLLER://${LOOPBACK}:${node.controller}`,
    'advertised.listeners': listenersOf(node, node.advertised),
    'log.dirs': join(node.folder, 'log'),
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    'offsets.topic.num.partitions': 3,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': 3,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'num.network.threads': 2,
    'num.io.threads': 2,
    'log.cleaner.dedupe.buffer.size': 4_194_304,
    // Records with times of long ago stay.
    'log.retention.ms': -1,
    'log.cleaner.backoff.ms': 200,
    'log.segment.bytes': 67_108_864,
    'log.index.size.max.bytes': 1_048_576,
    'controlled.shutdown.max.retries': 1,
    // A killed node may come back only when the controller has given up the old one.
    'broker.heartbeat.interval.ms': 500,
    'broker.session.timeout.ms': 3_000,
  };
};

/** Number of brokers that the node at the port knows as alive: the Metadata request, version 1, without topics. */
const knownBrokers = async (port: number): Promise<number> => {
  const request = Buffer.alloc(4 + 2 + 2 + 4 + 2 + 4);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(3, 4);
  request.writeInt16BE(1, 6);
  request.writeInt16BE(-1, 12);
  const answer = await ask(`${LOOPBACK}:${port}`, request, (bytes) => bytes.length >= 12);
  return answer.readInt32BE(8);
};

const writeConfig = async (
  node: Node,
  nodes: readonly Node[],
  config: KafkaOptions['config'],
): Promise<string> => {
  await mkdir(node.folder, { recursive: true });
  const file = join(node.folder, 'server.properties');
  const lines = Object.entries({ ...nodeConfig(node, nodes), ...config });
  await writeFile(file, lines.map(([key, value]) => `${key}=${String(value)}\n`).join(''));
  return file;
};

const format = async (classPath: string, file: string): Promise<void> => {
  const tool = ['format', '--cluster-id', CLUSTER_ID, '--config', file, '--ignore-formatted'];
  const args = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', classPath];
  await run('java', [...args, 'kafka.tools.StorageTool', ...tool]);
};

interface Prepared {
  readonly node: Node;
  readonly nodes: readonly Node[];
  readonly classPath: string;
  readonly options: KafkaOptions;
  /** How many nodes are running now: so many must be known for a node to be ready. */
  readonly running: () => number;
}

const prepare = async ({ node, nodes, classPath, options, running }: Prepared): Promise<LocalProcess> => {
  const file = await writeConfig(node, nodes, options.config);
  await format(classPath, file);
  const heap = options.heapMb ?? HEAP_MB;
  const jvm = [`-Xms64m`, `-Xmx${heap}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  return new LocalProcess({
    name: `Kafka node ${node.id}`,
    command: 'java',
    args: [...jvm, '-Dlog4j2.level=WARN', '-cp', classPath, 'kafka.Kafka', file],
    logFile: join(node.folder, 'kafka.log'),
    probe: async () => (await knownBrokers(node.client)) >= running(),
  });
};

const layOut = async (dataDir: string, options: KafkaOptions): Promise<readonly Node[]> => {
  const count = options.brokers ?? 1;
  const free = await freePorts(count * 3);
  const port = (slot: number, index: number): number => free[slot * count + index] ?? 0;
  return Array.from({ length: count }, (_, index) => {
    const client = options.ports?.[index] ?? port(0, index);
    return {
      id: index + 1,
      folder: join(dataDir, `node-${index + 1}`),
      client,
      inside: port(1, index),
      controller: port(2, index),
      advertised: options.advertisedPorts?.[index] ?? client,
    };
  });
};

class Cluster implements KafkaCluster {
  readonly brokers: readonly string[];
  readonly direct: readonly string[];
  readonly ports: readonly number[];
  readonly dataDir: string;
  readonly nodes: readonly LocalProcess[];
  readonly #isOwnFolder: boolean;

  constructor(
    layout: readonly Node[],
    nodes: readonly LocalProcess[],
    data: { dir: string; isOwn: boolean },
  ) {
    this.brokers = layout.map((node) => `${LOOPBACK}:${node.advertised}`);
    this.direct = layout.map((node) => `${LOOPBACK}:${node.inside}`);
    this.ports = layout.map((node) => node.client);
    this.nodes = nodes;
    this.dataDir = data.dir;
    this.#isOwnFolder = data.isOwn;
  }

  async start(): Promise<void> {
    try {
      await Promise.all(this.nodes.map((node) => node.start()));
    } catch (fault) {
      await this.kill();
      throw fault;
    }
  }

  async stop(): Promise<void> {
    // Data that goes away needs no orderly end.
    await Promise.all(this.nodes.map((node) => (this.#isOwnFolder ? node.kill() : node.terminate())));
    if (this.#isOwnFolder) await rm(this.dataDir, { recursive: true, force: true });
  }

  async kill(node?: number): Promise<void> {
    await Promise.all(this.#chosen(node).map((chosen) => chosen.kill()));
  }

  async restart(node?: number): Promise<void> {
    const chosen = this.#chosen(node);
    await Promise.all(chosen.map((one) => one.terminate()));
    await Promise.all(chosen.map((one) => one.start()));
  }

  pause(node?: number): void {
    for (const chosen of this.#chosen(node)) chosen.pause();
  }

  resume(node?: number): void {
    for (const chosen of this.#chosen(node)) chosen.resume();
  }

  #chosen(node: number | undefined): readonly LocalProcess[] {
    return node === undefined ? this.nodes : this.nodes.slice(node, node + 1);
  }
}

/**
 * Starts a cluster and resolves when every node answers and knows all others (about 4 s for one node).
 * @throws Error with the end of the broker's log when it does not come up.
 */
export const startKafka = async (options: KafkaOptions = {}): Promise<KafkaCluster> => {
  const { kafka } = await ensureJars();
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'oboro-kafka-')));
  const layout = await layOut(dataDir, options);
  const classPath = join(kafka, '*');
  const nodes: LocalProcess[] = [];
  const running = (): number => nodes.filter(({ isRunning }) => isRunning).length;
  nodes.push(
    ...(await Promise.all(
      layout.map((node) => prepare({ node, nodes: layout, classPath, options, running })),
    )),
  );
  const cluster = new Cluster(layout, nodes, { dir: dataDir, isOwn: options.dataDir === undefined });
  await cluster.start();
  return cluster;
};
