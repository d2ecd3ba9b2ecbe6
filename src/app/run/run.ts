/** The embedded run: files in, released tables out, on one machine; it can be stopped at any point and goes on there. */
import { rm } from 'node:fs/promises';
import type { InputFile } from '../../adapters/files/discover.ts';
import { discoverInputs } from '../../adapters/files/discover.ts';
import { openMerged } from '../../adapters/files/merge.ts';
import type { ScanResult } from '../../adapters/files/order.ts';
import type { SealedCheckpoint } from '../../adapters/state/checkpoint.ts';
import { readCheckpoint } from '../../adapters/state/checkpoint.ts';
import type { Config } from '../../config/config.ts';
import { OboroError } from '../../model/errors.ts';
import { eventTime } from '../../model/time.ts';
import type { Clock, Randomness } from '../../ports/clock.ts';
import { Decoders } from './decoders.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { RunManifest } from './manifest.ts';
import { readManifest } from './manifest.ts';
import type { ProgressOptions } from './progress.ts';
import { Progress } from './progress.ts';
import { Pipeline } from './pipeline.ts';
import type { Watch } from './pipeline.ts';
import type { OnFault } from './rights.ts';
import { readRights, readStores } from './rights.ts';
import type { Saved } from './saved.ts';
import type { RawSource } from './sources.ts';
import { prepareSources } from './sources.ts';
import { openVault } from './vault.ts';
import { Workspace } from './workspace.ts';

export interface RunOptions {
  readonly inputs: readonly string[];
  readonly out: string;
  readonly config: Config;
  readonly codeVersion: string;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly signal: AbortSignal;
  readonly progress: Pick<ProgressOptions, 'stream' | 'quiet'>;
  /** Looks over the doors at one fix, for the demo on simulated data. */
  readonly watch?: Watch;
}

export interface RunResult {
  readonly manifest: RunManifest | null;
  /** `finished`; `stopped` by a signal, to be gone on with; `already`: OUT held the finished run of these inputs. */
  readonly state: 'finished' | 'stopped' | 'already';
  readonly ignored: readonly string[];
  readonly lines: number;
}

/** Runs to the end of the inputs, or until the signal; throws OboroError. */
export const runEmbedded = async (options: RunOptions): Promise<RunResult> => {
  const { inputs, ignored } = await discoverInputs(options.inputs);
  const workspace = await Workspace.open(options.out);
  try {
    const fingerprint = await fingerprintOf(options.config.policyHash, inputs, false);
    const saved = await readCheckpoint<Saved>(workspace.checkpointPath);
    const before = saved === null ? await readManifest(options.out) : null;
    if (before?.fingerprint === fingerprint) {
      await workspace.clear();
      return { manifest: before, state: 'already', ignored, lines: 0 };
    }
    await refuseForeign(workspace, saved, fingerprint);
    const result = await new EmbeddedRun(options, inputs, workspace, fingerprint).go(saved);
    return { ...result, ignored };
  } finally {
    await workspace.unlock();
  }
};

const refuseForeign = async (
  workspace: Workspace,
  saved: SealedCheckpoint<Saved> | null,
  fingerprint: string,
): Promise<void> => {
  const foreign =
    saved === null ? await workspace.hasForeignResults() : saved.open.fingerprint !== fingerprint;
  if (!foreign) return;
  throw new OboroError('OUTPUT_FOREIGN', `${workspace.out}: holds a run of other inputs or settings`, {
    hint: 'Give another --out directory, or remove this one.',
  });
};

class EmbeddedRun {
  readonly #o: RunOptions;
  readonly #files: readonly InputFile[];
  readonly #workspace: Workspace;
  readonly #fingerprint: string;

  constructor(options: RunOptions, files: readonly InputFile[], workspace: Workspace, fingerprint: string) {
    this.#o = options;
    this.#files = files;
    this.#workspace = workspace;
    this.#fingerprint = fingerprint;
  }

  async go(saved: SealedCheckpoint<Saved> | null): Promise<Omit<RunResult, 'ignored'>> {
    const { config, clock, randomness } = this.#o;
    const latestMs = saved?.open.latestMs ?? clock.now() + config.policy.plausibility.skewMs;
    const runKey = await this.#workspace.runKey(randomness);
    const decoders = new Decoders(config.run.maxLineBytes);
    const early: Parameters<OnFault>[] = [];
    const onFault: OnFault = (...fault) => early.push(fault);
    const read = { decoders, maxLineBytes: config.run.maxLineBytes, onFault };
    const stores = await readStores(this.#files, read);
    const sources = await this.#prepare(read, { latestMs, runKey, saved: saved?.open ?? null });
    const vault = await openVault(config, this.#workspace, randomness);
    const pipeline = new Pipeline({
      ...this.#o,
      workspace: this.#workspace,
      fingerprint: this.#fingerprint,
      files: this.#files,
      sources,
      stores,
      vault,
      deploymentKey: runKey,
      latestMs: eventTime(latestMs),
    });
    try {
      for await (const right of readRights(this.#files, read)) pipeline.right(right);
      await pipeline.open(saved);
      if (saved === null) for (const fault of early) pipeline.fault(...fault);
      return await this.#feed(pipeline, sources, latestMs);
    } finally {
      await pipeline.close();
      await vault.close();
    }
  }

  async #feed(
    pipeline: Pipeline,
    sources: readonly RawSource[],
    latestMs: number,
  ): Promise<Omit<RunResult, 'ignored'>> {
    const { clock, signal, config } = this.#o;
    const total = sources.reduce((sum, source) => sum + source.scan.lines, 0);
    const progress = new Progress({ ...this.#o.progress, clock, total });
    const merged = openMerged(
      sources.map((source) => source.merge),
      pipeline.position,
      { latestMs, maxLineBytes: config.run.maxLineBytes },
    );
    for await (const batch of merged) {
      await pipeline.take(batch);
      progress.at('reading', pipeline.lines, pipeline.eventTime);
      if (!signal.aborted) continue;
      await pipeline.commit();
      progress.end();
      return { manifest: null, state: 'stopped', lines: pipeline.lines };
    }
    const manifest = await pipeline.finish();
    progress.end();
    await rm(this.#workspace.checkpointPath, { force: true });
    await this.#workspace.clear();
    return { manifest, state: 'finished', lines: pipeline.lines };
  }

  async #prepare(
    { decoders, onFault }: { readonly decoders: Decoders; readonly onFault: OnFault },
    run: { readonly latestMs: number; readonly runKey: Buffer; readonly saved: Saved | null },
  ): Promise<readonly RawSource[]> {
    const { config, clock, randomness, signal } = this.#o;
    const progress = new Progress({ ...this.#o.progress, clock, total: null });
    const sources = await prepareSources(this.#files, {
      decoders,
      maxLineBytes: config.run.maxLineBytes,
      latenessMs: config.policy.latenessMs,
      latestMs: run.latestMs,
      spoolDir: this.#workspace.spoolDir,
      spoolKey: run.runKey,
      randomness,
      known: run.saved?.scans ?? new Map<string, ScanResult>(),
      onFault,
      onStep: (name) => progress.at(`looking through ${name}`, 0, ''),
      signal,
    });
    progress.end();
    return sources;
  }
}
