/** `--follow`: goes on reading what is appended to the inputs, and new inputs that appear, until it is told to stop. */
import type { InputFile } from '../../adapters/files/discover.ts';
import { discoverInputs } from '../../adapters/files/discover.ts';
import type { LineBatch } from '../../adapters/files/lines.ts';
import { readLines } from '../../adapters/files/lines.ts';
import { tailLines } from '../../adapters/files/tail.ts';
import type { Outcome } from '../../flow/outcome.ts';
import type { RawEvent, RawRight } from '../../model/raw.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LineDecoder } from '../../wire/decoder.ts';
import type { Decoders } from './decoders.ts';
import type { Pipeline } from './pipeline.ts';

export interface FollowOptions {
  readonly inputs: readonly string[];
  readonly decoders: Decoders;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly maxLineBytes: number;
  /** How far ahead of the clock an event may be, milliseconds. */
  readonly skewMs: number;
}

type Following =
  | { readonly kind: 'event'; readonly decoder: LineDecoder<RawEvent> }
  | { readonly kind: 'right'; readonly decoder: LineDecoder<RawRight> };

interface Arrival {
  readonly file: InputFile;
  readonly following: Following;
  readonly batch: LineBatch;
}

const ROUND_MS = 500;
const MAX_WAITING = 64;

export class Follower {
  readonly #pipeline: Pipeline;
  readonly #o: FollowOptions;
  readonly #followed = new Set<string>();
  readonly #arrivals: Arrival[] = [];
  #failure: Error | null = null;

  constructor(pipeline: Pipeline, options: FollowOptions) {
    this.#pipeline = pipeline;
    this.#o = options;
  }

  /** Returns when the signal is aborted; everything taken in by then is committed. */
  async go(): Promise<void> {
    while (!this.#o.signal.aborted) {
      await this.#lookForInputs();
      const took = await this.#takeAll();
      if (took) await this.#pipeline.commit();
      await pause(this.#o.clock, this.#o.signal);
    }
    await this.#takeAll();
    await this.#pipeline.commit();
  }

  async #lookForInputs(): Promise<void> {
    const { inputs } = await discoverInputs(this.#o.inputs);
    for (const file of inputs) {
      if (this.#followed.has(file.path) || file.topic === 'ref.stores') continue;
      const following = await this.#following(file);
      if (following === null) continue;
      this.#followed.add(file.path);
      this.#tail(file, following).catch((cause: unknown) => {
        this.#failure = cause instanceof Error ? cause : new TypeError('a followed file failed');
      });
    }
  }

  /** Null while the file's header is not there yet. */
  async #following(file: InputFile): Promise<Following | null> {
    const { topic } = file;
    if (topic === 'privacy.consent' || topic === 'privacy.erasure') {
      const decoder: Outcome<LineDecoder<RawRight>> = await this.#o.decoders.of({ ...file, topic });
      return decoder.kind === 'keep' ? { kind: 'right', decoder: decoder.value } : null;
    }
    if (topic === 'ref.stores') return null;
    const decoder: Outcome<LineDecoder<RawEvent>> = await this.#o.decoders.of({ ...file, topic });
    return decoder.kind === 'keep' ? { kind: 'event', decoder: decoder.value } : null;
  }

  async #tail(file: InputFile, following: Following): Promise<void> {
    const { clock, signal, maxLineBytes } = this.#o;
    const afterLine = this.#pipeline.tails.get(file.path) ?? 0;
    const batches = file.gz
      ? readLines(file, { maxLineBytes, afterLine })
      : tailLines(file, { clock, signal, maxLineBytes, afterLine, pollMs: ROUND_MS });
    for await (const batch of batches) {
      this.#arrivals.push({ file, following, batch });
      while (this.#arrivals.length > MAX_WAITING && !signal.aborted) await pause(clock, signal);
    }
  }

  /** Consents and erasures go first, as everywhere. */
  async #takeAll(): Promise<boolean> {
    if (this.#failure !== null) throw this.#failure;
    this.#pipeline.believeUpTo(this.#o.clock.now() + this.#o.skewMs);
    const arrivals = this.#arrivals.splice(0);
    for (const { file, following, batch } of arrivals) {
      if (following.kind === 'right') this.#pipeline.takeRights(file, following.decoder, batch);
    }
    const events = arrivals.flatMap(({ file, following, batch }) =>
      following.kind === 'event' ? this.#pipeline.eventsOf(file, following.decoder, batch) : [],
    );
    await this.#pipeline.takeLive(events);
    return arrivals.length > 0;
  }
}

const pause = async (clock: Clock, signal: AbortSignal): Promise<void> => {
  try {
    await clock.sleep(ROUND_MS, signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
};
