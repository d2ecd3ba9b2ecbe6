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
import { Follower } from './follow.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { RunManifest } from './manifest.ts';
import { readManifest } from './manifest.ts';
import type { ProgressOptions } from './progress.ts';
import { Progress } from './progress.ts';
import { Pipeline } from './pipeline.ts';
import type { Onlookers } from './watch.ts';
import type { OnFault } from './decode-line.ts';
import { readRights, readStores } from './rights.ts';
import type { Saved } from './saved.ts';
import { isUnwritten } from './saved.ts';
import type { RawSource } from './sources.ts';
import { prepareSources } from './sources.ts';
import { openRunKey, openVault } from './vault.ts';
import { Workspace } from './workspace.ts';

export interface RunOptions extends Onlookers {
  readonly inputs: readonly string[];
  readonly out: string;
  readonly config: Config;
  readonly codeVersion: string;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly signal: AbortSignal;
  /** Keep watching the inputs; the run then ends only by the signal. */
  readonly follow?: boolean;
  readonly progress: Pick<ProgressOptions, 'stream' | 'quiet'>;
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
    const fingerprint = await fingerprintOf(options.config.policyHash, inputs, options.follow === true);
    const saved = await readCheckpoint<Saved>(workspace.checkpointPath);
    const before = saved === null ? await readManifest(options.out) : null;
    if (before?.fingerprint === fingerprint) {
      await workspace.clear();
      return { manifest: before, state: 'already', ignored, lines: 0 };
    }
    await refuseForeign(workspace, saved, fingerprint);
    const result = await new EmbeddedRun(options, inputs, workspace, fingerprint).go(saved);
    return { ...result, ignored };
  } catch (cause) {
    // A signal while the inputs are looked through: nothing was begun that the next run could not begin again.
    if (options.signal.aborted && cause === options.signal.reason) {
      return { manifest: null, state: 'stopped', ignored, lines: 0 };
    }
    throw asOutputFault(cause, options.out);
  } finally {
    await workspace.unlock();
  }
};

/** What a file system says when it cannot take what is written. */
const OUTPUT_CODES = ['ENOSPC', 'EFBIG', 'EDQUOT', 'EISDIR', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'EIO'];

const asOutputFault = (cause: unknown, out: string): unknown => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (cause instanceof OboroError || !OUTPUT_CODES.includes(code)) return cause;
  return new OboroError('OUTPUT_DENIED', `${out}: cannot be written (${code})`, {
    cause,
    hint: 'Make room or give it to this user, then run the same command again: it goes on where it was.',
  });
};

const refuseForeign = async (
  workspace: Workspace,
  saved: SealedCheckpoint<Saved> | null,
  fingerprint: string,
): Promise<void> => {
  const foreign =
    saved === null ? await workspace.hasForeignResults() : saved.open.fingerprint !== fingerprint;
  if (!foreign) return;
  if (saved === null) await workspace.clear();
  throw new OboroError('OUTPUT_FOREIGN', `${workspace.out}: holds a run of other inputs or settings`, {
    hint: 'Give another --out directory, or remove this one.',
  });
};

/** A position in a file means nothing any more when the file is now sorted first, or no longer is. */
const refuseOtherOrder = (sources: readonly RawSource[], saved: Saved | undefined): void => {
  if (saved === undefined) return;
  const { scans, tails } = saved;
  for (const { merge, sorted } of sources) {
    const scan = scans.get(merge.file.path);
    if (scan === undefined || scan.inOrder !== sorted || tails.has(merge.file.path)) continue;
    throw new OboroError('INPUT_CHANGED', `${merge.file.name}: changed since the run was stopped`, {
      hint: 'Start again with an empty --out directory.',
    });
  }
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
    const { config, randomness } = this.#o;
    const latestMs = this.#latestBelieved(saved?.open);
    const runKey = await openRunKey(config, this.#workspace, randomness);
    const decoders = new Decoders(config.run.maxLineBytes);
    const early: Parameters<OnFault>[] = [];
    const onFault: OnFault = (...fault) => early.push(fault);
    const read = { decoders, maxLineBytes: config.run.maxLineBytes, onFault };
    const stores = await readStores(this.#files, read);
    const sources = await this.#prepare(read, { latestMs, runKey, saved: saved?.open ?? null });
    refuseOtherOrder(sources, saved?.open);
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
      const ends = await this.#readRights(pipeline, read, saved?.open.tails);
      await pipeline.open(saved);
      if (isUnwritten(saved?.open)) for (const fault of early) pipeline.fault(...fault);
      for (const [path, line] of ends) pipeline.tails.set(path, line);
      return await this.#feed(pipeline, sources, latestMs, decoders);
    } finally {
      await pipeline.close();
      await vault.close();
    }
  }

  /** Takes in all consents and erasures before any raw record; gives the last line taken of each file. */
  async #readRights(
    pipeline: Pipeline,
    read: Parameters<typeof readRights>[1],
    upTo: Saved['tails'] | undefined,
  ): Promise<ReadonlyMap<string, number>> {
    const ends = new Map<string, number>();
    const onEnd = (file: InputFile, line: number) => ends.set(file.path, line);
    const rights = readRights(this.#files, { ...read, openEnd: this.#o.follow, upTo, onEnd });
    for await (const right of rights) pipeline.right(right);
    return ends;
  }

  /** Fixed at the start of a run, so that its later parts believe the same. */
  #latestBelieved(saved: Saved | undefined): number {
    return saved?.latestMs ?? this.#o.clock.now() + this.#o.config.policy.plausibility.skewMs;
  }

  async #feed(
    pipeline: Pipeline,
    sources: readonly RawSource[],
    latestMs: number,
    decoders: Decoders,
  ): Promise<Omit<RunResult, 'ignored'>> {
    const { clock, signal, config, follow } = this.#o;
    // A run that was following goes on with its files' ends, not with their merged start.
    const isFollowing = sources.some(({ merge }) => (pipeline.tails.get(merge.file.path) ?? 0) > 0);
    const total = sources.reduce((sum, source) => sum + source.scan.lines, 0);
    const progress = new Progress({ ...this.#o.progress, clock, total });
    const merged = openMerged(isFollowing ? [] : sources.map((source) => source.merge), pipeline.position, {
      latestMs,
      maxLineBytes: config.run.maxLineBytes,
      openEnd: follow,
    });
    for await (const batch of merged) {
      await pipeline.take(batch);
      progress.at('reading', pipeline.lines, pipeline.eventTime);
      if (!signal.aborted) continue;
      await pipeline.stop();
      progress.end();
      return { manifest: null, state: 'stopped', lines: pipeline.lines };
    }
    progress.end();
    if (follow === true) {
      // Of a run that was following before, the follower knows how far each file was taken; new ones it takes whole.
      if (!isFollowing) this.#noteEnds(pipeline, sources);
      await this.#follow(pipeline, decoders);
      return { manifest: null, state: 'stopped', lines: pipeline.lines };
    }
    const manifest = await pipeline.finish();
    await rm(this.#workspace.checkpointPath, { force: true });
    await this.#workspace.clear();
    return { manifest, state: 'finished', lines: pipeline.lines };
  }

  /** Notes how far the files were read; a sorted file was read to its last line. */
  #noteEnds(pipeline: Pipeline, sources: readonly RawSource[]): void {
    sources.forEach(({ merge, scan }, i) => {
      const taken = merge.spool === null ? (pipeline.position?.[i] ?? scan.lastLine) : scan.lastLine;
      pipeline.tails.set(merge.file.path, taken);
    });
  }

  /** Goes on from there until it is told to stop. */
  async #follow(pipeline: Pipeline, decoders: Decoders): Promise<void> {
    const { inputs, clock, signal, config } = this.#o;
    const { maxLineBytes } = config.run;
    const { skewMs } = config.policy.plausibility;
    await new Follower(pipeline, { inputs, decoders, clock, signal, maxLineBytes, skewMs }).go();
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
