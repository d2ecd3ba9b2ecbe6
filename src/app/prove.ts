/** Proves a ledger with the data at hand: runs the inputs again and looks at the contributions behind every row. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { systemClock, systemRandomness } from '../adapters/system/clock.ts';
import { loadConfig } from '../config/load.ts';
import { OboroError } from '../model/errors.ts';
import type { ProofReport } from '../release/proof.ts';
import { ReleaseProof } from '../release/proof.ts';
import { runEmbedded } from './run/run.ts';
import { CODE_VERSION } from './version.ts';

export interface ProveOptions {
  readonly input?: readonly string[];
  readonly config?: string;
}

/**
 * Runs the inputs again into a folder that is thrown away. Only a run with imported salts can be repeated; any other
 * run's salts are destroyed, and with them the way from its rows back to its contributions.
 */
export const proveWithState = async (ledger: string, options: ProveOptions): Promise<ProofReport> => {
  const { input } = options;
  if (input === undefined) {
    throw new OboroError('USAGE', '--with-state needs the inputs of the run: --input <paths...>');
  }
  const config = await loadConfig({ file: options.config ?? null });
  const proof = new ReleaseProof(config.policy);
  const out = await mkdtemp(join(tmpdir(), 'oboro-proof-'));
  try {
    const { manifest } = await runEmbedded({
      inputs: input,
      out,
      config,
      codeVersion: CODE_VERSION,
      clock: systemClock,
      randomness: systemRandomness,
      signal: new AbortController().signal,
      progress: { stream: process.stderr, quiet: true },
      witness: proof.witness,
    });
    if (manifest?.vault !== 'imported') {
      throw new OboroError('USAGE', '--with-state needs the imported salts of the run (oboro vault import)');
    }
    const report = proof.report();
    const same = (await readFile(ledger, 'utf8')) === (await readFile(join(out, 'ledger.jsonl'), 'utf8'));
    const other = 'these inputs, settings and salts give another ledger';
    return same ? report : { ...report, problems: [...report.problems, other] };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
};
