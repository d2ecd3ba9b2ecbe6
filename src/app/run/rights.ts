/** Reads what must be known before any raw record: the stores, and every consent and erasure (G-01). */
import type { InputFile } from '../../adapters/files/discover.ts';
import { readLines, readWhole } from '../../adapters/files/lines.ts';
import type { Outcome } from '../../flow/outcome.ts';
import type { Store, StoreId } from '../../model/place.ts';
import type { RawRight } from '../../model/raw.ts';
import type { LineDecoder } from '../../wire/decoder.ts';
import { storesOfGeoJson } from '../../wire/stores.ts';
import type { OnFault } from './decode-line.ts';
import { decodeLine } from './decode-line.ts';
import type { Decoders } from './decoders.ts';

const MAX_GEOJSON_BYTES = 256 * 1_048_576;

interface ReadOptions {
  readonly decoders: Decoders;
  readonly maxLineBytes: number;
  readonly onFault: OnFault;
  /** Leaves unfinished last lines to the follower. */
  readonly openEnd?: boolean | undefined;
}

/** All records of small inputs, file after file, line after line; faults are told and left out. */
async function* records<T>(
  file: InputFile,
  decoder: Outcome<LineDecoder<T>>,
  { maxLineBytes, onFault, openEnd }: ReadOptions,
  upTo = Number.POSITIVE_INFINITY,
): AsyncGenerator<T, number, undefined> {
  if (decoder.kind === 'quarantine') onFault(file, 1, decoder, 0);
  if (decoder.kind !== 'keep') return 0;
  const { decode } = decoder.value;
  let last = 0;
  for await (const batch of readLines(file, { maxLineBytes, openEnd })) {
    for (const [i, line] of batch.lines.entries()) {
      if (line > upTo) return last;
      last = line;
      const record = decodeLine({ file, decode, batch }, i, onFault);
      if (record !== null) yield record;
    }
  }
  return last;
}

/** The store list; the last record of an id wins, as in a compacted topic. */
export const readStores = async (
  files: readonly InputFile[],
  options: ReadOptions,
): Promise<readonly Store[]> => {
  const stores = new Map<StoreId, Store>();
  for (const file of files) {
    if (file.topic !== 'ref.stores') continue;
    if (file.format === 'geojson') {
      const outcomes = storesOfGeoJson(await readWhole(file, MAX_GEOJSON_BYTES));
      outcomes.forEach((outcome, i) => {
        if (outcome.kind === 'keep') stores.set(outcome.value.id, outcome.value);
        else if (outcome.kind === 'quarantine') options.onFault(file, i + 1, outcome, 0);
      });
      continue;
    }
    const decoder = await options.decoders.of({ ...file, topic: 'ref.stores' });
    for await (const store of records(file, decoder, options)) stores.set(store.id, store);
  }
  return [...stores.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
};

/** Consents first, then erasures, each in the order of its files. */
export async function* readRights(
  files: readonly InputFile[],
  options: ReadOptions & {
    /** Last line to be taken of each file; beyond it the follower goes on. */
    readonly upTo?: ReadonlyMap<string, number> | undefined;
    readonly onEnd?: (file: InputFile, lastLine: number) => void;
  },
): AsyncGenerator<RawRight, void, undefined> {
  for (const topic of ['privacy.consent', 'privacy.erasure'] as const) {
    for (const file of files) {
      if (file.topic !== topic) continue;
      const upTo = options.upTo?.get(file.path);
      const decoder = await options.decoders.of({ ...file, topic });
      const last = yield* records<RawRight>(file, decoder, options, upTo);
      options.onEnd?.(file, last);
    }
  }
}
