/**
 * Throughput, CPU per event, latency and restart of the stream on a real Kafka that the bench starts itself, beside
 * pass-throughs of the same input in kafkajs alone. Every measurement is a process of its own.
 *
 *   npm run bench:kafka -- [--quick] [--records N] [--runs N] [--profile city|ride|ask]… [--case NAME]… [--json FILE]
 *
 * `--cpu-prof DIR` writes CPU profiles of the measured processes.
 */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startKafka } from '../../test/support/services/kafka.ts';
import { Child, untilDone } from './child.ts';
import type { Latency } from './latency.ts';
import type { Profile } from './load.ts';
import { Load, noonMs } from './load.ts';
import type { Case, LatencyRow, Report, Row } from './report.ts';
import { CASES, latencyTable, median, stateTable, throughputTable } from './report.ts';
import type { Throughput } from './samples.ts';
import { throughputOf } from './samples.ts';
import type { RestoreFigures, StateFigures } from './state.ts';
import { Stand, configOf } from './stand.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    records: { type: 'string' },
    subjects: { type: 'string', default: '20000' },
    runs: { type: 'string' },
    profile: { type: 'string', multiple: true },
    case: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true },
    json: { type: 'string' },
    'cpu-prof': { type: 'string' },
  },
});

const PARTITIONS = 4;
const COMMIT_MS = 500;
/** Share of the records that is left out at the start: joining, reading consents, the first compilation. */
const WARM_SHARE = 0.25;
const PATIENCE_MS = 60_000;
const FILL = 10_000;
const MEASURED = fileURLToPath(new URL('measured.js', import.meta.url));
const PEER = fileURLToPath(new URL('peer.js', import.meta.url));
/** As docs/stream.md says for workers; the pass-throughs get the same. */
const YOUNG = ['--max-semi-space-size=128'];
const HEAP_MB = 12_288;
const PEERS: readonly string[] = ['naive', 'tuned'];

const { quick } = values;
const plan = {
  records: Number(values.records ?? (quick ? 120_000 : 400_000)),
  runs: Number(values.runs ?? (quick ? 1 : 2)),
  profiles: (values.profile ?? (quick ? ['city'] : ['city', 'ask'])) as readonly Profile[],
  cases: (values.case ?? (quick ? ['tuned', 'sanitize', 'all'] : Object.keys(CASES))) as readonly Case[],
  only: values.only ?? ['throughput', 'latency', 'state'],
  latencies: quick ? [COMMIT_MS] : [COMMIT_MS, 100],
  warmMs: quick ? 3_000 : 5_000,
  measureMs: quick ? 4_000 : 10_000,
  devices: quick ? 20_000 : 334_000,
};

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const argsOf = (brokers: readonly string[], commitMs: number): readonly string[] => [
  ...['--brokers', brokers.join(','), '--partitions', String(PARTITIONS), '--commit', String(commitMs)],
  ...['--subjects', values.subjects],
];

const profiled = (): readonly string[] => {
  const folder = values['cpu-prof'];
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
};

const start = (mode: string, args: readonly string[], isMeasured: boolean): Child => {
  const profiling = isMeasured ? profiled() : [];
  return new Child(PEERS.includes(mode) ? PEER : MEASURED, [mode, ...args], [...YOUNG, ...profiling]);
};

const measure = async (name: Case, brokers: readonly string[]): Promise<Throughput> => {
  const { roles, beside } = CASES[name];
  const args = argsOf(brokers, COMMIT_MS);
  const helpers = beside.map((mode) => start(mode, args, false));
  const children = roles.map((mode) => start(mode, args, true));
  try {
    await untilDone(children, plan.records, PATIENCE_MS);
  } finally {
    await Promise.all([...children, ...helpers].map((child) => child.stop()));
  }
  return throughputOf(
    children.map(({ samples }) => samples),
    plan.records,
    WARM_SHARE,
  );
};

function* filling(load: Load) {
  for (let n = 0; n < plan.records; n += FILL) yield load.next(Math.min(FILL, plan.records - n));
}

interface Bench {
  readonly stand: Stand;
  readonly brokers: readonly string[];
}

/** One run of every case after the other, so that what else the machine does meets them alike. */
const rounds = async ({ stand, brokers }: Bench, profile: Profile): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (let run = 0; run < plan.runs; run++) {
    for (const name of plan.cases) {
      await stand.reset();
      const row = { profile, name, ...(await measure(name, brokers)) };
      rows.push(row);
      say(`${profile}, ${name}: ${row.eventsPerS.toFixed(0)}/s, ${row.cpuUsPerEvent.toFixed(1)} µs/event`);
    }
  }
  return rows;
};

const throughputs = async (bench: Bench): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const profile of plan.profiles) {
    const load = await newLoad(profile);
    await bench.stand.reset({ raw: true });
    await bench.stand.fill(filling(load));
    say(`${profile}: ${String(plan.records)} records to read`);
    rows.push(...(await rounds(bench, profile)));
  }
  return rows;
};

const newLoad = (profile: Profile): Promise<Load> =>
  Load.open({ profile, subjects: Number(values.subjects), partitions: PARTITIONS }, noonMs(Date.now()));

const latencies = async ({ stand, brokers }: Bench, perS: number): Promise<readonly LatencyRow[]> => {
  const rows: LatencyRow[] = [];
  for (const commitMs of plan.latencies) {
    await stand.reset({ raw: true });
    const args = argsOf(brokers, commitMs);
    const workers = [start('sanitize', args, false), start('aggregate', args, false)];
    const rate = ['--rate', String(perS), '--warm', String(plan.warmMs), '--measure', String(plan.measureMs)];
    const feeder = start('latency', [...args, ...rate], false);
    try {
      rows.push({ commitMs, ...(await feeder.result<Latency>()) });
    } finally {
      await Promise.all([feeder, ...workers].map((child) => child.stop()));
    }
    say(`latency at ${String(commitMs)} ms: p50 ${rows.at(-1)?.p50Ms.toFixed(0) ?? ''} ms`);
  }
  return rows;
};

const only = async <T>(mode: string, args: readonly string[], flags: readonly string[]): Promise<T> => {
  const child = new Child(MEASURED, [mode, ...args], [...flags, ...profiled()]);
  try {
    return await child.result<T>();
  } finally {
    await child.stop();
  }
};

const state = async ({ stand, brokers }: Bench): Promise<StateFigures & RestoreFigures> => {
  await stand.reset({ raw: true });
  const args = [...argsOf(brokers, COMMIT_MS), '--devices', String(plan.devices)];
  const heap = `--max-old-space-size=${String(HEAP_MB)}`;
  const made = await only<StateFigures>('state', args, ['--expose-gc', heap]);
  const restored = await only<RestoreFigures>('restore', args, [heap, ...YOUNG]);
  if (restored.restoredKeys !== made.keys) throw new Error('not every key came back');
  return { ...made, ...restored };
};

/** Under half of what the sanitize stage did, or of a guess where it was not measured. */
const underHalf = (rows: readonly Row[]): number => {
  const found = rows.filter(({ name }) => name === 'sanitize').map(({ eventsPerS }) => eventsPerS);
  return Math.round((found.length === 0 ? 10_000 : median(found)) * 0.45);
};

const run = async (bench: Bench): Promise<Report> => {
  const wants = (what: string): boolean => plan.only.includes(what);
  const rows = wants('throughput') ? await throughputs(bench) : [];
  const latency = wants('latency') ? await latencies(bench, underHalf(rows)) : [];
  return { machine, plan, rows, latency, state: wants('state') ? await state(bench) : null };
};

const machine = {
  node: process.version,
  kafka: '4.1, one broker of the same machine',
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
};

const main = async (): Promise<void> => {
  const kafka = await startKafka({ heapMb: 768, config: { 'log.segment.delete.delay.ms': 100 } });
  try {
    const { brokers } = kafka;
    const stand = await Stand.open(await configOf({ brokers, partitions: PARTITIONS, commitMs: COMMIT_MS }));
    await stand.fill([await (await newLoad('city')).consents()]);
    const report = await run({ stand, brokers });
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write([throughputTable(report), latencyTable(report), stateTable(report)].join('\n'));
  } finally {
    await kafka.stop();
  }
};

await main();
