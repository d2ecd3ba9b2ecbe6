/** The statistics epochs that a gate task still has to release, each with the place on the log from which it can be told again. */
import type { EpochStart, EventTime, Watermark } from '../../model/time.ts';
import type { GatePosition } from './codecs.ts';

interface OpenEpoch {
  readonly offset: number;
  readonly marks: GatePosition['marks'];
  /** Released to its end, but still to be heard of: its salt is not destroyed yet. */
  ended: boolean;
}

/** Marks of all sanitize tasks; event time is where the slowest is. */
export class Marks {
  readonly #of = new Map<string, Watermark>();
  readonly #tasks: number;

  constructor(tasks: number) {
    this.#tasks = tasks;
  }

  /** Takes a mark; gives the watermark of all, or null while one was never heard of. */
  take(task: string, mark: Watermark): Watermark | null {
    this.#of.set(task, Math.max(mark, this.#of.get(task) ?? Number.NEGATIVE_INFINITY) as Watermark);
    return this.#of.size < this.#tasks ? null : (Math.min(...this.#of.values()) as Watermark);
  }

  copy(): GatePosition['marks'] {
    return [...this.#of];
  }

  restore(marks: GatePosition['marks']): Watermark | null {
    let all: Watermark | null = null;
    for (const [task, mark] of marks) all = this.take(task, mark);
    return all;
  }
}

export class GateEpochs {
  readonly #open = new Map<EpochStart, OpenEpoch>();
  /** Epochs that start here or before are over. */
  #over: EpochStart = Number.NEGATIVE_INFINITY as EpochStart;

  isOver(epoch: EpochStart): boolean {
    return epoch <= this.#over;
  }

  open(epoch: EpochStart, offset: number, marks: GatePosition['marks']): void {
    if (!this.#open.has(epoch)) this.#open.set(epoch, { offset, marks, ended: this.isOver(epoch) });
  }

  /** Open epochs that are done at the watermark, oldest first. */
  due(now: Watermark, doneAt: (epoch: EpochStart) => EventTime): readonly EpochStart[] {
    return [...this.#open]
      .filter(([epoch, { ended }]) => !ended && doneAt(epoch) <= now)
      .map(([epoch]) => epoch)
      .sort((a, b) => a - b);
  }

  /** The epoch is released to its end; `keep` goes on counting it among those that a take-over must hear of again. */
  end(epoch: EpochStart, keep: boolean): void {
    const open = this.#open.get(epoch);
    if (open !== undefined) open.ended = true;
    if (!keep) this.#open.delete(epoch);
    if (epoch > this.#over) this.#over = epoch;
  }

  /** Its salt is destroyed: nothing more will be said of it. */
  close(epoch: EpochStart): void {
    this.#open.delete(epoch);
  }

  restore(over: EpochStart): void {
    this.#over = over;
  }

  /** Where a take-over has to begin: the oldest open epoch, else what comes next. */
  restart(next: number, marks: Marks): GatePosition {
    let oldest: OpenEpoch | null = null;
    for (const epoch of this.#open.values())
      if (oldest === null || epoch.offset < oldest.offset) oldest = epoch;
    return oldest === null
      ? { restart: next, marks: marks.copy(), over: this.#over }
      : { restart: oldest.offset, marks: oldest.marks, over: this.#over };
  }
}
