/** Keeps one partition's consent view in step with its task: writes in order, one at a time, and knows when the view is not whole. */
import type { ConsentChange, ConsentEntry, ConsentSnapshot } from '../../ports/views.ts';
import type { ConsentSteps, Stamp, StepResult } from './consent-scripts.ts';
import { consentText } from './consent-text.ts';
import type { Side } from './keys.ts';

/** Subjects written by one script call: a few milliseconds of the server's time. */
const CHUNK = 500;
/** Subjects that may wait, per partition; beyond, building anew is cheaper than catching up. */
const MAX_WAITING = 20_000;
/** Pause after a failed write, ms. */
const RETRY_AFTER_MS = 5_000;

/**
 * `opening`: nobody has looked yet. `lost`: the store knows more than this writer, who is no longer the partition's
 * and must not overwrite it.
 */
type State = 'opening' | 'current' | 'building' | 'stale' | 'lost' | 'closed';

interface Work {
  readonly size: number;
  readonly run: () => Promise<StepResult>;
}

/** The steps that write. */
export type WritingSteps = Pick<ConsentSteps, 'apply' | 'check' | 'begin' | 'fill' | 'switchTo'>;

export interface PartitionViewOptions {
  readonly steps: WritingSteps;
  readonly stamp: () => Stamp;
  /** A name that no other builder has. */
  readonly builder: () => string;
  /** Told of each write that failed or timed out. */
  readonly onFault: () => void;
}

export class PartitionView {
  readonly #options: PartitionViewOptions;
  readonly #waiting: Work[] = [];
  #waitingSize = 0;
  #state: State = 'opening';
  /** Position of the view if nothing was lost: of the newest change, whether written, waiting or given up. */
  #tip: number;
  #side: Side = 'a';
  /** The store itself said that something is missing: looking again finds nothing else. */
  #isKnownBehind = false;
  #retryAtMs = 0;
  /** Resolves when nothing waits; null when nothing does. */
  #running: Promise<void> | null = null;

  /** `position`: how far the task has read. */
  constructor(position: number, options: PartitionViewOptions) {
    this.#options = options;
    this.#tip = position;
    this.#enqueue({ size: 0, run: () => this.#check(position) });
  }

  /** True when the view has to be built anew, and a failed write is long enough ago. */
  isStale(nowMs: number): boolean {
    return this.#state === 'stale' && this.#running === null && nowMs >= this.#retryAtMs;
  }

  publish({ position, entries }: ConsentChange): void {
    const from = this.#tip;
    this.#tip = position;
    if (this.#waitingSize + entries.length > MAX_WAITING) this.#fall('stale');
    if (this.#isOut()) return;
    this.#enqueue({ size: entries.length, run: () => this.#apply(from, position, entries) });
  }

  rebuild(snapshot: ConsentSnapshot): void {
    if (this.#state !== 'stale') return;
    this.#state = 'building';
    this.#isKnownBehind = false;
    this.#tip = snapshot.position;
    this.#enqueue({ size: 0, run: () => this.#build(snapshot) });
  }

  /** Also finds out that nothing was lost after all, when a write failed and none came since. */
  refresh(): void {
    if (this.#state !== 'current' && (this.#state !== 'stale' || this.#isKnownBehind)) return;
    const at = this.#tip;
    this.#enqueue({ size: 0, run: () => this.#check(at) });
  }

  /** What waits is given up; a write that is under way ends by itself. */
  close(): void {
    this.#fall('closed');
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  #isOut(): boolean {
    return this.#state === 'stale' || this.#state === 'lost' || this.#state === 'closed';
  }

  #enqueue(work: Work): void {
    this.#waiting.push(work);
    this.#waitingSize += work.size;
    this.#running ??= this.#work();
  }

  async #work(): Promise<void> {
    // Leaves the caller's turn: a commit does not wait for what follows from it.
    await Promise.resolve();
    for (let work = this.#waiting.shift(); work !== undefined; work = this.#waiting.shift()) {
      this.#waitingSize -= work.size;
      try {
        const result = await work.run();
        this.#isKnownBehind ||= result === 'behind';
        if (result !== 'done') this.#fall(result === 'ahead' ? 'lost' : 'stale');
      } catch {
        this.#options.onFault();
        this.#retryAtMs = this.#options.stamp().nowMs + RETRY_AFTER_MS;
        this.#fall('stale');
      }
    }
    // In the same turn as the look that found nothing: what comes next starts anew.
    this.#running = null;
  }

  #fall(state: 'stale' | 'lost' | 'closed'): void {
    if (this.#state === 'closed') return;
    this.#state = state;
    this.#waiting.length = 0;
    this.#waitingSize = 0;
  }

  /** `at`: the position if all that was told before is written. */
  async #check(at: number): Promise<StepResult> {
    if (this.#state === 'building') return 'done';
    const found = await this.#options.steps.check(at, this.#options.stamp());
    if (found !== 'a' && found !== 'b') return found;
    // A change that came meanwhile was given up with the rest.
    if (this.#state === 'stale' && this.#tip !== at) return 'behind';
    this.#side = found;
    if (this.#state === 'opening' || this.#state === 'stale') this.#state = 'current';
    return 'done';
  }

  async #apply(from: number, to: number, entries: readonly ConsentEntry[]): Promise<StepResult> {
    const { steps, stamp } = this.#options;
    for (let start = 0; ; start += CHUNK) {
      const pairs = entries.slice(start, start + CHUNK).flatMap(pairOf);
      const isLast = start + CHUNK >= entries.length;
      const result = await steps.apply({ from, to: isLast ? to : from, side: this.#side, pairs, ...stamp() });
      if (result !== 'done' || isLast) return result;
    }
  }

  async #build({ position, entries }: ConsentSnapshot): Promise<StepResult> {
    const { steps, stamp } = this.#options;
    const builder = this.#options.builder();
    const side = await steps.begin(position, builder, stamp());
    if (side !== 'a' && side !== 'b') return side;
    for (const pairs of chunksOf(entries)) {
      if (this.#state !== 'building') return 'behind';
      const result = await steps.fill(side, builder, { pairs, ...stamp() });
      if (result !== 'done') return result;
    }
    const result = await steps.switchTo(side, builder, { to: position, ...stamp() });
    if (result !== 'done') return result;
    this.#side = side;
    if (this.#state === 'building') this.#state = 'current';
    return 'done';
  }
}

/** An erased subject is not kept at all, not even as erased. */
const textOf = ({ consent }: ConsentEntry): string => {
  if (consent === null) return '';
  return consent.erasedAt !== null && consent.erasedAt >= consent.at ? '' : consentText(consent);
};

const pairOf = (entry: ConsentEntry): readonly [string, string] => [entry.subject, textOf(entry)];

/** Subjects and texts by turns, read as they are asked for. */
function* chunksOf(entries: Iterable<ConsentEntry>): Generator<readonly string[], void, undefined> {
  let pairs: string[] = [];
  for (const entry of entries) {
    const text = textOf(entry);
    if (text === '') continue;
    pairs.push(entry.subject, text);
    if (pairs.length < 2 * CHUNK) continue;
    yield pairs;
    pairs = [];
  }
  if (pairs.length > 0) yield pairs;
}
