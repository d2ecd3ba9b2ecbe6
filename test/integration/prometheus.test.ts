/** Debian's Prometheus reads what we export: promtool accepts the metrics, rules and expressions, and a server scrapes them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ReadyBoard } from '../../src/adapters/telemetry/health.ts';
import { OperationsListener } from '../../src/adapters/telemetry/operations-listener.ts';
import { PromTelemetry } from '../../src/adapters/telemetry/prom-telemetry.ts';
import { PANEL_ROWS } from '../arch/dashboard-panels.ts';
import { LocalProcess } from '../support/services/local-process.ts';
import { missingPrograms } from '../support/services/programs.ts';
import { freePort } from '../support/services/sockets.ts';

const lack = missingPrograms(['prometheus']).join(' and ');

const promtool = (args: readonly string[], input = ''): { status: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
};

/** An exporter with at least one series of every metric. */
const filled = (): PromTelemetry => {
  const board = new ReadyBoard(['group', 'registry']);
  board.say('group', 'ok');
  const telemetry = new PromTelemetry({ version: '1.2.3', policyHash: 'ab', checks: board.checks });
  telemetry.add('records', { stage: 'doors', outcome: 'no_consent' }, 3);
  telemetry.add('bytesIn', { role: 'sanitize' }, 42);
  telemetry.set('lagRecords', { topic: 'raw.gps', partition: 0 }, 7);
  telemetry.set('watermarkDelaySeconds', { partition: 0 }, 1.5);
  telemetry.set('stateKeys', { fold: 'visits', partition: 0 }, 5);
  telemetry.set('changelogBytes', { partition: 0 }, 1_024);
  telemetry.set('tasks', { role: 'sanitize', state: 'running' }, 1);
  telemetry.set('saltEpochs', { audience: 'nearby' }, 2);
  telemetry.set('consentViewAgeSeconds', {}, 0.1);
  for (const name of ['commitSeconds', 'commitRecords', 'commitBytes', 'restoreSeconds'] as const) {
    telemetry.observe(name, { role: 'sanitize' }, 0.2);
  }
  telemetry.add('releasedRows', { table: 'no such table' });
  return telemetry;
};

const withTools = (): void => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'oboro-prometheus-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds nothing wrong with the metrics', async () => {
    const text = await filled().exposition();
    expect(promtool(['check', 'metrics'], text)).toEqual({ status: 0, said: '' });
  });

  it('would find a metric that is named wrongly', () => {
    const { status } = promtool(['check', 'metrics'], '# HELP aB a\n# TYPE aB counter\naB 1\n');
    expect(status).not.toBe(0);
  });

  it('reads configuration and alerts, and the alerts do what their tests say', () => {
    expect(promtool(['check', 'config', 'deploy/prometheus/prometheus.yml'])).toMatchObject({ status: 0 });
    const { status, said } = promtool(['test', 'rules', 'deploy/prometheus/alerts.test.yml']);
    expect(status, said).toBe(0);
  });

  it('can parse every expression of the dashboard', () => {
    const expressions = PANEL_ROWS.flatMap(({ panels }) => panels).flatMap(({ queries }) => queries);
    const rules = expressions.map(({ expr }, i) => ({
      record: `panel:${i}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }));
    const file = join(folder, 'panels.yml');
    writeFileSync(file, stringify({ groups: [{ name: 'panels', rules }] }));
    const { status, said } = promtool(['check', 'rules', file]);
    expect(status, said).toBe(0);
    expect(said).toContain(`${expressions.length} rules found`);
  });
};

interface Answer {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

const withServer = (): void => {
  let folder = '';
  let listener: OperationsListener | null = null;
  let server: LocalProcess | null = null;
  let url = '';

  const query = async (expr: string): Promise<string | undefined> => {
    const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`);
    return ((await answer.json()) as Answer).data.result[0]?.value[1];
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'oboro-prometheus-'));
    const ready = new ReadyBoard(['group']);
    listener = await OperationsListener.open({ port: 0, metrics: filled(), alive: [], ready: ready.checks });
    const config = join(folder, 'prometheus.yml');
    const targets = [`127.0.0.1:${listener.port}`];
    writeFileSync(
      config,
      stringify({
        global: { scrape_interval: '1s' },
        scrape_configs: [{ job_name: 'oboro', static_configs: [{ targets }] }],
      }),
    );
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    server = new LocalProcess({
      name: 'Prometheus',
      command: 'prometheus',
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ],
      logFile: join(folder, 'prometheus.log'),
      probe: async () => (await fetch(`${url}/-/ready`)).ok,
    });
    await server.start();
  });

  afterAll(async () => {
    await server?.terminate();
    await listener?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('reads the worker and keeps what it says', async () => {
    const until = performance.now() + 30_000;
    while ((await query('up{job="oboro"}')) !== '1') {
      expect(performance.now(), readFileSync(join(folder, 'prometheus.log'), 'utf8')).toBeLessThan(until);
      await wait(100);
    }
    expect(await query('oboro_input_bytes_total{role="sanitize"}')).toBe('42');
    expect(await query('oboro_records_total{stage="doors", outcome="no_consent"}')).toBe('3');
    expect(await query('oboro_ready{check="registry"}')).toBe('0');
    expect(await query('oboro_build_info{version="1.2.3", policy="ab"}')).toBe('1');
    expect(await query('oboro_telemetry_refused_total{metric="oboro_released_rows_total"}')).toBe('1');
    expect(
      await query('count({job="oboro", partition!="", __name__!~"oboro_(lag|watermark|state|changelog).*"})'),
    ).toBe(undefined);
  });
};

if (lack === '') {
  describe('promtool', withTools);
  describe('Prometheus', withServer);
} else {
  describe('Prometheus', () => {
    it('is on this machine', (context) => {
      const reason = `the machine has no ${lack}`;
      if (process.env['OBORO_TEST_REQUIRE'] === 'all') throw new Error(reason);
      context.skip(reason);
    });
  });
}
