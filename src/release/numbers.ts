/** Makes the published numbers of rows and parts out of who is in them, once for each. */
import type { Pseudonym } from '../model/identity.ts';
import type { GatePolicy } from '../model/policy.ts';
import type { VisitEntry } from '../model/tally.ts';
import type { RowNoise } from './noise.ts';
import { fitParts, publishedCount, roundTo } from './published.ts';
import type { Contributed } from './threshold.ts';

/** The rules of one tier in one epoch. */
export class Numbers {
  readonly #gate: GatePolicy;
  readonly #visitsPerWindow: number;
  readonly #noise: RowNoise;

  constructor(gate: GatePolicy, visitsPerWindow: number, noise: RowNoise) {
    this.#gate = gate;
    this.#visitsPerWindow = visitsPerWindow;
    this.#noise = noise;
  }

  /** Distinct subjects; `column` names the table and the column. */
  people(column: string, entries: readonly Contributed[]): number {
    const subjects = new Set(entries.map(({ subject }) => subject));
    const { k, rounding } = this.#gate;
    return publishedCount(subjects.size + this.#noise(column, subjects), k, rounding);
  }

  /**
   * Visits, each subject's clipped. What goes beyond one visit each is a number of its own, put on top of the published
   * visitors: a second look at the same people, rounded or noised anew, could be averaged with the first.
   */
  visits(entries: readonly VisitEntry[], visitors: number): number {
    const { rounding } = this.#gate;
    const counted = this.#clipped(entries);
    const beyond = counted.length - new Set(counted).size + this.#noise('visits.visits', counted);
    return visitors + Math.max(0, roundTo(beyond, rounding));
  }

  /**
   * The parts of a breakdown, so that they add up to what their rows published and none is below `least`; null when
   * the rows are too small for that.
   */
  parts(
    series: string,
    parts: readonly (readonly VisitEntry[])[],
    { whole, least }: { readonly whole: number; readonly least: number },
  ): readonly number[] | null {
    const noised = parts.map(
      (entries) =>
        entries.length +
        this.#noise(
          series,
          entries.map(({ subject }) => subject),
        ),
    );
    return fitParts(noised, { whole, least, step: this.#gate.rounding });
  }

  /** What is in no row, one entry a visit; for shares that are told in classes. */
  left(column: string, subjects: readonly Pseudonym[]): number {
    return Math.max(0, subjects.length + this.#noise(column, subjects));
  }

  /** A subject once for each of its visits, as far as they count. */
  #clipped(entries: readonly VisitEntry[]): readonly Pseudonym[] {
    const seen = new Map<Pseudonym, number>();
    return entries.flatMap(({ subject }) => {
      const before = seen.get(subject) ?? 0;
      seen.set(subject, before + 1);
      return before < this.#visitsPerWindow ? [subject] : [];
    });
  }
}
