import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { durationMs } from '../../../src/config/duration.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { workerRules } from '../../../src/config/worker-rules.ts';
import type { Compose, Service } from './compose-rules.ts';
import { RULES, endsByItself, faultsOf } from './compose-rules.ts';

const TEXT = readFileSync('docker-compose.yml', 'utf8');
const FILE = parse(TEXT, { merge: true }) as Compose;
const { services } = FILE;

const isOurs = ({ build }: Service): boolean => build !== undefined;
const ours = Object.entries(services).filter(([, service]) => isOurs(service));
const worker = services['worker'] ?? {};

const environmentOf = ({ environment = {} }: Service): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));

const SOUND: Service = {
  image: 'a/b:1.2.3',
  user: '1000:1000',
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  mem_limit: '1g',
  networks: ['n'],
  healthcheck: { test: ['CMD', 'true'] },
};
const withService = (service: Partial<Service>): Compose => ({
  services: {
    it: { ...SOUND, ...service },
    once: { ...SOUND, restart: 'no', healthcheck: { disable: true } },
    apart: { ...SOUND, profiles: ['p'] },
  },
  volumes: { v: {} },
  networks: { n: {} },
});

describe('the rules', () => {
  it('hold of a sound service', () => {
    expect(faultsOf(withService({}))).toEqual([]);
  });

  it.each<Partial<Service>>([
    { image: 'redis' },
    { image: 'redis:7' },
    { image: 'redis:latest' },
    { healthcheck: {} },
    { healthcheck: { disable: true } },
    { command: 'sh -c true' },
    { user: 'root' },
    { user: '0:0' },
    { read_only: false },
    { privileged: true },
    { pid: 'host' },
    { cap_add: ['NET_ADMIN'] },
    { network_mode: 'host' },
    { cap_drop: [] },
    { security_opt: [] },
    { ports: ['9092:9092'] },
    { ports: ['0.0.0.0:1:1'] },
    { volumes: ['w:/w'] },
    { volumes: ['./config:/config'] },
    { networks: ['m'] },
    { networks: [] },
    { depends_on: { nobody: { condition: 'service_healthy' } } },
    { depends_on: { once: { condition: 'service_healthy' } } },
    { depends_on: { once: {} } },
    { depends_on: { apart: { condition: 'service_healthy' } } },
  ])('do not hold of one with %j', (service) => {
    expect(faultsOf(withService(service))).not.toEqual([]);
  });
});

describe('docker-compose.yml', () => {
  it.each(Object.keys(RULES))('of every service: %s', (rule) => {
    expect(faultsOf(FILE).filter((fault) => fault.includes(`: ${rule}: `))).toEqual([]);
  });

  it('has no version line and no setting that stands twice', () => {
    expect(FILE).not.toHaveProperty('version');
    expect(() => void parse(TEXT, { merge: true, uniqueKeys: true })).not.toThrow();
  });

  it('brings all of it up with one command: nothing needs a profile', () => {
    expect(Object.keys(services)).toEqual([
      'kafka',
      'redis',
      'registry',
      'vault-key',
      'topics',
      'schemas',
      'feed',
      'worker',
      'prometheus',
      'grafana',
    ]);
    expect(Object.entries(services).filter(([, { profiles }]) => profiles !== undefined)).toEqual([]);
  });

  it('sets something up once before workers start', () => {
    expect(Object.keys(services).filter((name) => endsByItself(services[name] ?? {}))).toEqual([
      'vault-key',
      'topics',
      'schemas',
      'feed',
    ]);
    expect(Object.keys(worker.depends_on ?? {})).toEqual(['vault-key', 'topics', 'schemas', 'redis']);
  });

  it('mounts files that there are', () => {
    const mounted = Object.values(services)
      .flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0] ?? ''))
      .filter((source) => source.startsWith('.'));
    expect(mounted.length).toBeGreaterThan(3);
    expect(mounted.filter((source) => !existsSync(source))).toEqual([]);
  });

  it('has no secret in it', () => {
    const set = Object.values(services).flatMap(({ environment = {} }) => Object.keys(environment));
    expect(set.filter((name) => /PASSWORD|SECRET|TOKEN/.test(name))).toEqual([]);
  });

  it('gives workers a network name that Prometheus asks for', () => {
    const scrape = parse(readFileSync('deploy/prometheus/prometheus.yml', 'utf8')) as {
      scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    const asked = scrape.scrape_configs.flatMap((job) => job.dns_sd_configs);
    expect(asked.flatMap(({ names }) => names).filter((name) => !(name in services))).toEqual([]);
    expect(asked.map(({ port }) => String(port))).toEqual([environmentOf(worker)['OBORO__METRICS__PORT']]);
  });
});

describe('the environment of oboro', () => {
  const commands = ours.filter(([name]) => name !== 'vault-key');

  it.each(commands)('of %s is a configuration that is accepted', async (_name, service) => {
    const environment = environmentOf(service);
    const others = Object.keys(environment).filter((name) => !name.startsWith('OBORO__'));
    expect(others.filter((name) => name !== 'NODE_OPTIONS')).toEqual([]);
    const config = await loadConfig({ file: 'config/demo.yaml', environment });
    expect(config.kafka.brokers).toEqual(['kafka:9092']);
    expect(config.redis.nodes).toEqual(['redis:6379']);
    expect(config.metrics.host).toBe('0.0.0.0');
  });

  it('is refused when it has a typing error, so that the test above can fail', async () => {
    const environment = { ...environmentOf(worker), OBORO__KAFKA__BROKER: '[kafka:9092]' };
    await expect(loadConfig({ file: 'config/demo.yaml', environment })).rejects.toMatchObject({
      code: 'CFG_INVALID',
    });
  });

  it('G-07 gives the worker a key for its salts, that lies where the other service puts it', async () => {
    const config = await loadConfig({ file: 'config/demo.yaml', environment: environmentOf(worker) });
    expect(() => {
      workerRules(config);
    }).not.toThrow();
    const key = services['vault-key'] ?? {};
    expect(key.command).toEqual(['deploy/container/vault-key.mjs', config.vault.keyFile]);
    expect(key.volumes).toEqual(['keys:/keys']);
    expect(worker.volumes).toEqual(['keys:/keys:ro']);
    expect(key.network_mode).toBe('none');
  });

  it('lets a worker stop by itself before it is killed', async () => {
    const { settings } = await loadConfig({ file: 'config/demo.yaml', environment: environmentOf(worker) });
    const grace = Number(/^(\d+)s$/.exec(worker.stop_grace_period ?? '')?.[1]);
    expect(grace * 1_000).toBeGreaterThan(durationMs(settings.stream.stopDeadline));
  });

  it.each(commands)('of %s names a configuration that is in the image', (_name, { command }) => {
    const words = command as readonly string[];
    expect(existsSync(words[words.indexOf('--config') + 1] ?? '')).toBe(true);
  });
});
