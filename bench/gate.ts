/**
 * What the gate costs: CPU of a whole embedded run with no, and with several more gates of one tier beside its own. The
 * difference, for each of them, is what one gate adds. Runs alternate, each in a process of its own; `--json FILE`
 * writes the figures.
 *
 *   npm run bench:gate -- [--runs N] [--json FILE]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readStores, writeCity } from '../examples/city/write.ts';
import { systemClock, systemRandomness } from '../src/adapters/system/clock.ts';
import { packageRoot } from '../src/app/package-root.ts';
import { runEmbedded } from '../src/app/run/run.ts';
import { CountingGate } from '../src/app/utility/counting-gate.ts';
import { loadConfig } from '../src/config/load.ts';
import type { Policy, Tier } from '../src/model/policy.ts';
import type { GateDriver } from '../src/runtime/engine.ts';
import { landOf } from '../src/topology/parts.ts';

const TIERS = ['threshold', 'perturbed', 'dp'] as const satisfies readonly Tier[];
/** Gates beside the run's own. */
const MORE = 5;
const KEY_BYTES = 32;
/** The aim: what the gate may add to the CPU of everything else. */
const AIM = 0.1;

interface Figure {
  readonly tier: Tier;
  /** CPU seconds of a run with its own gate, tier perturbed. */
  readonly runS: number;
  /** CPU seconds that one gate adds. */
  readonly gateS: number;
  /** The same as a share of a run without any gate. */
  readonly share: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const policyOf = (policy: Policy, tier: Tier): Policy => ({
  ...policy,
  gate: { ...policy.gate, tier },
  bounds: tier === 'dp' ? { ...policy.bounds, perTable: 4, visitsPerWindow: 1 } : policy.bounds,
});

/** Several gates that are told the same. */
const gates = (all: readonly GateDriver[]): GateDriver => ({
  openEpoch: (epoch) => all.forEach((gate) => gate.openEpoch(epoch)),
  accept: (message) => all.forEach((gate) => gate.accept(message)),
  advance: (now) => all.forEach((gate) => gate.advance(now)),
  dropEpoch: (epoch) => all.forEach((gate) => gate.dropEpoch(epoch)),
});

/** Runs once, with so many more gates, and prints its CPU seconds. */
const measure = async (input: string, tier: Tier, more: number): Promise<void> => {
  const config = await loadConfig({ file: join(packageRoot(), 'config', 'demo.yaml') });
  const out = mkdtempSync(join(tmpdir(), 'oboro-bench-gate-'));
  const policy = policyOf(config.policy, tier);
  try {
    await runEmbedded({
      inputs: [input],
      out,
      config,
      codeVersion: 'bench',
      clock: systemClock,
      randomness: systemRandomness,
      signal: new AbortController().signal,
      progress: { stream: process.stderr, quiet: true },
      beside: (stores) => {
        const land = landOf({ policy: config.policy, stores });
        const one = (): GateDriver => new CountingGate(land, policy, systemRandomness.bytes(KEY_BYTES));
        return gates(Array.from({ length: more }, one));
      },
    });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  const { user, system } = process.cpuUsage();
  process.stdout.write(String((user + system) / 1e6));
};

const inOwnProcess = (input: string, tier: Tier, more: number): number =>
  Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), input, tier, String(more)]));

const figureOf = (input: string, tier: Tier, runs: number): Figure => {
  const pairs = Array.from({ length: runs }, () => ({
    run: inOwnProcess(input, tier, 0),
    more: inOwnProcess(input, tier, MORE),
  }));
  const runS = median(pairs.map(({ run }) => run));
  const gateS = median(pairs.map(({ run, more }) => (more - run) / MORE));
  return { tier, runS, gateS, share: gateS / (runS - gateS) };
};

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string', default: '5' }, json: { type: 'string' } },
  });
  const [input, tier, more] = positionals;
  if (input !== undefined) return measure(input, tier as Tier, Number(more));
  const folder = mkdtempSync(join(tmpdir(), 'oboro-bench-'));
  try {
    const stores = readStores(join(packageRoot(), 'examples', 'city'));
    writeCity(folder, { seed: 1, members: 6_000, days: 1, startDate: '2024-05-15', stores });
    const figures = TIERS.map((one) => figureOf(folder, one, Number(values.runs)));
    console.log(
      '| tier | CPU of a run, s | of which one gate, s | added to everything else |\n|---|---|---|---|',
    );
    for (const { tier: name, runS, gateS, share } of figures) {
      console.log(`| ${name} | ${runS.toFixed(1)} | ${gateS.toFixed(2)} | ${(100 * share).toFixed(1)} % |`);
    }
    console.log(`\naim: ${String(100 * AIM)} % at most; ${cpus()[0]?.model ?? ''}, Node ${process.version}`);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

await main();
