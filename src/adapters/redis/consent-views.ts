/** The consent views of all partitions in Redis, behind their port. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import type {
  ConsentChange,
  ConsentLook,
  ConsentSnapshot,
  ConsentViews,
  SubjectKey,
} from '../../ports/views.ts';
import type { RedisClient } from './connect.ts';
import type { Stamp } from './consent-scripts.ts';
import { ConsentSteps } from './consent-scripts.ts';
import { readConsentText } from './consent-text.ts';
import { partitionKeys } from './keys.ts';
import { PartitionView } from './partition-view.ts';

export interface RedisViewsOptions {
  readonly client: RedisClient;
  readonly clock: Clock;
  /** Names the deployment: all keys begin with it. */
  readonly space: string;
  /**
   * How long a view lives that nobody confirms: what Redis missed while it was away must not stay for ever (G-04).
   * One day by default.
   */
  readonly ttlMs?: number;
  /** Told of each write that failed or timed out. */
  readonly onFault?: () => void;
}

const DAY_MS = 86_400_000;
const BUILDER_BYTES = 12;

/**
 * Redis as it is used here: every write names the position it builds on and goes through one script, so a write that
 * comes twice changes nothing, one of a fenced worker is refused, and a server that lost its last second (or all) is
 * noticed by the next write or `refresh` and built anew from the task's own consents.
 */
export class RedisConsentViews implements ConsentViews {
  readonly #options: RedisViewsOptions;
  readonly #ttlMs: number;
  readonly #views = new Map<number, PartitionView>();
  readonly #onReady = (): void => this.refresh();

  constructor(options: RedisViewsOptions) {
    this.#options = options;
    this.#ttlMs = options.ttlMs ?? DAY_MS;
    options.client.on('ready', this.#onReady);
  }

  open(partition: number, position: number): void {
    this.close(partition);
    const view = new PartitionView(position, {
      steps: this.#steps(partition),
      stamp: () => this.#stamp(),
      builder: () => randomBytes(BUILDER_BYTES).toString('hex'),
      onFault: () => this.#options.onFault?.(),
    });
    this.#views.set(partition, view);
  }

  publish(change: ConsentChange): void {
    this.#views.get(change.partition)?.publish(change);
  }

  stale(): readonly number[] {
    if (this.#options.client.status !== 'ready') return [];
    const { nowMs } = this.#stamp();
    return [...this.#views].filter(([, view]) => view.isStale(nowMs)).map(([partition]) => partition);
  }

  rebuild(snapshot: ConsentSnapshot): void {
    this.#views.get(snapshot.partition)?.rebuild(snapshot);
  }

  refresh(): void {
    for (const view of this.#views.values()) view.refresh();
  }

  close(partition: number): void {
    this.#views.get(partition)?.close();
    this.#views.delete(partition);
  }

  async look(partition: number, subject: SubjectKey): Promise<ConsentLook> {
    try {
      const found = await this.#steps(partition).look(subject);
      if (found === null) return { kind: 'stale' };
      const { position, atMs, text } = found;
      const consent = text === null ? null : readConsentText(text);
      if (text !== null && consent === null) return { kind: 'stale' };
      return { kind: 'known', consent, position, atMs };
    } catch {
      return { kind: 'away' };
    }
  }

  async end(): Promise<void> {
    this.#options.client.off('ready', this.#onReady);
    await Promise.all([...this.#views.values()].map((view) => view.settled()));
    for (const partition of [...this.#views.keys()]) this.close(partition);
  }

  #steps(partition: number): ConsentSteps {
    return new ConsentSteps(this.#options.client, partitionKeys(this.#options.space, partition));
  }

  #stamp(): Stamp {
    return { nowMs: this.#options.clock.now(), ttlMs: this.#ttlMs };
  }
}
