/**
 * Throughput, CPU per event, latency and restart of the stream on a real Kafka that the bench starts itself, beside
 * pass-throughs of the same input in kafkajs alone. Every measurement is a process of its own.
 *
 *   npm run bench:kafka -- [--quick] [--records N] [--runs N] [--profile city|ride|ask]... [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startKafka } from '../../test/support/services/kafka.ts';
import { Child, untilDone } from './child.ts';
import type { Profile } from './load.ts';
import { Load, noonMs } from './load.ts';
import type { Throughput } from './samples.ts';
import { Meter, throughputOf } from './samples.ts';
import { startStage } from './stage.ts';
import { Stand, configOf } from './stand.ts';

const PARTITIONS = 4;
const WARM_SHARE = 0.2;
const SCRIPT = fileURLToPath(import.meta.url);
const PEER = fileURLToPath(new URL('peer.js', import.meta.url));
const PEERS: readonly string[] = ['naive', 'tuned'];

const CASES = {
  naive: { roles: ['naive'], beside: [] },
  tuned: { roles: ['tuned'], beside: [] },
  sanitize: { roles: ['sanitize'], beside: ['aggregate'] },
  all: { roles: ['all'], beside: [] },
  'all, 2 workers': { roles: ['all', 'all'], beside: [] },
} as const;

type Case = keyof typeof CASES;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    records: { type: 'string' },
    subjects: { type: 'string', default: '20000' },
    runs: { type: 'string' },
    profile: { type: 'string', multiple: true },
    case: { type: 'string', multiple: true },
    json: { type: 'string' },
    'cpu-prof': { type: 'string' },
    brokers: { type: 'string', default: '' },
    commit: { type: 'string', default: '500' },
  },
});

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** One measured process: `mode` says what it does. */
const measured = async (mode: string): Promise<void> => {
  const config = await configOf({
    brokers: values.brokers.split(','),
    partitions: PARTITIONS,
    commitMs: Number(values.commit),
  });
  const meter = new Meter();
  let leave = (): Promise<void> => Promise.resolve();
  process.once('SIGTERM', () => {
    void leave().finally(() => process.exit());
  });
  process.once('disconnect', () => process.exit(process.exitCode));
  meter.start();
  const roles = mode === 'all' ? (['sanitize', 'aggregate'] as const) : [mode as 'sanitize' | 'aggregate'];
  leave = await startStage(config, roles, meter);
};

interface Row extends Throughput {
  readonly profile: Profile;
  readonly name: Case;
}

const PATIENCE_MS = 60_000;

const measure = async (name: Case, total: number, brokers: readonly string[]): Promise<Throughput> => {
  const { roles, beside } = CASES[name];
  const args = ['--brokers', brokers.join(','), '--commit', values.commit];
  const profiled = values['cpu-prof'] === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values['cpu-prof']}`];
  const helpers = beside.map((mode) => new Child(SCRIPT, [mode, ...args]));
  const children = roles.map((mode) => new Child(PEERS.includes(mode) ? PEER : SCRIPT, [mode, ...args], profiled));
  try {
    await untilDone(children, total, PATIENCE_MS);
  } finally {
    await Promise.all([...children, ...helpers].map((child) => child.stop()));
  }
  return throughputOf(
    children.map(({ samples }) => samples),
    total,
    WARM_SHARE,
  );
};

const FILL = 10_000;

function* filling(load: Load, records: number) {
  for (let n = 0; n < records; n += FILL) yield load.next(Math.min(FILL, records - n));
}

const main = async (): Promise<void> => {
  const records = Number(values.records ?? (values.quick ? 100_000 : 400_000));
  const runs = Number(values.runs ?? (values.quick ? 1 : 3));
  const profiles = (values.profile ?? (values.quick ? ['ride'] : ['city', 'ride'])) as readonly Profile[];
  const cases = (values.case ?? Object.keys(CASES)) as readonly Case[];
  const kafka = await startKafka({ heapMb: 768, config: { 'log.segment.delete.delay.ms': 100 } });
  const rows: Row[] = [];
  try {
    const { brokers } = kafka;
    const config = await configOf({ brokers, partitions: PARTITIONS, commitMs: Number(values.commit) });
    const stand = await Stand.open(config);
    let isFirst = true;
    for (const profile of profiles) {
      const load = await Load.open(
        { profile, subjects: Number(values.subjects), partitions: PARTITIONS },
        noonMs(Date.now()),
      );
      if (isFirst) await stand.fill([await load.consents()]);
      else await stand.reset({ raw: true });
      isFirst = false;
      await stand.fill(filling(load, records));
      say(`${profile}: ${String(records)} records filled in`);
      for (let run = 0; run < runs; run++) {
        for (const name of cases) {
          await stand.reset();
          say(`${profile} ${name} …`);
          const row = { profile, name, ...(await measure(name, records, brokers)) };
          rows.push(row);
          say(`${profile} ${name}: ${Math.round(row.eventsPerS)}/s, ${row.cpuUsPerEvent.toFixed(1)} µs, ${Math.round(row.rssMb)} MB ${JSON.stringify(row.out)}`);
        }
      }
    }
  } finally {
    await kafka.stop();
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine: machine(), rows }, null, 2)}\n`);
};

const machine = () => ({
  node: process.version,
  kafka: '4.1.1',
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
});

const [mode] = positionals;
if (mode === undefined) await main();
else await measured(mode);
