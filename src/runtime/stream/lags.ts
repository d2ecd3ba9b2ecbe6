/** How far a task is behind each of its inputs, and since when, as far as its reader has seen. */
import type { WallTime } from '../../model/time.ts';

interface Lag {
  readonly records: number;
  /** Since when (wall time) there has been more than was taken; null when all was. */
  readonly since: WallTime | null;
}

export class Lags {
  readonly #lags = new Map<string, Lag>();

  /** An input stands at `next`, of `end`. */
  stands(topic: string, { next, end }: { readonly next: number; readonly end: number }, now: WallTime): void {
    const records = Math.max(0, end - next);
    const since = records === 0 ? null : (this.#lags.get(topic)?.since ?? now);
    this.#lags.set(topic, { records, since });
  }

  all(): readonly { readonly topic: string; readonly records: number }[] {
    return [...this.#lags].map(([topic, { records }]) => ({ topic, records }));
  }

  /** Since when some of these inputs have had more than was taken; null when all of it was. */
  behindSince(topics: readonly string[]): WallTime | null {
    const since = topics.flatMap((topic) => this.#lags.get(topic)?.since ?? []);
    return since.reduce<WallTime | null>((first, at) => (first === null || at < first ? at : first), null);
  }
}
