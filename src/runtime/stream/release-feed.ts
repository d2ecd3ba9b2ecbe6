/** Tells the views of released windows what a gate task's commits released, after they are committed; views are never waited for. */
import type { ReleaseEntry } from '../../model/ledger.ts';
import type { ReleaseViews, ReleasedWindow } from '../../ports/views.ts';

export interface ReleaseFeedOptions {
  /** Null where there is no Redis. */
  readonly views: Pick<ReleaseViews, 'publish'> | null;
  readonly partition: number;
}

/** Nothing of what a window's rows say is told: its table, its kind, and where it ends. */
export class ReleaseFeed {
  readonly #o: ReleaseFeedOptions;
  /** The newest window of each table and kind since the last commit. */
  #newest = new Map<string, ReleasedWindow>();

  constructor(options: ReleaseFeedOptions) {
    this.#o = options;
  }

  /** The window is released: in the commit to come, or before the task was taken over. */
  note({ table, windowKind, windowEndMs }: ReleasedOf): void {
    if (this.#o.views === null) return;
    const name = `${table} ${windowKind}`;
    const before = this.#newest.get(name)?.windowEndMs ?? Number.NEGATIVE_INFINITY;
    if (windowEndMs > before) this.#newest.set(name, { table, windowKind, windowEndMs });
  }

  /** What to tell as soon as the commit is through. */
  take(): () => void {
    const { views, partition } = this.#o;
    const windows = [...this.#newest.values()];
    this.#newest = new Map();
    if (windows.length === 0) return () => undefined;
    return () => views?.publish(partition, windows);
  }
}

type ReleasedOf = Pick<ReleaseEntry, 'table' | 'windowKind' | 'windowEndMs'>;
