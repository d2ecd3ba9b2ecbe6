/** Proves of witnessed rows that contributions are disjoint, and what the tier asks: k members in each, or no subject in too many. */
import type { GatePolicy, Policy } from '../model/policy.ts';
import type { FootfallEntry, VisitEntry } from '../model/tally.ts';
import { headCount } from './threshold.ts';
import type { Witness, Witnessed } from './witness.ts';

/** Series whose rows hold contributions of their own; breakdowns hold those of `visits` rows again. */
const BASE_SERIES: readonly string[] = ['visits', 'footfall'];

export interface ProofReport {
  readonly rows: number;
  readonly contributions: number;
  /** Fewest members that count towards k in any row; null without rows. */
  readonly fewest: number | null;
  /** One sentence per fault; empty when everything holds. */
  readonly problems: readonly string[];
}

/**
 * Collects witnessed rows and judges them as they come.
 *
 * Nested sets formed from unions of released rows of a table differ by a union of its rows, since their contributions
 * are disjoint. Every row has at least k members, so the difference is empty or has at least k: it is enough to prove
 * these two of every row. In the tier dp rows have noise instead of a threshold; there it is proved that no subject is
 * in more rows of a day than the noise is made for.
 *
 * @guarantee G-10
 * @guarantee G-11
 */
export class ReleaseProof {
  readonly witness: Witness;
  readonly #gate: GatePolicy;
  /** Contributions of one subject to one table and epoch (L0). */
  readonly #perTable: number;
  /** Rows of a day that a subject is in, tier dp. */
  readonly #spent = new Map<string, number>();
  readonly #held = new Map<string, Set<VisitEntry | FootfallEntry>>();
  readonly #problems: string[] = [];
  #rows = 0;
  #fewest = Number.POSITIVE_INFINITY;

  constructor({ gate, bounds: { perTable } }: Pick<Policy, 'gate' | 'bounds'>) {
    this.#gate = gate;
    this.#perTable = perTable;
    this.witness = (row) => {
      this.#judge(row);
    };
  }

  report(): ProofReport {
    const base = BASE_SERIES.map((series) => this.#held.get(series)?.size ?? 0);
    return {
      rows: this.#rows,
      contributions: base.reduce((sum, n) => sum + n, 0),
      fewest: Number.isFinite(this.#fewest) ? this.#fewest : null,
      problems: this.#problems,
    };
  }

  #judge(row: Witnessed): void {
    const name = `${row.series} ${row.unitId} ${row.windowKind} ${String(row.windowStart)}`;
    const isBase = BASE_SERIES.includes(row.series);
    const held = this.#held.get(row.series) ?? new Set();
    this.#held.set(row.series, held);
    const released = this.#held.get('visits');
    for (const entry of row.entries) {
      if (held.has(entry)) this.#problems.push(`${name}: holds a contribution that another row holds`);
      if (!isBase && released?.has(entry) !== true) {
        this.#problems.push(`${name}: holds a contribution that no released row holds`);
      }
      held.add(entry);
    }
    this.#rows += 1;
    if (this.#gate.tier === 'dp') this.#spend(row, name);
    else this.#count(row, name);
  }

  #count({ entries }: Witnessed, name: string): void {
    const members = headCount(entries, this.#gate).towardsK;
    if (members < this.#gate.k) this.#problems.push(`${name}: has fewer than k members`);
    this.#fewest = Math.min(this.#fewest, members);
  }

  #spend({ series, windowStart, entries }: Witnessed, name: string): void {
    for (const { subject } of entries) {
      const key = `${series}|${subject}|${String(windowStart)}`;
      const rows = (this.#spent.get(key) ?? 0) + 1;
      this.#spent.set(key, rows);
      if (rows === this.#perTable + 1)
        this.#problems.push(`${name}: a subject is in more rows than the noise is made for`);
    }
  }
}
