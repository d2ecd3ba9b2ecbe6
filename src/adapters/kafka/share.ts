/** What a member of a group may hand over: its partitions, which of them flow, and the position that must come next. */
import type { Place, Position } from '../../ports/log.ts';

/** What to do with a batch: hand it over, leave it lying, leave it and read again from where we stand, or give up. */
export type Verdict = 'take' | 'leave' | 'again' | 'lost';

interface Standing {
  next: number;
  flows: boolean;
  /** Batches in a row that began elsewhere. */
  strays: number;
}

/** A batch that was under way explains one stray, not this many. */
const MAX_STRAYS = 10;

const keyOf = ({ topic, partition }: Place): string => `${topic}/${String(partition)}`;

/**
 * kafkajs hands over what it fetched before a pause, a seek or a new assignment. Here each batch is held against the
 * position that must come next, so batches of a partition follow each other without gap or repeat, whatever kafkajs does.
 */
export class Share {
  #partitions: ReadonlySet<number> = new Set();
  readonly #standings = new Map<string, Standing>();

  get partitions(): readonly number[] {
    return [...this.#partitions];
  }

  /** A new assignment: nothing flows, and nothing is known of positions. */
  assign(partitions: readonly number[]): void {
    this.#partitions = new Set(partitions);
    this.#standings.clear();
  }

  /** False when the partition is not ours. */
  resumeAt({ topic, partition, offset }: Position): boolean {
    if (!this.#partitions.has(partition)) return false;
    this.#standings.set(keyOf({ topic, partition }), { next: offset, flows: true, strays: 0 });
    return true;
  }

  pause(place: Place): void {
    const standing = this.#standings.get(keyOf(place));
    if (standing !== undefined) standing.flows = false;
  }

  /** False when the partition has no position to go on from. */
  resume(place: Place): boolean {
    const standing = this.#standings.get(keyOf(place));
    if (standing === undefined) return false;
    standing.flows = true;
    return true;
  }

  judge(place: Place, from: number): Verdict {
    const standing = this.#standings.get(keyOf(place));
    if (standing === undefined || !standing.flows) return 'leave';
    if (from === standing.next) return 'take';
    standing.strays += 1;
    return standing.strays > MAX_STRAYS ? 'lost' : 'again';
  }

  /** Where reading of a partition must go on; null when it has no position. */
  nextOf(place: Place): number | null {
    return this.#standings.get(keyOf(place))?.next ?? null;
  }

  took(place: Place, next: number): void {
    const standing = this.#standings.get(keyOf(place));
    if (standing === undefined) return;
    standing.next = next;
    standing.strays = 0;
  }
}
