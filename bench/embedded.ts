/**
 * Throughput of the embedded run: events per second, CPU per event and peak memory, beside a pass that only reads and
 * decodes the same files. Each measurement is a process of its own; `--json FILE` writes the figures.
 *
 *   npm run bench -- [--data DIR] [--runs N] [--json FILE]
 *
 * DIR holds `geolife/fixes.csv.gz` and `reference/geolife.places.csv`; without it only the simulated city is measured.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readStores, writeCity } from '../examples/city/write.ts';
import { discoverInputs } from '../src/adapters/files/discover.ts';
import type { InputFile } from '../src/adapters/files/discover.ts';
import { readLines } from '../src/adapters/files/lines.ts';
import { systemClock, systemRandomness } from '../src/adapters/system/clock.ts';
import { fixturesConsent } from '../src/app/fixtures.ts';
import { packageRoot } from '../src/app/package-root.ts';
import { Decoders } from '../src/app/run/decoders.ts';
import { runEmbedded } from '../src/app/run/run.ts';
import { loadConfig } from '../src/config/load.ts';

interface Measured {
  readonly events: number;
  readonly wallS: number;
  readonly cpuS: number;
  readonly peakMb: number;
}

interface Scenario {
  readonly name: string;
  readonly input: string;
  readonly config: string;
}

type Mode = 'read' | 'run';

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      runs: { type: 'string', default: '3' },
      json: { type: 'string' },
    },
  });
  const [mode, input, config] = positionals;
  if (mode !== undefined) {
    await measure(mode as Mode, input ?? '', config ?? '');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'oboro-bench-'));
  try {
    const scenarios = await prepare(folder, values.data ?? process.env['OBORO_DATA']);
    const results = scenarios.map((scenario) => compare(scenario, Number(values.runs)));
    print(results);
    if (values.json !== undefined) {
      writeFileSync(values.json, `${JSON.stringify({ machine: machine(), results }, null, 2)}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const prepare = async (folder: string, data: string | undefined): Promise<readonly Scenario[]> => {
  const root = packageRoot();
  const city = join(folder, 'city');
  const stores = readStores(join(root, 'examples', 'city'));
  writeCity(city, { seed: 1, members: 6_000, days: 1, startDate: '2024-05-15', stores });
  const scenarios: Scenario[] = [
    { name: 'simulated city, 1 day, JSONL', input: city, config: join(root, 'config', 'demo.yaml') },
  ];
  const fixes = data === undefined ? null : join(data, 'geolife', 'fixes.csv.gz');
  if (data === undefined || fixes === null || !existsSync(fixes)) return scenarios;
  const geolife = join(folder, 'geolife');
  mkdirSync(geolife);
  cpSync(fixes, join(geolife, 'raw.gps.csv.gz'));
  cpSync(join(data, 'reference', 'geolife.places.csv'), join(geolife, 'ref.stores.csv'));
  await fixturesConsent({ inputs: [geolife], out: geolife });
  const config = join(folder, 'geolife.yaml');
  writeFileSync(config, 'policy:\n  zone: Asia/Shanghai\ngate:\n  k: 5\n  unlinkedRaiseK: true\n');
  return [...scenarios, { name: 'GeoLife 1.2 M fixes, CSV.gz, sorted on disk', input: geolife, config }];
};

/** One measurement in this process; prints one JSON line. */
const measure = async (mode: Mode, input: string, configFile: string): Promise<void> => {
  const config = await loadConfig({ file: configFile });
  const started = process.hrtime.bigint();
  const events = mode === 'read' ? await readOnly(input) : await runWhole(input, config);
  const usage = process.resourceUsage();
  const measured: Measured = {
    events,
    wallS: Number(process.hrtime.bigint() - started) / 1e9,
    cpuS: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    peakMb: usage.maxRSS / 1024,
  };
  process.stdout.write(JSON.stringify(measured));
};

const readOnly = async (input: string): Promise<number> => {
  const { inputs } = await discoverInputs([input]);
  const decoders = new Decoders(1_048_576);
  let events = 0;
  for (const file of inputs) {
    if (!file.topic.startsWith('raw.')) continue;
    events += await readFile(file, decoders);
  }
  return events;
};

const readFile = async (file: InputFile, decoders: Decoders): Promise<number> => {
  const decoder = await decoders.of(file);
  if (decoder.kind !== 'keep') return 0;
  let events = 0;
  for await (const { texts } of readLines(file)) {
    for (const text of texts) if (decoder.value.decode(text).kind === 'keep') events += 1;
  }
  return events;
};

const runWhole = async (input: string, config: Awaited<ReturnType<typeof loadConfig>>): Promise<number> => {
  const out = mkdtempSync(join(tmpdir(), 'oboro-bench-out-'));
  try {
    const { lines } = await runEmbedded({
      inputs: [input],
      out,
      config,
      codeVersion: 'bench',
      clock: systemClock,
      randomness: systemRandomness,
      signal: new AbortController().signal,
      progress: { stream: process.stderr, quiet: true },
    });
    return lines;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
};

const compare = ({ name, input, config }: Scenario, runs: number) => {
  const once = (mode: Mode): Measured =>
    JSON.parse(
      execFileSync(process.execPath, [fileURLToPath(import.meta.url), mode, input, config], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    ) as Measured;
  const rounds = Array.from({ length: runs }, () => ({ read: once('read'), run: once('run') }));
  const median = (pick: (round: (typeof rounds)[number]) => number): number => {
    const sorted = rounds.map(pick).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  };
  return {
    name,
    events: rounds[0]?.run.events ?? 0,
    runs,
    eventsPerS: Math.round(median(({ run }) => run.events / run.wallS)),
    cpuUsPerEvent: round2(median(({ run }) => (run.cpuS / run.events) * 1e6)),
    peakMb: Math.round(median(({ run }) => run.peakMb)),
    readOnlyEventsPerS: Math.round(median(({ read }) => read.events / read.wallS)),
    readOnlyCpuUsPerEvent: round2(median(({ read }) => (read.cpuS / read.events) * 1e6)),
    /** CPU of the whole run over CPU of reading alone, round by round. */
    cpuRatio: round2(median(({ run, read }) => run.cpuS / run.events / (read.cpuS / read.events))),
  };
};

type Result = ReturnType<typeof compare>;

const round2 = (n: number): number => Math.round(n * 100) / 100;

const machine = () => ({
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
});

const print = (results: readonly Result[]): void => {
  const { node, cpu, cores } = machine();
  process.stdout.write(
    `node ${node}, ${String(cores)} × ${cpu}; medians of ${String(results[0]?.runs ?? 0)} runs\n\n`,
  );
  process.stdout.write(
    '| scenario | events | events/s | CPU µs/event | peak MB | reading alone: CPU µs/event | ratio |\n',
  );
  process.stdout.write('|---|---:|---:|---:|---:|---:|---:|\n');
  for (const r of results) {
    const cells = [
      r.name,
      r.events,
      r.eventsPerS,
      r.cpuUsPerEvent,
      r.peakMb,
      r.readOnlyCpuUsPerEvent,
      r.cpuRatio,
    ];
    process.stdout.write(`| ${cells.map(String).join(' | ')} |\n`);
  }
};

await main();
