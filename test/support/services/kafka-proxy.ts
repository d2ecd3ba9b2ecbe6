/** A TCP proxy for faults: holds, drops, delays or cuts Kafka requests and answers by api key; bytes of other protocols too. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { FrameSplitter } from './kafka-frames.ts';
import type { Frame } from './kafka-frames.ts';
import { freePort, LOOPBACK } from './sockets.ts';

export type Direction = 'request' | 'response';

export interface FaultRule {
  /** Kafka api key (see `API`); of a response, that of its request. Every one when absent. */
  readonly api?: number;
  /** `request`: from client to server. */
  readonly direction: Direction;
  /**
   * `drop` swallows the frame; `hold` keeps it and all that follows in its direction until `release`; `close` cuts
   * the connection in its place; `delay` waits `delayMs` before it.
   */
  readonly act: 'drop' | 'hold' | 'close' | 'delay';
  readonly delayMs?: number;
  /** How many frames it meets before it is spent; all when absent. */
  readonly times?: number;
  /** A closer look: the whole frame without its length. */
  readonly when?: (payload: Buffer) => boolean;
}

/** A rule in force. */
export interface Fault {
  /** Frames met so far. */
  readonly hits: number;
  /** Resolves when the rule has met a frame (the next one, if it has met some already). */
  met(): Promise<void>;
  /** Ends the rule and lets held frames go on. */
  release(): void;
}

export interface ProxyOptions {
  /** Port of the server; may be set later, since a broker must know the proxy's port first. */
  readonly target?: number;
  readonly port?: number;
  /** `raw` (Redis, HTTP) knows no frames: each chunk is one, without api key. */
  readonly protocol?: 'kafka' | 'raw';
}

class ActiveFault implements Fault {
  readonly rule: FaultRule;
  readonly released: Promise<void>;
  hits = 0;
  #waiting: (() => void)[] = [];
  #letGo: () => void = () => undefined;
  #isOver = false;

  constructor(rule: FaultRule) {
    this.rule = rule;
    this.released = new Promise((resolve) => (this.#letGo = resolve));
  }

  met(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    this.#isOver = true;
    this.#letGo();
  }

  /** Whether this frame is one for the rule; counts it. */
  takes(frame: Frame, direction: Direction): boolean {
    const { rule } = this;
    const isSpent = this.#isOver || this.hits >= (rule.times ?? Number.POSITIVE_INFINITY);
    if (isSpent || rule.direction !== direction) return false;
    if (rule.api !== undefined && rule.api !== frame.api) return false;
    if (rule.when !== undefined && !rule.when(frame.payload)) return false;
    this.hits += 1;
    for (const tell of this.#waiting.splice(0)) tell();
    return true;
  }
}

/** One client's connection and the one to the server that belongs to it. */
class Pair {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #faults: () => readonly ActiveFault[];
  readonly #isBlackhole: () => boolean;

  constructor(client: Socket, server: Socket, proxy: FaultProxy) {
    this.#client = client;
    this.#server = server;
    this.#faults = () => proxy.faults;
    this.#isBlackhole = () => proxy.isBlackhole;
    const splitter = proxy.protocol === 'kafka' ? new FrameSplitter() : null;
    const asFrame = (chunk: Buffer): readonly Frame[] => [{ api: null, payload: chunk, bytes: chunk }];
    this.#carry('request', (chunk) => splitter?.requests(chunk) ?? asFrame(chunk));
    this.#carry('response', (chunk) => splitter?.responses(chunk) ?? asFrame(chunk));
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.cut());
      socket.on('close', () => this.cut());
    }
  }

  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #carry(direction: Direction, split: (chunk: Buffer) => readonly Frame[]): void {
    const [from, to] = direction === 'request' ? [this.#client, this.#server] : [this.#server, this.#client];
    let queue = Promise.resolve();
    from.on('data', (chunk: Buffer) => {
      if (this.#isBlackhole()) return;
      for (const frame of split(chunk)) queue = queue.then(() => this.#pass(frame, direction, to));
    });
  }

  async #pass(frame: Frame, direction: Direction, to: Socket): Promise<void> {
    const fault = this.#faults().find((one) => one.takes(frame, direction));
    const act = fault?.rule.act;
    if (act === 'close') this.cut();
    if (act === 'hold') await fault?.released;
    if (act === 'delay') await wait(fault?.rule.delayMs ?? 0);
    if (act === 'drop' || act === 'close' || to.destroyed) return;
    to.write(frame.bytes);
  }
}

export class FaultProxy {
  readonly port: number;
  readonly protocol: 'kafka' | 'raw';
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #target: number | null;
  #faults: ActiveFault[] = [];
  #isBlackhole = false;
  #isRefusing = false;

  constructor(server: Server, options: ProxyOptions) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.protocol = options.protocol ?? 'kafka';
    this.#target = options.target ?? null;
    server.on('connection', (client) => this.#accept(client));
  }

  get faults(): readonly ActiveFault[] {
    return this.#faults;
  }

  get isBlackhole(): boolean {
    return this.#isBlackhole;
  }

  /** `host:port` of the proxy. */
  get address(): string {
    return `${LOOPBACK}:${this.port}`;
  }

  /** Where new connections lead. */
  forwardTo(port: number): void {
    this.#target = port;
  }

  /** Puts a rule in force; of several that fit a frame, the oldest takes it. */
  inject(rule: FaultRule): Fault {
    const fault = new ActiveFault(rule);
    this.#faults.push(fault);
    return fault;
  }

  /** Half-open: connections stay, what is sent in either direction is lost. */
  blackhole(): void {
    this.#isBlackhole = true;
  }

  /** Cuts every connection and refuses new ones, as when the server is down. */
  refuse(): void {
    this.#isRefusing = true;
    this.cut();
  }

  /** Cuts every connection; new ones are let in. */
  cut(): void {
    for (const pair of this.#pairs) pair.cut();
  }

  /** Ends all faults. Connections that lost bytes are cut, since their streams are torn. */
  heal(): void {
    if (this.#isBlackhole) this.cut();
    this.#isBlackhole = false;
    this.#isRefusing = false;
    for (const fault of this.#faults.splice(0)) fault.release();
  }

  async close(): Promise<void> {
    this.refuse();
    for (const fault of this.#faults.splice(0)) fault.release();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    if (this.#isRefusing || this.#target === null) {
      client.on('error', () => undefined);
      client.destroy();
      return;
    }
    const pair = new Pair(client, connect(this.#target, LOOPBACK), this);
    this.#pairs.add(pair);
    client.once('close', () => this.#pairs.delete(pair));
  }
}

/**
 * Starts a proxy. For Kafka: start it first, give its port to `startKafka({ advertisedPorts: [proxy.port] })`, then
 * `proxy.forwardTo(cluster.ports[0])`; a cluster of three needs three proxies.
 */
export const startProxy = async (options: ProxyOptions = {}): Promise<FaultProxy> => {
  const server = createServer();
  server.listen(options.port ?? (await freePort()), LOOPBACK);
  await once(server, 'listening');
  return new FaultProxy(server, options);
};
