/** The raw inputs of a run: each scanned, sorted on disk where it is out of order, and ready to be merged by event time. */
import type { InputFile } from '../../adapters/files/discover.ts';
import type { MergeSource } from '../../adapters/files/merge.ts';
import type { ScanResult } from '../../adapters/files/order.ts';
import { prepareInput } from '../../adapters/files/prepare.ts';
import type { Outcome } from '../../flow/outcome.ts';
import type { RawEvent } from '../../model/raw.ts';
import type { Randomness } from '../../ports/clock.ts';
import type { FileTopic, LineDecoder } from '../../wire/decoder.ts';
import type { Decoders } from './decoders.ts';
import type { OnFault } from './decode-line.ts';

const RAW_TOPICS = ['raw.gps', 'raw.device', 'raw.access-log'] as const satisfies readonly FileTopic[];

export interface RawSource {
  readonly merge: MergeSource;
  readonly decode: (line: string) => Outcome<RawEvent>;
  readonly scan: ScanResult;
  /** True when it was sorted on disk first. */
  readonly sorted: boolean;
}

export interface SourceOptions {
  readonly decoders: Decoders;
  readonly maxLineBytes: number;
  readonly latenessMs: number;
  /** Newest event time that is believed. */
  readonly latestMs: number;
  readonly spoolDir: string;
  readonly spoolKey: Buffer;
  readonly randomness: Randomness;
  /** What an earlier part of the run found, by path. */
  readonly known: ReadonlyMap<string, ScanResult>;
  readonly onFault: OnFault;
  readonly onStep: (name: string) => void;
  readonly signal: AbortSignal;
}

/** Prepares every raw input, in order; a file whose header cannot be read is told and left out. */
export const prepareSources = async (
  files: readonly InputFile[],
  options: SourceOptions,
): Promise<readonly RawSource[]> => {
  const sources: RawSource[] = [];
  for (const [slot, file] of files.entries()) {
    const topic = RAW_TOPICS.find((known) => known === file.topic);
    if (topic === undefined) continue;
    options.onStep(file.name);
    const decoder: Outcome<LineDecoder<RawEvent>> = await options.decoders.of({ ...file, topic });
    if (decoder.kind !== 'keep') {
      if (decoder.kind === 'quarantine') options.onFault(file, 1, decoder, 0);
      continue;
    }
    sources.push(await prepareSource(file, String(slot), decoder.value, options));
  }
  return sources;
};

const prepareSource = async (
  file: InputFile,
  slot: string,
  decoder: LineDecoder<RawEvent>,
  options: SourceOptions,
): Promise<RawSource> => {
  const { timeOf, decode } = decoder;
  const { latenessMs, latestMs, maxLineBytes, signal, spoolDir: dir, spoolKey: key, randomness } = options;
  const prepared = await prepareInput(file, {
    timeOf,
    latenessMs,
    latestMs,
    maxLineBytes,
    signal,
    spool: { dir, slot: `input-${slot}`, key, randomness },
    known: options.known.get(file.path),
  });
  const { scan, spool } = prepared;
  return { merge: { file, timeOf, spool, scan }, decode, scan, sorted: spool !== null };
};

export const pathsOf = (sources: readonly RawSource[]): readonly string[] =>
  sources.map(({ merge }) => merge.file.path);
