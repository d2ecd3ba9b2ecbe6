/** The HTTP listener for operators: `/healthz`, `/readyz` and `/metrics`, apart from any listener for data. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { OboroError } from '../../model/errors.ts';
import type { CheckName, NotReady, ReadyCheck } from './health.ts';

/** What the listener asks of whoever keeps the numbers. */
export interface Exposition {
  readonly contentType: string;
  exposition(): Promise<string>;
}

export interface OperationsOptions {
  /** Loopback by default; anything else needs a network that only operators reach. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly metrics: Exposition;
  /** Behind `/healthz`: whether the process should be started again. */
  readonly alive: readonly ReadyCheck[];
  /** Behind `/readyz`: whether it does its work. */
  readonly ready: readonly ReadyCheck[];
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly allow?: string;
}

type Page = () => Answer | Promise<Answer>;

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';
const NOT_FOUND: Answer = { status: 404, type: TEXT_TYPE, body: 'not found\n' };
const WRONG_METHOD: Answer = {
  status: 405,
  type: TEXT_TYPE,
  body: 'GET or HEAD expected\n',
  allow: 'GET, HEAD',
};
const FAILED: Answer = { status: 500, type: TEXT_TYPE, body: 'failed\n' };

const LIMITS = {
  maxHeaderSize: 8_192,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
} as const;
const MAX_CONNECTIONS = 64;
const MAX_HEADERS = 50;

/**
 * Answers GET and HEAD on three paths and says nothing of any person, partition or value of the flow (G-15).
 *
 * @guarantee G-15
 */
export class OperationsListener {
  readonly #server: Server;
  readonly #o: OperationsOptions;

  private constructor(options: OperationsOptions) {
    this.#o = options;
    this.#server = createServer(LIMITS, (request, response) => {
      void this.#serve(request, response);
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.maxHeadersCount = MAX_HEADERS;
  }

  /** Listens, or throws SERVICE_AWAY when the address is taken or not this machine's. */
  static async open(options: OperationsOptions): Promise<OperationsListener> {
    const listener = new OperationsListener(options);
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', (cause) => {
        reject(
          new OboroError('SERVICE_AWAY', `the port ${options.port} cannot be listened on`, {
            cause,
            hint: 'Another program or worker has it: set metrics.port (OBORO__METRICS__PORT) to a free one.',
          }),
        );
      });
      listener.#server.listen(options.port, options.host ?? '127.0.0.1', resolve);
    });
    return listener;
  }

  /** The port it listens on; 0 when closed. */
  get port(): number {
    return this.#bound().port;
  }

  /** The address it listens on; empty when closed. */
  get address(): string {
    return this.#bound().address;
  }

  /** Stops at once; open connections are cut. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }

  #bound(): { readonly address: string; readonly port: number } {
    const bound = this.#server.address();
    return typeof bound === 'object' && bound !== null ? bound : { address: '', port: 0 };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // What a client sends along is neither read nor kept.
    request.resume();
    const answer = await this.#answer(request.method ?? '', request.url ?? '').catch(() => FAILED);
    const body = Buffer.from(answer.body);
    response.writeHead(answer.status, {
      'content-type': answer.type,
      'content-length': body.length,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(answer.allow === undefined ? {} : { allow: answer.allow }),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  async #answer(method: string, url: string): Promise<Answer> {
    const page = this.#pages.get(url.split('?', 1)[0] ?? '');
    if (page === undefined) return NOT_FOUND;
    return method === 'GET' || method === 'HEAD' ? page() : WRONG_METHOD;
  }

  readonly #pages: ReadonlyMap<string, Page> = new Map<string, Page>([
    ['/healthz', (): Answer => report(this.#o.alive)],
    ['/readyz', (): Answer => report(this.#o.ready)],
    ['/metrics', (): Promise<Answer> => this.#exposition()],
  ]);

  async #exposition(): Promise<Answer> {
    const { metrics } = this.#o;
    return { status: 200, type: metrics.contentType, body: await metrics.exposition() };
  }
}

/** 200 when every check is ok, else 503; either way what each of them says. */
const report = (checks: readonly ReadyCheck[]): Answer => {
  const said = checks.map((one): readonly [CheckName, 'ok' | NotReady] => [one.name, one.check()]);
  const ok = said.every(([, state]) => state === 'ok');
  const body = `${JSON.stringify({ status: ok ? 'ok' : 'unavailable', checks: Object.fromEntries(said) })}\n`;
  return { status: ok ? 200 : 503, type: JSON_TYPE, body };
};
