import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { CheckName, NotReady } from '../../../../src/adapters/telemetry/health.ts';
import { CHECK_NAMES, NOT_READY, ReadyBoard } from '../../../../src/adapters/telemetry/health.ts';
import type { OperationsOptions } from '../../../../src/adapters/telemetry/operations-listener.ts';
import { OperationsListener } from '../../../../src/adapters/telemetry/operations-listener.ts';
import { PromTelemetry } from '../../../../src/adapters/telemetry/prom-telemetry.ts';
import { OboroError } from '../../../../src/model/errors.ts';

const CANARY = 'device-4711-canary';
const open: OperationsListener[] = [];

afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

const listen = async (options: Partial<OperationsOptions> = {}): Promise<OperationsListener> => {
  const metrics = new PromTelemetry({ version: '1.2.3', policyHash: 'ab', processMetrics: false });
  const listener = await OperationsListener.open({ port: 0, metrics, alive: [], ready: [], ...options });
  open.push(listener);
  return listener;
};

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const ask = (
  { port }: OperationsListener,
  path: string,
  { method = 'GET', headers = {}, body = '' } = {},
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path, method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });

/** What the server says to bytes as they are; ends when it hangs up. */
const raw = ({ port }: OperationsListener, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(text));
    let said = '';
    socket.on('data', (chunk) => (said += String(chunk)));
    socket.on('close', () => {
      resolve(said);
    });
    socket.on('error', reject);
  });

const boardOf = (states: Partial<Record<CheckName, 'ok' | NotReady>>): ReadyBoard => {
  const board = new ReadyBoard(CHECK_NAMES.filter((name) => name in states));
  for (const name of CHECK_NAMES) board.say(name, states[name] ?? 'starting');
  return board;
};

describe.each(['/healthz', '/readyz'] as const)('%s', (path) => {
  const half = path === '/healthz' ? 'alive' : 'ready';

  it('says 200 when all is well', async () => {
    const listener = await listen({ [half]: boardOf({ group: 'ok', registry: 'ok' }).checks });
    const { status, headers, body } = await ask(listener, path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    expect(JSON.parse(body)).toEqual({ status: 'ok', checks: { group: 'ok', registry: 'ok' } });
  });

  it('says 503 with every reason, in order, when one thing is not', async () => {
    const board = boardOf({ group: 'not_joined', registry: 'ok', consent: 'behind' });
    const listener = await listen({ [half]: board.checks });
    const { status, body } = await ask(listener, path);
    expect(status).toBe(503);
    expect(body).toBe(
      '{"status":"unavailable","checks":{"group":"not_joined","consent":"behind","registry":"ok"}}\n',
    );
  });

  it('says what is true now', async () => {
    const board = boardOf({ tasks: 'restoring' });
    const listener = await listen({ [half]: board.checks });
    expect((await ask(listener, path)).status).toBe(503);
    board.say('tasks', 'ok');
    expect((await ask(listener, path)).status).toBe(200);
  });
});

describe('/healthz and /readyz', () => {
  it('are apart', async () => {
    const listener = await listen({
      alive: boardOf({ loop: 'ok' }).checks,
      ready: boardOf({ group: 'starting' }).checks,
    });
    expect((await ask(listener, '/healthz')).status).toBe(200);
    expect((await ask(listener, '/readyz')).status).toBe(503);
  });

  it('G-15 say closed words only', () => {
    expect(CHECK_NAMES.filter((name) => !/^[a-z]+$/.test(name))).toEqual([]);
    expect(Object.keys(NOT_READY).filter((reason) => !/^[a-z_]+$/.test(reason))).toEqual([]);
  });
});

describe('/metrics', () => {
  it('shows what was counted, as Prometheus reads it', async () => {
    const metrics = new PromTelemetry({ version: '1.2.3', policyHash: 'ab', processMetrics: false });
    const listener = await listen({ metrics });
    metrics.add('bytesIn', { role: 'sanitize' }, 42);
    const { status, headers, body } = await ask(listener, '/metrics?name=x');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body).toContain('oboro_input_bytes_total{role="sanitize"} 42\n');
  });

  it('G-15 that cannot be made says nothing of why', async () => {
    const metrics = { contentType: 'text/plain', exposition: () => Promise.reject(new Error(CANARY)) };
    const { status, body } = await ask(await listen({ metrics }), '/metrics');
    expect([status, body]).toEqual([500, 'failed\n']);
  });
});

describe('anything else', () => {
  it.each([
    '/',
    '/metrics/',
    '/readyz/../metrics',
    '//metrics',
    `/${CANARY}`,
    '/constructor',
    '/__proto__',
    '/%6detrics',
  ])('G-15 at %s is not found, and not repeated', async (path) => {
    const { status, body } = await ask(await listen(), path);
    expect([status, body]).toEqual([404, 'not found\n']);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('by %s is not allowed', async (method) => {
    const { status, headers } = await ask(await listen(), '/metrics', {
      method,
      body: CANARY,
      headers: { 'content-length': CANARY.length },
    });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it('by HEAD has the headers of GET and no body', async () => {
    const listener = await listen();
    const [head, get] = [await ask(listener, '/readyz', { method: 'HEAD' }), await ask(listener, '/readyz')];
    expect([head.status, head.body]).toEqual([200, '']);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });

  it('names neither software nor version', async () => {
    const { headers } = await ask(await listen(), '/readyz');
    expect(Object.keys(headers).sort()).toEqual([
      'cache-control',
      'connection',
      'content-length',
      'content-type',
      'date',
      'x-content-type-options',
    ]);
  });
});

describe('limits', () => {
  it('refuse large headers', async () => {
    const reply = await raw(
      await listen(),
      `GET /readyz HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`,
    );
    expect(reply).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('refuse what is no HTTP', async () => {
    expect(await raw(await listen(), `${CANARY}\r\n\r\n`)).not.toContain(CANARY);
  });
});

describe('the listener', () => {
  it('is on loopback unless told otherwise', async () => {
    const listener = await listen();
    expect(listener.address).toBe('127.0.0.1');
    expect((await listen({ host: '0.0.0.0' })).address).toBe('0.0.0.0');
  });

  it('says SERVICE_AWAY when its port is taken', async () => {
    const { port } = await listen();
    const refused: unknown = await listen({ port }).catch((cause: unknown) => cause);
    expect(refused).toBeInstanceOf(OboroError);
    expect(refused).toMatchObject({ code: 'SERVICE_AWAY' });
  });

  it('closes at once, with a client that stays', async () => {
    const listener = await listen();
    const socket = connect({ port: listener.port, host: '127.0.0.1' });
    await new Promise((resolve) => socket.once('connect', resolve));
    const hungUp = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    await listener.close();
    await hungUp;
    await listener.close();
  });
});
